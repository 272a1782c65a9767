#include "plstm/learn/fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/dags/graph_schema.hpp>
#include <plstm/learn/certainty/fit_calibration.hpp>
#include <plstm/learn/fit_companion.hpp>
#include <plstm/learn/members.hpp>
#include <plstm/learn/pretraining/encoder.hpp>
#include <plstm/nn/graphs/value_scaling.hpp>
#include <plstm/train/loop/learner.hpp>

#include "learn/certainty/held_out_rows.hpp"
#include "learn/certainty/learnt_domain.hpp"
#include "learn/class_weights.hpp"
#include "learn/held_out/held_out_folds.hpp"

namespace plstm {
namespace {

// Samples that train and validate, and masks where a split goes over things.
struct Parts {
  std::vector<std::int32_t> train, validation;            // graphs
  std::vector<std::uint8_t> train_mask, validation_mask;  // [things]; empty: all things of these graphs
  std::vector<std::int32_t> train_things;
};

void check_numbers(const FitSplit& split, std::int64_t count, const char* what) {
  std::vector<std::uint8_t> seen(static_cast<std::size_t>(count));
  for (const auto* part : {&split.train, &split.validation}) {
    for (const std::int32_t number : *part) {
      if (number < 0 || number >= count) {
        throw ConfigError(fmt::format("fit: the split names {} {}, expected 0..{}", what, number, count - 1));
      }
      if (seen[static_cast<std::size_t>(number)]++ != 0) {
        throw ConfigError(fmt::format("fit: the split names {} {} twice", what, number));
      }
    }
  }
  if (split.train.empty()) throw TrainingError("fit: the split leaves nothing to learn from");
}

FitSplit draw_split(const LabeledGraphs& data, const Recipe& recipe, std::uint64_t seed) {
  if (!(recipe.validation_share >= 0 && recipe.validation_share < 1)) {
    throw ConfigError(
        fmt::format("validation_share is {}, expected 0 <= share < 1", recipe.validation_share));
  }
  FitSplit split;
  split.over_things = data.num_graphs() == 1 && data.level() != Readout::kGraph;
  const auto count = static_cast<std::int32_t>(split.over_things ? data.num_things() : data.num_graphs());
  Random random(mix_seed(seed, 0x5917));  // a stream apart from those of training
  const std::vector<std::int32_t> order = random_permutation(count, random);
  const auto validation = static_cast<std::ptrdiff_t>(recipe.validation_share * count + 0.5);
  split.validation.assign(order.begin(), order.begin() + validation);
  split.train.assign(order.begin() + validation, order.end());
  std::ranges::sort(split.validation);
  std::ranges::sort(split.train);
  return split;
}

Parts make_parts(const LabeledGraphs& data, const FitSplit& split) {
  const auto things = static_cast<std::size_t>(data.num_things());
  Parts parts;
  if (!split.over_things) {
    check_numbers(split, data.num_graphs(), "graph");
    parts.train = split.train;
    parts.validation = split.validation;
    for (const std::int32_t graph : split.train) {
      const auto at = static_cast<std::size_t>(graph);
      for (std::int64_t thing = data.offsets()[at]; thing < data.offsets()[at + 1]; ++thing) {
        parts.train_things.push_back(static_cast<std::int32_t>(thing));
      }
    }
    return parts;
  }
  check_numbers(split, data.num_things(), data.level() == Readout::kEdge ? "edge" : "node");
  parts.train_things = split.train;
  parts.train_mask.assign(things, 0);
  parts.validation_mask.assign(things, 0);
  for (const std::int32_t thing : split.train) parts.train_mask[static_cast<std::size_t>(thing)] = 1;
  for (const std::int32_t thing : split.validation)
    parts.validation_mask[static_cast<std::size_t>(thing)] = 1;
  for (std::int32_t graph = 0; graph < data.num_graphs(); ++graph) {
    const auto first = data.offsets()[static_cast<std::size_t>(graph)];
    const auto last = data.offsets()[static_cast<std::size_t>(graph) + 1];
    const auto has = [&](const std::vector<std::uint8_t>& mask) {
      return std::any_of(mask.begin() + first, mask.begin() + last,
                         [](std::uint8_t bit) { return bit != 0; });
    };
    if (has(parts.train_mask)) parts.train.push_back(graph);
    if (has(parts.validation_mask)) parts.validation.push_back(graph);
  }
  return parts;
}

// Codes of each column are 0 .. the largest that the data has.
std::vector<std::int32_t> vocabulary_sizes_of(std::span<const PreparedGraph> graphs, std::int32_t width,
                                              std::vector<std::int32_t> AttributedGraph::*codes) {
  std::vector<std::int32_t> sizes(static_cast<std::size_t>(width), 1);
  for (const PreparedGraph& graph : graphs) {
    const std::vector<std::int32_t>& values = graph.graph.*codes;
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::int32_t& size = sizes[i % sizes.size()];
      size = std::max(size, values[i] + 1);
    }
  }
  return sizes;
}

// The model's configuration with what the data decides.
void complete(const LabeledGraphs& data, const Parts& parts, std::span<const Task> tasks,
              GraphModelConfig& config) {
  const AttributedGraph& first = data.graphs().front().graph;
  config.readout = data.level();
  config.node_value_width = first.node_value_width;
  config.edge_value_width = first.edge_value_width;
  config.graph_value_width = first.graph_value_width;
  config.node_vocabulary_sizes =
      data.node_vocabulary_sizes().empty()
          ? vocabulary_sizes_of(data.graphs(), first.node_code_width, &AttributedGraph::node_codes)
          : data.node_vocabulary_sizes();
  config.edge_vocabulary_sizes =
      data.edge_vocabulary_sizes().empty()
          ? vocabulary_sizes_of(data.graphs(), first.edge_code_width, &AttributedGraph::edge_codes)
          : data.edge_vocabulary_sizes();
  if (config.graph_value_width > 0)
    config.graph_value_scaling = make_graph_value_scaling(data.graphs(), parts.train);
  config.outputs = num_outputs(tasks);
  if (has_node_layers(config.body)) {
    if (!reads_edges(config.body)) config.edge_encoder = false;  // gates of nodes alone read no edge features
    Index& most = stm_body(config).max_degree;
    for (const PreparedGraph& graph : data.graphs()) most = std::max<Index>(most, graph.max_degree);
  }
}

// [things, tasks]: 1 where there is a label that weighs something.
Matrix<std::uint8_t> weighing_labels(const LabeledGraphs& data) {
  Matrix<std::uint8_t> present =
      ConstMatrixMap<std::uint8_t>(data.present().data(), data.num_things(), data.num_tasks());
  for (Index thing = 0; thing < present.rows(); ++thing) {
    if (!(data.weights()[static_cast<std::size_t>(thing)] > 0)) present.row(thing).setZero();
  }
  return present;
}

// Mean and deviation of the regression targets that train; others stay as they are.
std::optional<TargetScaler> make_scaler(const LabeledGraphs& data, const Parts& parts,
                                        std::span<const Task> tasks) {
  if (std::ranges::none_of(tasks, [](const Task& task) { return task.type == TaskType::kRegression; }))
    return {};
  const auto columns = static_cast<Index>(tasks.size());
  const Matrix<std::uint8_t> present = weighing_labels(data);
  const TargetScaler all =
      make_target_scaler<double>({data.targets().data(), data.num_things(), columns},
                                 {present.data(), data.num_things(), columns}, parts.train_things);
  std::vector<double> mean(all.mean().begin(), all.mean().end()),
      scale(all.scale().begin(), all.scale().end());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].type == TaskType::kRegression) continue;
    mean[i] = 0;
    scale[i] = 1;
  }
  return TargetScaler(std::move(mean), std::move(scale));
}

