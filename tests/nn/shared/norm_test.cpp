#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/shared/norm.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

auto rms(double epsilon) {
  return [=](auto& tape, const auto& x) { return rms_norm(tape, x[0], x[1], epsilon); };
}
auto head_rms(double epsilon) {
  return [=](auto& tape, const auto& x) { return head_rms_norm(tape, x[0], x[1], epsilon); };
}
auto layer(double epsilon) {
  return [=](auto& tape, const auto& x) { return layer_norm(tape, x[0], x[1], x[2], epsilon); };
}

TEST(Norm, HasKnownValues) {
  // rms of (3, 4) is sqrt(25 / 2); of (0, 2) it is sqrt(2).
  const double r = std::sqrt(12.5);
  const Matrix<double> x{{3, 4, 0, 2}};
  EXPECT_TRUE(evaluate<double>({{}, {}, {Matrix<double>{{3, 4}}, Matrix<double>{{1, 2}}}}, rms(0))
                  .isApprox(Matrix<double>{{3 / r, 8 / r}}, 1e-15));
  EXPECT_TRUE(evaluate<double>({{}, {}, {x, Matrix<double>{{1, 1}, {1, 3}}}}, head_rms(0))
                  .isApprox(Matrix<double>{{3 / r, 4 / r, 0, 3 * std::sqrt(2.0)}}, 1e-15));
  // mean 2, variance 1
  const LayerInputs pair{{}, {}, {Matrix<double>{{1, 3}}, Matrix<double>{{2, 3}}, Matrix<double>{{10, 20}}}};
  EXPECT_TRUE(evaluate<double>(pair, layer(0)).isApprox(Matrix<double>{{8, 23}}, 1e-15));
}

TEST(Norm, EpsilonKeepsZeroRowsAtZero) {
  const Matrix<double> zero = Matrix<double>::Zero(2, 3), one = Matrix<double>::Ones(1, 3);
  EXPECT_EQ(evaluate<double>({{}, {}, {zero, one}}, rms(1e-5)), zero);
  EXPECT_EQ(evaluate<double>({{}, {}, {zero, one, Matrix<double>::Zero(1, 3)}}, layer(1e-5)), zero);
  // sqrt(mean(x^2) + eps): x = 1, eps = 3 halves it.
  EXPECT_EQ(evaluate<double>({{}, {}, {one, one}}, rms(3)), 0.5 * one);
}

TEST(Norm, GradientsMatch) {
  Random random(kSeed);
  const auto m = [&](Index rows, Index cols) { return random_matrix(rows, cols, random); };
  for (const Index width : {1, 3, 4, 16, 17}) {
    for (const Index rows : {0, 1, 4}) {
      EXPECT_TRUE(gradients_match({{}, {}, {m(rows, width), m(1, width)}}, rms(0.1)));
      EXPECT_TRUE(gradients_match({{}, {}, {m(rows, 2 * width), m(2, width)}}, head_rms(0.1)));
      EXPECT_TRUE(gradients_match({{}, {}, {m(rows, width), m(1, width), m(1, width)}}, layer(0.1)));
    }
  }
}

TEST(Norm, FloatFollowsDouble) {
  Random random(kSeed);
  const LayerInputs inputs{
      {}, {}, {random_matrix(5, 96, random, 3), random_matrix(1, 96, random), random_matrix(1, 96, random)}};
  EXPECT_TRUE(
      evaluate<float>(inputs, rms(1e-5)).cast<double>().isApprox(evaluate<double>(inputs, rms(1e-5)), 1e-6));
  EXPECT_TRUE(evaluate<float>(inputs, layer(1e-5))
                  .cast<double>()
                  .isApprox(evaluate<double>(inputs, layer(1e-5)), 1e-6));
}

TEST(Norm, LeavesConstantsAlone) {
  Random random(kSeed);
  const Matrix<double> scale = random_matrix(1, 4, random);
  const LayerInputs x{{}, {}, {random_matrix(3, 4, random)}};
  const LayerInputs row{{}, {}, {random_matrix(1, 4, random)}};
  const auto fixed = [&](Tape<double>& tape) { return tape.constant(scale.data(), 1, 4); };
  EXPECT_TRUE(gradients_match(
      x, [&](auto& tape, const auto& in) { return rms_norm(tape, in[0], fixed(tape), 0.1); }));
  EXPECT_TRUE(gradients_match(
      x, [&](auto& tape, const auto& in) { return layer_norm(tape, in[0], fixed(tape), fixed(tape), 0.1); }));
  EXPECT_TRUE(gradients_match(row, [&](auto& tape, const auto& in) {
    return layer_norm(tape, fixed(tape), in[0], fixed(tape), 0.1);
  }));
  EXPECT_TRUE(gradients_match(row, [&](auto& tape, const auto& in) {
    return layer_norm(tape, fixed(tape), fixed(tape), in[0], 0.1);
  }));
}

TEST(Norm, ComplainsAboutShapes) {
  const LayerInputs inputs{
      {}, {}, {Matrix<double>::Zero(2, 3), Matrix<double>::Ones(1, 4), Matrix<double>::Ones(1, 3)}};
  EXPECT_THAT([&] { evaluate<double>(inputs, rms(1)); },
              ThrowsMessage<ShapeError>("rms_norm: scale has shape [1, 4], expected [1, 3]"));
  EXPECT_THAT([&] { evaluate<double>(inputs, head_rms(1)); },
              ThrowsMessage<ShapeError>("head_rms_norm: scale has 4 entries, expected 3"));
  EXPECT_THAT([&] { evaluate<double>(inputs, layer(1)); },
              ThrowsMessage<ShapeError>("layer_norm: scale has shape [1, 4], expected [1, 3]"));
  EXPECT_THAT(
      [&] {
        evaluate<double>(inputs,
                         [](auto& tape, const auto& x) { return layer_norm(tape, x[0], x[2], x[1], 1); });
      },
      ThrowsMessage<ShapeError>("layer_norm: shift has shape [1, 4], expected [1, 3]"));
}

}  // namespace
}  // namespace plstm::test
