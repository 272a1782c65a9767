#include "training_run.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/chem/fingerprint.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/split_file.hpp>
#include <plstm/learn/features.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/held_out_models.hpp>
#include <plstm/learn/row_labels.hpp>
#include <plstm/train/files/model_file.hpp>

#include "run_folder.hpp"
#include "support/molecules/molecule_split.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"
#include "trained.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;
using apps::make_folder;
using apps::write_text;
using Json = nlohmann::ordered_json;

// Keeps the rows that can be used; says how many were dropped.
std::int32_t drop_bad_rows(const Dataset& data, Split& split) {
  std::int32_t dropped = 0;
  for (auto* part : {&split.train, &split.validation, &split.test}) {
    dropped +=
        static_cast<std::int32_t>(std::erase_if(*part, [&](std::int32_t row) { return !data.good(row); }));
  }
  return dropped;
}

SplitFractions fractions_of(const std::vector<double>& sizes) {
  if (sizes.size() != 3) {
    throw ConfigError(
        fmt::format("--split-sizes takes three fractions (train, validation, test), got {}", sizes.size()));
  }
  return {sizes[0], sizes[1], sizes[2]};
}

Split split_good_rows(const Dataset& data, const RunOptions& options) {
  const SplitFractions fractions = fractions_of(options.split_sizes);
  check_fractions(fractions);
  std::vector<std::int32_t> rows;
  for (std::int32_t row = 0; row < data.num_rows(); ++row) {
    if (data.good(row)) rows.push_back(row);
  }
  if (options.split == "scaffold") {
    return scaffold_split(options.input.path.string(), rows, data.scaffolds, fractions);
  }
  Split split = random_split(static_cast<std::int32_t>(rows.size()), fractions, options.seed);
  for (auto* part : {&split.train, &split.validation, &split.test}) {
    for (std::int32_t& row : *part) row = rows[static_cast<std::size_t>(row)];
  }
  return split;
}

Split make_split(const Dataset& data, const RunOptions& options) {
  if (options.splits_file.empty()) return split_good_rows(data, options);
  Split split = read_split(options.splits_file);
  try {
    check_split(split, data.num_rows());
  } catch (const Error& error) {
    throw FileError(fmt::format("{}: {} (the data has {} rows)", options.splits_file.string(), error.what(),
                                data.num_rows()));
  }
  const std::int32_t dropped = drop_bad_rows(data, split);
  if (dropped > 0) fmt::print("{} rows of the split are bad and left out\n", dropped);
  return split;
}

// Classes or yes/no labels must be what they claim to be; counts the classes if the user did not.
void check_labels(const Dataset& data, RunOptions& options) {
  if (options.task == TaskType::kRegression) return;
  const bool binary = options.task == TaskType::kClassification;
  double largest = 0;
  for (Index row = 0; row < data.targets.rows(); ++row) {
    for (Index task = 0; task < data.targets.cols(); ++task) {
      const double label = data.targets(row, task);
      if (data.present(row, task) == 0) continue;
      if (label < 0 || label != std::floor(label) || (binary && label > 1) || label > 1e6 ||
          (options.classes > 0 && label >= static_cast<double>(options.classes))) {
        throw FileError(
            fmt::format("{}: row {}: '{}' is {}, which is no label of a {} task; expected {}",
                        options.input.path.string(), row + 1,
                        data.target_names[static_cast<std::size_t>(task)], label, name(options.task),
                        binary ? "0 or 1 (--task-type multiclass for more classes, regression for numbers)"
                               : "a class 0, 1, ... below --multiclass-num-classes"));
      }
      largest = std::max(largest, label);
    }
  }
  if (!binary && options.classes == 0) options.classes = static_cast<Index>(largest) + 1;
}

// The library's recipe with what the command line says.
Recipe make_recipe(const RunOptions& options) {
  Recipe recipe;
  recipe.each = {options.task, options.classes};
  recipe.change = [&options](Settings& settings) {
    for (const auto& change : options.changes) change(settings);
    if (settings.members < 1) throw ConfigError("--ensemble-size must be at least 1");
    settings.training.precision = options.precision;
    if (options.loss.has_value()) settings.training.loss = *options.loss;
    if (options.metric.has_value()) settings.training.metric = *options.metric;
  };
  return recipe;
}

// The good rows as the library learns from them. Row r is graph `graph_of[r]`, or none where that is -1.
struct Labeled {
  LabeledGraphs graphs;
  std::vector<std::int32_t> graph_of;

