#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <plstm/train/files/model_file.hpp>

#include "mol/report.hpp"
#include "run_options.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"
#include "training_data.hpp"

namespace plstm::mol {

/// What the trainings on one table have in common.
struct TrainingInput {
  RunOptions options;                         ///< with the features as the model reads them
  std::shared_ptr<const TrainedModel> start;  ///< the model that networks start from; null: none
  LearningData data;
};

/// What a run gives back for the terminal.
struct RunResult {
  /// The run was finished before, and nothing was done.
  bool was_finished = false;
  std::vector<Metric> metrics;    ///< of the scores
  std::vector<NamedScores> test;  ///< the model first, then the baselines; empty without test rows
  std::string summary;            ///< of several trainings: a text with tables of scores
};

/// Reads the model to start from and the data. Throws FileError or ConfigError in the words of the command line.
TrainingInput load_training_input(RunOptions options);

/// Says what the user should know, a line each; of very many the first ones.
void say_notes(std::span<const std::string> notes);

/// The text of config.json of a run with these options.
std::string config_of(const TrainingInput& input, const RunOptions& options);

/// Trains the ensemble on the present split of the data, tests it, and makes it the run of the folder, which is
/// options.output_dir. Throws as run_training() does.
RunResult train_and_test(const TrainingInput& input, const RunOptions& options, apps::OutputFolder& folder,
                         apps::StopSignal& stop);

/// Loads, splits, trains the ensemble, tests it, and makes it the run of the output folder: config.json, splits.json,
/// metrics.csv, model.safetensors, test_predictions.csv, test_scores.json, report.html and manifest.json. A run that
/// fails or is killed leaves the former one as it was, and a checkpoint from which --resume goes on. Several splits or
/// replicates make a run of several trainings (cross_validation.hpp). Throws apps::Stopped after
/// Ctrl-C or SIGTERM.
RunResult run_training(RunOptions options);

}  // namespace plstm::mol
