#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/split_file.hpp>

#include "support/data_folders.hpp"
#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

class SplitFile : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& text) {
    std::ofstream(folder_ / "split.json") << text;
    return folder_ / "split.json";
  }
  void expect_error(const std::string& text, const std::string& message) {
    const auto path = file(text);
    EXPECT_THAT([&] { read_splits(path); },
                ThrowsMessage<FileError>(AllOf(HasSubstr(path.string()), HasSubstr(message))))
        << text;
  }
  test::TemporaryFolder folder_;
};

TEST_F(SplitFile, WrittenSplitsAreReadBack) {
  const std::vector<Split> folds{{{2, 0}, {1}, {3}}, {{1}, {}, {0}}};
  const auto path = folder_ / "out.json";
  write_splits(path, folds);
  EXPECT_EQ(read_splits(path), folds);
  EXPECT_THAT([&] { read_split(path); },
              ThrowsMessage<FileError>(HasSubstr("has 2 folds, expected one split")));
  write_splits(path, std::span(folds).first(1));
  EXPECT_EQ(read_split(path), folds[0]);
}

TEST_F(SplitFile, OtherKeysAreIgnoredAndPartsMayBeMissing) {
  EXPECT_EQ(read_split(file(R"({"dataset": "x", "rows": 3, "train": [0], "validation": [2]})")),
            (Split{{0}, {2}, {}}));
}

TEST_F(SplitFile, ReadsTheKeysAndFormsOfOthers) {
  const Split expected{{0, 1, 2}, {3}, {4, 5}};
  for (const char* text : {R"({"train": [0, 1, 2], "val": [3], "test": [4, 5]})",
                           R"({"Training": [0, 1, 2], "dev": [3], "test": [4, 5]})",
                           R"([{"train": [0, 1, 2], "val": [3], "test": [4, 5]}])",
                           R"([{"train": "0-2", "val": "3", "test": "4-5"}])",
                           R"({"train": "0, 1-2", "valid": ["3"], "test": ["4-5"]})",
                           "[[0, 1, 2], [3], [4, 5]]", "[[[0, 1, 2], [3], [4, 5]]]"}) {
    EXPECT_EQ(read_split(file(text)), expected) << text;
  }
  const std::vector<Split> two{{{0}, {1}, {}}, {{1}, {0}, {}}};
  for (const char* text :
       {R"([{"train": [0], "val": [1]}, {"train": [1], "val": [0]}])", "[[[0], [1]], [[1], [0], []]]"}) {
    EXPECT_EQ(read_splits(file(text)), two) << text;
  }
}

TEST_F(SplitFile, DeepNestingIsRefused) {
  expect_error(std::string(100'000, '[') + std::string(100'000, ']'),
               "nested more than 64 levels deep; expected {");
  expect_error(R"({"train": [0], "valid": )" + std::string(100'000, '['), "nested more than 64 levels deep");
}

TEST_F(SplitFile, MisspeltPartsAndBadRangesAreRefused) {
  expect_error(R"({"train": [0], "tset": [1]})", "'tset' is no part of a split; expected {");
  expect_error(R"({"train": [0], "vald": [1]})", "'vald' is no part of a split");
  EXPECT_EQ(read_split(file(R"({"train": [0], "unparsable": [1], "seeds": [2]})")), (Split{{0}, {}, {}}));
  expect_error(R"({"train": [0], "val": [1], "valid": [2]})", "'valid' is a second list for one part");
  expect_error(R"({"train": "5-2"})", "'5-2' is not a range of rows such as 0-99");
  expect_error(R"({"train": "0:40"})",
               "'0:40' is not a row index; rows are numbers from 0, or ranges such as \"0-99\"");
  expect_error(R"({"train": "a-b"})", "'a' is not a row index");
  expect_error(R"({"train": "0-"})", "'' is not a row index");
  expect_error(R"({"train": "0-2000000000"})", "is not a range");
  expect_error("[[0, 1]]", "is no split");
  expect_error("[[1, 2], 3]", "is no split");
  expect_error("3", "is no split");
  expect_error(std::string(100'000, '[') + std::string(100'000, ']'), "");
}

// JSON leaves open which one counts.
TEST_F(SplitFile, KeysThatComeTwiceAreRefused) {
  expect_error(R"({"train": [0, 1], "train": [2], "test": [3]})",
               "'train' comes twice in an object; expected {");
  expect_error(R"({"folds": [{"train": [0], "valid": [1], "valid": [2]}]})", "'valid' comes twice");
  EXPECT_EQ(read_splits(file(R"([{"train": [0]}, {"train": [1]}])")).size(), 2u);
}

TEST_F(SplitFile, WhatIsNoSplitShowsTheForm) {
  expect_error("split\ntrain\ntest\n", R"(; expected {"train": [0, 1])");
  EXPECT_THAT([&] { read_split(file(R"([{"train": [0]}, {"train": [1]}])")); },
              ThrowsMessage<FileError>(HasSubstr(R"(has 2 folds, expected one split; expected {"train")")));
}

TEST_F(SplitFile, ErrorsNameFileAndPlace) {
  expect_error("", "is not JSON");
  expect_error("{\"train\": [1,", "is not JSON");
  expect_error("[1, 2]", R"(is no split; expected {"train": [0, 1], "valid": [2])");
  expect_error(R"({"test": []})", "has no list 'train'");
  expect_error(R"({"train": 3})", "'train' is not a list of row indices");
  expect_error(R"({"train": [0, -1]})", "'train': -1 is not a row index");
  expect_error(R"({"train": [0, 1.5]})", "'train': 1.5 is not a row index");
  expect_error(R"({"train": [0], "valid": [3000000000]})", "'valid': 3000000000 is not a row index");
  expect_error(R"({"train": [0], "test": ["a"]})", "'test': 'a' is not a row index");
  expect_error(R"({"folds": []})", "'folds' is not a list of splits");
  expect_error(R"({"folds": [{"train": [0]}, {"valid": []}]})", "fold 1 has no list 'train'");
  EXPECT_THROW(read_splits(folder_ / "absent.json"), FileError);
  EXPECT_THROW(read_splits(std::filesystem::temp_directory_path()), FileError);
}

TEST_F(SplitFile, ReadsThePublishedFolds) {
  const auto datasets = test::datasets_dir();
  if (!datasets) GTEST_SKIP() << "PLSTM_DATASETS is not set";
  const std::vector<Split> folds = read_splits(*datasets / "splits" / "MUTAG_10fold.json");
  ASSERT_EQ(folds.size(), 10u);
  std::size_t tested = 0;
  for (const Split& fold : folds) {
    check_split(fold, 188);
    tested += fold.test.size();
  }
  EXPECT_EQ(tested, 188u);
}

}  // namespace
}  // namespace plstm
