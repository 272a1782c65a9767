#include "training_run.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/split_file.hpp>
#include <plstm/train/files/model_file.hpp>

#include "baselines.hpp"
#include "ensemble.hpp"
#include "run_folder.hpp"
#include "support/molecules/molecule_split.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"

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
  float largest = 0;
  for (Index row = 0; row < data.targets.rows(); ++row) {
    for (Index task = 0; task < data.targets.cols(); ++task) {
      const float label = data.targets(row, task);
      if (data.present(row, task) == 0) continue;
      if (label < 0 || label != std::floor(label) || (binary && label > 1) || label > 1e6f ||
          (options.classes > 0 && label >= static_cast<float>(options.classes))) {
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

// The recommended settings with the user's changes, and with what the data decides.
Settings make_settings(const Dataset& data, const Split& split, const RunOptions& options) {
  const std::vector<Task> tasks(data.target_names.size(), {options.task, options.classes});
  const DataFacts facts{.molecules = true,
                        .samples = data.num_rows() - data.num_bad_rows(),
                        .edge_features = true,
                        .graph_values = options.featurize.molecule_values};
  Settings settings = recommended_settings(Preset::kDefault, facts, tasks);
  for (const auto& change : options.changes) change(settings);
  if (settings.members < 1) throw ConfigError("--ensemble-size must be at least 1");
  TrainOptions& training = settings.training;
  training.seed = options.seed;
  training.precision = options.precision;
  training.loss = options.loss.value_or(default_loss(options.task));
  training.metric = options.metric.value_or(default_metric(options.task));
  GraphModelConfig& config = settings.model;
  config.node_vocabulary_sizes = vocabulary_sizes(atom_columns());
  config.node_value_width =
      options.featurize.atom_values ? static_cast<std::int32_t>(atom_value_names().size()) : 0;
  if (options.featurize.molecule_values) {
    config.graph_value_width = static_cast<std::int32_t>(molecule_value_names().size());
    config.graph_value_scaling = make_graph_value_scaling(data.graphs, split.train);
  }
  config.edge_vocabulary_sizes = vocabulary_sizes(bond_columns());
  config.edge_encoder = config.layer == StmLayerKind::kEdge;
  config.outputs = num_outputs(tasks);
  if (config.layer == StmLayerKind::kNode && config.max_degree == 0) {
    for (const PreparedGraph& graph : data.graphs)
      config.max_degree = std::max<Index>(config.max_degree, graph.max_degree);
  }
  return settings;
}

Json config_json(const RunOptions& o, const Settings& settings, const std::vector<std::string>& targets) {
  const TrainOptions& t = settings.training;
  Json json;
  json["version"] = PLSTM_VERSION;
  json["data_path"] = o.input.path.string();
  json["smiles_columns"] = o.input.smiles_column;
  json["target_columns"] = targets;
  json["task_type"] = std::string(name(o.task));
  json["classes"] = o.classes;
  json["loss"] = std::string(name(t.loss.uniform));
  json["metric"] = std::string(name(t.metric));
  json["split"] = o.splits_file.empty() ? o.split : o.splits_file.string();
  json["split_sizes"] = o.split_sizes;
  json["ensemble_size"] = settings.members;
  json["orientation"] = std::string(name(o.featurize.orientation));
  json["atom_values"] = o.featurize.atom_values;
  json["molecule_values"] = o.featurize.molecule_values;
  json["seed"] = t.seed;
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
  json["model"] = Json::parse(to_json(settings.model));
  return json;
}

// Targets as the loss wants them.
Matrix<float> scale_targets(const Dataset& data, const std::optional<TargetScaler>& scaler) {
  Matrix<float> targets = data.targets;
  if (scaler.has_value()) scaler->apply<float>({targets.data(), targets.rows(), targets.cols()});
  return targets;
}

// Trains the members one after the other, each in parallel itself, and writes them into one file.
Ensemble train_ensemble(const Dataset& data, const Split& split, const RunOptions& options,
                        const Settings& settings) {
  TrainedModel trained;
  trained.config = settings.model;
  trained.tasks.assign(data.target_names.size(), {options.task, options.classes});
  trained.target_names = data.target_names;
  trained.featurizer = featurizer_json(options.featurize);
  trained.precision = options.precision;
  const ConstMatrixMap<std::uint8_t> present(data.present.data(), data.present.rows(), data.present.cols());
  if (options.task == TaskType::kRegression) {
    trained.scaler = make_target_scaler<float>(
        {data.targets.data(), data.targets.rows(), data.targets.cols()}, present, split.train);
  }
  const Matrix<float> targets = scale_targets(data, trained.scaler);
  const TrainingData training{{targets.data(), targets.rows(), targets.cols()},
                              present,
                              split.train,
                              split.validation,
                              trained.scaler.has_value() ? &*trained.scaler : nullptr};
  MetricsFile metrics(options.output_dir / "metrics.csv", settings.training.metric);
  const apps::StopSignal stop;
  Ensemble ensemble;
  std::vector<TrainedModel> models;
  for (std::int64_t member = 0; member < settings.members && !stop.requested(); ++member) {
    if (settings.members > 1 && !options.quiet) fmt::print("model {} of {}\n", member + 1, settings.members);
    TrainOptions train_options = settings.training;
    train_options.seed =
        member == 0 ? options.seed : mix_seed(options.seed, static_cast<std::uint64_t>(member));
    GraphModel model = make_graph_model(settings.model);
    TrainHooks hooks;
    hooks.on_epoch = [&](const EpochReport& report) {
      metrics.add(member, report);
      if (options.quiet) return;
      fmt::print("{}\n", format_epoch(report, train_options.epochs, train_options.metric));
      std::fflush(stdout);
    };
    hooks.stop = [&] { return stop.requested(); };
    TrainResult result =
        train(graph_learner(model, data.graphs), initial_values<float>(model.layout, train_options.seed),
              training, train_options, hooks);
    if (result.best_epoch == 0) break;  // stopped within the first epoch: what there is has not been judged
    trained.parameters = std::move(result.parameters);
    models.push_back(trained);
    ensemble.members.push_back({trained, std::move(model)});
  }
  metrics.finish();
  const fs::path path = options.output_dir / "model.safetensors";
  if (!models.empty()) save_models(path, models);
  if (stop.requested()) {
    throw apps::Stopped(stop.signal(),
                        models.empty() ? "stopped before the first epoch ended; there is no model"
                                       : fmt::format("stopped; {} holds the best so far of {} of {} models",
                                                     path.string(), models.size(), settings.members));
  }
  return ensemble;
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

RunResult test(const Dataset& data, const Split& split, const RunOptions& options, const Ensemble& ensemble) {
  const Matrix<float> predictions = predict(ensemble, data.graphs, split.test);
  // Bad rows follow the test rows, so that no row of the input goes missing without a word.
  std::vector<std::int32_t> rows = split.test;
  for (std::int32_t row = 0; row < data.num_rows(); ++row) {
    if (!data.good(row)) rows.push_back(row);
  }
  write_predictions(options.output_dir / "test_predictions.csv", data, rows,
                    prediction_names(ensemble.first()), predictions);
  RunResult result;
  if (split.test.empty()) return result;
  const auto count = static_cast<Index>(split.test.size());
  Matrix<float> targets(count, data.targets.cols());
  Matrix<std::uint8_t> present(count, data.targets.cols());
  for (Index i = 0; i < count; ++i) {
    targets.row(i) = data.targets.row(split.test[static_cast<std::size_t>(i)]);
    present.row(i) = data.present.row(split.test[static_cast<std::size_t>(i)]);
  }
  const auto add = [&](const char* label, const Matrix<float>& values) {
    result.test.push_back({label, score(options.task, data.target_names, values, targets, present)});
  };
  add("pLSTM", predictions);
  if (options.baselines) {
    add("mean of training set", predict_mean(data, split.train, split.test));
    add("ridge on Morgan fingerprints", predict_ridge(data, split.train, split.test));
  }
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
  const Dataset data = load_dataset({options.input, options.featurize, scaffolds, options.baselines});
  if (data.target_names.empty()) {
    throw FileError(options.input.path.string() + ": no target to learn; name it with --target-columns");
  }
  check_labels(data, options);
  const Split split = make_split(data, options);
  const Settings settings = make_settings(data, split, options);
  write_text(options.output_dir / "config.json",
             config_json(options, settings, data.target_names).dump(2) + "\n");
  write_splits(options.output_dir / "splits.json", std::array{split});
  if (!options.quiet) {
    fmt::print("{} molecules ({} bad rows), {} to train, {} to validate, {} to test, {} parameters\n",
               data.num_rows() - data.num_bad_rows(), data.num_bad_rows(), split.train.size(),
               split.validation.size(), split.test.size(),
               make_graph_model(settings.model).layout.num_values());
  }
  const Ensemble ensemble = train_ensemble(data, split, options, settings);
  return test(data, split, options, ensemble);
}

}  // namespace plstm::mol
