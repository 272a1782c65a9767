#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/files/language_model_file.hpp>
#include <plstm/train/files/model_file.hpp>
#include <plstm/train/files/vision_model_file.hpp>

#include "support/seed.hpp"
#include "support/temporary_folder.hpp"
#include "support/toy_graphs.hpp"

// Flips single bits of model files. No flip may go unnoticed, wherever it is.
namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Load = std::function<void(const std::filesystem::path&)>;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Bits of the length of the header, of the header with the description, and of the weights.
std::vector<std::size_t> some_bits(const std::string& bytes) {
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const std::size_t data = sizeof(header) + header;
  Random random(kSeed);
  std::vector<std::size_t> bits;
  for (std::size_t i = 0; i < 8 * sizeof(header); ++i) bits.push_back(i);
  for (int i = 0; i < 300; ++i) {
    bits.push_back(8 * sizeof(header) + random.below(8 * header));
    bits.push_back(8 * data + random.below(8 * (bytes.size() - data)));
  }
  // The padding of the header.
  for (std::size_t i = 8 * (data - 8); i < 8 * data; ++i) bits.push_back(i);
  return bits;
}

void expect_flips_refused(const std::filesystem::path& path, const Load& load) {
  ASSERT_NO_THROW(load(path));
  const std::string good = bytes_of(path);
  for (const std::size_t bit : some_bits(good)) {
    std::string damaged = good;
    damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ (1u << bit % 8));
    write_bytes(path, damaged);
    try {
      load(path);
      ADD_FAILURE() << "bit " << bit << " was flipped, and the file was taken";
    } catch (const FileError& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr(path.string()), Not(HasSubstr("\n")))) << "bit " << bit;
    }
  }
}

TrainedModel small_graph_model() {
  TrainedModel model;
  model.config = toy_config();
  model.config.width = 4;
  model.parameters = initial_values<float>(make_graph_model(model.config).layout, kSeed);
  model.tasks.resize(1);
  model.target_names = {"logS, \"quoted\""};
  model.scaler.emplace(std::vector<double>{0.1}, std::vector<double>{1e-3});
  model.featurizer = R"({"orientation":"canonical"})";
  return model;
}

TEST(DamagedModelFile, GraphModelsAreRefused) {
  const TemporaryFolder folder;
  save_model(folder / "one.safetensors", small_graph_model());
  expect_flips_refused(folder / "one.safetensors", [](const auto& path) { load_model(path); });
  std::vector<TrainedModel> members{small_graph_model(), small_graph_model()};
  const TanimotoRidge ridge{2, {0, 2, 3}, {{5, 1}, {kNumCountLabels / 4, 255}, {9, 2}}, {0.25}, {1, 2}};
  members[1].companion = std::make_shared<const Companion>(Companion{ridge, 0.4});
  members[0].calibration = members[1].calibration =
      std::make_shared<const Calibration>(Calibration{{0.5}, {make_conformal_scores({0.25, 1, 3})}});
  members[0].domain = std::make_shared<const TrainingDomain>(
      TrainingDomain{1, 9, {0, 3}, {1}, {4, 17}, {0, 2, 3}, {5, 9, 5}});
  save_models(folder / "two.safetensors", members);
  expect_flips_refused(folder / "two.safetensors", [](const auto& path) { load_models(path); });
}

TEST(DamagedModelFile, LanguageModelsAreRefused) {
  const TemporaryFolder folder;
  TrainedLanguageModel model;
  model.config.vocabulary = 3;
  model.config.width = 4;
  model.config.heads = 1;
  model.config.blocks = 1;
  model.config.tracking = {};
  model.vocabulary = "a\xff\n";
  model.parameters = initial_values<float>(make_language_model(model.config).layout, kSeed);
  save_language_model(folder / "model.safetensors", model);
  expect_flips_refused(folder / "model.safetensors", [](const auto& path) { load_language_model(path); });
}

void expect_image_flips_refused(const TrainedVisionModel& model) {
  const TemporaryFolder folder;
  save_vision_model(folder / "model.safetensors", model);
  expect_flips_refused(folder / "model.safetensors", [](const auto& path) { load_vision_model(path); });
}

TEST(DamagedModelFile, VisionModelsAreRefused) {
  VisionModelConfig config;
  config.image_rows = config.image_cols = 4;
  config.channels = 1;
  config.patch = 2;
  config.width = 4;
  config.heads = 1;
  config.pairs = 1;
  expect_image_flips_refused({config, initial_values<float>(make_vision_model(config).layout, kSeed)});
  VisionTransformerConfig transformer;
  transformer.image_rows = transformer.image_cols = 4;
  transformer.channels = 1;
  transformer.patch = 2;
  transformer.width = 4;
  transformer.heads = 2;
  transformer.blocks = 1;
  expect_image_flips_refused(
      {transformer, initial_values<float>(make_vision_transformer(transformer).layout, kSeed)});
}

}  // namespace
}  // namespace plstm::test
