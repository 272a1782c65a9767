#include "plstm/learn/tuning/successive_halving.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

void check(const HalvingOptions& options) {
  if (options.candidates == 0 || options.folds == 0) {
    throw ConfigError(fmt::format("successive_halving: {} candidates on {} folds, expected 1 or more of each",
                                  options.candidates, options.folds));
  }
  if (!(options.keep > 0 && options.keep < 1)) {
    throw ConfigError(
        fmt::format("successive_halving: keep is {}, expected more than 0 and less than 1", options.keep));
  }
}

std::size_t survivors_of(std::size_t candidates, double keep) {
  const auto kept = static_cast<std::size_t>(std::ceil(keep * static_cast<double>(candidates)));
  return std::clamp<std::size_t>(kept, 1, candidates);
}

double mean_of_first(const std::vector<double>& scores, std::size_t count) {
  return std::accumulate(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(count), 0.0) /
         static_cast<double>(count);
}

// The best come first. All have `folds` scores.
void sort_by_score(std::vector<std::size_t>& candidates, const HalvingResult& result, std::size_t folds,
                   Direction direction) {
  std::ranges::stable_sort(candidates, [&](std::size_t a, std::size_t b) {
    return better(direction, mean_of_first(result.scores[a], folds), mean_of_first(result.scores[b], folds));
  });
}

}  // namespace

HalvingResult successive_halving(
    const HalvingOptions& options,
    const std::function<std::optional<double>(std::size_t, std::size_t)>& score) {
  check(options);
  HalvingResult result;
  result.scores.resize(options.candidates);
  std::vector<std::size_t> alive(options.candidates);
  std::iota(alive.begin(), alive.end(), std::size_t{0});
  std::size_t decided = 0;  // folds that all of `alive` were judged on
  for (std::size_t folds = 1; result.finished; folds = std::min(2 * folds, options.folds)) {
    for (const std::size_t candidate : alive) {
      while (result.finished && result.scores[candidate].size() < folds) {
        const std::optional<double> value = score(candidate, result.scores[candidate].size());
        result.finished = value.has_value();
        if (value.has_value()) result.scores[candidate].push_back(*value);
      }
    }
    if (!result.finished) break;
    decided = folds;
    sort_by_score(alive, result, decided, options.direction);
    if (folds == options.folds) break;
    alive.resize(survivors_of(alive.size(), options.keep));
    if (alive.size() == 1) break;
    std::ranges::sort(alive);
  }
  if (!result.finished) {
    if (decided == 0) {
      std::erase_if(alive, [&](std::size_t candidate) { return result.scores[candidate].empty(); });
      decided = 1;
    }
    sort_by_score(alive, result, decided, options.direction);
  }
  result.best = alive.empty() ? 0 : alive.front();
  return result;
}

std::size_t num_scores(const HalvingOptions& options) {
  check(options);
  std::size_t count = 0, seen = 0, alive = options.candidates;
  for (std::size_t folds = 1;; folds = std::min(2 * folds, options.folds)) {
    count += alive * (folds - seen);
    seen = folds;
    if (folds == options.folds) return count;
    alive = survivors_of(alive, options.keep);
    if (alive == 1) return count;
  }
}

}  // namespace plstm
