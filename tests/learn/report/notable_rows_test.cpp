#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/learn/report/notable_rows.hpp>

#include "learn/report/report_values.hpp"
#include "learn/report/some_report.hpp"

namespace plstm {
namespace {

using ::testing::IsEmpty;

std::vector<std::size_t> rows_of(const std::vector<NotableRow>& notable) {
  std::vector<std::size_t> rows;
  for (const NotableRow& row : notable) rows.push_back(row.row);
  return rows;
}

ReportData report_on(std::vector<ReportTarget> targets, std::size_t rows, std::vector<double> measured,
                     std::vector<double> predicted, std::vector<double> spread = {}) {
  ReportData data;
  data.targets = std::move(targets);
  data.judged = {std::vector<std::string>(rows, "row"),
                 {},
                 std::move(measured),
                 std::move(predicted),
                 std::move(spread),
                 "spread",
                 false,
                 {},
                 {},
                 0.9};
  check_report(data);
  return data;
}

TEST(NotableRows, WorstNumbersHaveTheLargestErrors) {
  const ReportData data = report_on({{"a", "", {}}}, 4, {0, 1, test::kNaN, 3}, {0.5, 1, 9, 1});
  EXPECT_EQ(rows_of(worst_rows(data)), (std::vector<std::size_t>{3, 0, 1}));
  EXPECT_EQ(rows_of(worst_rows(data, 1)), (std::vector<std::size_t>{3}));
}

TEST(NotableRows, TargetsCountInTheirOwnScale) {
  // The second target varies a hundred times as much, so that its errors are smaller ones.
  const ReportData data =
      report_on({{"a", "", {}}, {"b", "", {}}}, 3, {0, 0, 1, 100, 2, 200}, {0, 20, 3, 100, 2, 200});
  const std::vector<NotableRow> worst = worst_rows(data);
  EXPECT_EQ(rows_of(worst), (std::vector<std::size_t>{1, 0, 2}));
  EXPECT_EQ(worst[0].target, 0u);
  EXPECT_EQ(worst[1].target, 1u);
}

TEST(NotableRows, WorstClassesWereLeastProbable) {
  const ReportData yes_no = report_on({test::yes_no("a")}, 3, {1, 0, 1}, {0.9, 0.8, 0.3});
  EXPECT_EQ(rows_of(worst_rows(yes_no)), (std::vector<std::size_t>{1, 2, 0}));
  const ReportData classes =
      report_on({test::with_classes("a", 3)}, 2, {2, 0}, {0.1, 0.1, 0.8, 0.2, 0.5, 0.3});
  EXPECT_EQ(rows_of(worst_rows(classes)), (std::vector<std::size_t>{1, 0}));
  EXPECT_NEAR(worst_rows(classes)[0].amount, 0.8, 1e-12);
}

TEST(NotableRows, LeastCertainHaveTheLargestSpreadOrAreNearOneHalf) {
  const ReportData numbers = report_on({{"a", "", {}}}, 3, {0, test::kNaN, 2}, {0, 1, 2}, {0.1, 0.5, 0.3});
  EXPECT_EQ(rows_of(least_certain_rows(numbers)), (std::vector<std::size_t>{1, 2, 0}));
  EXPECT_THAT(least_certain_rows(report_on({{"a", "", {}}}, 1, {0}, {0})), IsEmpty());
  const ReportData yes_no = report_on({test::yes_no("a")}, 3, {1, 0, test::kNaN}, {0.9, 0.2, 0.45});
  EXPECT_EQ(rows_of(least_certain_rows(yes_no)), (std::vector<std::size_t>{2, 1, 0}));
}

TEST(NotableRows, ShownAreTheWorstAndTheLeastCertainOnce) {
  std::vector<double> measured(40), predicted(40), uncertainty(40);
  for (std::size_t row = 0; row < 40; ++row) {
    predicted[row] = row < 10 ? 1.0 + static_cast<double>(row) : 0;
    uncertainty[row] = row >= 5 && row < 15 ? 1.0 : 0.1;
    measured[row] = row == 39 ? 1 : 0;
  }
  std::vector<std::size_t> first(15);
  std::iota(first.begin(), first.end(), std::size_t{0});
  EXPECT_EQ(shown_rows(report_on({{"a", "", {}}}, 40, measured, predicted, uncertainty)), first);
}

TEST(NotableRows, OfNoRowsAreNone) {
  EXPECT_THAT(worst_rows(report_on({{"a", "", {}}}, 0, {}, {})), IsEmpty());
  EXPECT_THAT(worst_rows(report_on({{"a", "", {}}}, 1, {test::kNaN}, {1})), IsEmpty());
}

}  // namespace
}  // namespace plstm
