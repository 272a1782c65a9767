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
#include "support/molecule_split.hpp"
#include "support/output_folder.hpp"

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
  Split split = random_split(static_cast<std::int32_t>(rows.size()), fractions, options.training.seed);
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

GraphModelConfig complete_config(const Dataset& data, const Split& split, const RunOptions& options) {
  GraphModelConfig config = options.model;
  config.node_vocabulary_sizes = vocabulary_sizes(atom_columns());
  config.node_value_width =
      options.featurize.atom_values ? static_cast<std::int32_t>(atom_value_names().size()) : 0;
  if (options.featurize.molecule_values) {
    config.graph_value_width = static_cast<std::int32_t>(molecule_value_names().size());
    config.graph_value_scaling = make_graph_value_scaling(data.graphs, split.train);
    config.graph_value_layer = 64;  // as in the default preset of plstm-bench
    config.graph_value_dropout = 0.3;
  }
  config.edge_vocabulary_sizes = vocabulary_sizes(bond_columns());
  config.edge_encoder = config.layer == StmLayerKind::kEdge;
  config.outputs = num_outputs(options.task, data.targets.cols(), options.classes);
  if (config.layer == StmLayerKind::kNode && config.max_degree == 0) {
    for (const PreparedGraph& graph : data.graphs)
      config.max_degree = std::max<Index>(config.max_degree, graph.max_degree);
  }
  return config;
}

Json config_json(const RunOptions& o, const GraphModelConfig& config,
                 const std::vector<std::string>& targets) {
  const TrainOptions& t = o.training;
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
  json["ensemble_size"] = o.ensemble_size;
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
  json["model"] = Json::parse(to_json(config));
  return json;
}

// Targets as the loss wants them.
Matrix<float> scale_targets(const Dataset& data, const std::optional<TargetScaler>& scaler) {
  Matrix<float> targets = data.targets;
  if (scaler.has_value()) scaler->apply<float>({targets.data(), targets.rows(), targets.cols()});
  return targets;
}

fs::path model_path(const RunOptions& options, std::int64_t member) {
  return options.output_dir / (options.ensemble_size == 1 ? std::string("model.safetensors")
                                                          : fmt::format("model_{}.safetensors", member));
}

Ensemble train_ensemble(const Dataset& data, const Split& split, const RunOptions& options,
                        const GraphModelConfig& config) {
  TrainedModel trained;
  trained.config = config;
  trained.tasks.assign(data.target_names.size(), {options.task, options.classes});
  trained.target_names = data.target_names;
  trained.featurizer = featurizer_json(options.featurize);
  trained.precision = options.training.precision;
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
  MetricsFile metrics(options.output_dir / "metrics.csv", options.training.metric);
  Ensemble ensemble;
  for (std::int64_t member = 0; member < options.ensemble_size; ++member) {
    if (options.ensemble_size > 1 && !options.quiet)
      fmt::print("model {} of {}\n", member + 1, options.ensemble_size);
    TrainOptions train_options = options.training;
    train_options.seed = member == 0 ? options.training.seed
                                     : mix_seed(options.training.seed, static_cast<std::uint64_t>(member));
    GraphModel model = make_graph_model(config);
    const auto on_epoch = [&](const EpochReport& report) {
      metrics.add(member, report);
      if (options.quiet) return;
      fmt::print("{}\n", format_epoch(report, train_options.epochs, train_options.metric));
      std::fflush(stdout);
    };
    trained.parameters =
        train(graph_learner(model, data.graphs), initial_values<float>(model.layout, train_options.seed),
              training, train_options, on_epoch)
            .parameters;
    save_model(model_path(options, member), trained);
    ensemble.members.push_back({trained, std::move(model)});
  }
  metrics.finish();
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

RunOptions default_run_options() {
  RunOptions options;
  options.training.batch_size = 32;
  options.training.learning_rate = 5e-4;
  options.model.gates.gate_bias = -1;
  options.model.gates.gate_weight_std = 0.02;
  options.model.gates.transition_std = 1;
  return options;
}

RunResult run_training(RunOptions options) {
  if (options.ensemble_size < 1) throw ConfigError("--ensemble-size must be at least 1");
  if (options.baselines && options.task == TaskType::kMulticlass) {
    throw ConfigError("--baselines are for regression and classification");
  }
  fractions_of(options.split_sizes);
  check_precision(options.training.precision);
  const ThreadLimit limit(options.threads);
  make_folder(options.output_dir);
  const bool scaffolds = options.split == "scaffold" && options.splits_file.empty();
  const Dataset data = load_dataset({options.input, options.featurize, scaffolds, options.baselines});
  if (data.target_names.empty()) {
    throw FileError(options.input.path.string() + ": no target to learn; name it with --target-columns");
  }
  check_labels(data, options);
  options.training.loss = options.loss.value_or(default_loss(options.task));
  options.training.metric = options.metric.value_or(default_metric(options.task));
  const Split split = make_split(data, options);
  const GraphModelConfig config = complete_config(data, split, options);
  write_text(options.output_dir / "config.json",
             config_json(options, config, data.target_names).dump(2) + "\n");
  write_splits(options.output_dir / "splits.json", std::array{split});
  if (!options.quiet) {
    fmt::print("{} molecules ({} bad rows), {} to train, {} to validate, {} to test, {} parameters\n",
               data.num_rows() - data.num_bad_rows(), data.num_bad_rows(), split.train.size(),
               split.validation.size(), split.test.size(), make_graph_model(config).layout.num_values());
  }
  const Ensemble ensemble = train_ensemble(data, split, options, config);
  return test(data, split, options, ensemble);
}

}  // namespace plstm::mol
