#include "plstm/chem/screen/screen_folder.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

#include "chem/screen/library.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

class ScreenFolderTest : public ::testing::Test {
 protected:
  ScreenFolderTest() {
    write_file(folder_ / "a.csv", library_table(0, 23));
    write_file(folder_ / "b.csv", library_table(23, 40));
    options_.reading.keep_fields = true;
    plan_ = plan_screen(std::vector<std::filesystem::path>{folder_ / "a.csv", folder_ / "b.csv"},
                        reading_for(small_predictor(), options_.reading), 7);
  }

  std::unique_ptr<ScreenFolder> open(const std::string& name, bool resume = false, Shard shard = {}) const {
    return std::make_unique<ScreenFolder>(
        folder_ / name, make_manifest(plan_, shard, options_.gzip, "1", {{"--long", ""}}), plan_, resume);
  }
  /// Makes up to `count` pending parts and ends. Returns whether the whole is finished.
  bool work(ScreenFolder& folder, std::size_t count = 1000) const {
    PartPredictor maker(small_predictor(), plan_, options_);
    std::vector<std::int64_t> pending = folder.pending();
    pending.resize(std::min(count, pending.size()));
    for (const std::int64_t part : pending) folder.add(maker.predict(part, folder.path()));
    return folder.finish(options_.best, maker.header());
  }
  /// Names and contents of all files.
  std::vector<std::pair<std::string, std::string>> contents(const std::string& name) const {
    std::vector<std::pair<std::string, std::string>> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / name)) {
      files.emplace_back(entry.path().filename().string(), text_of(entry.path()));
    }
    std::ranges::sort(files);
    return files;
  }

  TemporaryFolder folder_;
  PartOptions options_;
  ScreenPlan plan_;
};

TEST_F(ScreenFolderTest, AFolderThatWasLeftAndTakenUpAgainHasTheSameBytes) {
  EXPECT_TRUE(work(*open("whole")));
  EXPECT_FALSE(work(*open("stopped"), 2));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "stopped/plan.json"));
  {
    const auto folder = open("stopped", true);
    EXPECT_THAT(folder->pending(), ElementsAre(2, 3, 4, 5));
    EXPECT_FALSE(work(*folder, 3));
  }
  // As a killed process leaves it: a part that is not in the manifest yet, and one begun.
  std::ofstream(folder_ / "stopped/part_00005.csv") << "half";
  std::ofstream(folder_ / "stopped/.part_00005.csv.0123456789abcdef.partial") << "half";
  std::ofstream(folder_ / "stopped/.manifest.json.0123456789abcdef.partial") << "half";
  EXPECT_TRUE(work(*open("stopped", true)));
  EXPECT_EQ(contents("stopped"), contents("whole"));
  EXPECT_THAT(contents("whole"), SizeIs(7)) << "six parts and the manifest";
  EXPECT_THAT(open("whole", true)->pending(), IsEmpty());
  EXPECT_TRUE(work(*open("whole", true)));
  EXPECT_EQ(contents("stopped"), contents("whole"));
}

TEST_F(ScreenFolderTest, PartsThatWereChangedAreMadeAgain) {
  work(*open("out"));
  const auto before = contents("out");
  std::ofstream(folder_ / "out/part_00001.csv", std::ios::app) << "more\n";
  std::filesystem::remove(folder_ / "out/part_00004.csv");
  {
    const auto folder = open("out", true);
    EXPECT_EQ(folder->num_spoilt(), 2);
    EXPECT_THAT(folder->pending(), ElementsAre(1, 4));
    EXPECT_TRUE(work(*folder));
  }
  EXPECT_EQ(contents("out"), before);
}

