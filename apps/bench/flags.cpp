#include "flags.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm::bench {
namespace {

// Settings that have a flag of their own; --set reaches all of them.
struct SettingFlag {
  const char* flag;
  const char* setting;
  const char* help;
};
constexpr std::array<SettingFlag, 24> kSettingFlags{{
    {"--epochs", "epochs", "passes over the training rows"},
    {"--batch-size", "batch_size", "graphs per step"},
    {"--learning-rate", "learning_rate", "after warm-up"},
    {"--warmup-epochs", "warmup_epochs", "epochs of rising learning rate"},
    {"--weight-decay", "weight_decay", "AdamW's decoupled decay"},
    {"--clip-norm", "clip_norm", "largest norm of a gradient"},
    {"--average-epochs", "average_epochs", "epochs that parameters are averaged over (0: no average)"},
    {"--members", "members", "networks whose predictions are averaged in each run"},
    {"--patience", "patience", "epochs without improvement before stopping (0: never)"},
    {"--precision", "precision", "of products: float or bfloat16"},
    {"--width", "width", "of the node states"},
    {"--heads", "heads", "of pLSTM and attention"},
    {"--layers", "layers", "of the message-passing networks, recurrent cells and the DAG transformer"},
    {"--hops", "hops", "of the DAG transformer: how far nodes see along paths (0: all that they reach)"},
    {"--directions", "directions", "of recurrent cells: forward, backward, both"},
    {"--layer", "layer", "gates of pLSTM from edges (edge) or from nodes alone (node)"},
    {"--neighbours", "neighbours", "true: blocks of pLSTM also read the neighbours of each node"},
    {"--atom-values", "atom_values", "true: molecules with physical contributions of each atom"},
    {"--molecule-values", "molecule_values", "true: descriptors of whole molecules beside the pooled nodes"},
    {"--dropout", "dropout", "on what each branch adds"},
    {"--drop-path", "drop_path", "of whole branches, in the last block"},
    {"--pooling", "pooling", "nodes to graph: mean, sum, scaled_sum, max, sinks, sources, attention"},
    {"--edge-encoder", "edge_encoder", "true: read the features of edges; false: leave them out"},
    {"--orientation", "orientation", "of edges: index, bfs, dfs; molecules: canonical, input, bfs, dfs"},
}};

void add_protocol_flags(CLI::App& app, BenchOptions& options) {
  SplitFlags& o = options.protocol;
  const bool molecules = options.kind == DataKind::kMolecules;
  o.split = molecules ? "scaffold" : "folds";
  o.seeds = molecules ? 5 : 1;
  app.add_option("--split", o.split,
                 molecules ? "scaffold, random, or folds for cross-validation"
                           : "folds: stratified cross-validation; random: one part of the graphs")
      ->capture_default_str();
  app.add_option("--splits-file", o.splits_file,
                 "JSON file with the rows of the parts or folds; {} in the path is the data set's name");
  app.add_option("--split-sizes", o.sizes, "fractions for training, validation, test of one split")
      ->expected(3)
      ->capture_default_str();
  app.add_option("--folds", o.folds, "of cross-validation")->capture_default_str();
  app.add_option("--fold-list", o.fold_list, "only these folds, from 0")->delimiter(',');
  app.add_option("--seeds", o.seeds, "repetitions; with folds and random splits each has its own split")
      ->capture_default_str();
  app.add_option("--seed", o.first_seed, "the first of them")->capture_default_str();
}

// How graphs are made, which the benchmarks of DAGs say themselves.
bool is_of_making(std::string_view setting) {
  constexpr std::array<std::string_view, 3> kOfMaking{"orientation", "atom_values", "molecule_values"};
  return std::ranges::find(kOfMaking, setting) != kOfMaking.end();
}

}  // namespace

