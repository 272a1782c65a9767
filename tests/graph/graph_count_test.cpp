#include "plstm/graph/graph_count.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(GraphCount, FamiliesAreTheHighestBitsOfLabels) {
  EXPECT_EQ(family_of({0, 1}), 0u);
  EXPECT_EQ(family_of({(2u << kCountFamilyShift) + 5, 1}), 2u);
  EXPECT_EQ(family_of({kNumCountLabels - 1, 1}), kNumCountFamilies - 1);
}

TEST(GraphCount, RefusesWhatIsNoCount) {
  const auto check = [](const std::vector<GraphCount>& counts) { check_graph_counts("test", counts); };
  check({});
  check({{0, 1}, {7, kMostCount}, {kNumCountLabels - 1, 2}});
  EXPECT_THAT(
      [&] {
        check({{3, 1}, {3, 1}});
      },
      ThrowsMessage<ShapeError>(HasSubstr("count 1 has label 3 behind 3")));
  EXPECT_THAT([&] { check({{4, 1}, {3, 1}}); }, ThrowsMessage<ShapeError>(HasSubstr("ascending")));
  EXPECT_THAT(
      [&] {
        check({{kNumCountLabels, 1}});
      },
      ThrowsMessage<ShapeError>(HasSubstr("test: count 0 has label")));
  EXPECT_THAT([&] { check({{9, 0}}); }, ThrowsMessage<ShapeError>(HasSubstr("label 9 is counted 0 times")));
  EXPECT_THAT([&] { check({{9, kMostCount + 1}}); }, ThrowsMessage<ShapeError>(HasSubstr("256 times")));
}

}  // namespace
}  // namespace plstm
