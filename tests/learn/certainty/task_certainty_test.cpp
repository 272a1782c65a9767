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
  const double nan = std::nan("");
  const std::vector<Task> tasks{{}, {TaskType::kMulticlass, 3}};
  // Intervals of 1 to 3 and sets of the classes 0 and 2 in each of four rows.
  Predictions predictions{{"value", "c_0", "c_1", "c_2"}, {0, 1, 2, 3, 4}, {}, {}};
  for (int row = 0; row < 4; ++row) {
    predictions.values.insert(predictions.values.end(), {2, 0.4, 0.1, 0.5});
    predictions.expected_errors.insert(predictions.expected_errors.end(), {0.5, 0, 0, 0});
  }
  const ConfidenceLevel level{0.9, {2, 0}, {0.3, 0.3, 0.3}};
  const std::vector<double> measured{1, 0, 2.5, 1, 3.5, nan, nan, 2};
  const std::vector<CoverageCounts> counts = coverage_of(predictions, measured, tasks, level);
  EXPECT_EQ(counts[0].rows, 3);
  EXPECT_EQ(counts[0].held, 2);
  EXPECT_EQ(counts[0].size, 3 * 2.0);
  EXPECT_EQ(counts[1].rows, 3);
  EXPECT_EQ(counts[1].held, 2);
  EXPECT_EQ(counts[1].size, 3 * 2.0);
  EXPECT_THROW(coverage_of(predictions, std::vector<double>(7), tasks, level), ShapeError);
}

}  // namespace
}  // namespace plstm
