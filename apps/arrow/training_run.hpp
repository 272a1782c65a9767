#pragma once

#include "options.hpp"
#include "run_records.hpp"

namespace plstm::arrow {

/// Trains at one size, tests at others, and fills the output folder: config.json, metrics.csv,
/// model.safetensors, curves.png, results.json, and wrong_<size>.png for each test with wrongly classified
/// images. Uses the threads that the caller allows.
RunResult run_training(const RunOptions& options);

}  // namespace plstm::arrow
