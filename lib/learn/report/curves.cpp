#include "plstm/learn/report/curves.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/train/objectives/metrics.hpp>

namespace plstm {
namespace {

void check_equal_size(const char* function, std::size_t a, std::size_t b) {
  if (a != b) throw ShapeError(fmt::format("{}: {} and {} values, expected equally many", function, a, b));
}

// Positives and negatives above a threshold.
struct Above {
  double positives = 0, negatives = 0;
};

// One entry for each distinct score, from the highest on; empty unless both labels occur.
std::vector<Above> counts_above(std::span<const double> scores, std::span<const double> labels) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return scores[i]; });
  std::vector<Above> counts;
  Above above;
  for (std::size_t i = 0; i < order.size(); ++i) {
    (labels[order[i]] > 0.5 ? above.positives : above.negatives) += 1;
    const bool last = i + 1 == order.size() || scores[order[i + 1]] != scores[order[i]];
    if (last) counts.push_back(above);
  }
  if (above.positives == 0 || above.negatives == 0) counts.clear();
  return counts;
}

ReliabilityBin bin_of(double sum_predicted, double positives, std::int64_t count) {
  const auto n = static_cast<double>(count);
  const ShareInterval interval = wilson_interval(positives, n);
  return {sum_predicted / n, positives / n, interval.low, interval.high, count};
}

// Ranks from 0, equal values sharing the mean of theirs.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t i = first; i < end; ++i) ranks[order[i]] = static_cast<double>(first + end - 1) / 2;
    first = end;
  }
  return ranks;
}

}  // namespace

std::vector<PlotPoint> roc_curve(std::span<const double> scores, std::span<const double> labels) {
  check_equal_size("roc_curve", scores.size(), labels.size());
  const std::vector<Above> counts = counts_above(scores, labels);
  if (counts.empty()) return {};
  std::vector<PlotPoint> curve{{0, 0}};
  for (const Above& above : counts) {
    curve.push_back({above.negatives / counts.back().negatives, above.positives / counts.back().positives});
  }
  return curve;
}

std::vector<PlotPoint> precision_recall_curve(std::span<const double> scores,
                                              std::span<const double> labels) {
  check_equal_size("precision_recall_curve", scores.size(), labels.size());
  const std::vector<Above> counts = counts_above(scores, labels);
  std::vector<PlotPoint> curve;
  for (const Above& above : counts) {
    curve.push_back(
        {above.positives / counts.back().positives, above.positives / (above.positives + above.negatives)});
  }
  return curve;
}

std::vector<ReliabilityBin> reliability(std::span<const double> probabilities, std::span<const double> labels,
                                        std::size_t bins) {
  check_equal_size("reliability", probabilities.size(), labels.size());
  if (bins == 0) throw ConfigError("reliability: 0 bins, expected 1 or more");
  std::vector<double> predicted(bins), positives(bins);
  std::vector<std::int64_t> counts(bins);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double place = std::clamp(probabilities[i], 0.0, 1.0) * static_cast<double>(bins);
    const std::size_t bin = std::min(static_cast<std::size_t>(place), bins - 1);
    predicted[bin] += probabilities[i];
    positives[bin] += labels[i] > 0.5 ? 1 : 0;
    ++counts[bin];
  }
  std::vector<ReliabilityBin> result;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    if (counts[bin] > 0) result.push_back(bin_of(predicted[bin], positives[bin], counts[bin]));
  }
  return result;
}

double expected_calibration_error(std::span<const ReliabilityBin> bins) {
  double sum = 0, all = 0;
  for (const ReliabilityBin& bin : bins) {
    sum += static_cast<double>(bin.count) * std::abs(bin.observed - bin.predicted);
    all += static_cast<double>(bin.count);
  }
  return all > 0 ? sum / all : 0;
}

std::vector<UncertaintyBin> error_by_uncertainty(std::span<const double> uncertainties,
                                                 std::span<const double> errors, std::size_t bins) {
  check_equal_size("error_by_uncertainty", uncertainties.size(), errors.size());
  if (bins == 0) throw ConfigError("error_by_uncertainty: 0 bins, expected 1 or more");
  std::vector<std::size_t> order(errors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return uncertainties[i]; });
  constexpr std::size_t kFewest = 5;
  const std::size_t parts = std::min(bins, order.size() / kFewest);
  std::vector<UncertaintyBin> result(parts);
  for (std::size_t part = 0; part < parts; ++part) {
    UncertaintyBin& bin = result[part];
    for (std::size_t i = part * order.size() / parts; i < (part + 1) * order.size() / parts; ++i) {
      bin.uncertainty += uncertainties[order[i]];
      bin.error += std::abs(errors[order[i]]);
      ++bin.count;
    }
    bin.uncertainty /= static_cast<double>(bin.count);
    bin.error /= static_cast<double>(bin.count);
  }
  return result;
}

double rank_correlation(std::span<const double> a, std::span<const double> b) {
  check_equal_size("rank_correlation", a.size(), b.size());
  return pearson(ranks_of(a), ranks_of(b)).value_or(0);
}

ShareInterval wilson_interval(double held, double rows) {
  if (!(rows > 0)) return {};
  constexpr double z = 1.959964;  // 95 % of a normal distribution
  const double share = held / rows;
  const double centre = (share + z * z / (2 * rows)) / (1 + z * z / rows);
  const double half =
      z / (1 + z * z / rows) * std::sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows));
  return {std::max(centre - half, 0.0), std::min(centre + half, 1.0)};
}

}  // namespace plstm
