#include <cmath>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/grids/grid_angle.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

auto angles() {
  return [](auto& tape, const auto& x) { return flow_angles(tape, x[0], x[1], x[2]); };
}
auto split(bool square) {
  return [square](auto& tape, const auto& x) { return split_flow(tape, x[0], x[1], square); };
}

TEST(GridAngle, HasKnownValues) {
  // 1 + (2 * 3 + 4 * 5) / (2 * 2) = 7.5 and -1 + (2 * 0 + 4 * 1) / 4 = 0.
  const LayerInputs inputs{
      {}, {}, {Matrix<double>{{2, 4}}, Matrix<double>{{3, 5}, {0, 1}}, Matrix<double>{{1, -1}}}};
  EXPECT_TRUE(
      evaluate<double>(inputs, angles()).isApprox(Matrix<double>{{1 / (1 + std::exp(-7.5)), 0.5}}, 1e-14));
  const Matrix<double> angle{{0.25, 0.5}};
  EXPECT_EQ(evaluate<double>({{}, {}, {angle, Matrix<double>{{0.5, 2}}}}, split(true)),
            (Matrix<double>{{0.125, 1, 0.875, 0}}));
  const LayerInputs four{{}, {}, {Matrix<double>{{0.5}}, Matrix<double>{{2, 4, 6, 8}}}};
  EXPECT_EQ(evaluate<double>(four, split(true)), (Matrix<double>{{1, 2, 3, 4, 0, -2, -3, -3}}));
  EXPECT_EQ(evaluate<double>(four, split(false)), (Matrix<double>{{1, 2, 3, 4, 0, -1, -2, -3}}));
}

TEST(GridAngle, GradientsMatch) {
  Random random(kSeed);
  const auto m = [&](Index rows, Index cols) { return random_matrix(rows, cols, random); };
  for (const Index rows : {0, 1, 3}) {
    EXPECT_TRUE(gradients_match({{}, {}, {m(rows, 5), m(4, 5), m(2, 2)}}, angles()));
    for (const Index size : {1, 4, 9}) {
      EXPECT_TRUE(gradients_match({{}, {}, {m(rows, 2), m(rows, 2 * size)}}, split(true)));
    }
    EXPECT_TRUE(gradients_match({{}, {}, {m(rows, 2), m(rows, 12)}}, split(false)));
    // Either may be a constant.
    const Matrix<double> fixed = m(rows, 2);
    EXPECT_TRUE(gradients_match({{}, {}, {m(rows, 2)}}, [&](auto& tape, const auto& x) {
      return split_flow(tape, x[0], tape.constant(fixed.data(), rows, 2), true);
    }));
    EXPECT_TRUE(gradients_match({{}, {}, {m(rows, 2)}}, [&](auto& tape, const auto& x) {
      return split_flow(tape, tape.constant(fixed.data(), rows, 2), x[0], true);
    }));
  }
}

TEST(GridAngle, ComplainsAboutSizes) {
  const LayerInputs inputs{{}, {}, {Matrix<double>::Zero(2, 3), Matrix<double>::Zero(2, 4)}};
  EXPECT_THAT([&] { evaluate<double>(inputs, split(true)); },
              ThrowsMessage<ShapeError>("split_flow: z has 4 columns, expected some for each of 3 angles"));
  EXPECT_THAT(
      [&] {
        evaluate<double>({{}, {}, {Matrix<double>::Zero(2, 3), Matrix<double>::Zero(1, 3)}}, split(true));
      },
      ThrowsMessage<ShapeError>("split_flow: z has shape [1, 3], expected [2, 3]"));
  EXPECT_THAT(
      [&] {
        evaluate<double>(
            {{}, {}, {Matrix<double>::Zero(2, 3), Matrix<double>::Zero(2, 2), Matrix<double>::Zero(1, 2)}},
            angles());
      },
      ThrowsMessage<ShapeError>("flow_angles: weight has 4 entries, expected 6"));
}

}  // namespace
}  // namespace plstm::test
