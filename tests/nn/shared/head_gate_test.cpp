#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/shared/head_gate.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

struct GateCase {
  LayerInputs inputs;
  HeadGate gate;
};

GateCase gate_case(const HeadGateOptions& o, Index rows, Random& random) {
  GateCase c;
  c.gate = add_head_gate(c.inputs.layout, "source.", o);
  c.inputs.values = random_values(c.inputs.layout, 1, random);
  c.inputs.matrices.push_back(random_matrix(rows, o.in, random));
  return c;
}
auto run_gate(const HeadGate& gate) {
  return [&gate](auto& tape, const auto& x) { return apply(tape, gate, x[0]); };
}

TEST(HeadGate, FollowsTheFormulaWithGradients) {
  Random random(kSeed);
  for (const Index parts : {1, 2, 4}) {
    for (const Index rows : {0, 1, 6}) {
      const GateCase c = gate_case({.in = 8, .groups = 4, .dims = {3, 2}, .sub_heads = parts}, rows, random);
      EXPECT_TRUE(gradients_match(c.inputs, run_gate(c.gate)));
      const Matrix<double> y = evaluate<double>(c.inputs, run_gate(c.gate));
      const double* bias = c.inputs.values.data() + c.inputs.layout[c.gate.bias].offset;
      const double* weight = c.inputs.values.data() + c.inputs.layout[c.gate.weight].offset;
      const Index part = 8 / parts;
      for (Index n = 0; n < rows; ++n) {
        for (Index e = 0; e < 24; ++e) {
          const Index read = e / 6 % parts;
          double z = bias[e];
          for (Index i = 0; i < part; ++i)
            z += weight[e * part + i] * c.inputs.matrices[0](n, read * part + i);
          EXPECT_NEAR(y(n, e), 1 / (1 + std::exp(-z)), 1e-14);
        }
      }
    }
  }
}

TEST(HeadGate, WithoutWeightIsTheSameEverywhere) {
  Random random(kSeed);
  for (const bool sigmoid : {true, false}) {
    GateCase c =
        gate_case({.in = 3, .groups = 2, .dims = {2}, .weight = false, .sigmoid = sigmoid}, 5, random);
    const Matrix<double> y = evaluate<double>(c.inputs, run_gate(c.gate));
    for (Index n = 0; n < 5; ++n) EXPECT_EQ(y.row(n), y.row(0));
    const double z = c.inputs.values[1];
    EXPECT_NEAR(y(0, 1), sigmoid ? 1 / (1 + std::exp(-z)) : z, 1e-15);
    EXPECT_EQ(c.inputs.layout.infos().size(), 1u);
    EXPECT_TRUE(gradients_match(c.inputs, run_gate(c.gate)));
  }
}

TEST(HeadGate, NamesAndShapesItsParameters) {
  ParameterLayout layout;
  const HeadGate gate =
      add_head_gate(layout, "mark.", {.in = 8, .groups = 4, .dims = {4, 1, 2}, .sub_heads = 2});
  EXPECT_EQ(layout[gate.bias].name, "mark.bias");
  EXPECT_THAT(layout[gate.bias].shape, ::testing::ElementsAre(4, 4, 1, 2));
  EXPECT_EQ(layout[gate.weight].name, "mark.weight");
  EXPECT_THAT(layout[gate.weight].shape, ::testing::ElementsAre(2, 2, 4, 1, 2, 4));
}

TEST(HeadGate, RefusesSizesThatDoNotFit) {
  ParameterLayout layout;
  EXPECT_THAT([&] { add_head_gate(layout, "mark.", {.in = 8, .groups = 2, .dims = {0}}); },
              ThrowsMessage<ConfigError>(
                  "mark.bias: input width 8, groups 2, sub-heads 1 and values 0 must be positive"));
  EXPECT_THAT([&] { add_head_gate(layout, "mark.", {.in = 8, .groups = 2, .sub_heads = 4}); },
              ThrowsMessage<ConfigError>(
                  "mark.weight: 4 sub-heads do not divide the input width 8 and the 2 groups"));
  Random random(kSeed);
  GateCase c = gate_case({.in = 3, .groups = 2}, 2, random);
  c.inputs.matrices[0].resize(2, 4);
  EXPECT_THAT([&] { evaluate<double>(c.inputs, run_gate(c.gate)); },
              ThrowsMessage<ShapeError>("head_gate: x has shape [2, 4], expected [2, 3]"));
}

}  // namespace
}  // namespace plstm::test
