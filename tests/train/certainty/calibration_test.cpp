#include "plstm/train/certainty/calibration.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const std::vector<Task> kTasks{{}, {TaskType::kClassification}, {TaskType::kMulticlass, 3}};

// One of regression, one of yes and no, one of three classes of which one was never seen.
Calibration calibration() {
  const ConformalScores ten = make_conformal_scores({1, 2, 3, 4, 5, 6, 7, 8, 9});
  const ConformalScores few = make_conformal_scores({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9});
  return {{0.4, 0, 0}, {ten, few, few, few, few, make_conformal_scores({})}};
}

TEST(Calibration, OneLevelForEachTaskAndClass) {
  check_calibration(calibration(), kTasks);
  const ConfidenceLevel level = confidence_level(calibration(), kTasks, 0.8);
  EXPECT_EQ(level.confidence, 0.8);
  EXPECT_THAT(level.factors, ElementsAre(8, 0, 0));
  EXPECT_THAT(level.least_probabilities,
              ElementsAre(DoubleEq(1 - 0.8), DoubleEq(1 - 0.8), DoubleEq(1 - 0.8), DoubleEq(1 - 0.8), 0))
      << "a class without rows is never ruled out";
  EXPECT_EQ(confidence_level(calibration(), kTasks, 0.99).factors[0],
            std::numeric_limits<double>::infinity());
  EXPECT_THROW(confidence_level(calibration(), kTasks, 1), ConfigError);
}

TEST(Calibration, ErrorsGrowWithTheSpreadAndWithThoseOfTheKind) {
  EXPECT_DOUBLE_EQ(expected_error(0.4, 0.1, std::nullopt), 0.5);
  EXPECT_DOUBLE_EQ(expected_error(0.4, 0.1, 0.7), 0.8);
  EXPECT_DOUBLE_EQ(expected_error(0.4, 0.1, -3), 0.2) << "at least a quarter of the typical error";
  EXPECT_GT(expected_error(0, 0, std::nullopt), 0);
}

TEST(Calibration, MustFitTheTasks) {
  Calibration other = calibration();
  other.scores.pop_back();
  EXPECT_THAT([&] { check_calibration(other, kTasks); },
              ThrowsMessage<ShapeError>(HasSubstr("5 lists of scores, expected 3 and 6")));
  other = calibration();
  other.typical_errors[1] = std::nan("");
  EXPECT_THAT([&] { check_calibration(other, kTasks); }, ThrowsMessage<ConfigError>(HasSubstr("nan")));
  other = calibration();
  other.scores[0].count = 20;
  EXPECT_THROW(check_calibration(other, kTasks), ShapeError);
}

}  // namespace
}  // namespace plstm
