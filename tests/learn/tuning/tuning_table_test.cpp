#include "plstm/learn/tuning/tuning_table.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plstm::test {
namespace {

using ::testing::ElementsAre;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The third settings won on two folds; the fourth ones were not tried, and the second failed.
TuneResult some_result() {
  TuneResult result;
  result.candidates.assign(4, Candidate{});
  for (std::size_t i = 0; i < 4; ++i) result.candidates[i].batch_size = 8 << i;
  result.scores = {{0.5, 0.7}, {kNaN}, {0.4, 0.6}, {}};
  result.best = 2;
  return result;
}

TEST(TuningTable, TheBestComeFirstAndThoseThatWereNotJudgedLast) {
  EXPECT_THAT(ranking(some_result()), ElementsAre(2, 0, 1, 3));
  TuneResult result = some_result();
  result.scores[1] = {0.1};
  EXPECT_THAT(ranking(result), ElementsAre(2, 0, 1, 3)) << "one fold is less than two";
  result.scores[3] = {0.05};
  EXPECT_THAT(ranking(result), ElementsAre(2, 0, 3, 1));
  result.metric = Metric::kRocAuc;
  EXPECT_THAT(ranking(result), ElementsAre(2, 0, 1, 3)) << "higher is better";
}

TEST(TuningTable, MeansAreOverTheFoldsThatWereSeen) {
  EXPECT_DOUBLE_EQ(mean_score(some_result(), 0), 0.6);
  EXPECT_TRUE(std::isnan(mean_score(some_result(), 3)));
}

TEST(TuningTable, HasALineForEachSettings) {
  EXPECT_EQ(
      tuning_csv(some_result()),
      "settings,is_best,folds,mean_rmse,fold_1,fold_2,learning_rate,weight_decay,dropout,batch_size,width\n"
      "2,yes,2,0.5,0.4,0.6,0.001,0,0,32,64\n"
      "recommended,no,2,0.6,0.5,0.7,0.001,0,0,8,64\n"
      "1,no,1,,,,0.001,0,0,16,64\n"
      "3,no,0,,,,0.001,0,0,64,64\n");
}

}  // namespace
}  // namespace plstm::test
