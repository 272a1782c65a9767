#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/learn/report/curves.hpp>
#include <plstm/train/objectives/metrics.hpp>

#include "support/seed.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Scored {
  std::vector<double> scores, labels;
};

Scored some_scores(std::size_t count) {
  Random random(test::kSeed);
  Scored scored;
  for (std::size_t i = 0; i < count; ++i) {
    scored.labels.push_back(static_cast<double>(random.below(2)));
    scored.scores.push_back(std::round(20 * (random.uniform() + 0.3 * scored.labels.back())) / 26);
  }
  return scored;
}

TEST(Curves, RocOfASmallExample) {
  //  scores from the top: 1, 0, (1 and 0 tied), 0
  EXPECT_THAT(roc_curve(std::vector{0.9, 0.8, 0.5, 0.5, 0.1}, std::vector<double>{1, 0, 1, 0, 0}),
              ElementsAre(PlotPoint{0, 0}, PlotPoint{0, 0.5}, PlotPoint{1 / 3.0, 0.5}, PlotPoint{2 / 3.0, 1},
                          PlotPoint{1, 1}));
}

TEST(Curves, AreaBelowRocIsItsMetric) {
  const Scored scored = some_scores(200);
  const std::vector<PlotPoint> curve = roc_curve(scored.scores, scored.labels);
  double area = 0;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    area += (curve[i].x - curve[i - 1].x) * (curve[i].y + curve[i - 1].y) / 2;
  }
  EXPECT_NEAR(area, roc_auc(scored.scores, scored.labels).value(), 1e-12);
}

TEST(Curves, StepsBelowPrecisionAreAveragePrecision) {
  const Scored scored = some_scores(200);
  double area = 0, recall = 0;
  for (const PlotPoint& point : precision_recall_curve(scored.scores, scored.labels)) {
    area += (point.x - recall) * point.y;
    recall = point.x;
  }
  EXPECT_EQ(recall, 1);
  EXPECT_NEAR(area, pr_auc(scored.scores, scored.labels).value(), 1e-12);
}

TEST(Curves, AreEmptyWithoutBothLabels) {
  EXPECT_THAT(roc_curve({}, {}), IsEmpty());
  EXPECT_THAT(roc_curve(std::vector{0.1, 0.2}, std::vector<double>{1, 1}), IsEmpty());
  EXPECT_THAT(precision_recall_curve(std::vector{0.1}, std::vector<double>{0}), IsEmpty());
}

TEST(Curves, ReliabilityComparesSharesWithProbabilities) {
  const std::vector<double> probabilities{0.05, 0.15, 0.15, 0.15, 1};
  const std::vector<double> labels{0, 1, 0, 0, 1};
  const std::vector<ReliabilityBin> bins = reliability(probabilities, labels);
  ASSERT_EQ(bins.size(), 3u);
  EXPECT_EQ(bins[1].count, 3);
  EXPECT_NEAR(bins[1].predicted, 0.15, 1e-15);
  EXPECT_NEAR(bins[1].observed, 1 / 3.0, 1e-15);
  EXPECT_NEAR(bins[1].low, 0.0614, 5e-4);  // Wilson's interval of 1 of 3
  EXPECT_NEAR(bins[1].high, 0.7923, 5e-4);
  EXPECT_EQ(bins[2].high, 1);
  EXPECT_NEAR(expected_calibration_error(bins), (0.05 + 3 * std::abs(1 / 3.0 - 0.15)) / 5, 1e-12);
  EXPECT_EQ(expected_calibration_error({}), 0);
}

TEST(Curves, TrueProbabilitiesAreCalibrated) {
  Random random(test::kSeed);
  std::vector<double> probabilities, labels;
  for (int i = 0; i < 20000; ++i) {
    probabilities.push_back(random.uniform());
    labels.push_back(random.uniform() < probabilities.back() ? 1 : 0);
  }
  const std::vector<ReliabilityBin> bins = reliability(probabilities, labels);
  EXPECT_LT(expected_calibration_error(bins), 0.02);
  int inside = 0;
  for (const ReliabilityBin& bin : bins) inside += bin.low <= bin.predicted && bin.predicted <= bin.high;
  EXPECT_GE(inside, 8);
}

TEST(Curves, ErrorsGrowWithWhatExpectsThem) {
  Random random(test::kSeed);
  std::vector<double> expected, errors;
  for (int i = 0; i < 5000; ++i) {
    expected.push_back(0.1 + random.uniform());
    errors.push_back(2 * expected.back() * (random.uniform() - 0.5) * 2);
  }
  const std::vector<UncertaintyBin> bins = error_by_uncertainty(expected, errors, 5);
  ASSERT_EQ(bins.size(), 5u);
  for (const UncertaintyBin& bin : bins) {
    EXPECT_EQ(bin.count, 1000);
    EXPECT_NEAR(bin.error, bin.uncertainty, 0.15 * bin.uncertainty);
  }
  EXPECT_THAT(error_by_uncertainty(std::vector<double>(4, 1), std::vector<double>(4, 1)), IsEmpty());
  EXPECT_EQ(error_by_uncertainty(std::vector<double>(11, 1), std::vector<double>(11, 1)).size(), 2u);
}

TEST(Curves, RankCorrelationSeesOrderAlone) {
  const std::vector<double> values{1, 2, 3, 4, 100};
  EXPECT_NEAR(rank_correlation(values, std::vector<double>{2, 3, 5, 7, 11}), 1, 1e-12);
  EXPECT_NEAR(rank_correlation(values, std::vector<double>{5, 4, 3, 2, 1}), -1, 1e-12);
  // Ranks 0, 1.5, 1.5, 3 beside 0, 1, 2, 3.
  EXPECT_NEAR(rank_correlation(std::vector<double>{1, 2, 2, 3}, std::vector<double>{1, 2, 3, 4}),
              std::sqrt(0.9), 1e-12);
  EXPECT_EQ(rank_correlation(std::vector<double>{1, 1}, std::vector<double>{1, 2}), 0);
}

TEST(Curves, WilsonIntervalOfAShare) {
  EXPECT_NEAR(wilson_interval(1, 3).low, 0.0614, 5e-4);
  EXPECT_NEAR(wilson_interval(1, 3).high, 0.7923, 5e-4);
  EXPECT_NEAR(wilson_interval(0, 5).low, 0, 1e-15);
  EXPECT_EQ(wilson_interval(0, 0).high, 1);
}

TEST(Curves, RefuseSizesThatDiffer) {
  const std::vector<double> two(2, 0.5), three(3, 1);
  EXPECT_THROW(roc_curve(two, three), ShapeError);
  EXPECT_THROW(precision_recall_curve(two, three), ShapeError);
  EXPECT_THROW(reliability(two, three), ShapeError);
  EXPECT_THROW(reliability(two, two, 0), ConfigError);
  EXPECT_THROW(error_by_uncertainty(two, three), ShapeError);
  EXPECT_THROW(rank_correlation(two, three), ShapeError);
  EXPECT_THROW(error_by_uncertainty(two, two, 0), ConfigError);
}

}  // namespace
}  // namespace plstm
