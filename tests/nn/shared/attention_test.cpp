#include <cmath>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/shared/attention.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

auto attend(Index samples, Index heads) {
  return [=](auto& tape, const auto& x) { return self_attention(tape, x[0], samples, heads); };
}

// The formula of the header, for one sample and head at a time.
Matrix<double> plain_attention(const Matrix<double>& qkv, Index samples, Index heads) {
  const Index n = qkv.rows() / samples, width = qkv.cols() / 3, d = width / heads;
  Matrix<double> y(qkv.rows(), width);
  for (Index b = 0; b < samples; ++b) {
    for (Index h = 0; h < heads; ++h) {
      const auto part = [&](Index i) { return qkv.block(b * n, i * width + h * d, n, d); };
      Matrix<double> weights =
          (part(0) * part(1).transpose() / std::sqrt(static_cast<double>(d))).array().exp();
      for (Index i = 0; i < n; ++i) weights.row(i) /= weights.row(i).sum();
      y.block(b * n, h * d, n, d) = weights * part(2);
    }
  }
  return y;
}

TEST(Attention, FollowsItsFormula) {
  Random random(kSeed);
  for (const auto& [samples, positions, heads, width] :
       {std::tuple<Index, Index, Index, Index>{1, 1, 1, 1}, {2, 5, 2, 3}, {1, 17, 1, 16}, {3, 20, 4, 8}}) {
    const Matrix<double> qkv = random_matrix(samples * positions, 3 * heads * width, random);
    const LayerInputs inputs{{}, {}, {qkv}};
    const Matrix<double> expected = plain_attention(qkv, samples, heads);
    EXPECT_TRUE(evaluate<double>(inputs, attend(samples, heads)).isApprox(expected, 1e-12));
    EXPECT_TRUE(evaluate<float>(inputs, attend(samples, heads)).cast<double>().isApprox(expected, 1e-5));
  }
}

TEST(Attention, LargeScoresDoNotOverflow) {
  // Each position has by far the highest score with itself.
  Matrix<double> qkv = Matrix<double>::Zero(2, 6);
  qkv.row(0) << 1e4, 0, 1e4, 0, 1, 2;
  qkv.row(1) << 0, 1e4, 0, 1e4, 3, 4;
  EXPECT_TRUE(evaluate<float>({{}, {}, {qkv}}, attend(1, 1))
                  .cast<double>()
                  .isApprox(Matrix<double>{{1, 2}, {3, 4}}, 1e-6));
}

TEST(Attention, GradientsMatch) {
  Random random(kSeed);
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(10, 12, random)}}, attend(2, 2)));
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(1, 3, random)}}, attend(1, 1)));
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(0, 6, random)}}, attend(0, 2)));
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(0, 6, random)}}, attend(3, 2)));
  LayerInputs inputs;
  const AttentionLayer layer = add_attention(inputs.layout, "attn", 6, 3);
  inputs.values = random_values(inputs.layout, 0.5, random);
  inputs.matrices = {random_matrix(8, 6, random)};
  EXPECT_TRUE(
      gradients_match(inputs, [&](auto& tape, const auto& x) { return apply(tape, layer, x[0], 2); }));
}

TEST(Attention, ComplainsAboutSizes) {
  const LayerInputs inputs{{}, {}, {Matrix<double>::Zero(5, 12)}};
  EXPECT_THAT([&] { evaluate<double>(inputs, attend(2, 2)); },
              ThrowsMessage<ShapeError>(
                  "self_attention: qkv [5, 12] does not divide into 2 samples and 3 x 2 heads"));
  EXPECT_THROW(evaluate<double>(inputs, attend(1, 3)), ShapeError);
  EXPECT_THROW(evaluate<double>(inputs, attend(0, 2)), ShapeError);
  ParameterLayout layout;
  EXPECT_THAT(
      [&] { add_attention(layout, "a", 5, 2); },
      ThrowsMessage<ConfigError>("attention: width 5 must be a positive multiple of the number of heads 2"));
}

}  // namespace
}  // namespace plstm::test
