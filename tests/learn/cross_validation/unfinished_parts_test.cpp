#include "plstm/learn/cross_validation/unfinished_parts.hpp"

#include <filesystem>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/whole_file.hpp>
#include <plstm/learn/run_folder.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class UnfinishedPartsTest : public ::testing::Test {
 protected:
  // A finished training in a folder.
  static void finish(const fs::path& folder) {
    fs::create_directories(folder);
    FolderTransaction files(folder);
    AtomicFile file(files.staging() / "model");
    file.stream() << "trained";
    file.commit();
    commit_run(files, {});
  }

  TemporaryFolder folder_;
  const fs::path run_ = folder_.path();
  const TrainingFingerprint settings_{{"epochs", "3"}, {"seed", "7"}};
};

TEST_F(UnfinishedPartsTest, GoOnWithTheSameSettingsAlone) {
  {
    const UnfinishedParts parts(run_, false, settings_);
    EXPECT_EQ(parts.note(), "");
    finish(parts.folder("fold_1"));
  }
  const UnfinishedParts again(run_, true, settings_);
  EXPECT_EQ(again.note(), "");
  EXPECT_EQ(again.folder("fold_1"), UnfinishedParts::folder_of(run_, "fold_1"));
  EXPECT_TRUE(fs::exists(again.folder("fold_1") / "model"));
  TrainingFingerprint others = settings_;
  others["epochs"] = "4";
  EXPECT_THAT([&] { UnfinishedParts(run_, true, others); },
              ThrowsMessage<ConfigError>(HasSubstr("epochs was 3 and is 4")));
  others = settings_;
  others["more"] = "1";
  EXPECT_THAT([&] { UnfinishedParts(run_, true, others); },
              ThrowsMessage<ConfigError>(HasSubstr("more was not set and is 1")));
}

TEST_F(UnfinishedPartsTest, WhoForgetsTheFlagHasLostNothing) {
  {
    const UnfinishedParts parts(run_, false, settings_);
    finish(parts.folder("fold_1"));
  }
  const UnfinishedParts again(run_, false, settings_);
  EXPECT_THAT(again.note(), HasSubstr("unfinished.given_up"));
  EXPECT_FALSE(fs::exists(again.folder("fold_1")));
  EXPECT_TRUE(fs::exists(run_ / "unfinished.given_up" / "fold_1" / "model"));
  UnfinishedParts::remove(run_);
  EXPECT_TRUE(fs::is_empty(run_));
}

TEST_F(UnfinishedPartsTest, AFolderWithoutATrainingIsNotLeftBehind) {
  { const UnfinishedParts parts(run_, false, settings_); }
  EXPECT_TRUE(fs::is_empty(run_));
  const UnfinishedParts parts(run_, true, settings_);
  EXPECT_THAT(parts.note(), HasSubstr("there is no stopped run to resume"));
}

TEST_F(UnfinishedPartsTest, CopiesFinishedTrainingsAlone) {
  const UnfinishedParts parts(run_, false, settings_);
  EXPECT_THAT([&] { parts.copy("fold_1", run_ / "staged"); },
              ThrowsMessage<FileError>(HasSubstr("the training is not finished")));
  finish(parts.folder("replicate_1/fold_1"));
  parts.copy("replicate_1/fold_1", run_ / "staged");
  EXPECT_EQ(read_whole_file(run_ / "staged/replicate_1/fold_1/model"), "trained");
  EXPECT_TRUE(read_run_manifest(run_ / "staged/replicate_1/fold_1").has_value());
}

TEST_F(UnfinishedPartsTest, NeverTakesWhatIsSomebodyElses) {
  fs::create_directory(run_ / "unfinished");
  AtomicFile file(run_ / "unfinished" / "thesis.txt");
  file.commit();
  EXPECT_THAT([&] { UnfinishedParts(run_, false, settings_); },
              ThrowsMessage<FileError>(HasSubstr("no training has written this")));
  UnfinishedParts::remove(run_);
  EXPECT_TRUE(fs::exists(run_ / "unfinished" / "thesis.txt"));
}

TEST_F(UnfinishedPartsTest, DamagedSettingsAreNamed) {
  {
    const UnfinishedParts parts(run_, false, settings_);
    finish(parts.folder("fold_1"));
  }
  AtomicFile file(run_ / "unfinished" / "settings.json");
  file.stream() << "{";
  file.commit();
  EXPECT_THAT([&] { UnfinishedParts(run_, true, settings_); },
              ThrowsMessage<FileError>(HasSubstr("settings.json: is damaged")));
}

}  // namespace
}  // namespace plstm::test
