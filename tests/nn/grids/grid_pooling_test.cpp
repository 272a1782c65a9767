#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/grids/grid_pooling.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

auto pool_nodes(Index size_x, Index size_y, GridPooling pooling) {
  return [=](auto& tape, const auto& x) { return pool_grid(tape, x[0], size_x, size_y, pooling); };
}

constexpr GridPooling kPoolings[] = {GridPooling::kCorners, GridPooling::kMean,   GridPooling::kSum,
                                     GridPooling::kMax,     GridPooling::kCentre, GridPooling::kCls};

TEST(GridPooling, HasKnownValues) {
  // Two grids of 2 x 3.
  Matrix<double> x(12, 2);
  for (Index i = 0; i < 12; ++i) x.row(i) << static_cast<double>(i), -static_cast<double>(i);
  const auto pooled = [&](GridPooling pooling) {
    return evaluate<double>({{}, {}, {x}}, pool_nodes(2, 3, pooling));
  };
  EXPECT_EQ(pooled(GridPooling::kCorners),
            (Matrix<double>{{0, 0, 3, -3, 2, -2, 5, -5}, {6, -6, 9, -9, 8, -8, 11, -11}}));
  EXPECT_TRUE(pooled(GridPooling::kMean).isApprox(Matrix<double>{{2.5, -2.5}, {8.5, -8.5}}, 1e-15));
  EXPECT_EQ(pooled(GridPooling::kSum), (Matrix<double>{{15, -15}, {51, -51}}));
  EXPECT_EQ(pooled(GridPooling::kMax), (Matrix<double>{{5, 0}, {11, -6}}));
  EXPECT_EQ(pooled(GridPooling::kCentre), (Matrix<double>{{4, -4}, {10, -10}}));
  EXPECT_EQ(pooled(GridPooling::kCls), (Matrix<double>{{0, 0}, {6, -6}}));
}

TEST(GridPooling, GradientsMatch) {
  Random random(kSeed);
  for (const GridPooling pooling : kPoolings) {
    for (const auto& [x, y] : {std::pair(2, 3), std::pair(1, 1), std::pair(3, 1)}) {
      for (const Index grids : {0, 1, 2}) {
        EXPECT_TRUE(
            gradients_match({{}, {}, {random_matrix(grids * x * y, 3, random)}}, pool_nodes(x, y, pooling)));
      }
    }
    EXPECT_EQ(pooled_width(pooling, 3), pooling == GridPooling::kCorners ? 12 : 3);
  }
}

TEST(GridPooling, ComplainsAboutPartsOfGrids) {
  for (const GridPooling pooling : kPoolings) {
    const LayerInputs inputs{{}, {}, {Matrix<double>::Zero(7, 2)}};
    EXPECT_THAT([&] { evaluate<double>(inputs, pool_nodes(2, 3, pooling)); },
                ThrowsMessage<ShapeError>("pool_grid: x has 7 rows, expected whole grids of 2 x 3"));
    EXPECT_THROW(evaluate<double>(inputs, pool_nodes(0, 3, pooling)), ShapeError);
  }
}

}  // namespace
}  // namespace plstm::test
