#include "plstm/learn/cross_validation/part_scores.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/files/whole_file.hpp>

#include "learn/cross_validation/some_series.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;

// Three folds whose model has an RMSE of 1, 2 and 4, and no R2 in the last one.
TrainingSeries scored_series() {
  TrainingSeries series = some_series(3, 1);
  const double rmse[] = {1, 2, 4};
  for (std::size_t i = 0; i < 3; ++i) {
    std::optional<double> r2;
    if (i < 2) r2 = 0.5;
    series.parts[i].scores = {{"pLSTM",
                               {{"", {{"rmse", rmse[i]}, {"r2", r2}}},
                                {"a", {{"rmse", rmse[i]}}},
                                {"b", {{"rmse", rmse[i]}, {"r2", r2}}}}},
                              {"mean, of all", {{"", {{"rmse", 3.0}, {"r2", {}}}}}}};
  }
  return series;
}

TEST(PartScores, MeansAndDeviationsAreOverTheTrainings) {
  const nlohmann::json json = nlohmann::json::parse(mean_scores_json(scored_series()));
  EXPECT_EQ(json.at("division"), "random 3-fold");
  EXPECT_EQ(json.at("trainings"), 3);
  EXPECT_EQ(json.at("seed"), 7);
  const auto& rmse = json.at("scores").at("pLSTM").at("all").at("rmse");
  EXPECT_DOUBLE_EQ(rmse.at("mean").get<double>(), 7.0 / 3);
  EXPECT_NEAR(rmse.at("standard_deviation").get<double>(), std::sqrt(7.0 / 3), 1e-12);
  const auto& r2 = json.at("scores").at("pLSTM").at("all").at("r2");
  EXPECT_EQ(r2.at("mean"), 0.5);
  EXPECT_EQ(r2.at("trainings"), 2) << "it is not defined in the third";
  EXPECT_TRUE(json.at("scores").at("mean, of all").at("all").at("r2").at("mean").is_null());
  const nlohmann::json means = nlohmann::json::parse(means_json(scored_series()));
  EXPECT_EQ(means.at("pLSTM").at("b").at("rmse"), rmse.at("mean"));
}

TEST(PartScores, TextsSayInHowManyTrainingsAScoreIsDefined) {
  const TrainingSeries series = scored_series();
  EXPECT_EQ(mean_score_text(series, Metric::kRmse), "2.3333 \u00b1 1.5275");
  EXPECT_EQ(mean_score_text(series, "pLSTM", "b", Metric::kR2), "0.5000 \u00b1 0.0000 (2 of 3)");
  EXPECT_EQ(mean_score_text(series, "mean, of all", "", Metric::kR2), "undefined");
}

TEST(PartScores, TheTableHasALineForEachTrainingPredictorAndTarget) {
  const TemporaryFolder folder;
  const std::vector<Metric> metrics{Metric::kRmse, Metric::kR2};
  write_part_scores(folder / "scores.csv", scored_series(), metrics);
  const std::string text = read_whole_file(folder / "scores.csv");
  EXPECT_THAT(text, ::testing::StartsWith("replicate,fold,seed,predictor,target,test_rows,rmse,r2\n"
                                          "1,1,7,pLSTM,all,2,1,0.5\n1,1,7,pLSTM,a,2,1,\n"));
  EXPECT_THAT(text, HasSubstr("\n1,3,7,\"mean, of all\",all,2,3,\n"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1 + 3 * 4);
}

}  // namespace
}  // namespace plstm::test
