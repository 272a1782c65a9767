#include "plstm/learn/scores.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// A number and a yes/no target on four rows, of which the last has no number.
struct TwoTargets {
  std::vector<Task> tasks{Task{}, Task{TaskType::kClassification, 0, 1, {}}};
  std::vector<std::string> names{"delay", "late"};
  Matrix<double> predictions{4, 2}, targets{4, 2};
  Matrix<std::uint8_t> present{4, 2};

  TwoTargets() {
    predictions << 1, 0.9, 2, 0.2, 5, 0.6, 100, 0.1;
    targets << 1, 1, 2, 0, 2, 0, 0, 0;
    present << 1, 1, 1, 1, 1, 1, 0, 1;
  }
};

TEST(Scores, AreThoseOfEachTargetAndTheirMean) {
  const TwoTargets two;
  const Scores scores = score_predictions(two.tasks, two.names, two.predictions, two.targets, two.present);
  ASSERT_EQ(scores.size(), 3u);
  EXPECT_DOUBLE_EQ(scores.at("delay").at("mae").value(), 1);
  EXPECT_FALSE(scores.at("delay").contains("accuracy")) << "a metric of other targets";
  EXPECT_DOUBLE_EQ(scores.at("late").at("accuracy").value(), 0.75) << "0.6 is chosen though it is 0";
  EXPECT_DOUBLE_EQ(scores.at("").at("mae").value(), 1);
  EXPECT_DOUBLE_EQ(scores.at("").at("roc_auc").value(), 1);
  const std::vector<NamedScores> rows = scores_of_targets("mean", scores);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].name, "mean");
  EXPECT_EQ(rows[1].name, "delay");
  EXPECT_EQ(rows[1].scores.at("").at("mae"), scores.at("delay").at("mae"));
}

TEST(Scores, OfOneTargetHaveNoEntryOfItsOwn) {
  const TwoTargets two;
  const Scores scores =
      score_predictions(std::span(two.tasks).first(1), std::span(two.names).first(1),
                        two.predictions.leftCols(1), two.targets.leftCols(1), two.present.leftCols(1));
  ASSERT_EQ(scores.size(), 1u);
  EXPECT_TRUE(scores.contains(""));
}

TEST(Scores, OfTypesComeInTheOrderOfTheTasks) {
  const TwoTargets two;
  const std::vector<Metric> metrics = shown_metrics(two.tasks);
  EXPECT_EQ(metrics.front(), Metric::kRmse);
  EXPECT_EQ(std::ranges::count(metrics, Metric::kRocAuc), 1);
}

TEST(Scores, ComeBackFromTheirText) {
  const TemporaryFolder folder;
  std::vector<NamedScores> rows{
      {"pLSTM", {{"", {{"rmse", 0.1}, {"r2", std::nullopt}}}, {"a", {{"rmse", 0.1}}}}},
      {"mean", {{"", {{"rmse", 1.0 / 3}}}}}};
  AtomicFile file(folder / "scores.json");
  file.stream() << to_json(rows);
  file.commit();
  EXPECT_EQ(read_scores(folder / "scores.json"), rows);
  for (const char* wrong : {"", "[1", "{\"a\": {\"b\": {\"c\": \"text\"}}}"}) {
    AtomicFile damaged(folder / "damaged.json");
    damaged.stream() << wrong;
    damaged.commit();
    EXPECT_THAT([&] { read_scores(folder / "damaged.json"); },
                ThrowsMessage<FileError>(HasSubstr("damaged.json: holds no scores")))
        << wrong;
  }
}

}  // namespace
}  // namespace plstm::test
