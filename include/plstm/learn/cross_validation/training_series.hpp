#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/data/split.hpp>
#include <plstm/learn/protocol.hpp>
#include <plstm/learn/scores.hpp>

namespace plstm {

/// One training of several, and how it did.
struct SeriesPart {
  std::string folder;  ///< "fold_1", or "replicate_1/fold_1"
  std::string text;    ///< "fold 1 of 5"
  std::int32_t replicate = 1, fold = 1;
  std::uint64_t seed = 0;
  std::int64_t test_rows = 0;
  std::vector<NamedScores>
      scores;  ///< of the test rows: the model first, then the baselines; empty until it is done
};

/// Several trainings on one data set: folds, replicates, or splits that were given.
struct TrainingSeries {
  std::string division;  ///< how the rows are divided: "random 5-fold"
  std::int32_t folds = 1, replicates = 1;
  std::uint64_t seed = 0;
  std::vector<SeriesPart> parts;  ///< by replicate, then by fold
};

/// The trainings of a protocol, whose seeds go from `seed` on, one for each replicate.
TrainingSeries make_training_series(const Protocol& protocol, std::int32_t replicates, std::uint64_t seed);

/// [parts] The split of each training.
std::vector<Split> splits_of_runs(const Protocol& protocol);

/// SHA-256 of all row numbers of the splits.
std::string digest_of(std::span<const Split> splits);

}  // namespace plstm
