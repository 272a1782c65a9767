#include "plstm/nn/shared/gather.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

#include "support/gradient_check.hpp"

namespace plstm::test {
namespace {

TEST(GatherRows, CopiesRowsInTheOrderAskedFor) {
  const Matrix<double> x{{1, 2}, {3, 4}, {5, 6}};
  const std::vector<std::int32_t> rows{2, 0, 2};
  EXPECT_EQ(
      evaluate<double>({{}, {}, {x}},
                       [&](auto& tape, const auto& v) { return gather_rows(tape, v[0], rows.data(), 3); }),
      (Matrix<double>{{5, 6}, {1, 2}, {5, 6}}));
}

TEST(GatherRows, GradientsMatchWhereRowsAreAskedForTwice) {
  Random random(kSeed);
  const std::vector<std::int32_t> rows{2, 0, 2, 1, 2};
  const auto gather = [&](auto& tape, const auto& v) { return gather_rows(tape, v[0], rows.data(), 5); };
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(4, 3, random)}}, gather));
}

TEST(GatherRows, AcceptsNoRows) {
  Random random(kSeed);
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(4, 3, random)}}, [](auto& tape, const auto& v) {
    return gather_rows(tape, v[0], static_cast<const std::int32_t*>(nullptr), 0);
  }));
}

TEST(GatherRows, RefusesRowsThatDoNotExist) {
  for (const std::int32_t wrong : {-1, 4}) {
    const std::vector<std::int32_t> rows{0, wrong};
    EXPECT_THROW(
        evaluate<double>({{}, {}, {Matrix<double>::Zero(4, 3)}},
                         [&](auto& tape, const auto& v) { return gather_rows(tape, v[0], rows.data(), 2); }),
        ShapeError);
  }
}

auto summing(const std::vector<std::int32_t>& offsets, const std::vector<std::int32_t>& rows) {
  return [&](auto& tape, const auto& v) { return sum_rows(tape, v[0], offsets, rows); };
}

TEST(SumRows, AddsTheRowsOfEachSegment) {
  const Matrix<double> x{{1, 2}, {3, 4}, {5, 6}};
  const std::vector<std::int32_t> offsets{0, 2, 2, 5}, rows{2, 0, 1, 1, 2};
  EXPECT_EQ(evaluate<double>({{}, {}, {x}}, summing(offsets, rows)),
            (Matrix<double>{{6, 8}, {0, 0}, {11, 14}}));
  Random random(kSeed);
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(4, 3, random)}}, summing(offsets, rows)));
}

TEST(SumRows, AcceptsNoSegmentsAndRefusesWrongOnes) {
  const LayerInputs inputs{{}, {}, {Matrix<double>::Ones(3, 2)}};
  const std::vector<std::int32_t> none{}, zero{0}, short_by_one{0, 1}, descending{0, 2, 1, 2}, two{0, 2},
      rows{0, 1}, wrong{0, 3};
  EXPECT_EQ(evaluate<double>(inputs, summing(zero, none)).rows(), 0);
  EXPECT_THROW(evaluate<double>(inputs, summing(none, none)), ShapeError);
  EXPECT_THROW(evaluate<double>(inputs, summing(short_by_one, rows)), ShapeError);
  EXPECT_THROW(evaluate<double>(inputs, summing(descending, rows)), ShapeError);
  EXPECT_THROW(evaluate<double>(inputs, summing(two, wrong)), ShapeError);
}

}  // namespace
}  // namespace plstm::test
