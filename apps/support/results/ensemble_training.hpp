#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <plstm/learn/fit.hpp>

#include "scores.hpp"
#include "support/resume.hpp"
#include "support/stop_signal.hpp"

namespace plstm::apps {

/// Writes what the user should know to stderr in the name of the program, a line each; of very many the first ones.
void say_notes(const std::string& program, std::span<const std::string> notes);

/// A run that is to be trained in a folder.
struct RunStart {
  std::string program;           ///< in whose name the user is told of checkpoints
  std::filesystem::path folder;  ///< of the run
  const std::string& config;     ///< JSON of what decides the result
  std::string identity;          ///< a digest of it
  const ResumeOptions& resume;
  bool is_part = false;  ///< of several trainings, whose checkpoints need no words
  Ranks ranks = {};
};

/// Where the run keeps its checkpoints. Those of a run that is not to go on are put aside (settle_checkpoints). Absent if
/// the folder holds this very run and it is finished. Collective. Throws FileError.
std::optional<Checkpoints> begin_run(const RunStart& run);

/// The networks of a training, with the epochs of all of them, also of those that the predictor does not have.
struct TrainedEnsemble {
  Predictor predictor;
  std::vector<std::vector<EpochReport>> histories;
};

/// What an ensemble is trained with.
struct EnsembleTraining {
  const LabeledGraphs& data;
  FitSplit split;
  const Recipe& recipe;
  const Settings& settings;  ///< those that the recipe has
  std::uint64_t seed = 0;
  Checkpoints checkpoints;
  bool quiet = false;
  std::string unit;  ///< what samples are called, as "molecules"
  Ranks ranks = {};
};

/// Trains the networks side by side, with a line for each epoch. A signal ends the training; what it leaves is as good as
/// it can be. The folder of the checkpoints is removed if a training that failed has left it empty. Throws what fit()
/// throws, RankIsDone on all ranks but the first, and Stopped if no epoch has ended before the signal.
TrainedEnsemble train_ensemble(const EnsembleTraining& training, StopSignal& stop);

/// Adds the seed and the settings of a training to those that config.json has.
void add_training_settings(nlohmann::ordered_json& json, std::uint64_t seed, const TrainOptions& options);

}  // namespace plstm::apps
