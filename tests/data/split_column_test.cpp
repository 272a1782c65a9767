#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/split_column.hpp>

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(SplitColumn, KnowsTheWordsForParts) {
  for (const char* word : {"train", "Training", " TRAIN "})
    EXPECT_EQ(parse_split_part(word), SplitPart::kTrain) << word;
  for (const char* word : {"val", "VALID", "validation", "dev"})
    EXPECT_EQ(parse_split_part(word), SplitPart::kValidation) << word;
  for (const char* word : {"test", "Testing"}) EXPECT_EQ(parse_split_part(word), SplitPart::kTest) << word;
  for (const char* word : {"", "tset", "1", "train test"})
    EXPECT_EQ(parse_split_part(word), std::nullopt) << word;
}

TEST(SplitColumn, SortsRowsIntoParts) {
  const std::vector<std::string> cells{"train", "Test", "nonsense", "", "val", "TRAIN", "NA"};
  const std::vector<std::int64_t> lines{2, 3, 4, 5, 6, 7, 8};
  const std::vector<std::int32_t> rows{0, 1, 3, 4, 5, 6};
  const SplitColumn column = read_split_column("data.csv, column 'set'", cells, lines, rows);
  EXPECT_THAT(column.split.train, ElementsAre(0, 5));
  EXPECT_THAT(column.split.validation, ElementsAre(4));
  EXPECT_THAT(column.split.test, ElementsAre(1));
  EXPECT_EQ(column.left_out, 2);
}

TEST(SplitColumn, NamesTheLineOfAWrongWord) {
  const std::vector<std::string> cells{"train", "tset"};
  const std::vector<std::int64_t> lines{2, 9};
  EXPECT_THAT(
      [&] {
        read_split_column("data.csv", cells, lines, std::vector<std::int32_t>{0, 1});
      },
      ThrowsMessage<FileError>(
          AllOf(HasSubstr("data.csv: line 9: 'tset'"), HasSubstr("train, val or test"))));
  EXPECT_NO_THROW(read_split_column("data.csv", cells, lines, std::vector<std::int32_t>{0}));
  EXPECT_THROW(read_split_column("data.csv", cells, lines, {}), FileError);
}

}  // namespace
}  // namespace plstm
