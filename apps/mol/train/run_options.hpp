#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <plstm/chem/fit_molecules.hpp>
#include <plstm/learn/recipe.hpp>
#include <plstm/train/objectives/task.hpp>

#include "mol/tables.hpp"
#include "support/molecules/molecule_dataset.hpp"
#include "support/results/training_flags.hpp"
#include "support/resume.hpp"

namespace plstm::mol {

/// Everything a training run depends on; written to config.json.
struct RunOptions {
  InputOptions input;
  std::filesystem::path output_dir;
  std::vector<std::string> descriptors_columns;        ///< FeaturizeOptions::columns
  std::vector<TaskType> types{TaskType::kRegression};  ///< one for all targets, or one for each
  /// multiclass: labels are 0..classes-1; 0: the classes are the labels that the data has
  Index classes = 0;
  std::vector<double> task_weights;  ///< one for each target; empty: 1
  bool learn_bounds = true;          ///< of values such as "> 30"; if not, they are missing
  bool class_balance = false;        ///< Settings::balance_classes
  std::optional<Metric> metric;
  std::optional<LossKind> loss;
  std::optional<double> loss_parameter;  ///< TaskLoss::parameter
  std::string split = "random";
  std::vector<double> split_sizes{0.8, 0.1, 0.1};
  std::filesystem::path splits_file;
  std::string splits_column;  ///< column of the data that says which part a row is for; empty: there is none
  std::int32_t folds = 1;     ///< more than 1: a cross-validation
  std::int32_t replicates = 1;  ///< trainings with other splits and seeds
  std::string part;             ///< "fold 2 of 5", where the training is one of several; empty: it is alone
  int threads = 0;
  bool baselines = true;
  bool quiet = false;
  bool report = true;   ///< write report.html
  std::string command;  ///< that starts the same run again, for the report; empty: not known
  apps::ResumeOptions resume;
  Ranks ranks = {};  ///< who train together
  CellOptions cells;
  FeaturizeOptions featurize = recommended_featurize_options();
  /// What the user says of features; absent: as recommended, or as the pretrained model reads them.
  std::optional<bool> atom_values, molecule_values;
  bool companion = true;  ///< Settings::companion
  std::optional<BondOrientation> orientation;
  StandardizeFlags standardize;
  std::filesystem::path init_from;  ///< a model whose encoder the networks start from; empty: none
  std::uint64_t seed = 0;
  Precision precision = Precision::kFloat;
  /// What the user changes of the settings that the library recommends (learn/recipe.hpp), in order.
  apps::SettingChanges changes;

  TaskType type_of(std::size_t target) const { return types[types.size() == 1 ? 0 : target]; }
  bool has(TaskType type) const { return std::ranges::find(types, type) != types.end(); }
};

}  // namespace plstm::mol