// In double, so that a large offset takes no digits.
std::vector<float> scaled_targets(const LabeledGraphs& data, const std::optional<TargetScaler>& scaler) {
  std::vector<double> targets(data.targets().begin(), data.targets().end());
  if (scaler.has_value()) scaler->apply<double>({targets.data(), data.num_things(), data.num_tasks()});
  return {targets.begin(), targets.end()};
}

// "graph 3", or "node 5 of graph 3".
std::string place_of(const LabeledGraphs& data, std::int64_t thing) {
  const auto next = std::ranges::upper_bound(data.offsets(), thing);
  const auto graph = next - data.offsets().begin() - 1;
  if (data.level() == Readout::kGraph) return fmt::format("graph {}", graph);
  return fmt::format("{} {} of graph {}", data.level() == Readout::kEdge ? "edge" : "node", thing - next[-1],
                     graph);
}

// Labels of classes that training or validation would count.
void check_classes(const LabeledGraphs& data, const Parts& parts, std::span<const Task> tasks) {
  for (std::size_t task = 0; task < tasks.size(); ++task) {
    if (tasks[task].type == TaskType::kRegression) continue;
    const bool yes_no = tasks[task].type == TaskType::kClassification;
    const double largest = yes_no ? 1 : static_cast<double>(tasks[task].classes - 1);
    const auto check = [&](std::int64_t thing) {
      const std::size_t at = static_cast<std::size_t>(thing) * tasks.size() + task;
      if (data.present()[at] == 0 || !(data.weights()[static_cast<std::size_t>(thing)] > 0)) return;
      const double value = data.targets()[at];
      if (value >= 0 && value <= largest && (yes_no || value == std::floor(value))) return;
      throw TrainingError(
          fmt::format("fit: {}: '{}' is {}, expected {}", place_of(data, thing), data.task_names()[task],
                      value, yes_no ? "0 for no or 1 for yes" : fmt::format("a class 0 .. {}", largest)));
    };
    for (const std::int32_t thing : parts.train_things) check(thing);
    for (const std::int32_t graph : parts.validation) {
      const auto first = static_cast<std::size_t>(graph);
      for (std::int64_t thing = data.offsets()[first]; thing < data.offsets()[first + 1]; ++thing) {
        if (parts.validation_mask.empty() || parts.validation_mask[static_cast<std::size_t>(thing)] != 0)
          check(thing);
      }
    }
  }
}

