#include "plstm/learn/report/resampled_metric.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/train/objectives/confusion.hpp>
#include <plstm/train/objectives/rank_metrics.hpp>

namespace plstm {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// What is averaged over the rows; the class that is chosen, where the metric judges choices.
double error_of(Metric metric, const ConstMatrixMap<double>& predictions, Index row, double measured) {
  if (judges_choices(metric)) {
    Index chosen = 0;
    if (predictions.cols() == 1) {
      chosen = predictions(row, 0) > 0.5 ? 1 : 0;
    } else {
      predictions.row(row).maxCoeff(&chosen);
    }
    return static_cast<double>(chosen);
  }
  const double error = predictions(row, 0) - measured;
  return metric == Metric::kRmse ? error * error : std::abs(error);
}

void check_sizes(Metric metric, const ConstMatrixMap<double>& predictions, std::span<const double> measured) {
  const bool classes = judges_choices(metric) && predictions.cols() > 1;
  if (predictions.rows() != std::ssize(measured) || (predictions.cols() != 1 && !classes)) {
    throw ShapeError(fmt::format("ResampledMetric: predictions have shape [{}, {}], expected [{}, 1]{}",
                                 predictions.rows(), predictions.cols(), measured.size(),
                                 judges_choices(metric) ? " or one column a class" : ""));
  }
}

void check_label(double label, Index classes) {
  if (label == std::floor(label) && label >= 0 && label < static_cast<double>(classes)) return;
  throw ConfigError(
      fmt::format("ResampledMetric: the label {} is no class, expected 0..{}", label, classes - 1));
}

// Pearson's correlation of x and y, each of which counts so often; NaN where undefined.
double correlation(std::span<const double> x, std::span<const double> y, std::span<const double> counts) {
  double all = 0, sum_x = 0, sum_y = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    all += counts[i];
    sum_x += counts[i] * x[i];
    sum_y += counts[i] * y[i];
  }
  double xx = 0, xy = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double dx = x[i] - sum_x / all, dy = y[i] - sum_y / all;
    xx += counts[i] * dx * dx;
    xy += counts[i] * dx * dy;
    yy += counts[i] * dy * dy;
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : kUndefined;
}

// Places of the values, the smallest first.
std::vector<std::uint32_t> ascending(std::span<const double> values) {
  std::vector<std::uint32_t> places(values.size());
  std::iota(places.begin(), places.end(), std::uint32_t{0});
  std::ranges::stable_sort(places, {}, [&](std::uint32_t place) { return values[place]; });
  return places;
}

// Ranks of values that count so often; equal ones share the mean of their ranks.
std::vector<double> counted_ranks(std::span<const double> values, std::span<const std::uint32_t> order,
                                  std::span<const double> counts) {
  std::vector<double> ranks(values.size());
  double below = 0;
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    double equal = 0;
    for (; end < order.size() && values[order[end]] == values[order[first]]; ++end)
      equal += counts[order[end]];
    for (std::size_t i = first; i < end; ++i) ranks[order[i]] = below + (equal + 1) / 2;
    below += equal;
  }
  return ranks;
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
  classes_ = std::max<Index>(2, predictions.cols());
  if (metric == Metric::kRocAuc || metric == Metric::kPrAuc || metric == Metric::kEnrichment) {
    std::ranges::stable_sort(rows_, std::greater{}, [&](std::uint32_t row) { return predictions(row, 0); });
  }
  for (const std::uint32_t row : rows_) {
    if (judges_choices(metric)) check_label(measured[row], classes_);
    predicted_.push_back(predictions(row, 0));
    measured_.push_back(measured[row]);
    errors_.push_back(error_of(metric, predictions, row, measured[row]));
  }
  if (metric != Metric::kSpearman) return;
  by_prediction_ = ascending(predicted_);
  by_measured_ = ascending(measured_);
}

double ResampledMetric::operator()(std::span<const std::uint32_t> counts) const {
  switch (metric_) {
    case Metric::kR2:
      return r2(counts);
    case Metric::kPearson:
      return pearson(counts);
    case Metric::kSpearman:
      return spearman(counts);
    case Metric::kRocAuc:
      return roc_auc(counts);
    case Metric::kPrAuc:
      return pr_auc(counts);
    case Metric::kEnrichment:
      return enrichment(counts);
    case Metric::kRmse:
      return std::sqrt(mean_of_errors(counts));
    case Metric::kAccuracy:
    case Metric::kBalancedAccuracy:
    case Metric::kF1:
    case Metric::kMcc:
      return of_choices(counts);
    case Metric::kMae:
    case Metric::kLoss:
      break;
  }
  return mean_of_errors(counts);
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

std::vector<double> ResampledMetric::counts_of_rows(std::span<const std::uint32_t> counts) const {
  std::vector<double> of_rows;
  of_rows.reserve(rows_.size());
  for (const std::uint32_t row : rows_) of_rows.push_back(counts[row]);
  return of_rows;
}

double ResampledMetric::pearson(std::span<const std::uint32_t> counts) const {
  return correlation(predicted_, measured_, counts_of_rows(counts));
}

double ResampledMetric::spearman(std::span<const std::uint32_t> counts) const {
  const std::vector<double> of_rows = counts_of_rows(counts);
  return correlation(counted_ranks(predicted_, by_prediction_, of_rows),
                     counted_ranks(measured_, by_measured_, of_rows), of_rows);
}

double ResampledMetric::of_choices(std::span<const std::uint32_t> counts) const {
  Confusion confusion(classes_);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    confusion.add(static_cast<Index>(measured_[i]), static_cast<Index>(errors_[i]), counts[rows_[i]]);
  }
  if (metric_ == Metric::kBalancedAccuracy) return balanced_accuracy(confusion).value_or(kUndefined);
  if (metric_ == Metric::kF1) return f1(confusion).value_or(kUndefined);
  if (metric_ == Metric::kMcc) return mcc(confusion).value_or(kUndefined);
  return confusion.rows() > 0 ? confusion.right() / confusion.rows() : kUndefined;
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

double ResampledMetric::enrichment(std::span<const std::uint32_t> counts) const {
  double rows = 0, positives = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    rows += counts[rows_[i]];
    positives += measured_[i] > 0.5 ? counts[rows_[i]] : 0;
  }
  if (positives == 0 || positives == rows) return kUndefined;
  const double chosen = num_best(rows);
  double left = chosen, found = 0;
  for (std::size_t i = 0; i < rows_.size() && left > 0;) {
    double size = 0, positive = 0;
    const double score = predicted_[i];
    for (; i < rows_.size() && predicted_[i] == score; ++i) {
      size += counts[rows_[i]];
      positive += measured_[i] > 0.5 ? counts[rows_[i]] : 0;
    }
    const double taken = std::min(left, size);
    if (taken > 0) found += taken * positive / size;
    left -= taken;
  }
  return found / chosen * (rows / positives);
}

}  // namespace plstm
