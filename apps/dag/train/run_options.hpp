#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <plstm/core/precision.hpp>
#include <plstm/data/dags/infer_schema.hpp>
#include <plstm/learn/dags/record_labels.hpp>
#include <plstm/learn/recipe.hpp>

#include "dag/graph_input.hpp"
#include "support/results/tables.hpp"
#include "support/results/training_flags.hpp"
#include "support/resume.hpp"

namespace plstm::dag {

/// Everything a training run depends on; written to config.json.
struct RunOptions {
  InputOptions input;
  std::vector<std::filesystem::path> validation_paths, test_paths;  ///< graphs of their own for these parts
  std::filesystem::path output_dir;
  TargetChoice targets;
  SchemaWishes wishes;
  std::filesystem::path schema_file;  ///< a schema that the user has edited; empty: it is inferred
  bool keep_parallel = false, orient = false, degrees = true, counts = true;
  std::string splits_column;          ///< attribute that says the part; empty: there is none
  std::filesystem::path splits_file;  ///< empty: there is none
  std::string group_column;           ///< attribute of graphs; graphs with the same value stay in one part
  std::optional<bool> over_things;  ///< divide nodes or edges, not graphs; absent: where there are few graphs
  std::vector<double> split_sizes{0.8, 0.1, 0.1};
  std::int32_t folds = 1;       ///< more than 1: a cross-validation
  std::int32_t replicates = 1;  ///< trainings with other splits and seeds
  std::string part;             ///< "fold 2 of 5", where the training is one of several; empty: it is alone
  GraphBodyKind body = GraphBodyKind::kStm;
  Preset preset = Preset::kDefault;
  std::optional<Metric> metric;
  std::optional<LossKind> loss;
  std::uint64_t seed = 0;
  int threads = 0;
  bool baselines = true, quiet = false;
  bool report = true;   ///< write report.html
  std::string command;  ///< that starts the same run again, for the report; empty: not known
  Precision precision = Precision::kFloat;
  apps::ResumeOptions resume;
  Ranks ranks = {};  ///< who train together
  apps::CellOptions cells;
  /// What the user changes of the settings that the library recommends (learn/recipe.hpp), in order.
  apps::SettingChanges changes;
};

}  // namespace plstm::dag
