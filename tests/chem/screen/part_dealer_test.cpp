#include "plstm/chem/screen/part_dealer.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/ranks/thread_ranks.hpp>

#include "chem/screen/library.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;

class PartDealerTest : public ::testing::Test {
 protected:
  PartDealerTest() {
    write_file(folder_ / "a.csv", library_table(0, 40));
    plan_ = plan_screen(std::vector<fs::path>{folder_ / "a.csv"},
                        reading_for(small_predictor(), options_.reading), 4);
  }

  // Each rank makes at most `most` parts; without `collects` as if all were killed then.
  void work(const std::string& name, int size, int most = 1000, bool collects = true) {
    const ScreenManifest wanted = make_manifest(plan_, {}, false, "1", {{"--long", ""}});
    const bool resume = fs::exists(folder_ / name);
    run_thread_ranks(size, [&](const Ranks& ranks) {
      std::optional<ScreenFolder> own;
      if (ranks.is_first()) own.emplace(folder_ / name, wanted, plan_, resume);
      PartDealer dealer(ranks, own.has_value() ? &*own : nullptr, folder_ / name, wanted);
      PartPredictor maker(small_predictor(), plan_, options_);
      for (int i = 0; i < most; ++i) {
        const std::optional<std::int64_t> part = dealer.next();
        if (!part.has_value()) break;
        dealer.done(maker.predict(*part, folder_ / name));
      }
      ranks.barrier();
      if (!collects) return;
      dealer.collect();
      if (own.has_value()) finished_ = own->finish({}, maker.header());
    });
  }

  // Names and contents of all files.
  std::map<std::string, std::string> contents(const std::string& name) const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / name)) {
      files[fs::relative(entry.path(), folder_ / name).string()] =
          entry.is_directory() ? "a folder" : text_of(entry.path());
    }
    return files;
  }

  TemporaryFolder folder_;
  PartOptions options_;
  ScreenPlan plan_;
  bool finished_ = false;
};

TEST_F(PartDealerTest, AnyNumberOfRanksMakesTheSameFiles) {
  work("alone", 1);
  EXPECT_TRUE(finished_);
  EXPECT_GE(contents("alone").size(), 11U);
  for (const int size : {2, 3, 12}) {
    work("together_" + std::to_string(size), size);
    EXPECT_TRUE(finished_);
    EXPECT_EQ(contents("together_" + std::to_string(size)), contents("alone")) << size << " ranks";
  }
}

TEST_F(PartDealerTest, WhatKilledRanksHadFinishedIsKept) {
  work("alone", 1);
  finished_ = false;
  work("killed", 3, 2, false);
  const auto first_time = fs::last_write_time(folder_ / "killed/part_00002.csv");
  work("killed", 2);
  EXPECT_TRUE(finished_);
  EXPECT_EQ(contents("killed"), contents("alone"));
  EXPECT_EQ(fs::last_write_time(folder_ / "killed/part_00002.csv"), first_time);
}

}  // namespace
}  // namespace plstm::test
