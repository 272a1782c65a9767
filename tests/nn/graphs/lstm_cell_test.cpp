#include <cmath>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/lstm_cell.hpp>
#include <plstm/nn/shared/arithmetic.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

const auto kHidden = [](auto& tape, const auto& x) { return lstm_cell(tape, x[0], x[1]).hidden; };
const auto kCell = [](auto& tape, const auto& x) { return lstm_cell(tape, x[0], x[1]).cell; };
// Both results matter, and the cell goes through a second step.
const auto kBoth = [](auto& tape, const auto& x) {
  const auto first = lstm_cell(tape, x[0], x[1]);
  const auto second = lstm_cell(tape, x[0], first.cell);
  return add(tape, first.hidden, add(tape, second.hidden, multiply_by(tape, second.cell, 0.5)));
};

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

TEST(LstmCell, HasKnownValues) {
  // One row of two columns: i, o, f, g.
  const LayerInputs inputs{{}, {}, {Matrix<double>{{1, -1, 0.5, 3, 2, 0, -2, 1}}, Matrix<double>{{0.7, -4}}}};
  const double first = sigmoid(3) * 0.7 + sigmoid(1) * std::tanh(-2);
  const double second = sigmoid(1) * -4 + sigmoid(-1) * std::tanh(1);
  EXPECT_TRUE(evaluate<double>(inputs, kCell).isApprox(Matrix<double>{{first, second}}, 1e-14));
  const Matrix<double> hidden{{sigmoid(0.5) * std::tanh(first), sigmoid(3) * std::tanh(second)}};
  EXPECT_TRUE(evaluate<double>(inputs, kHidden).isApprox(hidden, 1e-14));
}

TEST(LstmCell, GradientsMatch) {
  Random random(kSeed);
  for (const Index rows : {0, 1, 5}) {
    const LayerInputs inputs{{}, {}, {random_matrix(rows, 12, random), random_matrix(rows, 3, random)}};
    EXPECT_TRUE(gradients_match(inputs, kHidden)) << rows;
    EXPECT_TRUE(gradients_match(inputs, kCell)) << rows;
    EXPECT_TRUE(gradients_match(inputs, kBoth)) << rows;
  }
}

TEST(LstmCell, LeavesConstantsAlone) {
  Random random(kSeed);
  const Matrix<double> gates = random_matrix(3, 8, random), cell = random_matrix(3, 2, random);
  EXPECT_TRUE(gradients_match({{}, {}, {gates}}, [&](auto& tape, const auto& x) {
    return lstm_cell(tape, x[0], tape.constant(cell.data(), 3, 2)).hidden;
  }));
  EXPECT_TRUE(gradients_match({{}, {}, {cell}}, [&](auto& tape, const auto& x) {
    return lstm_cell(tape, tape.constant(gates.data(), 3, 8), x[0]).hidden;
  }));
}

TEST(LstmCell, FloatFollowsDouble) {
  Random random(kSeed);
  const LayerInputs inputs{{}, {}, {random_matrix(9, 64, random, 3), random_matrix(9, 16, random)}};
  const Matrix<double> expected = evaluate<double>(inputs, kBoth);
  EXPECT_LE((evaluate<float>(inputs, kBoth).cast<double>() - expected).cwiseAbs().maxCoeff(), 1e-5);
}

TEST(LstmCell, ComplainsAboutShapes) {
  const LayerInputs inputs{{}, {}, {Matrix<double>::Zero(2, 6), Matrix<double>::Zero(2, 2)}};
  EXPECT_THAT([&] { evaluate<double>(inputs, kHidden); },
              ThrowsMessage<ShapeError>("lstm_cell: gates has shape [2, 6], expected [2, 8]"));
}

}  // namespace
}  // namespace plstm::test
