#include "plstm/nn/shared/softmax.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

const auto kSoftmax = [](auto& tape, const auto& v) { return softmax(tape, v[0]); };

TEST(Softmax, MakesEachRowADistribution) {
  Random random(kSeed);
  const Matrix<double> x = random_matrix(4, 9, random, 3);
  const Matrix<double> y = evaluate<double>({{}, {}, {x}}, kSoftmax);
  for (Index r = 0; r < x.rows(); ++r) {
    EXPECT_NEAR(y.row(r).sum(), 1, 1e-12);
    for (Index i = 1; i < x.cols(); ++i) EXPECT_NEAR(y(r, i) / y(r, 0), std::exp(x(r, i) - x(r, 0)), 1e-9);
  }
  const Matrix<double> shifted = evaluate<double>({{}, {}, {x.array() + 1e4}}, kSoftmax);
  EXPECT_LT((shifted - y).cwiseAbs().maxCoeff(), 1e-10);
}

TEST(Softmax, GradientsMatch) {
  Random random(kSeed);
  for (const Index cols : {1, 2, 17}) {
    EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(3, cols, random)}}, kSoftmax)) << cols;
  }
  EXPECT_TRUE(gradients_match({{}, {}, {Matrix<double>(0, 3)}}, kSoftmax));
  EXPECT_TRUE(gradients_match({{}, {}, {Matrix<double>(3, 0)}}, kSoftmax));
}

auto by_segments(const std::vector<std::int32_t>& offsets) {
  return [&](auto& tape, const auto& v) { return softmax_segments(tape, v[0], offsets); };
}

TEST(SoftmaxSegments, IsTheSoftmaxOfEachColumnOfASegment) {
  Random random(kSeed);
  const std::vector<std::int32_t> offsets{0, 3, 3, 10};
  for (const Index cols : {1, 3}) {
    const LayerInputs inputs{{}, {}, {random_matrix(10, cols, random)}};
    const Matrix<double> y = evaluate<double>(inputs, by_segments(offsets));
    const auto expect_columns = [&](Index first, Index rows) {
      const Matrix<double> columns = inputs.matrices[0].middleRows(first, rows).transpose();
      const Matrix<double> expected = evaluate<double>({{}, {}, {columns}}, kSoftmax).transpose();
      EXPECT_LT((y.middleRows(first, rows) - expected).cwiseAbs().maxCoeff(), 1e-12);
    };
    expect_columns(0, 3);
    expect_columns(3, 7);
    EXPECT_TRUE(gradients_match(inputs, by_segments(offsets))) << cols;
  }
}

TEST(SoftmaxSegments, AcceptsNoRowsAndRefusesWrongOffsets) {
  const std::vector<std::int32_t> none{}, zero{0}, two{0, 2}, descending{0, 2, 1, 3};
  EXPECT_EQ(evaluate<double>({{}, {}, {Matrix<double>(0, 2)}}, by_segments(zero)).size(), 0);
  const LayerInputs inputs{{}, {}, {Matrix<double>::Ones(3, 2)}};
  EXPECT_THROW(evaluate<double>(inputs, by_segments(none)), ShapeError);
  EXPECT_THROW(evaluate<double>(inputs, by_segments(two)), ShapeError);
  EXPECT_THROW(evaluate<double>(inputs, by_segments(descending)), ShapeError);
}

}  // namespace
}  // namespace plstm::test
