#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/grids/vision_transformer.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

VisionTransformerConfig small_transformer() {
  return {.image_rows = 4,
          .image_cols = 6,
          .channels = 2,
          .patch = 2,
          .width = 4,
          .heads = 2,
          .blocks = 2,
          .outputs = 3};
}

struct TransformerSample {
  VisionTransformer model;
  LayerInputs inputs;
  Index rows, cols;

  TransformerSample(const VisionTransformerConfig& config, Index images, Index image_rows, Index image_cols)
      : model(make_vision_transformer(config)), rows(image_rows), cols(image_cols) {
    Random random(kSeed);
    inputs.layout = model.layout;
    inputs.values = random_values(inputs.layout, 0.5, random);
    inputs.matrices = {random_matrix(images, rows * cols * config.channels, random)};
  }
  auto function() const {
    return [this](auto& tape, const auto& x) { return forward(tape, model, x[0], rows, cols); };
  }
};

TEST(VisionTransformer, NamesItsParameters) {
  VisionTransformerConfig config = small_transformer();
  config.blocks = 1;
  config.pooling = GridPooling::kCls;
  std::vector<std::string> names;
  const VisionTransformer model = make_vision_transformer(config);
  for (const ParameterInfo& info : model.layout.infos()) names.push_back(info.name);
  EXPECT_THAT(names,
              ElementsAre("patch_embed.proj.weight", "patch_embed.proj.bias", "pos_embed.embed", "cls_token",
                          "blocks.0.norm1.weight", "blocks.0.norm1.bias", "blocks.0.attn.qkv.weight",
                          "blocks.0.attn.qkv.bias", "blocks.0.attn.proj.weight", "blocks.0.attn.proj.bias",
                          "blocks.0.norm2.weight", "blocks.0.norm2.bias", "blocks.0.mlp.fc1.weight",
                          "blocks.0.mlp.fc1.bias", "blocks.0.mlp.fc2.weight", "blocks.0.mlp.fc2.bias",
                          "norm.weight", "norm.bias", "head.weight", "head.bias"));
}

TEST(VisionTransformer, GradientsMatch) {
  for (const bool token : {false, true}) {
    VisionTransformerConfig config = small_transformer();
    if (token) config.pooling = GridPooling::kCls;
    EXPECT_TRUE(gradients_match(TransformerSample(config, 2, 4, 6).inputs,
                                TransformerSample(config, 2, 4, 6).function(), {.most_entries = 4}))
        << token;
    TransformerSample larger(config, 1, 6, 8);
    larger.inputs.training = true;
    larger.model.config.dropout = 0.2;
    larger.model.blocks[1].drop_path = 0.5;
    EXPECT_TRUE(gradients_match(larger.inputs, larger.function(), {.most_entries = 4})) << token;
  }
}

TEST(VisionTransformer, SamplesDoNotSeeEachOther) {
  VisionTransformerConfig config = small_transformer();
  for (const GridPooling pooling : {GridPooling::kMean, GridPooling::kCls}) {
    config.pooling = pooling;
    TransformerSample sample(config, 3, 4, 6);
    const Matrix<double> all = evaluate<double>(sample.inputs, sample.function());
    sample.inputs.matrices = {sample.inputs.matrices[0].row(1)};
    EXPECT_TRUE(evaluate<double>(sample.inputs, sample.function()).isApprox(all.row(1), 1e-12));
    sample.inputs.matrices = {Matrix<double>(0, 4 * 6 * 2)};
    EXPECT_EQ(evaluate<double>(sample.inputs, sample.function()).rows(), 0);
  }
}

// Without positions the order of patches does not matter; with them it does.
TEST(VisionTransformer, OnlyPositionsTellWhereAPatchIs) {
  for (const bool positions : {false, true}) {
    VisionTransformerConfig config = small_transformer();
    config.positions = positions;
    TransformerSample sample(config, 1, 4, 6);
    const Matrix<double> before = evaluate<double>(sample.inputs, sample.function());
    Matrix<double>& image = sample.inputs.matrices[0];  // rows of 6 * 2 values; two rows of patches
    const Matrix<double> upper = image.leftCols(24);
    image.leftCols(24) = image.rightCols(24).eval();
    image.rightCols(24) = upper;
    EXPECT_EQ(evaluate<double>(sample.inputs, sample.function()).isApprox(before, 1e-10), !positions);
  }
}

TEST(VisionTransformer, DropsMoreAndMore) {
  VisionTransformerConfig config = small_transformer();
  config.blocks = 3;
  config.drop_path = 0.2;
  const VisionTransformer model = make_vision_transformer(config);
  EXPECT_EQ(model.blocks[0].drop_path, 0);
  EXPECT_DOUBLE_EQ(model.blocks[1].drop_path, 0.1);
  EXPECT_DOUBLE_EQ(model.blocks[2].drop_path, 0.2);
  config.blocks = 1;
  EXPECT_EQ(make_vision_transformer(config).blocks[0].drop_path, 0.2);
}

TEST(VisionTransformer, RejectsSettingsThatMakeNoSense) {
  const auto expect = [](const char* message, const auto& change) {
    VisionTransformerConfig config = small_transformer();
    change(config);
    EXPECT_THAT([&] { make_vision_transformer(config); }, ThrowsMessage<ConfigError>(message));
  };
  expect("vision transformer: channels is 0, expected at least 1", [](auto& c) { c.channels = 0; });
  expect("vision transformer: patch is 0, expected at least 1", [](auto& c) { c.patch = 0; });
  expect("vision transformer: image size 5 x 6 must be positive multiples of patch 2",
         [](auto& c) { c.image_rows = 5; });
  expect("vision transformer: image size 4 x 0 must be positive multiples of patch 2",
         [](auto& c) { c.image_cols = 0; });
  expect("vision transformer: width 4 must be a positive multiple of heads 3", [](auto& c) { c.heads = 3; });
  expect("vision transformer: blocks is 0, expected at least 1", [](auto& c) { c.blocks = 0; });
  expect("vision transformer: pooling must be mean or cls",
         [](auto& c) { c.pooling = GridPooling::kCorners; });
  expect("vision transformer: outputs is 0, expected at least 1", [](auto& c) { c.outputs = 0; });
  expect("vision transformer: dropout is 1, expected 0 <= dropout < 1", [](auto& c) { c.dropout = 1; });
  expect("vision transformer: drop_path is -1, expected 0 <= drop_path < 1",
         [](auto& c) { c.drop_path = -1; });
}

}  // namespace
}  // namespace plstm::test
