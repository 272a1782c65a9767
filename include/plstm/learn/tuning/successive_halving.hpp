#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include <plstm/train/objectives/metrics.hpp>

namespace plstm {

struct HalvingOptions {
  std::size_t candidates = 1;
  std::size_t folds = 4;  ///< most parts of the data that one candidate is judged on
  double keep = 1.0 / 3;  ///< share of the candidates that go on to the next round, rounded up
  Direction direction = Direction::kLowerIsBetter;
};

struct HalvingResult {
  std::vector<std::vector<double>> scores;  ///< [candidates][folds that it was judged on], from fold 0 on
  std::size_t best = 0;
  bool finished = true;  ///< false if the search was ended before its last round was over
};

/// Successive halving: all candidates are judged on fold 0; the best of them go on, and are judged on further folds, twice
/// as many in each round, until one is left or the best of the last round have seen all folds. Few trainings go to
/// candidates that are far behind, and those that are close are compared on much data.
///
/// score(candidate, fold) gives the score; NaN is worse than any number. Nothing ends the search. A round is decided by
/// the means over the folds that all of its candidates were judged on; of equal candidates the first is the better one.
/// If the search ends in the first round, the best of those that were judged wins, and candidate 0 if there is none.
/// Throws ConfigError unless there are candidates and folds, and 0 < keep < 1.
HalvingResult successive_halving(
    const HalvingOptions& options,
    const std::function<std::optional<double>(std::size_t candidate, std::size_t fold)>& score);

/// How many scores a search that finishes asks for, if no candidate is left out of turn.
std::size_t num_scores(const HalvingOptions& options);

}  // namespace plstm
