#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/sequences/causal_convolution.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

auto run_convolution(const CausalConvolution& convolution, Index length) {
  return [=](auto& tape, const auto& x) { return apply(tape, convolution, x[0], length); };
}

TEST(CausalConvolution, FollowsTheFormulaWithGradients) {
  Random random(kSeed);
  for (const Index taps : {1, 4}) {
    for (const Index length : {1, 3, 6}) {
      for (const Index sequences : {0, 1, 2}) {
        LayerInputs inputs;
        const CausalConvolution c = add_causal_convolution(inputs.layout, "conv", 5, taps);
        inputs.values = random_values(inputs.layout, 1, random);
        inputs.matrices.push_back(random_matrix(sequences * length, 5, random));
        EXPECT_TRUE(gradients_match(inputs, run_convolution(c, length)));
        const Matrix<double> y = evaluate<double>(inputs, run_convolution(c, length));
        const double* weight = inputs.values.data() + inputs.layout[c.weight].offset;
        const double* bias = inputs.values.data() + inputs.layout[c.bias].offset;
        for (Index row = 0; row < y.rows(); ++row) {
          for (Index d = 0; d < 5; ++d) {
            double sum = bias[d];
            for (Index back = 0; back < taps && back <= row % length; ++back) {
              sum += weight[d * taps + taps - 1 - back] * inputs.matrices[0](row - back, d);
            }
            EXPECT_NEAR(y(row, d), sum, 1e-13);
          }
        }
      }
    }
  }
}

TEST(CausalConvolution, StartsAsTheIdentity) {
  Random random(kSeed);
  LayerInputs inputs;
  const CausalConvolution c = add_causal_convolution(inputs.layout, "conv", 3, 4);
  inputs.values = initial_values<double>(inputs.layout, kSeed);
  inputs.matrices.push_back(random_matrix(6, 3, random));
  EXPECT_EQ(evaluate<double>(inputs, run_convolution(c, 3)), inputs.matrices[0]);
}

TEST(CausalConvolution, RefusesOtherShapes) {
  LayerInputs inputs;
  EXPECT_THAT([&] { add_causal_convolution(inputs.layout, "conv", 3, 0); },
              ThrowsMessage<ConfigError>("conv: width 3 and taps 0 must be positive"));
  const CausalConvolution c = add_causal_convolution(inputs.layout, "conv", 3, 4);
  inputs.values = initial_values<double>(inputs.layout, kSeed);
  inputs.matrices.push_back(Matrix<double>::Zero(5, 3));
  EXPECT_THAT([&] { evaluate<double>(inputs, run_convolution(c, 2)); },
              ThrowsMessage<ShapeError>("causal_convolution: sequences of length 2 do not fill 5 rows"));
  EXPECT_THAT([&] { evaluate<double>(inputs, run_convolution(c, 0)); },
              ThrowsMessage<ShapeError>("causal_convolution: sequences of length 0 do not fill 5 rows"));
}

}  // namespace
}  // namespace plstm::test
