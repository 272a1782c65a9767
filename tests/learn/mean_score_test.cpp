#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/learn/mean_score.hpp>

namespace plstm::test {
namespace {

using Scores = std::vector<std::optional<double>>;

TEST(MeanScore, ByHand) {
  const auto score = mean_score(Scores{1.0, 3.0, 5.0});
  ASSERT_TRUE(score.has_value());
  EXPECT_DOUBLE_EQ(score->mean, 3);
  EXPECT_DOUBLE_EQ(score->deviation.value(), 2);
  EXPECT_EQ(score->trainings, 3);
}

TEST(MeanScore, CountsTrainingsWhereItIsDefined) {
  const auto score = mean_score(Scores{1.0, std::nullopt, 2.0, std::numeric_limits<double>::quiet_NaN()});
  ASSERT_TRUE(score.has_value());
  EXPECT_DOUBLE_EQ(score->mean, 1.5);
  EXPECT_DOUBLE_EQ(score->deviation.value(), std::sqrt(0.5));
  EXPECT_EQ(score->trainings, 2);
}

TEST(MeanScore, OneTrainingHasNoDeviation) {
  EXPECT_EQ(mean_score(Scores{std::nullopt, 0.25}), (MeanScore{0.25, std::nullopt, 1}));
  EXPECT_EQ(mean_score(Scores{std::nullopt}), std::nullopt);
  EXPECT_EQ(mean_score({}), std::nullopt);
}

}  // namespace
}  // namespace plstm::test
