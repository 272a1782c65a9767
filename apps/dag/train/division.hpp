#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "training_data.hpp"

namespace plstm::dag {

/// How many of the records, which stand in this order, come from which input.
struct PartSizes {
  std::int32_t main = 0, validation = 0, test = 0;
};

/// Divides the graphs as the options say, and says how often: one split, the folds of a cross-validation, or the splits
/// of a file; all of it for each replicate. Throws ConfigError for a part that is empty though it is needed, and for
/// attributes that do not say a part.
Division divide(std::span<const GraphRecord> records, const RecordLabels& labels, const PartSizes& sizes,
                const RunOptions& options);

/// Folds of these labelled graphs, or things, alone, which are ascending: for a search that must not see the others. Throws
/// ConfigError if there are too few rows or groups of them.
std::vector<Split> folds_of_rows(std::span<const GraphRecord> records, const RecordLabels& labels,
                                 bool over_things, RunOptions options, std::span<const std::int32_t> rows,
                                 std::int32_t folds);

}  // namespace plstm::dag
