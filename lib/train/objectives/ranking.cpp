#include "ranking.hpp"

#include <algorithm>
#include <numeric>

namespace plstm {
namespace {

Tie total(std::span<const Tie> ties) {
  return std::accumulate(ties.begin(), ties.end(), Tie{}, [](Tie a, const Tie& b) {
    return Tie{a.positives + b.positives, a.negatives + b.negatives};
  });
}

}  // namespace

std::vector<Tie> count_ties(std::span<const double> scores, std::span<const double> labels) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<Tie> ties;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || scores[order[i]] != scores[order[i - 1]]) ties.emplace_back();
    ++(labels[order[i]] > 0.5 ? ties.back().positives : ties.back().negatives);
  }
  return ties;
}

std::optional<double> area_under_roc(std::span<const Tie> ties) {
  const Tie all = total(ties);
  if (all.positives == 0 || all.negatives == 0) return std::nullopt;
  std::int64_t doubled_wins = 0;  // a pair counts 2 if the positive scores higher, 1 if both score the same
  std::int64_t negatives_below = all.negatives;
  for (const Tie& tie : ties) {
    negatives_below -= tie.negatives;
    doubled_wins += tie.positives * (2 * negatives_below + tie.negatives);
  }
  return static_cast<double>(doubled_wins) /
         (2 * static_cast<double>(all.positives) * static_cast<double>(all.negatives));
}

std::optional<double> average_precision(std::span<const Tie> ties) {
  const Tie all = total(ties);
  if (all.positives == 0 || all.negatives == 0) return std::nullopt;
  double sum = 0;
  Tie above;
  for (const Tie& tie : ties) {
    above.positives += tie.positives;
    above.negatives += tie.negatives;
    sum += static_cast<double>(tie.positives) * static_cast<double>(above.positives) /
           static_cast<double>(above.positives + above.negatives);
  }
  return sum / static_cast<double>(all.positives);
}

}  // namespace plstm
