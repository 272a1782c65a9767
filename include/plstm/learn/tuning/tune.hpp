#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include <plstm/data/split.hpp>
#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/learn/recipe.hpp>
#include <plstm/learn/tuning/candidate.hpp>

namespace plstm {

/// One training of a search.
struct Trial {
  std::int32_t candidate = 0, fold = 0;
  double score =
      std::numeric_limits<double>::quiet_NaN();  ///< on the fold's test rows; NaN: the training failed
  double seconds = 0;

  bool operator==(const Trial&) const = default;
};

struct TuneOptions {
  SearchSpace space = {};
  std::int32_t candidates = 0;  ///< 0: as many as the time allows, or kCandidates without a limit
  double seconds =
      std::numeric_limits<double>::infinity();  ///< for the search; the trial that exceeds it is dropped
  std::uint64_t seed = 0;
  bool over_things = false;  ///< folds are splits of labelled things (FitSplit), and not of graphs
  std::vector<Trial> known =
      {};  ///< of an earlier search with the same data, recipe, folds and seed: not done again
  /// Called after each new trial.
  std::function<void(const Trial&)> on_trial = {};
  /// Asked before each step of a training; true ends the search.
  std::function<bool()> stop = {};

  static constexpr std::int32_t kCandidates = 16;
  static constexpr std::int32_t kMostCandidates = 64;
};

struct TuneResult {
  std::vector<Candidate> candidates;        ///< the first is what the recipe recommends
  std::vector<std::vector<double>> scores;  ///< [candidates][folds judged on]
  std::size_t best = 0;
  bool finished = true;  ///< false if time or the user ended it
  Metric metric = Metric::kRmse;
};

/// Searches settings by successive halving over the folds of a cross-validation (successive_halving.hpp). A trial trains
/// one network, with its companion if the graphs have counts, on the training rows of a fold, chooses the epoch on its
/// validation rows, and scores its test rows by the metric of the recipe; targets of several kinds, which have none in
/// common, by the loss of the validation rows. A candidate whose training fails is the worst.
///
/// `folds` are splits of graphs, or of things as the options say; rows in none of them, as those of a final test, are
/// never looked at. Without a limit of time the result has the same bits for every number of threads.
///
/// Throws ConfigError if there is no fold, for a fold without rows to score, and what fit() throws for a recipe that does
/// not fit the data.
TuneResult tune(const LabeledGraphs& data, const Recipe& recipe, std::span<const Split> folds,
                const TuneOptions& options = {});

}  // namespace plstm
