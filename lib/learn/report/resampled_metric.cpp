#include "plstm/learn/report/resampled_metric.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

double error_of(Metric metric, const ConstMatrixMap<double>& predictions, Index row, double measured) {
  switch (metric) {
    case Metric::kRmse:
      return (predictions(row, 0) - measured) * (predictions(row, 0) - measured);
    case Metric::kMae:
      return std::abs(predictions(row, 0) - measured);
    case Metric::kAccuracy: {
      Index chosen = 0;
      if (predictions.cols() == 1) {
        chosen = predictions(row, 0) > 0.5 ? 1 : 0;
      } else {
        predictions.row(row).maxCoeff(&chosen);
      }
      return static_cast<double>(chosen) == measured ? 1 : 0;
    }
    default:
      return 0;
  }
}

void check_sizes(Metric metric, const ConstMatrixMap<double>& predictions, std::span<const double> measured) {
  const bool classes = metric == Metric::kAccuracy && predictions.cols() > 1;
  if (predictions.rows() != std::ssize(measured) || (predictions.cols() != 1 && !classes)) {
    throw ShapeError(fmt::format("ResampledMetric: predictions have shape [{}, {}], expected [{}, 1]{}",
                                 predictions.rows(), predictions.cols(), measured.size(),
                                 metric == Metric::kAccuracy ? " or one column a class" : ""));
  }
}

}  // namespace

ResampledMetric::ResampledMetric(Metric metric, const ConstMatrixMap<double>& predictions,
                                 std::span<const double> measured)
    : metric_(metric) {
  if (metric == Metric::kLoss) throw ConfigError("ResampledMetric: predictions alone do not decide a loss");
  check_sizes(metric, predictions, measured);
  for (std::size_t row = 0; row < measured.size(); ++row) {
    if (!std::isnan(measured[row])) rows_.push_back(static_cast<std::uint32_t>(row));
  }
  if (metric == Metric::kRocAuc || metric == Metric::kPrAuc) {
    std::ranges::stable_sort(rows_, std::greater{}, [&](std::uint32_t row) { return predictions(row, 0); });
  }
  for (const std::uint32_t row : rows_) {
    predicted_.push_back(predictions(row, 0));
    measured_.push_back(measured[row]);
    errors_.push_back(error_of(metric, predictions, row, measured[row]));
  }
}

double ResampledMetric::operator()(std::span<const std::uint32_t> counts) const {
  switch (metric_) {
    case Metric::kR2:
      return r2(counts);
    case Metric::kPearson:
      return pearson(counts);
    case Metric::kRocAuc:
      return roc_auc(counts);
    case Metric::kPrAuc:
      return pr_auc(counts);
    case Metric::kRmse:
      return std::sqrt(mean_of_errors(counts));
    default:
      return mean_of_errors(counts);
  }
}

double ResampledMetric::mean_of_errors(std::span<const std::uint32_t> counts) const {
  double sum = 0, all = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const double count = counts[rows_[i]];
    sum += count * errors_[i];
    all += count;
  }
  return all > 0 ? sum / all : kUndefined;
}

double ResampledMetric::r2(std::span<const std::uint32_t> counts) const {
  double sum = 0, all = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    sum += counts[rows_[i]] * measured_[i];
    all += counts[rows_[i]];
  }
  const double mean = sum / all;
  double residual = 0, total = 0;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const double count = counts[rows_[i]];
    if (count == 0) continue;
    low = std::min(low, measured_[i]);
    high = std::max(high, measured_[i]);
    residual += count * (predicted_[i] - measured_[i]) * (predicted_[i] - measured_[i]);
    total += count * (measured_[i] - mean) * (measured_[i] - mean);
  }
  return low < high && total > 0 ? 1 - residual / total : kUndefined;
}

double ResampledMetric::pearson(std::span<const std::uint32_t> counts) const {
  double all = 0, sum_p = 0, sum_y = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const double count = counts[rows_[i]];
    all += count;
    sum_p += count * predicted_[i];
    sum_y += count * measured_[i];
  }
  double pp = 0, py = 0, yy = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const double count = counts[rows_[i]];
    const double p = predicted_[i] - sum_p / all, y = measured_[i] - sum_y / all;
    pp += count * p * p;
    py += count * p * y;
    yy += count * y * y;
  }
  return pp > 0 && yy > 0 ? py / std::sqrt(pp * yy) : kUndefined;
}

double ResampledMetric::roc_auc(std::span<const std::uint32_t> counts) const {
  double positives = 0, negatives = 0, area = 0;  // of the rows so far
  for (std::size_t i = 0; i < rows_.size();) {
    double new_positives = 0, new_negatives = 0;
    const double score = predicted_[i];
    for (; i < rows_.size() && predicted_[i] == score; ++i) {
      (measured_[i] > 0.5 ? new_positives : new_negatives) += counts[rows_[i]];
    }
    area += new_negatives * (positives + new_positives / 2);
    positives += new_positives;
    negatives += new_negatives;
  }
  return positives > 0 && negatives > 0 ? area / (positives * negatives) : kUndefined;
}

double ResampledMetric::pr_auc(std::span<const std::uint32_t> counts) const {
  double positives = 0, negatives = 0, area = 0;
  for (std::size_t i = 0; i < rows_.size();) {
    double new_positives = 0;
    const double score = predicted_[i];
    for (; i < rows_.size() && predicted_[i] == score; ++i) {
      (measured_[i] > 0.5 ? new_positives : negatives) += counts[rows_[i]];
    }
    positives += new_positives;
    if (new_positives > 0) area += new_positives * positives / (positives + negatives);
  }
  return positives > 0 && negatives > 0 ? area / positives : kUndefined;
}

}  // namespace plstm
