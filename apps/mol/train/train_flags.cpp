#include "train_flags.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/data/labels.hpp>
#include <plstm/nn/shared/pooling.hpp>

#include "support/molecules/molecule_dataset.hpp"
#include "support/results/training_flags.hpp"

namespace plstm::mol {
namespace {

// Settings that are names on the command line and enumerators in the program.
struct Names {
  std::vector<std::string> tasks{"regression"};
  std::string metric, loss;
  std::string layer;
  std::string orientation;
  std::string precision = "float";
  std::optional<double> quantile, huber_threshold, focal_gamma;
};

void add_data_flags(CLI::App& app, RunOptions& o, Names& names) {
  app.option_defaults()->group("Data");
  app.add_option("-i,--data-path", o.input.path,
                 "CSV, TSV, SMI or SD file, perhaps compressed (.gz); - is standard input")
      ->required();
  app.add_option("-o,--output-dir", o.output_dir, "folder for the model and the records of the run")
      ->required();
  add_input_options(app, o.input, true);
  add_thing_target_options(app, o.input, "learn");
  app.add_option("--descriptors-columns", o.descriptors_columns,
                 "columns (or SD properties) with numbers beside the molecule, such as temperature or "
                 "concentration. The model reads them with it, and wants them for every prediction");
  app.add_option("-t,--task-type", names.tasks,
                 "kind of targets: one word for all of them, or one for each in their order")
      ->check(CLI::IsMember({"regression", "classification", "multiclass"}))
      ->capture_default_str();
  app.add_option(
      "--multiclass-num-classes", o.classes,
      "labels are numbers from 0 on, of so many classes (default: the labels that the data has, numbers or "
      "words)");
  app.add_option("--weight-column", o.input.weight_column,
                 "column with a weight of each row in training, from 0 on; scores count all rows alike");
  app.add_option("--task-weights", o.task_weights,
                 "what each target counts in training beside the others (default: 1)")
      ->check(CLI::NonNegativeNumber);
  app.add_flag(
      "--class-balance", o.class_balance,
      "the classes of each target count equally in training, however rare they are. Probabilities are then "
      "those of data with equally many molecules of each class; scores count all molecules alike");
  app.add_option_function<std::string>(
         "--censored", [&o](const std::string& text) { o.learn_bounds = text == "learn"; },
         "values such as >30 and <=0.1: learn them as bounds, which predictions beyond them agree with, or "
         "drop them. "
         "Scores and intervals leave them out")
      ->check(CLI::IsMember({"learn", "drop"}))
      ->default_str("learn");
  app.option_defaults()->group("Split");
  app.add_option("--split,--split-type", o.split,
                 "how rows are divided; random_with_repeated_smiles keeps the rows of one molecule together")
      ->check(CLI::IsMember({"random", "random_with_repeated_smiles", "scaffold"}))
      ->capture_default_str();
  app.add_option("--split-sizes", o.split_sizes, "fractions for training, validation, test")
      ->expected(3)
      ->capture_default_str();
  app.add_option(
      "--splits-file", o.splits_file,
      "JSON file with the rows of each part, counted from 0; of several splits each is trained on");
  app.add_option("--splits-column", o.splits_column,
                 "column that says for each row train, val or test; rows with an empty cell are left out")
      ->excludes("--splits-file");
  app.add_option(
         "--folds,--num-folds", o.folds,
         "cross-validation: so many parts, divided as --split says, are the test rows of one training "
         "each; the other rows are for training and validation in the ratio of --split-sizes (1: none)")
      ->check(CLI::Range(1, 1000))
      ->excludes("--splits-file")
      ->excludes("--splits-column")
      ->capture_default_str();
  app.add_option("--replicates,--num-replicates", o.replicates,
                 "trainings with the seeds from --seed on, each with a split and first values of its own")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
}

void add_training_flags(CLI::App& app, RunOptions& o, Names& names) {
  apps::add_training_flags(app, o.changes, o.seed, o.threads, names.precision, "molecules");
  app.add_option("--metric", names.metric,
                 "metric that chooses the epoch (default: rmse, roc_auc or accuracy; loss for targets of "
                 "several kinds, with "
                 "--quantile, and with --class-balance of several classes)");
  app.add_option(
      "--loss-function", names.loss,
      "loss: squared_error, absolute_error, huber or quantile of numbers, binary_cross_entropy, "
      "cross_entropy or focal of labels (default: the first that fits). Of targets of several kinds it is "
      "that of those that it fits");
  app.add_option(
      "--quantile", names.quantile,
      "learn this quantile of what is measured, between 0 and 1 (default of the loss quantile: 0.5)");
  app.add_option(
      "--huber-threshold", names.huber_threshold,
      "error beyond which the loss huber is no longer squared, in standard deviations of the target "
      "(default: 1)");
  app.add_option("--focal-gamma", names.focal_gamma,
                 "how much less the loss focal makes of labels that are easy (default: 2)");
}

void add_feature_flag(CLI::App& app, std::optional<bool>& feature, const std::string& flag,
                      const std::string& help) {
  app.add_flag_function(
      flag, [&feature](std::int64_t count) { feature = count > 0; },
      help + " (default: on; with --init-from as the pretrained model reads them)");
}

void add_start_flags(CLI::App& app, RunOptions& o) {
  app.option_defaults()->group("Start from a pretrained network");
  app.add_option("--init-from", o.init_from,
                 "model file whose encoder the networks start from, such as that of plstm-mol pretrain; "
                 "`pretrained` is the one that comes with plstm. The decoder is new");
  apps::add_change<double>(
      app, o.changes, "--encoder-rate",
      "learning rate of a pretrained encoder over that of the decoder; 0 leaves the encoder as it is",
      [](Settings& s, double v) { s.encoder_rate = v; });
  app.add_option_function<std::string>(
         "--freeze",
         [&o](const std::string&) { o.changes.emplace_back([](Settings& s) { s.encoder_rate = 0; }); },
         "what stays as it was pretrained: encoder")
      ->check(CLI::IsMember({"encoder"}))
      ->needs("--init-from");
}

void add_model_flags(CLI::App& app, RunOptions& o, Names& names) {
  app.option_defaults()->group("Network");
  apps::add_change<Index>(app, o.changes, "--hidden-dim", "width D of the node states",
                          [](Settings& s, Index v) { s.model.width = v; });
  apps::add_change<Index>(app, o.changes, "--heads", "heads H",
                          [](Settings& s, Index v) { stm_body(s.model).heads = v; });
  apps::add_change<Index>(app, o.changes, "--depth", "PD blocks, every second one on the reversed graph",
                          [](Settings& s, Index v) { stm_body(s.model).blocks = pd_blocks(v); });
  apps::add_change<double>(app, o.changes, "--dropout", "on what each branch adds",
                           [](Settings& s, double v) { s.model.dropout = v; });
  apps::add_change<double>(app, o.changes, "--drop-path", "of whole branches, in the last block",
                           [](Settings& s, double v) { stm_body(s.model).drop_path = v; });
  app.add_option("--layer", names.layer, "gates from bonds or from atoms alone (default: edge)")
      ->check(CLI::IsMember({"edge", "node"}));
  apps::add_reading_flags(app, o.changes, "atoms to molecule", "atom");
  app.add_option(
      "--orientation", names.orientation,
      "how bonds are directed: canonical, input, bfs, dfs (default: canonical, or as the pretrained model "
      "reads them)");
  add_feature_flag(
      app, o.atom_values, "--atom-values,!--no-atom-values",
      "physical contributions of each atom (Crippen, TPSA, Labute, Gasteiger) as further features");
  add_feature_flag(
      app, o.molecule_values, "--molecule-values,!--no-molecule-values",
      "descriptors of whole molecules (logP, surfaces, counts, shape) beside the pooled atoms; off for "
      "targets of atoms and bonds unless you say so");
}

// Before any data is read, in the words of the command line: the loss fits a target, and the metric fits all.
void check_fits(const Names& names, const RunOptions& o) {
  const auto fail = [&](const char* flag, const std::string& text, auto fitting) {
    std::string list;
    for (const auto each : fitting) list += fmt::format(" {}", name(each));
    throw ConfigError(fmt::format("{} {} means nothing for --task-type {}; choose one of{}", flag, text,
                                  fmt::join(names.tasks, " "), list));
  };
  const auto fits = [](auto kind, auto fitting) { return std::ranges::find(fitting, kind) != fitting.end(); };
  const auto loss_fits = [&](TaskType type) { return fits(*o.loss, fitting_losses(type)); };
  if (o.loss && std::ranges::none_of(o.types, loss_fits)) {
    fail("--loss-function", std::string(name(*o.loss)), fitting_losses(o.types.front()));
  }
  if (o.metric && o.types.size() == 1 && !fits(*o.metric, fitting_metrics(o.types.front()))) {
    fail("--metric", names.metric, fitting_metrics(o.types.front()));
  }
  if (o.metric && o.types.size() > 1 && *o.metric != Metric::kLoss) {
    throw ConfigError(
        fmt::format("--metric {} means nothing for targets of several kinds (--task-type {}); only loss "
                    "does",
                    names.metric, fmt::join(names.tasks, " ")));
  }
  if (o.class_balance && !o.has(TaskType::kClassification) && !o.has(TaskType::kMulticlass)) {
    throw ConfigError("--class-balance means nothing for --task-type regression, which has no classes");
  }
}

// The parameter of a loss chooses the loss, too.
void resolve_loss(const Names& names, RunOptions& o) {
  if (!names.loss.empty()) o.loss = parse_loss(names.loss);
  const auto take = [&](const char* flag, LossKind kind, const std::optional<double>& value) {
    if (!value.has_value()) return;
    if (o.loss.has_value() && *o.loss != kind) {
      throw ConfigError(
          fmt::format("{} belongs to --loss-function {}, not to {}", flag, name(kind), name(*o.loss)));
    }
    o.loss = kind;
    o.loss_parameter = value;
    try {
      check_loss({kind, 0, 1, value});
    } catch (const ConfigError& error) {
      throw ConfigError(fmt::format("{} {}: {}", flag, *value, error.what()));
    }
  };
  take("--quantile", LossKind::kQuantile, names.quantile);
  take("--huber-threshold", LossKind::kHuber, names.huber_threshold);
  take("--focal-gamma", LossKind::kFocal, names.focal_gamma);
}

void resolve(const Names& names, RunOptions& o) {
  for (const double weight : o.task_weights) {
    if (!std::isfinite(weight)) {
      throw ConfigError(
          fmt::format("--task-weights has {}, expected a number from 0 on for each target", weight));
    }
  }
  choose_level(o.input);
  o.types.clear();
  for (const std::string& task : names.tasks) o.types.push_back(parse_task_type(task));
  if (o.types.size() > 1 && !o.input.target_columns.empty() &&
      o.types.size() != o.input.target_columns.size()) {
    throw ConfigError(fmt::format(
        "--task-type names {} kinds for the {} targets of --target-columns; name one for all of them or "
        "one for each",
        o.types.size(), o.input.target_columns.size()));
  }
  if (std::ranges::count(o.types, o.types.front()) == std::ssize(o.types)) o.types.resize(1);
  const auto most = static_cast<Index>(kMaxClasses);
  if (o.classes != 0 && (o.classes < 2 || o.classes > most)) {
    throw ConfigError(fmt::format("--multiclass-num-classes is {}, expected 2 to {}", o.classes, most));
  }
  if (!names.metric.empty()) o.metric = parse_metric(names.metric);
  resolve_loss(names, o);
  check_fits(names, o);
  if (!names.layer.empty()) {
    const StmLayerKind layer = parse_named(kStmLayerNames, "layer", names.layer);
    o.changes.emplace_back([layer](Settings& s) { stm_body(s.model).layer = layer; });
  }
  if (!names.orientation.empty()) o.orientation = bond_orientation(names.orientation);
  o.precision = parse_precision(names.precision);
}

}  // namespace

std::function<void()> add_train_flags(CLI::App& app, RunOptions& options) {
  auto names = std::make_shared<Names>();
  add_data_flags(app, options, *names);
  add_training_flags(app, options, *names);
  add_model_flags(app, options, *names);
  add_start_flags(app, options);
  app.option_defaults()->group("Molecules");
  add_standardize_flags(app, options.standardize);
  app.option_defaults()->group("Network");
  app.add_flag("--companion,!--no-companion", options.companion,
               "beside the networks: kernel ridge regression on counts of substructures and descriptors, and "
               "random forests for "
               "yes and no; its share follows from predictions of held-out training rows");
  app.option_defaults()->group("Reports and files");
  app.add_flag("--baselines,!--no-baselines", options.baselines,
               "also test the mean and ridge regression on Morgan fingerprints");
  app.add_flag("--report,!--no-report", options.report,
               "write report.html: scores, plots, and the molecules that were predicted worst");
  app.add_flag("--quiet", options.quiet, "print no line per epoch");
  apps::add_resume_flags(app, options.resume);
  add_cell_flags(app, options.cells);
  return [names, &options] { resolve(*names, options); };
}

}  // namespace plstm::mol
