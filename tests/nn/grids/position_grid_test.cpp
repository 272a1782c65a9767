#include <cmath>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/grids/position_grid.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

auto resize(Index from_x, Index from_y, Index to_x, Index to_y) {
  return [=](auto& tape, const auto& x) { return resize_grid(tape, x[0], from_x, from_y, to_x, to_y); };
}

Matrix<double> resized(const Matrix<double>& table, Index from_x, Index from_y, Index to_x, Index to_y) {
  return evaluate<double>({{}, {}, {table}}, resize(from_x, from_y, to_x, to_y));
}

TEST(PositionGrid, ResizingHasKnownValues) {
  // u = -1/4: what lies 5/4 away on the far side has w(5/4) = -0.10546875; u = 1/4: w(3/4) + w(7/4) =
  // 0.2265625.
  const Matrix<double> ends{{0}, {1}};
  const Matrix<double> expected{{-0.10546875}, {0.2265625}, {0.7734375}, {1.10546875}};
  EXPECT_TRUE(resized(ends, 2, 1, 4, 1).isApprox(expected, 1e-14));
  EXPECT_TRUE(resized(ends, 1, 2, 1, 4).isApprox(expected, 1e-14));
  // Half as large: in the middle of 1 and 2 with the neighbours 0 and 3, w(1/2) = 0.59375, w(3/2) = -0.09375.
  const Matrix<double> square{{0}, {1}, {8}, {27}};
  EXPECT_NEAR(resized(square, 4, 1, 1, 1)(0, 0), 0.59375 * 9 - 0.09375 * 27, 1e-13);
}

TEST(PositionGrid, ResizingKeepsConstantsLinesAndEqualSizes) {
  Random random(kSeed);
  const Matrix<double> table = random_matrix(12, 3, random);
  EXPECT_TRUE(resized(table, 3, 4, 3, 4).isApprox(table, 1e-14));
  EXPECT_TRUE(resized(Matrix<double>::Ones(12, 1), 3, 4, 7, 2).isApprox(Matrix<double>::Ones(14, 1), 1e-14));
  Matrix<double> line(8, 1);
  for (Index i = 0; i < 8; ++i) line(i, 0) = static_cast<double>(i);
  const Matrix<double> longer = resized(line, 8, 1, 16, 1);
  // a = -3/4 bends a line between its points, by 3/64 at their quarters.
  for (Index i = 4; i < 12; ++i)
    EXPECT_NEAR(std::abs(longer(i, 0) - 0.5 * static_cast<double>(i) + 0.25), 3.0 / 64, 1e-12);
}

// Along x first, then along y.
TEST(PositionGrid, AxesAreResizedApart) {
  Random random(kSeed);
  const Matrix<double> table = random_matrix(3 * 4, 2, random);
  EXPECT_TRUE(resized(table, 3, 4, 5, 7).isApprox(resized(resized(table, 3, 4, 5, 4), 5, 4, 5, 7), 1e-13));
}

TEST(PositionGrid, GradientsMatch) {
  Random random(kSeed);
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(6, 3, random)}}, resize(3, 2, 5, 1)));
  LayerInputs inputs;
  const PositionGrid positions = add_position_grid(inputs.layout, "pos_embed", 2, 3, 4);
  EXPECT_EQ(inputs.layout[positions.embed].name, "pos_embed.embed");
  EXPECT_THAT(inputs.layout[positions.embed].shape, testing::ElementsAre(1, 2, 3, 4));
  inputs.values = random_values(inputs.layout, 1, random);
  for (const auto& [x, y] : {std::pair(2, 3), std::pair(3, 2), std::pair(4, 4), std::pair(1, 1)}) {
    for (const Index grids : {0, 1, 2}) {
      inputs.matrices = {random_matrix(grids * x * y, 4, random)};
      EXPECT_TRUE(gradients_match(inputs,
                                  [&, x = x, y = y](auto& tape, const auto& in) {
                                    return add_positions(tape, positions, in[0], x, y);
                                  }))
          << x << y << grids;
    }
  }
}

TEST(PositionGrid, EveryGridGetsThePositions) {
  LayerInputs inputs;
  const PositionGrid positions = add_position_grid(inputs.layout, "p", 1, 2, 2);
  inputs.values = {1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  inputs.matrices = {Matrix<double>{{10, 10}, {20, 20}, {30, 30}, {40, 40}}};
  EXPECT_EQ(
      evaluate<double>(inputs,
                       [&](auto& tape, const auto& x) { return add_positions(tape, positions, x[0], 1, 2); }),
      (Matrix<double>{{11, 12}, {23, 24}, {31, 32}, {43, 44}}));
}

TEST(PositionGrid, ComplainsAboutSizes) {
  LayerInputs inputs;
  EXPECT_THAT([&] { add_position_grid(inputs.layout, "p", 0, 2, 2); },
              ThrowsMessage<ConfigError>("position grid: sizes 0 x 2 and width 2 must be positive"));
  const PositionGrid positions = add_position_grid(inputs.layout, "p", 2, 2, 2);
  inputs.values.resize(inputs.layout.total_size());
  const auto add_to = [&](Index rows, Index cols, Index x, Index y) {
    inputs.matrices = {Matrix<double>::Zero(rows, cols)};
    evaluate<double>(inputs,
                     [&](auto& tape, const auto& in) { return add_positions(tape, positions, in[0], x, y); });
  };
  EXPECT_THAT([&] { add_to(6, 2, 2, 2); },
              ThrowsMessage<ShapeError>("add_positions: x has 6 rows, expected whole grids of 2 x 2"));
  EXPECT_THAT([&] { add_to(0, 2, 0, 2); },
              ThrowsMessage<ShapeError>("add_positions: x has 0 rows, expected whole grids of 0 x 2"));
  EXPECT_THAT([&] { add_to(4, 3, 2, 2); },
              ThrowsMessage<ShapeError>("add_positions: x has shape [4, 3], expected [4, 2]"));
  EXPECT_THAT([] { resized(Matrix<double>::Zero(4, 1), 2, 2, 3, 0); },
              ThrowsMessage<ShapeError>("resize_grid: cannot make a grid of 3 x 0 from one of 2 x 2"));
  EXPECT_THAT([] { resized(Matrix<double>::Zero(4, 1), 2, 3, 3, 3); },
              ThrowsMessage<ShapeError>("resize_grid: table has shape [4, 1], expected [6, 1]"));
}

}  // namespace
}  // namespace plstm::test
