#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/nn/grids/vision_model.hpp>

#include "nn/golden_case.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

VisionModelConfig small_vision_model() {
  VisionModelConfig config;
  config.image_rows = 4;
  config.image_cols = 6;
  config.channels = 2;
  config.patch = 2;
  config.width = 4;
  config.heads = 2;
  config.pairs = 1;
  config.outputs = 3;
  return config;
}

auto run_vision_model(const VisionModel& model, Index rows, Index cols) {
  return [&model, rows, cols](auto& tape, const auto& x) { return forward(tape, model, x[0], rows, cols); };
}

LayerInputs vision_inputs(const VisionModel& model, Index images, Index rows, Index cols) {
  Random random(kSeed);
  LayerInputs inputs;
  inputs.layout = model.layout;
  inputs.values = random_values(inputs.layout, 0.5, random);
  inputs.matrices = {random_matrix(images, rows * cols * model.config.channels, random)};
  return inputs;
}

TEST(GoldenVisionModel, MatchesItsCase) {
  const nlohmann::json c = read_golden("models.json").at("vision_model");
  const auto& given = c.at("config");
  VisionModelConfig config;
  config.image_rows = given.at("resolution").at(0);
  config.image_cols = given.at("resolution").at(1);
  config.channels = given.at("num_channels");
  config.patch = given.at("patch_size");
  config.width = given.at("dim");
  config.heads = given.at("num_heads");
  config.pairs = given.at("num_blocks");
  config.outputs = given.at("output_shape").at(0);
  ASSERT_EQ(given.at("pooling"), "corners");
  const VisionModel model = make_vision_model(config);
  LayerInputs inputs;
  inputs.layout = model.layout;
  expect_golden_case("vision_model", c, inputs, "", config.image_rows * config.image_cols * config.channels,
                     config.outputs, run_vision_model(model, config.image_rows, config.image_cols), 1e-9);
}

TEST(VisionModel, GradientsMatchForEveryOption) {
  const auto expect = [](const char* what, const auto& change, Index rows = 4, Index cols = 6) {
    VisionModelConfig config = small_vision_model();
    change(config);
    const VisionModel model = make_vision_model(config);
    LayerInputs inputs = vision_inputs(model, 2, rows, cols);
    inputs.training = true;
    EXPECT_TRUE(gradients_match(inputs, run_vision_model(model, rows, cols), {.most_entries = 3})) << what;
  };
  expect("default", [](auto&) {});
  expect(
      "resized positions", [](auto&) {}, 6, 2);
  expect("P only", [](auto& c) { c.blocks = VisionBlocks::kP; });
  expect("D only", [](auto& c) { c.blocks = VisionBlocks::kD; });
  expect("right turns", [](auto& c) { c.chirality = Chirality::kRight; });
  expect("gate weights", [](auto& c) { c.gate_weights = true; });
  expect("no positions", [](auto& c) { c.positions = false; });
  expect("mean", [](auto& c) { c.pooling = GridPooling::kMean; });
  expect("dropout", [](auto& c) { c.dropout = c.drop_path = 0.3; });
  expect("state tracking", [](auto& c) { c.tracking.state = 2; });
}

TEST(VisionModel, BlocksHaveTheirModes) {
  VisionModelConfig config = small_vision_model();
  config.pairs = 2;
  config.drop_path = 0.3;
  const auto modes_of = [&](VisionBlocks blocks) {
    config.blocks = blocks;
    std::string modes;
    const VisionModel model = make_vision_model(config);
    for (const GridBlock& block : model.blocks)
      modes += block.layer.options.mode == StmMode::kPropagation ? 'P' : 'D';
    return modes;
  };
  EXPECT_EQ(modes_of(VisionBlocks::kPd), "PDPD");
  EXPECT_EQ(modes_of(VisionBlocks::kP), "PPPP");
  EXPECT_EQ(modes_of(VisionBlocks::kD), "DDDD");
  const VisionModel model = make_vision_model(config);
  EXPECT_EQ(model.blocks[0].options.drop_path, 0);
  EXPECT_DOUBLE_EQ(model.blocks[1].options.drop_path, 0.1);
  EXPECT_DOUBLE_EQ(model.blocks[3].options.drop_path, 0.3);
  EXPECT_THAT(model.layout[model.head.weight].shape, ElementsAre(3, 16));
}

