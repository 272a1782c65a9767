#include "plstm/nn/shared/gather.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace plstm::test
