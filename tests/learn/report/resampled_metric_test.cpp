#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/learn/report/resampled_metric.hpp>

#include "learn/report/report_values.hpp"
#include "support/seed.hpp"

namespace plstm {
namespace {

// The metric of the table in which each row is repeated.
double repeated(Metric metric, const Matrix<double>& predictions, const std::vector<double>& measured,
                const std::vector<std::uint32_t>& counts) {
  std::vector<double> p, y;
  Matrix<double> classes(0, predictions.cols());
  for (std::size_t row = 0; row < measured.size(); ++row) {
    for (std::uint32_t i = 0; i < counts[row] && !std::isnan(measured[row]); ++i) {
      p.push_back(predictions(static_cast<Index>(row), 0));
      y.push_back(measured[row]);
      classes.conservativeResize(classes.rows() + 1, Eigen::NoChange);
      classes.row(classes.rows() - 1) = predictions.row(static_cast<Index>(row));
    }
  }
  const std::vector<std::uint8_t> present(y.size(), 1);
  Matrix<double> scores =
      predictions.cols() == 1 ? Matrix<double>(ConstMatrixMap<double>(p.data(), std::ssize(p), 1)) : classes;
  if (predictions.cols() == 1 && judges_choices(metric)) scores.array() -= 0.5;  // evaluate() takes logits
  return evaluate<double>(metric, {scores.data(), scores.rows(), scores.cols()}, {y.data(), std::ssize(y), 1},
                          {present.data(), std::ssize(y), 1})
      .value_or(test::kNaN);
}

void expect_equal(double a, double b, const char* what) {
  if (std::isnan(b)) {
    EXPECT_TRUE(std::isnan(a)) << what << ": " << a;
  } else {
    EXPECT_NEAR(a, b, 1e-9) << what;
  }
}

TEST(ResampledMetric, IsTheMetricOfRepeatedRows) {
  Random random(test::kSeed);
  for (const Metric metric : {Metric::kRmse, Metric::kMae, Metric::kR2, Metric::kPearson, Metric::kSpearman,
                              Metric::kAccuracy, Metric::kBalancedAccuracy, Metric::kF1, Metric::kMcc,
                              Metric::kRocAuc, Metric::kPrAuc, Metric::kEnrichment}) {
    const bool labels = judges_choices(metric) || metric == Metric::kRocAuc || metric == Metric::kPrAuc ||
                        metric == Metric::kEnrichment;
    for (int repetition = 0; repetition < 60; ++repetition) {
      const auto rows = static_cast<std::size_t>(random.below(30));
      Matrix<double> predictions(static_cast<Index>(rows), 1);
      std::vector<double> measured(rows);
      std::vector<std::uint32_t> counts(rows);
      for (std::size_t i = 0; i < rows; ++i) {
        // Few different scores, so that there are ties.
        predictions(static_cast<Index>(i), 0) = static_cast<double>(random.below(8)) / 8 + 0.01;
        measured[i] = labels                        ? static_cast<double>(random.below(2))
                      : metric == Metric::kSpearman ? static_cast<double>(random.below(5))
                                                    : random.normal() + 100;
        if (random.below(6) == 0) measured[i] = test::kNaN;
        counts[i] = static_cast<std::uint32_t>(random.below(4));
      }
      const ResampledMetric resampled(metric, {predictions.data(), predictions.rows(), 1}, measured);
      expect_equal(resampled(counts), repeated(metric, predictions, measured, counts), name(metric).data());
    }
  }
}

TEST(ResampledMetric, JudgesChoicesAmongClasses) {
  Random random(test::kSeed);
  Matrix<double> predictions(40, 3);
  std::vector<double> measured;
  std::vector<std::uint32_t> counts;
  for (Index i = 0; i < 40; ++i) {
    for (Index c = 0; c < 3; ++c) predictions(i, c) = random.uniform();
    measured.push_back(static_cast<double>(random.below(3)));
    counts.push_back(static_cast<std::uint32_t>(random.below(3)));
  }
  for (const Metric metric : {Metric::kAccuracy, Metric::kBalancedAccuracy, Metric::kF1, Metric::kMcc}) {
    const ResampledMetric resampled(metric, {predictions.data(), 40, 3}, measured);
    EXPECT_NEAR(resampled(counts), repeated(metric, predictions, measured, counts), 1e-12) << name(metric);
  }
}

TEST(ResampledMetric, RefusesWhatDoesNotFit) {
  const std::vector<double> numbers(6, 0.5);
  const std::vector<double> measured(3, 1);
  EXPECT_THROW(ResampledMetric(Metric::kLoss, {numbers.data(), 3, 1}, measured), ConfigError);
  EXPECT_THROW(ResampledMetric(Metric::kRmse, {numbers.data(), 2, 1}, measured), ShapeError);
  EXPECT_THROW(ResampledMetric(Metric::kRmse, {numbers.data(), 3, 2}, measured), ShapeError);
  const std::vector<double> labels{0, 1, 3};
  EXPECT_THROW(ResampledMetric(Metric::kF1, {numbers.data(), 3, 2}, labels), ConfigError);
}

}  // namespace
}  // namespace plstm
