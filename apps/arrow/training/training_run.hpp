#pragma once

#include "options.hpp"
#include "run_records.hpp"
#include "support/stop_signal.hpp"

namespace plstm::arrow {

/// Trains at one size, tests at others, and fills the output folder at the end: config.json, metrics.csv,
/// model.safetensors, curves.png, wrong_<size>.png for each test with wrongly classified images, results.json, and the
/// manifest of the run. With --resume a run that is finished already is left as it is. Uses the threads that the caller
/// allows.
///
/// Until then the folder holds checkpoints, from which a run with --resume goes on. A signal ends the training after its
/// step and leaves its checkpoint, and the best model so far with config.json, metrics.csv and curves.png where an epoch
/// has ended. A training that fails leaves its best model, too. Another process in the folder is a FileError.
RunResult run_training(const RunOptions& options, apps::StopSignal& stop);

/// What to tell the user of a stopped run: what its folder holds.
std::string describe_stopped(const RunOptions& options, const RunResult& result);

}  // namespace plstm::arrow
