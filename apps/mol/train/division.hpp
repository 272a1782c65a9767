#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/learn/protocol.hpp>

#include "run_options.hpp"
#include "support/molecules/molecule_dataset.hpp"

namespace plstm::mol {

/// Where the split comes from: its kind, a file or a column.
std::string split_text(const RunOptions& options);

/// How the good rows are divided, and how often: one split, the folds of a cross-validation, or the splits that a file
/// or column gives; all of it for each replicate. Adds what the user should know to `notes`. Throws FileError or
/// ConfigError in the words of the command line.
Protocol divide(const Dataset& data, const RunOptions& options, std::vector<std::string>& notes);

/// Folds of these good rows alone, which are ascending, in the way that --split names: for a search that must not see the
/// others. Throws ConfigError if there are too few rows or groups of them.
std::vector<Split> folds_of_rows(const Dataset& data, RunOptions options, std::span<const std::int32_t> rows,
                                 std::int32_t folds);

}  // namespace plstm::mol
