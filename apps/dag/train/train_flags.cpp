#include "train_flags.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/graph_body.hpp>
#include <plstm/nn/graphs/stm_layer.hpp>

#include "dag/schema_flags.hpp"
#include "support/results/training_flags.hpp"

namespace plstm::dag {
namespace {

// What is named on the command line and parsed at the end.
struct Names {
  std::vector<std::string> tasks;
  std::string metric, loss, precision = "float", model = "plstm", preset = "default", over, layer;
};

void add_data_flags(CLI::App& app, RunOptions& o, Names& names) {
  app.option_defaults()->group("Input");
  app.add_option("-o,--output-dir", o.output_dir, "folder for the results, made if needed")->required();
  app.add_option(
         "--target-columns", o.targets.names,
         "attributes to learn: of graphs, of nodes or of edges; \"node.label\" where several kinds have "
         "one of that name")
      ->required();
  app.add_option("--task-type", names.tasks,
                 "what the targets are: regression, classification (yes or no) or multiclass; one for all or "
                 "one for each (default: numbers are numbers, words are classes)");
  app.option_defaults()->group("Split");
  app.add_option("--separate-val-path", o.validation_paths, "graphs that validate, in files of their own");
  app.add_option("--separate-test-path", o.test_paths, "graphs that test, in files of their own");
  auto* column =
      app.add_option("--splits-column", o.splits_column,
                     "attribute of the graphs, or of the nodes or edges with labels, that says train, "
                     "val or test; empty: not used");
  app.add_option(
         "--splits-file", o.splits_file,
         "JSON file with the numbers of the graphs of each part, counted from 0; of the nodes or edges of "
         "a single graph. Of several splits each is trained on")
      ->excludes(column);
  app.add_option("--group-column", o.group_column,
                 "attribute of the graphs; graphs with the same value stay in one part");
  app.add_option(
         "--split-over", names.over,
         "what is divided at random: graphs, or things (nodes or edges, whatever the targets belong to) of "
         "all graphs (default: things where there are fewer than 10 graphs)")
      ->check(CLI::IsMember({"graphs", "things"}));
  app.add_option("--split-sizes", o.split_sizes, "fractions for training, validation, test")
      ->expected(3)
      ->capture_default_str();
  app.add_option(
         "--folds,--num-folds", o.folds,
         "cross-validation: so many parts are tested by one training each; the rest is for training and "
         "validation in the ratio of --split-sizes (1: none)")
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
  apps::add_training_flags(app, o.changes, o.seed, o.threads, names.precision, "graphs");
  app.add_option("--metric", names.metric,
                 "metric that chooses the epoch (default: the first that fits the targets)");
  app.add_option("--loss-function", names.loss,
                 "loss: squared_error, absolute_error, huber or quantile of numbers, binary_cross_entropy, "
                 "cross_entropy or focal of labels (default: the first that fits)");
}

CLI::Option* add_depth_flag(CLI::App& app, RunOptions& o) {
  return app.add_option_function<Index>(
      "--depth",
      [&o](const Index& pairs) {
        o.changes.emplace_back([pairs](Settings& s) { stm_body(s.model).blocks = pd_blocks(pairs); });
      },
      "PD blocks of plstm, every second one on the reversed graph (default: as recommended)");
}

void add_model_flags(CLI::App& app, RunOptions& o, Names& names) {
  app.option_defaults()->group("Network");
  app.add_option("--model", names.model, "network: plstm, or one to compare with")
      ->check(CLI::IsMember(names_of(kGraphBodyNames)))
      ->capture_default_str();
  app.add_option("--preset", names.preset, "settings: default, or those of the paper")
      ->check(CLI::IsMember({"default", "paper"}))
      ->capture_default_str();
  apps::add_change<Index>(app, o.changes, "--hidden-dim", "width of the node states",
                          [](Settings& s, Index v) { s.model.width = v; });
  apps::add_change<Index>(app, o.changes, "--heads", "heads of plstm",
                          [](Settings& s, Index v) { stm_body(s.model).heads = v; });
  auto* depth = add_depth_flag(app, o);
  app.add_option_function<std::string>(
         "--blocks",
         [&o](const std::string& text) {
           o.changes.emplace_back([text](Settings& s) { stm_body(s.model).blocks = text; });
         },
         "blocks of plstm, a letter each: P sums over all paths, D goes one path far; they run with and "
         "against "
         "the edges in turn (default: as recommended)")
      ->excludes(depth);
  apps::add_change<Index>(app, o.changes, "--path-totals",
                          "heads of totals along paths, for targets that add up along paths; 0: none",
                          [](Settings& s, Index v) { s.model.path_totals = v; });
  apps::add_change<double>(app, o.changes, "--dropout", "on what each branch adds",
                           [](Settings& s, double v) { s.model.dropout = v; });
  apps::add_reading_flags(app, o.changes, "nodes to graph, for targets of graphs", "node");
  app.add_flag(
      "--companion,!--no-companion", o.counts,
      "kernel ridge regression on counts of subtrees beside the networks, for targets of graphs; its share "
      "follows from predictions of held-out training graphs");
}

void resolve(const Names& names, RunOptions& o) {
  for (const std::string& task : names.tasks) o.targets.types.push_back(parse_task_type(task));
  if (!names.metric.empty()) o.metric = parse_metric(names.metric);
  if (!names.loss.empty()) o.loss = parse_loss(names.loss);
  o.precision = parse_precision(names.precision);
  o.body = parse_named(kGraphBodyNames, "network", names.model);
  o.preset = parse_preset(names.preset);
  if (!names.over.empty()) o.over_things = names.over == "things";
  if (!o.schema_file.empty() &&
      (!o.wishes.categories.empty() || !o.wishes.numbers.empty() || !o.wishes.ignored.empty()))
    throw ConfigError(
        "--schema says all of features; --categories, --numbers and --ignore do not go with it");
}

}  // namespace

std::function<void()> add_train_flags(CLI::App& app, RunOptions& options) {
  auto names = std::make_shared<Names>();
  add_input_flags(app, options.input);
  add_data_flags(app, options, *names);
  app.option_defaults()->group("Features");
  add_schema_flags(app, options.wishes);
  app.add_option("--schema", options.schema_file,
                 "JSON file that says how attributes become features (plstm-dag schema writes one to edit)");
  add_structure_flags(app, options);
  add_training_flags(app, options, *names);
  add_model_flags(app, options, *names);
  app.option_defaults()->group("Reports and files");
  app.add_flag(
      "--baselines,!--no-baselines", options.baselines,
      "also test the mean, ridge regression without structure, a forest on subtrees, and boosted trees on "
      "features and counts of the structure");
  app.add_flag("--report,!--no-report", options.report,
               "write report.html: scores, plots, and what was predicted worst");
  app.add_flag("--quiet", options.quiet, "print no line per epoch");
  apps::add_resume_flags(app, options.resume);
  apps::add_cell_flags(app, options.cells);
  return [names, &options] { resolve(*names, options); };
}

}  // namespace plstm::dag
