#pragma once

#include <span>
#include <string>
#include <vector>

#include <plstm/learn/scores.hpp>

#include "run_options.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"
#include "training_data.hpp"

namespace plstm::dag {

/// What the trainings on the same graphs have in common.
struct TrainingInput {
  RunOptions options;
  LearningData data;
};

/// What a run gives back for the terminal.
struct RunResult {
  bool was_finished = false;  ///< the run was finished before, and nothing was done
  std::vector<Metric> metrics;
  std::vector<NamedScores> test;  ///< the networks first, then the baselines; empty without test things
  std::string summary;            ///< of several trainings: a text with tables of scores
};

/// Throws ConfigError if what the run would write is what it reads.
void check_outputs(const RunOptions& options);

/// Reads the data. Throws FileError or ConfigError in the words of the command line.
TrainingInput load_training_input(RunOptions options);

/// Says what the user should know, a line each; of very many the first ones.
void say_notes(std::span<const std::string> notes);

/// The text of config.json of a run with these options.
std::string config_of(const TrainingInput& input, const RunOptions& options);

/// Trains the networks on the present split of the data, tests them, and makes them the run of the folder, which is
/// options.output_dir. Throws as run_training() does.
RunResult train_and_test(const TrainingInput& input, const RunOptions& options, apps::OutputFolder& folder,
                         apps::StopSignal& stop);

/// Reads, divides, trains, tests, and makes it the run of the output folder: config.json, schema.json, splits.json,
/// metrics.csv, model.safetensors, test_predictions.csv, test_scores.json, report.html and manifest.json. A run that
/// fails or is killed leaves the former one as it was, and a checkpoint from which --resume goes on. Folds, replicates and
/// several splits make a run of several trainings (cross_validation.hpp). Throws apps::Stopped after Ctrl-C or SIGTERM.
RunResult run_training(RunOptions options);

}  // namespace plstm::dag