void check_labels(const LabeledGraphs& data, const Parts& parts, std::span<const Task> tasks) {
  const std::vector<std::string> names = data.task_names();
  bool any_varies = false;
  for (std::size_t task = 0; task < tasks.size(); ++task) {
    std::int64_t count = 0, bounds = 0;
    double low = 0, high = 0, weight = 0;
    for (const std::int32_t thing : parts.train_things) {
      const std::size_t at = static_cast<std::size_t>(thing) * tasks.size() + task;
      if (data.present()[at] == 0) continue;
      weight += static_cast<double>(data.weights()[static_cast<std::size_t>(thing)]);
      const double value = data.targets()[at];
      if (!data.bounds().empty() && data.bounds()[at] != 0) {
        ++bounds;
        if (tasks[task].type != TaskType::kRegression) {
          throw ConfigError(
              fmt::format("fit: a label of '{}' is a bound, which only numbers can be", names[task]));
        }
      }
      low = count == 0 ? value : std::min(low, value);
      high = count == 0 ? value : std::max(high, value);
      ++count;
    }
    if (count == 0) {
      throw TrainingError(fmt::format("fit: the training part has no value of '{}'", names[task]));
    }
    if (bounds == count) {
      throw TrainingError(
          fmt::format("fit: all training values of '{}' are bounds, so that none says how large the "
                      "others are",
                      names[task]));
    }
    if (!(weight > 0)) {
      throw TrainingError(fmt::format("fit: all training values of '{}' have weight 0", names[task]));
    }
    const double spread = high - low;
    if (tasks[task].type == TaskType::kRegression && spread > 0 &&
        !(std::isfinite(spread * spread) && spread * spread > std::numeric_limits<double>::min())) {
      throw TrainingError(fmt::format(
          "fit: the training values of '{}' go from {} to {}, which is too {} a range to standardise; "
          "write them in other units",
          names[task], low, high, spread > 1 ? "large" : "small"));
    }
    any_varies = any_varies || low != high || bounds > 0;
    if (task + 1 == tasks.size() && !any_varies && tasks.size() > 1) {
      throw TrainingError(
          fmt::format("fit: each of the targets '{}' has one value in all of the training part; there "
                      "is nothing to learn",
                      fmt::join(names, "', '")));
    }
    if (low == high && bounds == 0 && tasks.size() == 1) {
      throw TrainingError(
          count == 1
              ? fmt::format("fit: the training part has one value of '{}' only; there is nothing to learn",
                            names[task])
              : fmt::format("fit: all training values of '{}' are {}; there is nothing to learn", names[task],
                            low));
    }
  }
}

