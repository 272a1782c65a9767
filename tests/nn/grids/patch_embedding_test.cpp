#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/grids/patch_embedding.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

struct PatchSample {
  LayerInputs inputs;
  PatchEmbedding embedding;
  Index rows, cols;

  PatchSample(Index channels, Index patch, Index width, Index images, Index image_rows, Index image_cols)
      : rows(image_rows), cols(image_cols) {
    embedding = add_patch_embedding(inputs.layout, "proj", channels, patch, width);
    Random random(kSeed);
    inputs.values = random_values(inputs.layout, 1, random);
    inputs.matrices = {random_matrix(images, rows * cols * channels, random)};
  }
  auto function() const {
    return [this](auto& tape, const auto& x) { return apply(tape, embedding, x[0], rows, cols); };
  }
};

// The sum of the header, entry by entry.
TEST(PatchEmbedding, IsAStridedConvolution) {
  PatchSample sample(3, 2, 4, 2, 4, 6);
  const Matrix<double> y = evaluate<double>(sample.inputs, sample.function());
  ASSERT_EQ(y.rows(), 2 * 2 * 3);
  const ParameterLayout& layout = sample.inputs.layout;
  const double* weight = sample.inputs.values.data() + layout[sample.embedding.weight].offset;
  const double* bias = sample.inputs.values.data() + layout[sample.embedding.bias].offset;
  for (Index node = 0; node < y.rows(); ++node) {
    const Index image = node / 6, x = node / 3 % 2, column = node % 3;
    for (Index d = 0; d < 4; ++d) {
      double sum = bias[d];
      for (Index i = 0; i < 3 * 2 * 2; ++i) {
        const Index c = i / 4, r = i / 2 % 2, s = i % 2;
        sum +=
            weight[d * 12 + i] * sample.inputs.matrices[0](image, ((x * 2 + r) * 6 + column * 2 + s) * 3 + c);
      }
      EXPECT_NEAR(y(node, d), sum, 1e-12) << node << " " << d;
    }
  }
}

TEST(PatchEmbedding, GradientsMatch) {
  for (const PatchSample& sample : {PatchSample(3, 2, 4, 2, 4, 6), PatchSample(1, 1, 1, 1, 1, 1),
                                    PatchSample(2, 3, 5, 0, 3, 3), PatchSample(1, 4, 3, 3, 4, 4)}) {
    EXPECT_TRUE(gradients_match(sample.inputs, sample.function()));
  }
  // Images are mostly constants.
  PatchSample sample(1, 2, 3, 1, 4, 4);
  const Matrix<double> image = sample.inputs.matrices[0];
  sample.inputs.matrices.clear();
  EXPECT_TRUE(gradients_match(sample.inputs, [&](auto& tape, const auto&) {
    return apply(tape, sample.embedding, tape.constant(image.data(), 1, 16), 4, 4);
  }));
}

TEST(PatchEmbedding, AddsAConvolutionsParameters) {
  const PatchSample sample(3, 4, 5, 0, 4, 4);
  const ParameterInfo& weight = sample.inputs.layout[sample.embedding.weight];
  EXPECT_EQ(weight.name, "proj.weight");
  EXPECT_THAT(weight.shape, ElementsAre(5, 3, 4, 4));
  EXPECT_NEAR(std::get<NormalInit>(weight.init).std, std::sqrt(2.0 / (5 * 48)), 1e-15);
  EXPECT_THAT(sample.inputs.layout[sample.embedding.bias].shape, ElementsAre(5));
  EXPECT_EQ(patch_grid(8, 4, 4).size_x, 2);
  EXPECT_EQ(patch_grid(8, 4, 4).size_y, 1);
}

TEST(PatchEmbedding, ComplainsAboutSizes) {
  const char* message =
      "patch embedding: an image of 60 x 64 pixels cannot be cut into patches of 8 x 8; both sides must be "
      "positive multiples of 8";
  EXPECT_THAT([] { patch_grid(60, 64, 8); }, ThrowsMessage<ShapeError>(message));
  EXPECT_THROW(patch_grid(64, 60, 8), ShapeError);
  EXPECT_THROW(patch_grid(0, 8, 8), ShapeError);
  EXPECT_THROW(patch_grid(8, 0, 8), ShapeError);
  PatchSample sample(3, 2, 4, 1, 4, 4);
  sample.cols = 2;
  EXPECT_THAT([&] { evaluate<double>(sample.inputs, sample.function()); },
              ThrowsMessage<ShapeError>("patch embedding: images has shape [1, 48], expected [1, 24]"));
  ParameterLayout layout;
  EXPECT_THAT(
      [&] { add_patch_embedding(layout, "proj", 3, 0, 4); },
      ThrowsMessage<ConfigError>("patch embedding: channels 3, patch 0 and width 4 must be positive"));
}

}  // namespace
}  // namespace plstm::test
