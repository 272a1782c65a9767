#include "plstm/learn/report/report_certainty.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/report/report_facts.hpp>

#include "learn/learn_graphs.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

class ReportCertainty : public ::testing::Test {
 protected:
  ReportCertainty() : random_(kSeed) {
    for (const LearnGraph& each : make_learn_graphs(60, random_)) data_.add(each.graph, {each.graph_target});
  }

  Predictor train(double validation) {
    Recipe recipe = quick(recipe::regression());
    recipe.epochs = 3;
    FitOptions options;
    FitSplit split;
    for (std::int32_t graph = 0; graph < data_.num_graphs(); ++graph)
      (graph < validation * data_.num_graphs() ? split.validation : split.train).push_back(graph);
    options.split = split;
    return fit(data_, recipe, options);
  }

  // A report that judges all graphs.
  ReportData judged(const Predictions& predictions) const {
    ReportData report;
    report.targets = report_targets({"value"}, {Task{}});
    report.judged.measured.assign(data_.targets().begin(), data_.targets().end());
    report.judged.predicted = predictions.values;
    return report;
  }

  Predictions predict(const Predictor& predictor) const {
    std::vector<std::int32_t> all(static_cast<std::size_t>(data_.num_graphs()));
    std::iota(all.begin(), all.end(), 0);
    return predictor.predict_with_errors(data_.graphs(), all);
  }

  Random random_;
  LabeledGraphs data_;
};

TEST_F(ReportCertainty, OfACalibratedModelHasIntervalsThatHold) {
  const Predictor predictor = train(0.5);
  ASSERT_NE(predictor.calibration(), nullptr);
  const Predictions said = predict(predictor);
  ReportData report = judged(said);
  add_certainty(predictor, said, 0.85, report);
  EXPECT_TRUE(report.judged.expects_errors);
  EXPECT_EQ(report.judged.uncertainty, said.expected_errors);
  EXPECT_NO_THROW(check_report(report));
  ASSERT_EQ(report.judged.low.size(), 60u);
  for (std::size_t i = 0; i < 60; ++i) EXPECT_LT(report.judged.low[i], report.judged.high[i]) << i;
  ASSERT_EQ(report.coverage.size(), 1u);
  ASSERT_EQ(report.coverage.front().size(), 10u) << "nine levels, and that which was asked for";
  std::int64_t held = 0;
  for (std::size_t i = 0; i < 60; ++i) {
    const double measured = report.judged.measured[i];
    held += report.judged.low[i] <= measured && measured <= report.judged.high[i] ? 1 : 0;
  }
  double before = 0;
  for (const ReportCoverage& each : report.coverage.front()) {
    EXPECT_GT(each.confidence, before);
    before = each.confidence;
    if (each.confidence == 0.85) {
      EXPECT_EQ(each.held, held);
    }
  }
  EXPECT_THROW(add_certainty(predictor, said, 1.5, report), ConfigError);
}

TEST_F(ReportCertainty, OfOthersIsTheSpreadOfTheNetworks) {
  const Predictor predictor = train(0);
  ASSERT_EQ(predictor.calibration(), nullptr);
  const Predictions said = predict(predictor);
  ReportData report = judged(said);
  add_certainty(predictor, said, 0.9, report);
  EXPECT_EQ(report.judged.uncertainty, said.expected_errors);
  EXPECT_FALSE(report.judged.expects_errors);
  EXPECT_TRUE(report.judged.low.empty());
  EXPECT_TRUE(report.coverage.empty());
}

}  // namespace
}  // namespace plstm::test
