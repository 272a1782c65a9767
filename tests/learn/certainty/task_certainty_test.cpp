#include "plstm/learn/certainty/task_certainty.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Certainty, IntervalsAndSetsOfClasses) {
  const std::vector<Task> tasks{{TaskType::kClassification}, {}, {TaskType::kMulticlass, 3}};
  const Predictions predictions{{"yes", "value", "c_0", "c_1", "c_2"},
                                {0, 1, 2},
                                {0.7, 10, 0.1, 0.2, 0.7, 0.5, 20, 0.3, 0.3, 0.4},
                                {0, 2, 0, 0, 0, 0, 0.5, 0, 0, 0}};
  const ConfidenceLevel level{0.9, {0, 3, 0}, {0.31, 0.6, 0.5, 0.2, 0.5}};
  const std::vector<TaskCertainty> first = certainty_of(predictions, 0, tasks, level);
  ASSERT_EQ(first.size(), 3u);
  EXPECT_THAT(first[0].classes, ElementsAre(1));
  EXPECT_TRUE(std::isnan(first[0].low) && std::isnan(first[0].high));
  EXPECT_EQ(first[1].low, 4);
  EXPECT_EQ(first[1].high, 16);
  EXPECT_THAT(first[1].classes, IsEmpty());
  EXPECT_THAT(first[2].classes, ElementsAre(1, 2));
  const std::vector<TaskCertainty> second = certainty_of(predictions, 1, tasks, level);
  EXPECT_THAT(second[0].classes, ElementsAre(0));
  EXPECT_EQ(second[1].high - second[1].low, 3);
  EXPECT_THAT(second[2].classes, ElementsAre(1));
  Predictions without = predictions;
  without.expected_errors.clear();
  EXPECT_THROW(certainty_of(without, 0, tasks, level), ShapeError);
}

TEST(Certainty, CountsWhatIsHeld) {
  CoverageCounts counts;
  for (const double target : {1.0, 2.0, 2.5}) add_to_coverage({1, 2, {}}, target, counts);
  EXPECT_EQ(counts.rows, 3);
  EXPECT_EQ(counts.held, 2);
  EXPECT_EQ(counts.size, 3);
  TaskCertainty set;
  set.classes = {0, 2};
  CoverageCounts of_sets;
  for (const double target : {0.0, 1.0, 2.0}) add_to_coverage(set, target, of_sets);
  EXPECT_EQ(of_sets.held, 2);
  EXPECT_EQ(of_sets.size, 6);
}

}  // namespace
}  // namespace plstm