  std::vector<std::int32_t> graphs_of(std::span<const std::int32_t> rows) const {
    std::vector<std::int32_t> numbers;
    for (const std::int32_t row : rows) numbers.push_back(graph_of[static_cast<std::size_t>(row)]);
    return numbers;
  }
};

// Takes the graphs out of the data set.
Labeled label_graphs(Dataset& data, const RunOptions& options) {
  Labeled labeled;
  labeled.graph_of.assign(data.graphs.size(), -1);
  labeled.graphs.set_vocabularies(vocabulary_sizes(atom_columns()), vocabulary_sizes(bond_columns()));
  labeled.graphs.set_featurizer(featurizer_json(options.featurize));
  std::vector<double> targets(data.target_names.size());
  for (std::int32_t row = 0; row < data.num_rows(); ++row) {
    if (!data.good(row)) continue;
    const auto at = static_cast<std::size_t>(row);
    for (std::size_t task = 0; task < targets.size(); ++task) {
      const auto column = static_cast<Index>(task);
      targets[task] = data.present(row, column) != 0 ? data.targets(row, column)
                                                     : std::numeric_limits<double>::quiet_NaN();
    }
    labeled.graph_of[at] = labeled.graphs.num_graphs();
    labeled.graphs.add(std::move(data.graphs[at]), targets);
  }
  labeled.graphs.name_tasks(data.target_names);
  return labeled;
}

Json config_json(const RunOptions& o, const Settings& settings, const GraphModelConfig& model,
                 const std::vector<std::string>& targets) {
  const TrainOptions& t = settings.training;
  Json json;
  json["version"] = PLSTM_VERSION;
  json["data_path"] = o.input.path.string();
  json["smiles_columns"] = o.input.smiles_column;
  json["target_columns"] = targets;
  json["task_type"] = std::string(name(o.task));
  json["classes"] = o.classes;
  json["loss"] = std::string(name(o.loss.value_or(default_loss(o.task))));
  json["metric"] = std::string(name(t.metric));
  json["split"] = o.splits_file.empty() ? o.split : o.splits_file.string();
  json["split_sizes"] = o.split_sizes;
  json["ensemble_size"] = settings.members;
  json["orientation"] = std::string(name(o.featurize.orientation));
  json["atom_values"] = o.featurize.atom_values;
  json["molecule_values"] = o.featurize.molecule_values;
  json["seed"] = o.seed;
  json["epochs"] = t.epochs;
  json["batch_size"] = t.batch_size;
  json["shard_size"] = t.shard_size;
  json["precision"] = std::string(name(t.precision));
  json["patience"] = t.patience;
  json["learning_rate"] = t.learning_rate;
  json["warmup_epochs"] = t.warmup_epochs;
  json["weight_decay"] = t.adamw.weight_decay;
  json["clip_norm"] = t.clip_norm;
  json["average_epochs"] = t.average_epochs;
  json["model"] = Json::parse(to_json(model));
  return json;
}

// Trains the members side by side. A signal ends the training; what it leaves is as good as it can be.
Predictor train_members(const LabeledGraphs& graphs, const FitSplit& split, const Recipe& recipe,
                        const Settings& settings, const RunOptions& options, const apps::StopSignal& stop) {
  MetricsFile metrics(options.output_dir / "metrics.csv", settings.training.metric);
  FitOptions fitting;
  fitting.split = split;
  fitting.seed = options.seed;
  fitting.stop = [&stop] { return stop.requested(); };
  fitting.on_epoch = [&](std::int32_t member, const EpochReport& report) {
    metrics.add(member, report);
    if (options.quiet) return;
    const std::string which =
        settings.members > 1 ? fmt::format("model {}/{}  ", member + 1, settings.members) : "";
    fmt::print("{}{}\n", which, format_epoch(report, settings.training.epochs, settings.training.metric));
    std::fflush(stdout);
  };
  Predictor predictor = fit(graphs, recipe, fitting);
  metrics.finish();
  return predictor;
}

Json scores_json(const std::vector<NamedScores>& rows) {
  Json json;
  for (const NamedScores& row : rows) {
    for (const auto& [task, metrics] : row.scores) {
      for (const auto& [metric, value] : metrics) {
        json[row.name][task.empty() ? "all" : task][metric] =
            value.has_value() ? Json(*value) : Json(nullptr);
      }
    }
  }
  return json;
}