void add_setting_flags(CLI::App& app, Json& changes, SettingsOf what) {
  for (const SettingFlag& flag : kSettingFlags) {
    if (what == SettingsOf::kDags && is_of_making(flag.setting)) continue;
    app.add_option_function<std::string>(
        flag.flag,
        [&changes, setting = flag.setting](const std::string& value) { add_change(changes, setting, value); },
        flag.help);
  }
  app.add_option_function<std::string>(
      "--blocks",
      [&changes](const std::string& value) {
        const bool letters = value.find_first_of("PDpd") != std::string::npos;
        add_change(changes, letters ? "blocks" : "pd_blocks", value);
      },
      "PD blocks of pLSTM, every second one on the reversed graph, or a pattern of P and D such as PDP");
  app.add_option_function<std::vector<std::string>>(
      "--set",
      [&changes, what](const std::vector<std::string>& texts) {
        for (const std::string& change : texts) {
          const std::string name = change.substr(0, change.find('='));
          if (what == SettingsOf::kDags && is_of_making(name)) {
            throw ConfigError(
                fmt::format("--set {}: these benchmarks make their graphs in one way only", change));
          }
          add_change(changes, change);
        }
      },
      "any setting as name=value; a wrong name lists them all");
}

void add_going_on_flags(CLI::App& app, apps::ResumeOptions& options) {
  app.add_flag_callback(
      "--resume", [] {},
      "go on after a stop. This is what every start does: runs that have a record in the output folder are "
      "not repeated, and networks go on from their checkpoints");
  app.add_option("--checkpoint-seconds", options.seconds,
                 "seconds between two checkpoints of a network (0: one after each step)")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option_function<std::string>(
      "--max-time", [&options](const std::string& text) { options.max_seconds = apps::parse_duration(text); },
      "time after which the runs stop in order, as Ctrl-C stops them, and the next start goes on: 90 "
      "(seconds), 30m, 2h, 3d or 11:30:00. A batch system may send SIGUSR1 instead");
}

void check_names(const char* flag, std::vector<std::string> names) {
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice != names.end()) throw ConfigError(fmt::format("{} names {} twice", flag, *twice));
}

void add_data_flags(CLI::App& app, BenchOptions& options) {
  app.add_option("--data-dir", options.data_dir, "folder of the data sets (default: PLSTM_DATASETS)");
  app.add_option(
      "--manifest", options.manifest,
      "what is known of the data sets (default: manifest.json in their folder or in datasets/, if there)");
}

void add_experiment_flags(CLI::App& app, BenchOptions& options) {
  app.add_option("-d,--dataset", options.datasets, "names in the data folder, or paths")
      ->required()
      ->delimiter(',');
  app.add_option("-m,--model", options.models,
                 options.kind == DataKind::kMolecules
                     ? "see plstm-bench --list (default: plstm+companion, which is what plstm-mol trains, "
                       "forest, and plstm+companion+forest; plstm, forest and plstm+forest with --preset "
                       "paper, and where molecules are too few for a companion)"
                     : "see plstm-bench --list (default: plstm, forest, plstm+forest)")
      ->delimiter(',');
  add_data_flags(app, options);
  app.add_option("-o,--output-dir", options.output_dir,
                 "folder for the results; runs that are there already are not repeated")
      ->capture_default_str();
  app.add_option("--task", options.task, "classification or regression (default: by the labels)");
  if (options.kind == DataKind::kMolecules) {
    app.add_option("--smiles-column", options.smiles_column, "column with the SMILES (default: the first)");
    app.add_option("--target-columns", options.target_columns, "columns to learn (default: all others)")
        ->delimiter(',');
  } else {
    app.add_flag("--directed", options.directed, "edges point from the first to the second node; no cycles");
  }
  add_protocol_flags(app, options);
  app.add_option("--preset", options.preset,
                 "settings to start from: default, or paper for those of the paper")
      ->capture_default_str();
  add_setting_flags(app, options.changes, SettingsOf::kGraphsAndMolecules);
  app.add_option("--jobs", options.jobs, "runs side by side (0: as many as threads); does not change results")
      ->capture_default_str();
  app.add_option("--threads", options.threads, "0: all cores; does not change results")
      ->capture_default_str();
  add_going_on_flags(app, options.resume);
  app.add_flag("--save-predictions", options.save_predictions,
               "write each run's predictions of its test rows");
  app.add_flag("--verbose", options.verbose, "a line per epoch, of runs with one member");
}

}  // namespace plstm::bench
