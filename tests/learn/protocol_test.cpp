#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <plstm/core/error.hpp>
#include <plstm/learn/protocol.hpp>

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

// Rows 0, 3, 6, ...: positions and rows are not the same.
std::vector<std::int32_t> every_third_row(std::int32_t count) {
  std::vector<std::int32_t> rows;
  for (std::int32_t i = 0; i < count; ++i) rows.push_back(3 * i);
  return rows;
}

std::vector<std::int32_t> all_rows_of(const Split& split) {
  std::vector<std::int32_t> rows = split.train;
  rows.insert(rows.end(), split.validation.begin(), split.validation.end());
  rows.insert(rows.end(), split.test.begin(), split.test.end());
  std::ranges::sort(rows);
  return rows;
}

TEST(Protocol, FoldsTestEveryUsableRowOnceForEachSeed) {
  const std::vector<std::int32_t> usable = every_third_row(40);
  std::vector<std::int32_t> classes(40, 0);
  std::fill(classes.begin() + 20, classes.end(), 1);
  ProtocolOptions options;
  options.seeds = 2;
  options.first_seed = 7;
  const Protocol protocol = make_protocol(usable, classes, options);
  EXPECT_EQ(protocol.name, "stratified 10-fold");
  ASSERT_THAT(protocol.splits, SizeIs(20));
  ASSERT_THAT(protocol.runs, SizeIs(20));
  EXPECT_EQ(protocol.runs[0], (ProtocolRun{0, 7, 0}));
  EXPECT_EQ(protocol.runs[13], (ProtocolRun{3, 8, 13}));
  for (const std::size_t first : {0u, 10u}) {
    std::vector<std::int32_t> tested;
    for (std::size_t i = first; i < first + 10; ++i) {
      const Split& split = protocol.splits[i];
      EXPECT_EQ(all_rows_of(split), usable);
      EXPECT_THAT(split.test, SizeIs(4));
      EXPECT_EQ(std::ranges::count_if(split.test, [](std::int32_t row) { return row < 60; }), 2)
          << "stratified";
      tested.insert(tested.end(), split.test.begin(), split.test.end());
    }
    std::ranges::sort(tested);
    EXPECT_EQ(tested, usable);
  }
  EXPECT_NE(protocol.splits[0], protocol.splits[10]) << "each seed has its own folds";
  EXPECT_EQ(make_protocol(usable, {}, options).name, "random 10-fold");
}

TEST(Protocol, ChosenFoldsAreTheSameAsAmongAll) {
  const std::vector<std::int32_t> usable = every_third_row(30);
  ProtocolOptions options;
  options.folds = 3;
  const Protocol all = make_protocol(usable, {}, options);
  options.fold_list = {2, 0, 2};
  const Protocol some = make_protocol(usable, {}, options);
  EXPECT_EQ(some.splits, all.splits);
  EXPECT_THAT(some.runs, ElementsAre(ProtocolRun{0, 0, 0}, ProtocolRun{2, 0, 2}));
  options.fold_list = {3};
  EXPECT_THAT([&] { make_protocol(usable, {}, options); },
              ThrowsMessage<ConfigError>(HasSubstr("there is no fold 3, expected 0..2")));
}

TEST(Protocol, RandomSplitsHaveTheirSizes) {
  const std::vector<std::int32_t> usable = every_third_row(20);
  ProtocolOptions options;
  options.split = SplitKind::kRandom;
  options.fractions = {0.5, 0.25, 0.25};
  options.seeds = 3;
  const Protocol protocol = make_protocol(usable, {}, options);
  EXPECT_EQ(protocol.name, "random 0.5:0.25:0.25");
  ASSERT_THAT(protocol.splits, SizeIs(3));
  for (const Split& split : protocol.splits) {
    EXPECT_EQ(all_rows_of(split), usable);
    EXPECT_THAT(split.train, SizeIs(10));
    EXPECT_THAT(split.test, SizeIs(5));
  }
  EXPECT_NE(protocol.splits[0], protocol.splits[1]);
}

TEST(Protocol, GivenSplitsServeAllSeeds) {
  const std::vector<std::int32_t> usable = every_third_row(4);
  ProtocolOptions options;
  options.split = SplitKind::kGiven;
  options.given = {{{0, 3}, {6}, {9}}, {{9, 6}, {3}, {0}}};
  options.seeds = 2;
  Protocol protocol = make_protocol(usable, {}, options);
  EXPECT_EQ(protocol.name, "given 2-fold");
  EXPECT_EQ(protocol.splits, options.given);
  EXPECT_THAT(protocol.runs, ElementsAre(ProtocolRun{0, 0, 0}, ProtocolRun{1, 0, 1}, ProtocolRun{0, 1, 0},
                                         ProtocolRun{1, 1, 1}));
  options.given.pop_back();
  EXPECT_EQ(make_protocol(usable, {}, options).name, "given split");
  options.given_name = "scaffold 0.8:0.1:0.1";
  EXPECT_EQ(make_protocol(usable, {}, options).name, "scaffold 0.8:0.1:0.1");
}

TEST(Protocol, RefusesWhatMakesNoSense) {
  const std::vector<std::int32_t> usable = every_third_row(4);
  const std::vector<std::int32_t> classes{0, 1};
  const auto expect = [&](const ProtocolOptions& options, const char* message) {
    EXPECT_THAT([&] { make_protocol(usable, {}, options); }, ThrowsMessage<ConfigError>(HasSubstr(message)));
  };
  ProtocolOptions options;
  options.folds = 2;
  EXPECT_THAT([&] { make_protocol(usable, classes, options); },
              ThrowsMessage<ConfigError>(HasSubstr("2 classes, expected one for each of 4 rows")));
  options.seeds = 0;
  expect(options, "seeds is 0");
  options = {};
  options.split = SplitKind::kGiven;
  expect(options, "no split is given");
  options.given = {{{0}, {3}, {}}};
  expect(options, "fold 0 has 1 rows to train, 1 to validate and 0 to test");
  options = {};
  options.split = SplitKind::kRandom;
  options.fractions = {1, 1, 1};
  expect(options, "sum is 3");
}