// A companion predicts means, which say nothing of other quantiles.
bool predicts_the_middle(const Objective& loss) {
  return std::ranges::none_of(loss.tasks, [](const TaskLoss& task) {
    return task.kind == LossKind::kQuantile && task.parameter.value_or(0.5) != 0.5;
  });
}

// What stands beside the networks in the end.
struct Certainty {
  std::shared_ptr<const Companion> companion;
  std::shared_ptr<const Calibration> calibration;
};

// Judges the networks by what they have not learnt from: rows that validate, and graphs that single networks left out.
Certainty certainty_of(const TrainedNetworks& networks, const LabeledGraphs& data, const Parts& parts,
                       std::span<const Fold> folds, const CompanionData* of_companion, std::uint64_t seed) {
  Certainty result;
  HeldOutRows rows = mean_of_networks(networks, parts.validation, data.offsets(), parts.validation_mask);
  if (of_companion != nullptr) {
    append(rows, rows_of_folds(networks, folds, rows));
    const std::vector<std::int32_t> learnt = both_parts(parts.train, parts.validation);
    const HeldOutGraphs left_out = predict_held_out(networks.learner, networks.results, folds, networks.tasks,
                                                    networks.scaler, networks.precision);
    const CompanionFit fit =
        fit_companion(*of_companion, learnt, networks.tasks, networks.scaler, left_out, seed);
    mix_companion(fit, learnt, rows);
    const bool numbers = std::ranges::any_of(
        networks.tasks, [](const Task& task) { return task.type == TaskType::kRegression; });
    if (numbers && !rows.rows.empty()) {
      const CompanionFit of_errors =
          fit_expected_errors(*of_companion, learnt, networks.tasks, networks.scaler, *fit.companion,
                              {rows.rows, rows.values}, seed);
      take_kind_errors(of_errors, learnt, rows);
      result.companion = of_errors.companion;
    } else if (fit.companion->share > 0) {
      result.companion = fit.companion;
    }
  }
  // What weighs nothing is not to be trusted, and a bound does not say how large an error is.
  const auto columns = static_cast<Index>(networks.tasks.size());
  Matrix<std::uint8_t> present = weighing_labels(data);
  for (std::size_t i = 0; i < data.bounds().size(); ++i) {
    if (data.bounds()[i] != 0) present.data()[i] = 0;
  }
  if (rows.rows.empty()) return result;
  result.calibration = std::make_shared<const Calibration>(
      fit_calibration({data.targets().data(), data.num_things(), columns},
                      {present.data(), present.rows(), columns}, networks.tasks, networks.scaler, rows));
  return result;
}

}  // namespace

DataFacts facts_of(const LabeledGraphs& data) {
  if (data.num_graphs() == 0) throw TrainingError("fit: there is no labelled graph to learn from");
  const AttributedGraph& first = data.graphs().front().graph;
  return {.molecules = !data.featurizer().empty() && !is_graph_schema(data.featurizer()),
          .samples = data.num_graphs(),
          .edge_features = first.edge_value_width + first.edge_code_width > 0,
          .graph_values = first.graph_value_width > 0,
          .readout = data.level()};
}

