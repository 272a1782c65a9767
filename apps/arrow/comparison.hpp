#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "training_run.hpp"

namespace plstm::arrow {

/// Writes parameters, accuracies and minutes of training to comparison.csv (a line per model and test size),
/// comparison.json (also settings and machine) and comparison.md (a line per model). Returns the text of
/// comparison.md.
std::string write_comparison(const std::filesystem::path& folder, const RunOptions& options,
                             std::span<const RunResult> results);

}  // namespace plstm::arrow