class GivenSplitsFile : public ::testing::Test {
 protected:
  GivenSplitsFile()
      : path(std::filesystem::temp_directory_path() /
             ("plstm_splits_" + std::to_string(::getpid()) + ".json")) {}
  ~GivenSplitsFile() override { std::filesystem::remove(path); }

  std::filesystem::path path;
};

TEST_F(GivenSplitsFile, LeavesOutRowsThatAreNotUsable) {
  std::ofstream(path) << R"({"train": [0, 1, 5], "valid": [2, 3], "test": [4]})";
  const std::vector<std::int32_t> usable{0, 2, 4, 5};
  EXPECT_THAT(read_given_splits(path, 6, usable), ElementsAre(Split{{0, 5}, {2}, {4}}));
  EXPECT_THAT(
      [&] { read_given_splits(path, 5, usable); },
      ThrowsMessage<FileError>(AllOf(HasSubstr(path.string()), HasSubstr("the data set has 5 rows"))));
}

// Positions 0..29 in groups of three.
std::vector<std::vector<std::int32_t>> triples() {
  std::vector<std::vector<std::int32_t>> groups;
  for (std::int32_t i = 0; i < 30; i += 3) groups.push_back({i, i + 1, i + 2});
  return groups;
}

TEST(Protocol, GroupsStayTogether) {
  const std::vector<std::int32_t> usable = every_third_row(30);
  ProtocolOptions options;
  options.folds = 5;
  options.groups = triples();
  options.groups_name = "molecules";
  options.seeds = 2;
  const Protocol random = make_protocol(usable, {}, options);
  EXPECT_EQ(random.name, "random 5-fold of whole molecules");
  ASSERT_THAT(random.splits, SizeIs(10));
  EXPECT_NE(random.splits[0], random.splits[5]);
  for (const Split& split : random.splits) {
    EXPECT_EQ(all_rows_of(split), usable);
    EXPECT_THAT(split.test, SizeIs(6));
    for (std::size_t i = 0; i < 6; i += 3) EXPECT_EQ(split.test[i + 2], split.test[i] + 6) << "a whole group";
  }
  options.sorted_groups = true;
  const Protocol sorted = make_protocol(usable, {}, options);
  EXPECT_EQ(sorted.name, "5-fold of whole molecules");
  EXPECT_EQ(sorted.splits[0], sorted.splits[5]) << "chance has no part in it";
  options.split = SplitKind::kRandom;
  EXPECT_EQ(make_protocol(usable, {}, options).name, "0.8:0.1:0.1 of whole molecules");
  options.sorted_groups = false;
  EXPECT_EQ(make_protocol(usable, {}, options).name, "random 0.8:0.1:0.1 of whole molecules");
}

TEST(Protocol, GroupsOfOneRowChangeNothing) {
  const std::vector<std::int32_t> usable = every_third_row(30);
  ProtocolOptions options;
  options.folds = 3;
  const Protocol without = make_protocol(usable, {}, options);
  for (std::int32_t i = 0; i < 30; ++i) options.groups.push_back({29 - i});
  EXPECT_EQ(make_protocol(usable, {}, options).splits, without.splits);
  EXPECT_EQ(make_protocol(usable, {}, options).name, without.name);
}

TEST(Protocol, RefusesGroupsThatAreNoDivision) {
  const std::vector<std::int32_t> usable = every_third_row(30);
  ProtocolOptions options;
  options.groups = triples();
  options.groups.back().back() = 0;
  EXPECT_THROW(make_protocol(usable, {}, options), ConfigError);
  options.groups.back().back() = 30;
  EXPECT_THROW(make_protocol(usable, {}, options), ConfigError);
  options.groups.back().pop_back();
  EXPECT_THAT([&] { make_protocol(usable, {}, options); },
              ThrowsMessage<ConfigError>(HasSubstr("position 29 is in no group")));
}

TEST(Protocol, ValidationHasItsShare) {
  const std::vector<std::int32_t> usable = every_third_row(40);
  ProtocolOptions options;
  options.folds = 4;
  options.validation_share = 0.2;
  for (const Split& split : make_protocol(usable, {}, options).splits)
    EXPECT_THAT(split.validation, SizeIs(6));
  options.validation_share = 0;
  EXPECT_THROW(make_protocol(usable, {}, options), ConfigError);
  options.needs_validation = false;
  for (const Split& split : make_protocol(usable, {}, options).splits) EXPECT_THAT(split.train, SizeIs(30));
}

TEST(Protocol, SaysWhenGroupsMakeFoldsOfDifferentSizes) {
  Protocol protocol;
  EXPECT_EQ(note_on_fold_sizes(protocol, "scaffolds"), "");
  protocol.splits = {{{3}, {}, {0, 1}}, {{0}, {}, {2, 3, 4}}};
  EXPECT_EQ(note_on_fold_sizes(protocol, "scaffolds"), "") << "half as many again is nothing to tell";
  protocol.splits.push_back({{0}, {}, {5, 6, 7, 8}});
  EXPECT_EQ(note_on_fold_sizes(protocol, "scaffolds"),
            "the folds have 2 to 4 test rows, as whole scaffolds stay together");
}

}  // namespace
}  // namespace plstm::test
