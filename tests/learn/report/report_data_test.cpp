#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/learn/report/report_data.hpp>

#include "learn/report/some_report.hpp"

namespace plstm {
namespace {

using test::some_report;
using ::testing::HasSubstr;

std::string refusal(const ReportData& data) {
  try {
    check_report(data);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(ReportData, TakesAWholeReport) {
  EXPECT_EQ(refusal(some_report()), "");
  EXPECT_EQ(refusal(some_report({.targets = {test::yes_no("a"), {"b", "", {}}, test::with_classes("c", 3)}})),
            "");
  EXPECT_EQ(refusal(some_report({.rows = 0})), "");
}

TEST(ReportData, ColumnsFollowTheTargets) {
  const std::vector<ReportColumns> columns =
      report_columns({test::yes_no("a"), test::with_classes("c", 4), {"b", "", {}}});
  ASSERT_EQ(columns.size(), 3u);
  EXPECT_EQ(columns[1].first, 1);
  EXPECT_EQ(columns[1].count, 4);
  EXPECT_EQ(columns[2].first, 5);
}

TEST(ReportData, NamesWhatDoesNotFit) {
  ReportData data = some_report();
  data.targets.clear();
  EXPECT_THAT(refusal(data), HasSubstr("no target"));
  data = some_report();
  data.judged.predicted.pop_back();
  EXPECT_THAT(refusal(data), HasSubstr("judged.predicted has 79 values, expected 80"));
  data = some_report();
  data.judged.uncertainty.pop_back();
  EXPECT_THAT(refusal(data), HasSubstr("judged.uncertainty"));
  data = some_report();
  data.judged.high.clear();
  EXPECT_THAT(refusal(data), HasSubstr("judged.high"));
  data = some_report();
  data.coverage.emplace_back();
  EXPECT_THAT(refusal(data), HasSubstr("coverage has 2 values, expected 1"));
  data = some_report();
  data.judged.details.pop_back();
  EXPECT_THAT(refusal(data), HasSubstr("judged.details"));
  data = some_report();
  data.baselines[1].predicted.pop_back();
  EXPECT_THAT(refusal(data), HasSubstr("ridge"));
  data = some_report({.targets = {{"a", "", {}}, {"b", "", {}}}});
  data.parts[0].measured.pop_back();
  EXPECT_THAT(refusal(data), HasSubstr("training"));
  data = some_report();
  data.pictures[0].row = 80;
  EXPECT_THAT(refusal(data), HasSubstr("row 80, expected 0 to 79"));
  data = some_report();
  data.pictures[0].neighbours[0].measured = {1, 2};
  EXPECT_THAT(refusal(data), HasSubstr("a neighbour"));
}

TEST(ReportData, RefusesPredictionsThatAreNotFiniteAndUnknownClasses) {
  ReportData data = some_report();
  data.judged.predicted[3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(refusal(data), HasSubstr("judged.predicted has a value that is not finite"));
  for (const double label : {2.0, -1.0, 0.5}) {
    data = some_report({.targets = {test::yes_no("a")}});
    data.judged.measured[3] = label;
    EXPECT_THAT(refusal(data), HasSubstr("in row 3, expected a class from 0 to 1")) << label;
  }
}

}  // namespace
}  // namespace plstm
