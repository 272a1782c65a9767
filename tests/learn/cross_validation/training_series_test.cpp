#include "plstm/learn/cross_validation/training_series.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "learn/cross_validation/some_series.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> folders_of(const TrainingSeries& series) {
  std::vector<std::string> folders;
  for (const SeriesPart& part : series.parts) folders.push_back(part.folder);
  return folders;
}

TEST(TrainingSeries, PartsHaveFoldersOfWhatTheyAre) {
  EXPECT_THAT(folders_of(some_series(3, 1)), ElementsAre("fold_1", "fold_2", "fold_3"));
  EXPECT_THAT(folders_of(some_series(1, 2)), ElementsAre("replicate_1", "replicate_2"));
  EXPECT_THAT(folders_of(some_series(2, 2)), ElementsAre("replicate_1/fold_1", "replicate_1/fold_2",
                                                         "replicate_2/fold_1", "replicate_2/fold_2"));
}

TEST(TrainingSeries, PartsSayWhichTheyAre) {
  const TrainingSeries series = some_series(2, 3);
  EXPECT_EQ(series.division, "random 2-fold");
  EXPECT_EQ(series.folds, 2);
  const SeriesPart& last = series.parts.at(5);
  EXPECT_EQ(last.text, "replicate 3 of 3, fold 2 of 2");
  EXPECT_EQ(last.seed, 9u);
  EXPECT_EQ(last.test_rows, 2);
  EXPECT_EQ(some_series(5, 1).parts[1].text, "fold 2 of 5");
  EXPECT_EQ(some_series(1, 5).parts[1].text, "replicate 2 of 5");
}

TEST(TrainingSeries, SplitsThatAreGivenServeAllReplicates) {
  Protocol protocol = some_protocol(2, 1);
  for (const std::int32_t fold : {0, 1}) protocol.runs.push_back({fold, 8, static_cast<std::size_t>(fold)});
  const std::vector<Split> splits = splits_of_runs(protocol);
  ASSERT_EQ(splits.size(), 4u);
  EXPECT_EQ(splits[2], splits[0]);
  EXPECT_EQ(make_training_series(protocol, 2, 7).parts[3].folder, "replicate_2/fold_2");
}

TEST(TrainingSeries, TheDigestKnowsEveryRowOfEveryPart) {
  std::vector<Split> splits = splits_of_runs(some_protocol(2, 1));
  const std::string digest = digest_of(splits);
  EXPECT_EQ(digest_of(splits), digest);
  std::swap(splits[0].train, splits[0].validation);
  EXPECT_NE(digest_of(splits), digest);
  EXPECT_NE(digest_of({}), digest);
}

}  // namespace
}  // namespace plstm::test