TEST_F(ScreenFolderTest, ShardsMakeUpTheWhole) {
  options_.best = BestOptions{5, "stock", false};
  EXPECT_TRUE(work(*open("whole")));
  std::filesystem::create_directories(folder_ / "shards/.shard_2_of_3");
  const std::vector<std::string> left{"shards/.part_00001.csv.0123456789abcdef.partial",
                                      "shards/.shard_2_of_3/.plan.json.0123456789abcdef.partial"};
  for (const std::string& name : left) std::ofstream(folder_ / name) << "of a killed process";
  std::ofstream(folder_ / "shards/.part_00002.csv.0123456789abcdef.partial") << "of another shard";
  EXPECT_FALSE(work(*open("shards", false, {2, 3})));
  for (const std::string& name : left) EXPECT_FALSE(std::filesystem::exists(folder_ / name)) << name;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "shards/.part_00002.csv.0123456789abcdef.partial"));
  const auto first = open("shards", false, {1, 3});
  const auto third = open("shards", false, {3, 3});
  EXPECT_THAT(third->pending(), ElementsAre(2, 5));
  EXPECT_FALSE(work(*third));
  EXPECT_TRUE(work(*first)) << "it comes last";
  for (const char* name : {"manifest.json", "best.csv", "part_00000.csv", "part_00005.csv"}) {
    EXPECT_EQ(text_of(folder_ / "shards" / name), text_of(folder_ / "whole" / name)) << name;
  }
  EXPECT_THAT(open("whole", true)->manifest().best->rows, 5);
  const auto best = text_of(folder_ / "whole/best.csv");
  EXPECT_THAT(best, AllOf(HasSubstr("\n5,"), HasSubstr("\n10,"), HasSubstr("\n15,"), HasSubstr("\n20,"),
                          HasSubstr("\n25,")));
  EXPECT_TRUE(open("shards", true)->pending().empty()) << "nor has one process anything to do";
  EXPECT_THAT(
      [&] {
        open("shards", true, {1, 2});
      },
      ThrowsMessage<ConfigError>(HasSubstr("number of shards")));
}

TEST_F(ScreenFolderTest, TheBestRowsDoNotDependOnTheParts) {
  options_.best = BestOptions{6, small_predictor().columns().front(), true};
  work(*open("sevens"));
  plan_ = plan_screen(std::vector<std::filesystem::path>{folder_ / "a.csv", folder_ / "b.csv"},
                      reading_for(small_predictor(), options_.reading), 100);
  work(*open("one"));
  EXPECT_EQ(text_of(folder_ / "sevens/best.csv"), text_of(folder_ / "one/best.csv"));
  EXPECT_EQ(text_of(folder_ / "one/best.csv"), text_of(folder_ / "one/part_00000.csv"));
}

TEST_F(ScreenFolderTest, RefusesWhatBelongsToOthers) {
  work(*open("out"), 1);
  EXPECT_THAT([&] { open("out"); },
              ThrowsMessage<FileError>(AllOf(HasSubstr("earlier run"), HasSubstr("--resume"))));
  EXPECT_THAT([&] { open("out", true, {1, 2}); }, ThrowsMessage<ConfigError>(HasSubstr("number of shards")));
  const auto held = open("out", true);
  EXPECT_THAT([&] { open("out", true); }, ThrowsMessage<FileError>(HasSubstr("out")));
  std::filesystem::create_directory(folder_ / "other");
  write_file(folder_ / "other/part_00003.csv", "mine");
  EXPECT_THAT([&] { open("other"); },
              ThrowsMessage<FileError>(AllOf(HasSubstr("part_00003.csv"), HasSubstr("no manifest"))));
  EXPECT_EQ(text_of(folder_ / "other/part_00003.csv"), "mine");
}

TEST_F(ScreenFolderTest, ThePlanIsReadAgainOnlyWhileItHolds) {
  const std::vector<std::filesystem::path> files{folder_ / "a.csv", folder_ / "b.csv"};
  const MoleculeReaderOptions reading = reading_for(small_predictor(), options_.reading);
  write_screen_plan(plan_, folder_ / "out");
  int counted = 0;
  const auto progress = [&](std::int64_t) { ++counted; };
  EXPECT_EQ(screen_plan_for(folder_ / "out", files, reading, 7, progress), plan_);
  EXPECT_EQ(counted, 0);
  EXPECT_EQ(screen_plan_for(folder_ / "out", files, reading, 8, progress).num_parts(), 5);
  EXPECT_GT(counted, 0);
  write_file(folder_ / "out/plan.json", "damaged");
  EXPECT_EQ(screen_plan_for(folder_ / "out", files, reading, 7), plan_);
}

}  // namespace
}  // namespace plstm::test
