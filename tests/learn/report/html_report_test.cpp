#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/report/html_report.hpp>
#include <plstm/learn/report/notable_rows.hpp>

#include "learn/report/report_values.hpp"
#include "learn/report/some_report.hpp"
#include "support/browser.hpp"

namespace plstm {
namespace {

using test::some_report;
using test::SomeReportOptions;
using ::testing::HasSubstr;
using ::testing::Not;

// Twelve targets with missing values, as toxicity panels have them.
SomeReportOptions panel(std::size_t rows) {
  SomeReportOptions options;
  options.rows = rows;
  options.targets.clear();
  for (int i = 0; i < 12; ++i) options.targets.push_back(test::yes_no("assay-" + std::to_string(i)));
  options.missing = 0.2;
  return options;
}

TEST(HtmlReport, HasAllParts) {
  const std::string html = html_report(some_report());
  for (const char* part :
       {"What was learnt from what", "Scores", "RMSE [unit of the target]", "ridge", "Predicted and measured",
        "Residuals", "Uncertainty and error", "Coverage of the intervals", "90 % intervals", "never seen: Si",
        "Distribution by part", "Learning curves", "Largest errors", "Least certain predictions",
        "Nearest in training", "Settings", "plstm-mol train -i data.csv -o run", "3 rows cannot be used"}) {
    EXPECT_THAT(html, HasSubstr(part)) << part;
  }
  EXPECT_EQ(test::count_of(html, "<article"), 20u);
  EXPECT_EQ(test::count_of(html, "<svg class=\"plot\""), 8u);
  EXPECT_EQ(test::count_of(html, "class=\"none\""), 0u);
}

TEST(HtmlReport, ShowsTheScoresOfThePredictions) {
  ReportData data = some_report({.rows = 2});
  data.judged.measured = {1, 2};
  data.judged.predicted = {1.5, 1.5};
  data.baselines = {{"mean", {3, 4}}};
  const std::string html = html_report(data);
  EXPECT_THAT(html, HasSubstr("RMSE of logS on 2 test rows: <b>0.500</b> mol/L"));
  EXPECT_THAT(html, HasSubstr("mean: 2.000"));
  EXPECT_THAT(html, HasSubstr("&gt; 99 %"));  // the model is better in all resamples
}

TEST(HtmlReport, LoadsNothingAndRunsNothing) {
  const std::string html = html_report(some_report(panel(50)));
  for (const char* part : {"<script", "http:", "https:", "src=", "url(", "@import", "<link", "<img"}) {
    EXPECT_THAT(html, Not(HasSubstr(part))) << part;
  }
}

TEST(HtmlReport, EscapesAllTexts) {
  const std::string bad = "<script>alert('x')</script>\"&\n";
  ReportData data = some_report({.targets = {{bad, bad, {}},
                                             {bad, bad, {TaskType::kClassification, 0, 1, {bad, "b"}}},
                                             {bad, "", {TaskType::kMulticlass, 2, 1, {bad, "b"}}}}});
  data.title = data.subtitle = data.model = data.rows = data.metric = data.command = bad;
  data.facts = data.settings = {{bad, bad}};
  data.notes = {bad};
  for (std::string& label : data.judged.labels) label = bad;
  for (std::string& detail : data.judged.details) detail = bad;
  for (ReportBaseline& baseline : data.baselines) baseline.name = bad;
  for (ReportPart& part : data.parts) part.name = bad;
  for (ReportPicture& picture : data.pictures) {
    for (ReportNeighbour& neighbour : picture.neighbours) neighbour.label = bad;
  }
  const std::string html = html_report(data);
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("alert('")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;\\n"));
}

TEST(HtmlReport, IsTheSameForEveryNumberOfThreads) {
  std::string expected;
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    const std::string html = html_report(some_report(panel(60)));
    if (expected.empty()) expected = html;
    EXPECT_TRUE(html == expected) << threads;
  }
}

TEST(HtmlReport, SaysWhyThereIsNothingToShow) {
  EXPECT_THAT(html_report(some_report({.rows = 0})),
              HasSubstr("There are no test rows, so nothing was judged."));
  EXPECT_THAT(html_report(some_report({.uncertainty = false})),
              HasSubstr("The model does not say how certain"));
  EXPECT_THAT(html_report(some_report({.members = 0})),
              HasSubstr("The epochs of the training are not known here."));
  EXPECT_THAT(html_report(some_report({.missing = 1})),
              HasSubstr("No row of the test rows has a measured value of logS."));
  ReportData one_class = some_report({.targets = {test::yes_no("a")}});
  for (double& label : one_class.judged.measured) label = 0;
  EXPECT_THAT(html_report(one_class),
              HasSubstr("All 80 measured values of the test rows are &#39;inactive&#39;."));
  EXPECT_THAT(html_report(one_class), HasSubstr("ROC AUC of a is undefined on the test rows."));
  EXPECT_THAT(html_report(some_report({.targets = {test::with_classes("a", 50)}})),
              HasSubstr("50 classes are too many for a table."));
  ReportData unvalidated = some_report();
  for (EpochReport& epoch : unvalidated.histories[0])
    epoch.validation_loss = epoch.validation_metric = test::kNaN;
  unvalidated.histories.resize(1);
  EXPECT_THAT(html_report(unvalidated),
              HasSubstr("There are no validation rows on which the score is defined."));
}

TEST(HtmlReport, OfEqualValuesAndOfOneRowIsWhole) {
  ReportData equal = some_report();
  for (double& value : equal.judged.measured) value = 5;
  for (double& value : equal.judged.predicted) value = 5;
  EXPECT_THAT(html_report(equal), HasSubstr("undefined"));  // R2 of values that do not vary
  for (const ReportTarget& target :
       {ReportTarget{"a", "", {}}, test::yes_no("a"), test::with_classes("a", 3)}) {
    const std::string html = html_report(some_report({.rows = 1, .targets = {target}}));
    EXPECT_THAT(html, HasSubstr("</html>"));
    EXPECT_THAT(html, Not(HasSubstr("nan")));
  }
}

TEST(HtmlReport, StaysSmallForManyRows) {
  EXPECT_LT(html_report(some_report(panel(10'000))).size(), 3'000'000u);
}

TEST(HtmlReport, RowsWithoutTextsHaveThoseOfTheirPictures) {
  ReportData data = some_report();
  data.judged.labels.clear();
  data.judged.details.clear();
  data.pictures.clear();
  EXPECT_THAT(html_report(data), HasSubstr(">row "));
  for (const std::size_t row : shown_rows(data)) {
    ReportPicture& picture = data.pictures.emplace_back();
    picture.row = row;
    picture.label = "node <" + std::to_string(row) + ">";
    picture.detail = "file:" + std::to_string(row);
  }
  const std::string html = html_report(data);
  for (const std::size_t row : shown_rows(data)) {
    EXPECT_THAT(html, HasSubstr("<h4>node &lt;" + std::to_string(row) +
                                "&gt;</h4><p class=\"code\">file:" + std::to_string(row) + "</p>"));
  }
  EXPECT_THAT(html, HasSubstr("80 rows"));
}

// The interval follows from a part of the rows, and the score from all of them.
TEST(HtmlReport, JudgesVeryManyRowsByAllOfThem) {
  constexpr std::size_t kRows = 230'000;
  ReportData data;
  data.title = "many";
  data.targets = {{"delay", "", {}}};
  Random random(test::kSeed);
  double squares = 0;
  for (std::size_t row = 0; row < kRows; ++row) {
    const double error = 9.5 * random.normal();
    data.judged.measured.push_back(20 * random.normal());
    data.judged.predicted.push_back(data.judged.measured.back() + error);
    squares += error * error;
  }
  const std::string html = html_report(data);
  const double score = std::sqrt(squares / kRows), half = 1.96 * score / std::sqrt(2.0 * kRows);
  const std::string heading = "RMSE of delay on 230,000 test rows: ";
  ASSERT_THAT(html, HasSubstr(heading));
  double said = 0, low = 0, high = 0;
  ASSERT_EQ(std::sscanf(html.c_str() + html.find(heading) + heading.size(),
                        "<b>%lf</b> (95 %% interval %lf to %lf", &said, &low, &high),
            3);
  EXPECT_NEAR(said, score, 0.001);
  EXPECT_NEAR(low, score - half, half / 3);
  EXPECT_NEAR(high, score + half, half / 3);
  EXPECT_LT(html.size(), 400'000u);
}

TEST(HtmlReport, RefusesWhatDoesNotFit) {
  ReportData data = some_report();
  data.judged.predicted.pop_back();
  EXPECT_THROW(html_report(data), ShapeError);
}

TEST(HtmlReport, FitsEveryScreen) {
  const std::optional<std::string> browser = test::find_browser();
  if (!browser) GTEST_SKIP() << "there is no Chromium on this machine to look at a report with";
  ReportData odd = some_report({.rows = 40,
                                .targets = {{std::string(200, 'W'), "kcal/mol", {}},
                                            {"large", "", {}},
                                            {"small", "", {}},
                                            test::with_classes("kinds of " + std::string(60, 'm'), 25),
                                            test::with_classes("many", 60)},
                                .missing = 0.1});
  odd.title = odd.subtitle = odd.command = std::string(400, 'x');
  odd.facts.push_back({std::string(100, 'n'), std::string(500, 'v')});
  for (std::string& label : odd.judged.labels) label = std::string(300, 'L');
  for (std::string& detail : odd.judged.details) detail = std::string(300, 'C');
  for (std::size_t i = 1; i < odd.judged.measured.size(); i += 5) odd.judged.measured[i] *= 1e12;
  for (std::size_t i = 2; i < odd.judged.measured.size(); i += 5) odd.judged.measured[i] *= 1e-9;
  const std::vector<std::pair<std::string, std::string>> reports{
      {"numbers", html_report(some_report())},
      {"panel", html_report(some_report(panel(60)))},
      {"classes", html_report(some_report({.targets = {test::with_classes("kind", 4)}}))},
      {"nothing",
       html_report(some_report({.rows = 0, .uncertainty = false, .baselines = false, .members = 0}))},
      {"odd", html_report(odd)}};
  std::vector<test::ShownPage> pages;
  for (const auto& [name, html] : reports) {
    for (const int width : {400, 800, 1400}) pages.push_back({name, html, width});
  }
  std::size_t looked = 0;
  for (const std::string& line : test::look_at_layout(*browser, pages)) {
    const bool said = line.starts_with("looked at ");
    looked += said ? 1 : 0;
    EXPECT_TRUE(said) << line;
    if (said && line.find("nothing") == std::string::npos) {
      EXPECT_THAT(line, Not(HasSubstr(", 0 labels")));
    }
  }
  EXPECT_EQ(looked, pages.size());
}

}  // namespace
}  // namespace plstm
