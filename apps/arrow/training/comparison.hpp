#pragma once

#include <span>
#include <string>

#include <plstm/core/files/folder_transaction.hpp>

#include "training_run.hpp"

namespace plstm::arrow {

/// Writes parameters, accuracies and minutes of training to comparison.csv (a line per model and test size),
/// comparison.json (also settings and machine) and comparison.md (a line per model), and commits them. Returns the
/// text of comparison.md.
std::string write_comparison(FolderTransaction& files, const RunOptions& options,
                             std::span<const RunResult> results);

}  // namespace plstm::arrow