TEST(VisionModel, SamplesDoNotSeeEachOther) {
  const VisionModel model = make_vision_model(small_vision_model());
  LayerInputs inputs = vision_inputs(model, 3, 4, 6);
  const Matrix<double> all = evaluate<double>(inputs, run_vision_model(model, 4, 6));
  inputs.matrices = {inputs.matrices[0].row(1)};
  EXPECT_TRUE(evaluate<double>(inputs, run_vision_model(model, 4, 6)).isApprox(all.row(1), 1e-12));
  inputs.matrices = {Matrix<double>(0, 4 * 6 * 2)};
  EXPECT_EQ(evaluate<double>(inputs, run_vision_model(model, 4, 6)).rows(), 0);
}

TEST(VisionModel, BitsDoNotDependOnThreads) {
  const VisionModel model = make_vision_model(small_vision_model());
  const LayerInputs inputs = vision_inputs(model, 3, 8, 6);
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    return run_backward<float>(inputs, run_vision_model(model, 8, 6));
  };
  const auto one = run(1), two = run(2);
  EXPECT_EQ(one.output, two.output);
  EXPECT_EQ(one.parameters, two.parameters);
}

TEST(VisionModel, ComplainsAboutImages) {
  const VisionModel model = make_vision_model(small_vision_model());
  const LayerInputs inputs = vision_inputs(model, 1, 4, 6);
  EXPECT_THAT([&] { evaluate<double>(inputs, run_vision_model(model, 6, 6)); },
              ThrowsMessage<ShapeError>("patch embedding: images has shape [1, 48], expected [1, 72]"));
  EXPECT_THAT([&] { evaluate<double>(inputs, run_vision_model(model, 3, 8)); },
              ThrowsMessage<ShapeError>(
                  "patch embedding: an image of 3 x 8 pixels cannot be cut into patches of 2 x 2; "
                  "both sides must be positive multiples of 2"));
}

TEST(VisionModel, RejectsSettingsThatMakeNoSense) {
  const auto expect = [](const char* message, const auto& change) {
    VisionModelConfig config = small_vision_model();
    change(config);
    EXPECT_THAT([&] { make_vision_model(config); }, ThrowsMessage<ConfigError>(message));
  };
  expect("vision model: channels is 0, expected at least 1", [](auto& c) { c.channels = 0; });
  expect("vision model: patch is 0, expected at least 1", [](auto& c) { c.patch = 0; });
  expect("vision model: image size 5 x 6 must be positive multiples of patch 2",
         [](auto& c) { c.image_rows = 5; });
  expect("vision model: image size 4 x 0 must be positive multiples of patch 2",
         [](auto& c) { c.image_cols = 0; });
  expect("vision model: width 4 must be a positive multiple of heads 3", [](auto& c) { c.heads = 3; });
  expect("vision model: pairs is 0, expected at least 1", [](auto& c) { c.pairs = 0; });
  expect("vision model: sub_heads is -1, expected 0 (as many as heads) or more",
         [](auto& c) { c.sub_heads = -1; });
  expect("vision model: outputs is 0, expected at least 1", [](auto& c) { c.outputs = 0; });
  expect("vision model: dropout is 1, expected 0 <= dropout < 1", [](auto& c) { c.dropout = 1; });
  expect("vision model: drop_path is -1, expected 0 <= drop_path < 1", [](auto& c) { c.drop_path = -1; });
}

}  // namespace
}  // namespace plstm::test
