#pragma once

#include <filesystem>

#include "training_run.hpp"

namespace plstm::dag {

/// Prints the scores of a run and where it is.
void print_result(const RunResult& result, const std::filesystem::path& folder);

}  // namespace plstm::dag