Predictor fit(const LabeledGraphs& data, const Recipe& recipe, const FitOptions& options) {
  if (data.num_graphs() == 0 || data.num_tasks() == 0)
    throw TrainingError("fit: there is no labelled graph to learn from");
  const std::vector<Task> tasks = tasks_of(recipe, data.num_tasks());
  DataFacts facts = facts_of(data);
  facts.pretrained = recipe.start != nullptr;
  Settings settings = settings_of(recipe, facts, tasks);
  Objective& loss = settings.training.loss;
  check_objective(tasks, loss, settings.training.metric);
  const Parts parts =
      make_parts(data, options.split.has_value() ? *options.split : draw_split(data, recipe, options.seed));
  check_labels(data, parts, tasks);
  check_classes(data, parts, tasks);
  if (loss.tasks.empty()) loss = objective_of(tasks, loss.uniform);
  if (settings.balance_classes) balance_classes(data, parts.train_things, tasks, loss);
  complete(data, parts, tasks, settings.model);
  if (recipe.start != nullptr) check_same_inputs(*recipe.start, data.featurizer());
  const GraphModel model = make_graph_model(settings.model);
  const std::optional<TargetScaler> scaler = make_scaler(data, parts, tasks);
  const std::vector<float> targets = scaled_targets(data, scaler);
  const auto columns = static_cast<Index>(tasks.size());
  const TrainingData training{{targets.data(), data.num_things(), columns},
                              {data.present().data(), data.num_things(), columns},
                              parts.train,
                              parts.validation,
                              scaler.has_value() ? &*scaler : nullptr,
                              parts.train_mask,
                              parts.validation_mask,
                              data.weights(),
                              data.bounds()};
  const Learner learner = graph_learner(model, data.graphs());
  settings.training.seed = options.seed;
  settings.training.ranks = options.ranks;
  MemberHooks hooks;
  hooks.on_epoch = options.on_epoch;
  hooks.on_step = options.on_step;
  hooks.stop = options.stop;
  hooks.on_resume = options.on_resume;
  hooks.checkpoints = options.checkpoints;
  if (recipe.start != nullptr) {
    settings.training.rates = encoder_rates(model.layout, settings.encoder_rate);
    hooks.start = [&](std::span<float> values) { copy_encoder(*recipe.start, model.layout, values); };
  }
  CompanionData of_companion{data.graphs(),
                             {data.targets().data(), data.num_things(), columns},
                             {data.present().data(), data.num_things(), columns},
                             data.weights(),
                             loss.tasks,
                             data.bounds(),
                             data.num_columns()};
  const bool with_companion = settings.companion && predicts_the_middle(loss) &&
                              data.level() == Readout::kGraph &&
                              suits_companion(of_companion, parts.train, parts.validation, tasks);
  std::vector<std::int32_t> groups;
  std::vector<Fold> folds;
  std::vector<TrainingData> of_members{training};
  if (with_companion) {
    groups = groups_of_equal_graphs(data, parts.train, parts.validation);
    of_companion.groups = groups;
    folds = draw_folds(parts.train, settings.members, options.seed, groups);
    of_members = data_of_folds(training, folds);
  }
  std::vector<TrainResult> results =
      train_members(learner, of_members, settings.training, settings.members, hooks);
  const auto is_judged = [](const TrainResult& result) { return result.best_epoch > 0; };
  if (std::ranges::none_of(results, is_judged))
    throw TrainingError("fit: stopped before the first epoch ended; there is no model");
  Certainty certainty;
  std::shared_ptr<const TrainingDomain> domain;
  if (options.ranks.is_first()) {
    certainty = certainty_of({learner, results, tasks, scaler, settings.training.precision}, data, parts,
                             folds, with_companion ? &of_companion : nullptr, options.seed);
    const std::vector<std::int32_t> learnt_graphs = both_parts(parts.train, parts.validation);
    domain = learnt_domain(data, learnt_graphs, settings.model, options.seed);
  }
  std::vector<TrainedModel> members;
  for (TrainResult& result : results) {
    if (!is_judged(result)) continue;  // it was stopped before
    members.push_back({settings.model, std::move(result.parameters), tasks, data.task_names(), scaler,
                       data.featurizer(), settings.training.precision, certainty.companion,
                       certainty.calibration, domain});
  }
  return Predictor(std::move(members));
}

}  // namespace plstm
