#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/shared/head_projection.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

// The formula of the header, entry by entry.
Matrix<double> project_by_formula(const HeadProjection& p, const LayerInputs& inputs) {
  const HeadProjectionOptions& o = p.options;
  const double* weight = inputs.values.data() + inputs.layout[p.weight].offset;
  const double* bias = inputs.values.data() + inputs.layout[p.bias].offset;
  const Matrix<double>& x = inputs.matrices[0];
  const Index s = o.sub_heads, part = o.in / s;
  const Index width = s > o.heads ? o.width * o.heads / s : o.width;  // of one block
  Matrix<double> y(x.rows(), o.heads * o.width * o.tracking);
  for (Index n = 0; n < x.rows(); ++n) {
    for (Index h = 0; h < o.heads; ++h) {
      for (Index w = 0; w < o.width; ++w) {
        const Index block = s > o.heads ? h * (s / o.heads) + w / width : h % s;
        const Index a = s > o.heads ? 0 : h / s;
        for (Index j = 0; j < o.tracking; ++j) {
          double sum = bias[(h * o.width + w) * o.tracking + j];
          for (Index i = 0; i < part; ++i) {
            sum += weight[(((a * width + w % width) * o.tracking + j) * s + block) * part + i] *
                   x(n, block * part + i);
          }
          y(n, (h * o.width + w) * o.tracking + j) = sum;
        }
      }
    }
  }
  return y;
}

TEST(HeadProjection, FollowsTheFormulaWithGradients) {
  Random random(kSeed);
  const HeadProjectionOptions cases[] = {
      {6, 1, 1, 1, 1},    // one head of one column
      {12, 4, 3, 1, 1},   // dense
      {12, 4, 3, 2, 2},   // two heads read each part
      {8, 2, 4, 1, 2},    // a part for each head
      {16, 2, 4, 2, 8},   // four parts for each head
      {64, 4, 16, 1, 16}  // blocks of 4 x 4
  };
  for (const HeadProjectionOptions& o : cases) {
    for (const Index rows : {0, 1, 5}) {
      LayerInputs inputs;
      const HeadProjection p = add_head_projection(inputs.layout, "query", o);
      inputs.values = random_values(inputs.layout, 1, random);
      inputs.matrices.push_back(random_matrix(rows, o.in, random));
      const auto run = [&](auto& tape, const auto& x) { return apply(tape, p, x[0]); };
      EXPECT_TRUE(evaluate<double>(inputs, run).isApprox(project_by_formula(p, inputs), 1e-13) || rows == 0);
      EXPECT_TRUE(gradients_match(inputs, run));
    }
  }
}

TEST(HeadProjection, NamesAndShapesItsParameters) {
  ParameterLayout layout;
  const HeadProjection p = add_head_projection(layout, "key", {64, 4, 16, 2, 16});
  EXPECT_EQ(layout[p.weight].name, "key.weight");
  EXPECT_THAT(layout[p.weight].shape, ::testing::ElementsAre(1, 4, 2, 16, 4));
  EXPECT_EQ(layout[p.bias].name, "key.bias");
  EXPECT_THAT(layout[p.bias].shape, ::testing::ElementsAre(4, 16, 2));
}

TEST(HeadProjection, RefusesSizesThatDoNotFit) {
  ParameterLayout layout;
  const auto add = [&](const HeadProjectionOptions& o) {
    return [&layout, o] { add_head_projection(layout, "q", o); };
  };
  EXPECT_THAT(add({8, 0, 4}),
              ThrowsMessage<ConfigError>("q: input width 8, heads 0, width 4, tracking width 1 and "
                                         "sub-heads 1 must be positive"));
  EXPECT_THAT(add({8, 3, 4, 1, 3}),
              ThrowsMessage<ConfigError>("q: 3 sub-heads do not divide the input width 8"));
  EXPECT_THAT(add({8, 3, 4, 1, 2}),
              ThrowsMessage<ConfigError>("q: 2 sub-heads do not fit 3 heads of width 4"));
  EXPECT_THAT(add({8, 2, 3, 1, 4}),
              ThrowsMessage<ConfigError>("q: 4 sub-heads do not fit 2 heads of width 3"));
  LayerInputs inputs;
  const HeadProjection p = add_head_projection(inputs.layout, "q", {8, 2, 4});
  inputs.values = initial_values<double>(inputs.layout, kSeed);
  inputs.matrices.push_back(Matrix<double>(1, 7));
  EXPECT_THAT(
      [&] { evaluate<double>(inputs, [&](auto& tape, const auto& x) { return apply(tape, p, x[0]); }); },
      ThrowsMessage<ShapeError>("head_projection: x has shape [1, 7], expected [1, 8]"));
}

}  // namespace
}  // namespace plstm::test