// Scores of what predicts the test rows without a network, to compare with.
void add_baselines(const Dataset& data, const Split& split, const RunOptions& options,
                   const std::function<void(const char*, const Matrix<double>&)>& add) {
  const Matrix<float> targets = data.targets.cast<float>();
  const RowLabels labels{options.task,
                         options.classes,
                         {targets.data(), targets.rows(), targets.cols()},
                         {data.present.data(), data.present.rows(), data.present.cols()}};
  const auto matrix = [&](const HeldOut& predictions) -> Matrix<double> {
    return ConstMatrixMap<float>(predictions.test.data(), std::ssize(split.test), labels.outputs())
        .cast<double>();
  };
  add("mean of training set", matrix(held_out_constant(labels, split)));
  const FeatureSource bits = fingerprint_features(data.fingerprints, FingerprintOptions{}.num_bits);
  add("ridge on Morgan fingerprints",
      matrix(held_out_ridge(labels, bits, split, PenaltyChoice::kCrossValidation)));
}

RunResult test(const Dataset& data, const Labeled& labeled, const Split& split, const RunOptions& options,
               const Predictor& predictor) {
  const Matrix<double> predictions =
      predict(predictor, labeled.graphs.graphs(), labeled.graphs_of(split.test));
  // Bad rows follow the test rows, so that no row of the input goes missing without a word.
  std::vector<std::int32_t> rows = split.test;
  for (std::int32_t row = 0; row < data.num_rows(); ++row) {
    if (!data.good(row)) rows.push_back(row);
  }
  write_predictions(options.output_dir / "test_predictions.csv", data, rows, predictor.columns(),
                    predictions);
  RunResult result;
  if (split.test.empty()) return result;
  const auto count = static_cast<Index>(split.test.size());
  Matrix<double> targets(count, data.targets.cols());
  Matrix<std::uint8_t> present(count, data.targets.cols());
  for (Index i = 0; i < count; ++i) {
    targets.row(i) = data.targets.row(split.test[static_cast<std::size_t>(i)]);
    present.row(i) = data.present.row(split.test[static_cast<std::size_t>(i)]);
  }
  const auto add = [&](const char* label, const Matrix<double>& values) {
    result.test.push_back({label, score(options.task, data.target_names, values, targets, present)});
  };
  add("pLSTM", predictions);
  if (options.baselines) add_baselines(data, split, options, add);
  write_text(options.output_dir / "test_scores.json", scores_json(result.test).dump(2) + "\n");
  return result;
}

}  // namespace

RunResult run_training(RunOptions options) {
  if (options.task == TaskType::kMulticlass) options.baselines = false;  // there is none for classes
  fractions_of(options.split_sizes);
  check_precision(options.precision);
  const ThreadLimit limit(options.threads);
  make_folder(options.output_dir);
  const bool scaffolds = options.split == "scaffold" && options.splits_file.empty();
  Dataset data = load_dataset({options.input, options.featurize, scaffolds, options.baselines});
  if (data.target_names.empty()) {
    throw FileError(options.input.path.string() + ": no target to learn; name it with --target-columns");
  }
  check_labels(data, options);
  const Split split = make_split(data, options);
  const Labeled labeled = label_graphs(data, options);
  const Recipe recipe = make_recipe(options);
  const Settings settings =
      settings_of(recipe, facts_of(labeled.graphs), tasks_of(recipe, labeled.graphs.num_tasks()));
  if (!options.quiet) {
    fmt::print("{} molecules ({} bad rows), {} to train, {} to validate, {} to test\n",
               data.num_rows() - data.num_bad_rows(), data.num_bad_rows(), split.train.size(),
               split.validation.size(), split.test.size());
  }
  const apps::StopSignal stop;
  const FitSplit parts{labeled.graphs_of(split.train), labeled.graphs_of(split.validation)};
  const Predictor predictor = train_members(labeled.graphs, parts, recipe, settings, options, stop);
  // All files are written together, so that a run that ends before leaves those of the run before as they were.
  const TrainedModel& first = predictor.members().front();
  write_text(options.output_dir / "config.json",
             config_json(options, settings, first.config, data.target_names).dump(2) + "\n");
  write_splits(options.output_dir / "splits.json", std::array{split});
  const fs::path path = options.output_dir / "model.safetensors";
  predictor.save(path);
  RunResult result = test(data, labeled, split, options, predictor);
  if (stop.requested()) {
    throw apps::Stopped(stop.signal(),
                        fmt::format("stopped; {} holds the best so far of {} of {} models", path.string(),
                                    predictor.members().size(), settings.members));
  }
  return result;
}

}  // namespace plstm::mol
