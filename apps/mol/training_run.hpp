#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <plstm/chem/fit_molecules.hpp>
#include <plstm/data/split.hpp>
#include <plstm/learn/recipe.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/loop/trainer.hpp>
#include <plstm/train/objectives/task.hpp>

#include "report.hpp"
#include "support/molecules/molecule_dataset.hpp"

namespace plstm::mol {

/// Everything a training run depends on; written to config.json.
struct RunOptions {
  InputOptions input;
  std::filesystem::path output_dir;
  TaskType task = TaskType::kRegression;
  Index classes = 0;  ///< multiclass; 0: one more than the largest label
  std::optional<Metric> metric;
  std::optional<LossKind> loss;
  std::string split = "random";
  std::vector<double> split_sizes{0.8, 0.1, 0.1};
  std::filesystem::path splits_file;
  int threads = 0;
  bool baselines = true;  ///< not for more than two classes
  bool quiet = false;
  FeaturizeOptions featurize = recommended_featurize_options();
  std::uint64_t seed = 0;
  Precision precision = Precision::kFloat;
  /// What the user changes of the settings that the library recommends (learn/recipe.hpp), in order.
  std::vector<std::function<void(Settings&)>> changes;
};

/// What a run gives back for the terminal.
struct RunResult {
  std::vector<NamedScores> test;  ///< the model first, then the baselines; empty without test rows
};

/// Loads, splits, trains the ensemble, tests it, and fills the output folder: config.json, splits.json,
/// metrics.csv, the model(s), test_predictions.csv, test_scores.json.
RunResult run_training(RunOptions options);

}  // namespace plstm::mol
