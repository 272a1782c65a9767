#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/grids/grid_recurrence.hpp>
#include <plstm/nn/shared/arithmetic.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

// One grid of 2 x 3 nodes, two heads, K = 2, V = 3, four orientations; all gates of a node in one row.
constexpr GridShape kGrid{.batch = 1,
                          .size_x = 2,
                          .size_y = 3,
                          .heads = 2,
                          .key_width = 2,
                          .value_width = 3,
                          .tracking = {},
                          .orientations = 4};
constexpr Index kNodes = 6, kGates = 8;

LayerInputs recurrence_inputs() {
  Random random(kSeed);
  LayerInputs inputs;
  for (const Index width : {Index{4}, Index{4}, Index{6}, 8 * kGates, Index{2}})
    inputs.matrices.push_back(random_matrix(kNodes, width, random, 0.6));
  return inputs;
}

enum class Turns { kBoth, kLeft };

auto run_recurrence(Turns turns) {
  return [turns](auto& tape, const auto& x) {
    using T = std::decay_t<decltype(*x[0].value)>;
    const auto gates = [&x](Index i) { return Columns<T>(x[3], i * kGates, kGates); };
    GridVars<T> vars;
    vars.query = x[0];
    vars.key = x[1];
    vars.value = x[2];
    vars.source_right = gates(0);
    vars.source_down = gates(1);
    vars.left_to_right = gates(2);
    vars.up_to_down = gates(3);
    if (turns == Turns::kBoth) vars.left_to_down = gates(4);
    vars.up_to_right = gates(5);
    vars.mark_left = gates(6);
    vars.mark_up = gates(7);
    vars.direct = x[4];
    return grid_recurrence(tape, kGrid, vars, {});
  };
}

TEST(GridRecurrence, GradientsMatchWhereGatesShareRows) {
  const LayerInputs inputs = recurrence_inputs();
  EXPECT_TRUE(gradients_match(inputs, run_recurrence(Turns::kBoth), {.most_entries = 24}));
  EXPECT_TRUE(gradients_match(inputs, run_recurrence(Turns::kLeft), {.most_entries = 24}));
}

TEST(GridRecurrence, AnAbsentTurnIsOneThatIsZero) {
  LayerInputs inputs = recurrence_inputs();
  const Matrix<double> absent = evaluate<double>(inputs, run_recurrence(Turns::kLeft));
  EXPECT_NE(absent, evaluate<double>(inputs, run_recurrence(Turns::kBoth)));
  inputs.matrices[3].middleCols(4 * kGates, kGates).setZero();
  EXPECT_TRUE(absent.isApprox(evaluate<double>(inputs, run_recurrence(Turns::kBoth)), 1e-12));
}

TEST(GridRecurrence, RefusesColumnsThatDoNotFit) {
  LayerInputs inputs = recurrence_inputs();
  inputs.matrices[2] = Matrix<double>::Zero(kNodes, 5);
  EXPECT_THAT(
      [&] { evaluate<double>(inputs, run_recurrence(Turns::kBoth)); },
      ::testing::ThrowsMessage<ShapeError>("grid_recurrence: value has shape [6, 5], expected [6, 6]"));
}

// Both uses of x reach its gradient.
TEST(Twin, AddsItsGradientToThatOfTheOriginal) {
  Random random(kSeed);
  LayerInputs inputs;
  inputs.matrices = {random_matrix(3, 2, random)};
  const auto three_times = [](auto& tape, const auto& x) {
    return add(tape, multiply_by(tape, twin(tape, x[0]), 2), x[0]);
  };
  EXPECT_TRUE(evaluate<double>(inputs, three_times).isApprox(3 * inputs.matrices[0]));
  EXPECT_TRUE(gradients_match(inputs, three_times));
}

}  // namespace
}  // namespace plstm::test
