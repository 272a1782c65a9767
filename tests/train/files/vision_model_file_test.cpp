#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/files/checkpoint.hpp>
#include <plstm/train/files/vision_model_file.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

template <class Config>
Config small_config() {
  Config config;
  config.image_rows = config.image_cols = 4;
  config.channels = 1;
  config.patch = 2;
  config.width = 4;
  config.heads = 2;
  return config;
}

TEST(VisionModelFile, ComesBackAsItWas) {
  const TemporaryFolder folder;
  auto config = small_config<VisionModelConfig>();
  config.pairs = 1;
  TrainedVisionModel model{config, initial_values<float>(make_vision_model(config).layout, 5),
                           Precision::kBfloat16};
  save_vision_model(folder / "model.safetensors", model);
  TrainedVisionModel read = load_vision_model(folder / "model.safetensors");
  EXPECT_EQ(to_json(std::get<VisionModelConfig>(read.config)), to_json(config));
  EXPECT_EQ(read.parameters, model.parameters);
  EXPECT_EQ(read.precision, Precision::kBfloat16);

  auto transformer = small_config<VisionTransformerConfig>();
  transformer.blocks = 1;
  model = {transformer, initial_values<float>(make_vision_transformer(transformer).layout, 5)};
  save_vision_model(folder / "model.safetensors", model);
  read = load_vision_model(folder / "model.safetensors");
  EXPECT_EQ(to_json(std::get<VisionTransformerConfig>(read.config)), to_json(transformer));
  EXPECT_EQ(read.parameters, model.parameters);
  EXPECT_EQ(read.precision, Precision::kFloat);
}

TEST(VisionModelFile, RefusesOtherModels) {
  const TemporaryFolder folder;
  const auto expect = [&](const char* kind, const char* description, const char* message) {
    save_checkpoint(folder / "other.safetensors", {kind, description}, {}, {});
    EXPECT_THAT([&] { load_vision_model(folder / "other.safetensors"); },
                ThrowsMessage<FileError>(AllOf(HasSubstr("other.safetensors"), HasSubstr(message))));
  };
  expect("graph_model", "{}", "of the kind 'graph_model', expected 'vision_model' or 'vision_transformer'");
  expect("vision_model", "{}", "'config' is missing");
  expect("vision_model", R"({"precison": "float"})", "unknown entry 'precison'");
  const std::string config = to_json(small_config<VisionModelConfig>());
  expect("vision_model", (R"({"config":)" + config + "}").c_str(), "'precision' is missing");
  expect("vision_model", (R"({"precision":"float","config":)" + config + "}").c_str(),
         "asks for more parameters than the file holds");
  TrainedVisionModel wrong{small_config<VisionModelConfig>(), std::vector<float>(3)};
  EXPECT_THROW(save_vision_model(folder / "other.safetensors", wrong), ShapeError);
}

}  // namespace
}  // namespace plstm::test
