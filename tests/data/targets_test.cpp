#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>
#include <plstm/data/targets.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StrEq;
using ::testing::ThrowsMessage;

Targets two_tasks() {
  Targets targets{{"logS", "toxic"}, {}, {}};
  append_row(targets, std::vector<std::string>{"-1.5", ""});
  append_row(targets, std::vector<std::string>{" ", "1"});
  return targets;
}

TEST(Targets, BlankIsMissing) {
  const Targets targets = two_tasks();
  EXPECT_EQ(targets.num_rows(), 2u);
  EXPECT_THAT(targets.values, ElementsAre(-1.5, 0.0, 0.0, 1.0));
  EXPECT_THAT(targets.present, ElementsAre(1, 0, 0, 1));
  check_targets(targets);
}

TEST(Targets, MissingIsMissingHoweverItIsWritten) {
  Targets targets{{"a", "b"}, {}, {}};
  append_row(targets, std::vector<std::string>{"NA", "2.5"});
  append_row(targets, std::vector<std::string>{" n/a ", "?"});
  EXPECT_THAT(targets.values, ElementsAre(0.0, 2.5, 0.0, 0.0));
  EXPECT_THAT(targets.present, ElementsAre(0, 1, 0, 0));
}

TEST(Targets, NumbersKeepTheirDigits) {
  Targets targets{{"energy"}, {}, {}};
  append_row(targets, std::vector<std::string>{"-40499.97872"});
  EXPECT_EQ(targets.values[0], -40499.97872);
  EXPECT_EQ(format_number(targets.values[0]), "-40499.97872");
}

TEST(Targets, BadFieldNamesTheTaskAndAppendsNothing) {
  Targets targets = two_tasks();
  const Targets before = targets;
  EXPECT_THAT(
      [&] {
        append_row(targets, std::vector<std::string>{"1", "high"});
      },
      ThrowsMessage<FileError>(StrEq("toxic: 'high' is not a number")));
  EXPECT_THAT([&] { append_row(targets, std::vector<std::string>{"1"}); },
              ThrowsMessage<ShapeError>(HasSubstr("fields has 1 entries, expected 2")));
  EXPECT_EQ(targets, before);
}

TEST(Targets, NoTasksHaveNoRows) {
  Targets targets;
  append_row(targets, {});
  EXPECT_EQ(targets.num_rows(), 0u);
  check_targets(targets);
}

TEST(Targets, CheckFindsHalfRowsAndValuesThatAreNotFinite) {
  EXPECT_THAT(
      [] {
        check_targets({{"a", "b"}, {1, 2, 3}, {1, 1, 1}});
      },
      ThrowsMessage<ShapeError>(HasSubstr("3 values are no whole rows of 2 tasks")));
  EXPECT_THROW(check_targets({{"a"}, {1, 2}, {1}}), ShapeError);
  EXPECT_THROW(check_targets({{}, {1}, {1}}), ShapeError);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(
      [&] {
        check_targets({{"a"}, {1, nan}, {1, 1}});
      },
      ThrowsMessage<FileError>(HasSubstr("target 'a' of row 1")));
  EXPECT_NO_THROW(check_targets({{"a"}, {1, nan}, {1, 0}}));
}

TEST(Targets, SelectsRowsInTheOrderAsked) {
  const Targets targets = two_tasks();
  const Targets selected = select_rows(targets, std::vector<std::int32_t>{1, 0, 1});
  EXPECT_EQ(selected.names, targets.names);
  EXPECT_THAT(selected.values, ElementsAre(0.0, 1.0, -1.5, 0.0, 0.0, 1.0));
  EXPECT_THAT(selected.present, ElementsAre(0, 1, 1, 0, 0, 1));
  EXPECT_THAT(select_rows(targets, {}).values, IsEmpty());
  EXPECT_THAT([&] { select_rows(targets, std::vector<std::int32_t>{2}); },
              ThrowsMessage<ShapeError>(StrEq("select_rows: row 2 is not in 0..1")));
  EXPECT_THROW(select_rows(targets, std::vector<std::int32_t>{-1}), ShapeError);
}

}  // namespace
}  // namespace plstm
