#include "plstm/train/objectives/rank_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/train/objectives/metrics.hpp>

#include "ranking.hpp"

namespace plstm {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool has_nan(std::span<const double> values) {
  return std::ranges::any_of(values, [](double value) { return std::isnan(value); });
}

double num_pairs(double items) {
  return items * (items - 1) / 2;
}

// Pairs of equal neighbours in sorted order.
template <class Same>
double tied_pairs(std::size_t count, const Same& same) {
  double pairs = 0;
  for (std::size_t first = 0, end = 1; first < count; first = end++) {
    while (end < count && same(first, end)) ++end;
    pairs += num_pairs(static_cast<double>(end - first));
  }
  return pairs;
}

// Sorts the values, and counts the pairs that change their places.
double sort_and_count(std::span<double> values, std::span<double> spare) {
  if (values.size() < 2) return 0;
  const std::size_t half = values.size() / 2;
  double swaps = sort_and_count(values.first(half), spare.first(half)) +
                 sort_and_count(values.subspan(half), spare.subspan(half));
  std::size_t left = 0, right = half, to = 0;
  while (left < half && right < values.size()) {
    if (values[right] < values[left]) {
      swaps += static_cast<double>(half - left);
      spare[to++] = values[right++];
    } else {
      spare[to++] = values[left++];
    }
  }
  while (left < half) spare[to++] = values[left++];
  std::copy_n(spare.begin(), to, values.begin());
  return swaps;
}

}  // namespace

std::vector<double> average_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    const double rank = static_cast<double>(first + 1 + end) / 2;
    for (std::size_t i = first; i < end; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

std::optional<double> spearman(std::span<const double> predictions, std::span<const double> targets) {
  check_size("spearman", "predictions", std::ssize(predictions), std::ssize(targets));
  if (has_nan(predictions)) return kNan;
  return pearson(average_ranks(predictions), average_ranks(targets));
}

std::optional<double> kendall(std::span<const double> predictions, std::span<const double> targets) {
  check_size("kendall", "predictions", std::ssize(predictions), std::ssize(targets));
  if (has_nan(predictions)) return kNan;
  std::vector<std::size_t> order(targets.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return targets[a] != targets[b] ? targets[a] < targets[b] : predictions[a] < predictions[b];
  });
  const auto same_target = [&](std::size_t a, std::size_t b) {
    return targets[order[a]] == targets[order[b]];
  };
  const auto same_both = [&](std::size_t a, std::size_t b) {
    return same_target(a, b) && predictions[order[a]] == predictions[order[b]];
  };
  const double tied = tied_pairs(order.size(), same_target), tied_twice = tied_pairs(order.size(), same_both);
  std::vector<double> values(order.size()), spare(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) values[i] = predictions[order[i]];
  const double against = sort_and_count(values, spare);
  const double tied_predictions =
      tied_pairs(values.size(), [&](std::size_t a, std::size_t b) { return values[a] == values[b]; });
  const double all = num_pairs(static_cast<double>(order.size()));
  if (!(all - tied > 0) || !(all - tied_predictions > 0)) return std::nullopt;
  const double agreed = all - tied - tied_predictions + tied_twice - against;
  return (agreed - against) / (std::sqrt(all - tied) * std::sqrt(all - tied_predictions));
}

double num_best(double rows, double best) {
  // A hundredth of 300 rows is 3, though 0.01 * 300 is a little more.
  const double exact = best * rows;
  const double nearest = std::round(exact);
  return std::max(1.0, std::abs(exact - nearest) < 1e-9 * rows ? nearest : std::ceil(exact));
}

std::optional<double> enrichment(std::span<const double> scores, std::span<const double> labels,
                                 double best) {
  check_size("enrichment", "scores", std::ssize(scores), std::ssize(labels));
  if (!(best > 0 && best <= 1)) {
    throw ConfigError(
        fmt::format("enrichment: the share of best rows is {}, expected more than 0 to 1", best));
  }
  if (has_nan(scores)) return kNan;
  const auto rows = static_cast<double>(labels.size());
  const auto positives =
      static_cast<double>(std::ranges::count_if(labels, [](double label) { return label > 0.5; }));
  if (positives == 0 || positives == rows) return std::nullopt;
  const double chosen = num_best(rows, best);
  double left = chosen, found = 0;
  for (const Tie& tie : count_ties(scores, labels)) {
    const auto size = static_cast<double>(tie.positives + tie.negatives);
    const double taken = std::min(left, size);
    found += taken * static_cast<double>(tie.positives) / size;
    left -= taken;
    if (left == 0) break;
  }
  return found / chosen * (rows / positives);
}

}  // namespace plstm
