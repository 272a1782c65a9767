#include "plstm/learn/fit_companion.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include <plstm/core/error.hpp>
#include <plstm/core/matrix.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/graphs/value_scaling.hpp>
#include <plstm/train/baselines/count_forest.hpp>
#include <plstm/train/baselines/kernel_choice.hpp>
#include <plstm/train/baselines/logistic_curve.hpp>

namespace plstm {
namespace {

// Graphs times landmarks squared times tasks, at most: less than a minute on two cores.
constexpr double kMostWork = 2e10;
constexpr double kFewestLandmarks = 200, kMostLandmarks = 2000;

constexpr double kLeastProbability = 1e-6;

std::int64_t landmarks_for(std::size_t graphs, std::size_t tasks) {
  const double most = std::sqrt(kMostWork / (static_cast<double>(graphs) * static_cast<double>(tasks)));
  return static_cast<std::int64_t>(std::clamp(most, kFewestLandmarks, kMostLandmarks));
}

// Targets as networks learn them, which are there, and what they weigh: 1 in the mean over those of a task.
struct Labels {
  Matrix<double> targets;
  Matrix<std::uint8_t> present;
  Matrix<double> weights;
  Matrix<std::int8_t> bounds;
};

// 0 for a target that was measured.
std::int8_t bound_of(const CompanionData& data, std::int32_t graph, Index task) {
  return data.bounds.empty() ? std::int8_t{0}
                             : data.bounds[static_cast<std::size_t>(graph * data.targets.cols() + task)];
}

Labels labels_of(const CompanionData& data, std::span<const std::int32_t> chosen, std::span<const Task> tasks,
                 const std::optional<TargetScaler>& scaler) {
  const auto rows = std::ssize(chosen), columns = std::ssize(tasks);
  Labels labels{Matrix<double>(rows, columns), Matrix<std::uint8_t>(rows, columns),
                Matrix<double>::Ones(rows, columns), Matrix<std::int8_t>::Zero(rows, columns)};
  for (Index i = 0; i < rows; ++i) {
    const std::int32_t graph = chosen[static_cast<std::size_t>(i)];
    const double of_graph =
        data.weights.empty() ? 1.0 : static_cast<double>(data.weights[static_cast<std::size_t>(graph)]);
    for (Index task = 0; task < columns; ++task) {
      const auto at = static_cast<std::size_t>(task);
      const double of_class =
          data.losses.empty() ? 1.0 : class_weight(data.losses[at], data.targets(graph, task));
      labels.weights(i, task) = of_graph * of_class;
      labels.present(i, task) = labels.weights(i, task) > 0 ? data.present(graph, task) : 0;
      labels.bounds(i, task) = bound_of(data, graph, task);
      double value = data.targets(graph, task);
      if (tasks[at].type == TaskType::kRegression && scaler.has_value()) {
        value = (value - scaler->mean()[at]) / scaler->scale()[at];
      }
      labels.targets(i, task) = value;
    }
  }
  for (Index task = 0; task < columns; ++task) {
    const auto there = labels.present.col(task).cast<double>().array();
    const double total = (there * labels.weights.col(task).array()).sum();
    if (total > 0) labels.weights.col(task) *= there.sum() / total;
  }
  return labels;
}

// A task's labelled rows.
struct TaskRows {
  std::vector<std::size_t> rows;
  std::vector<double> labels, weights;

  TaskRows(const Labels& all, Index task) {
    for (Index i = 0; i < all.targets.rows(); ++i) {
      if (all.present(i, task) == 0) continue;
      rows.push_back(static_cast<std::size_t>(i));
      labels.push_back(all.targets(i, task));
      weights.push_back(all.weights(i, task));
    }
  }
};

// Scales and shifts what the regression says of a task.
void scale_regression(TanimotoRidge& ridge, std::size_t task, const LogisticCurve& by) {
  const auto landmarks = static_cast<std::size_t>(ridge.num_landmarks());
  ridge.means[task] = by.logit(ridge.means[task]);
  for (std::size_t l = 0; l < landmarks; ++l) ridge.weights[task * landmarks + l] *= by.slope;
}

// Predictions of few labels by what has not learnt from them tend to be against them: without a label the others have
// less of its class. A curve that falls would turn that into knowledge, and the model around.
LogisticCurve fit_rising_curve(std::span<const double> values, std::span<const double> labels,
                               std::span<const double> weights) {
  const LogisticCurve curve = fit_logistic_curve(values, labels, weights);
  if (curve.slope >= 0) return curve;
  return fit_logistic_curve(std::vector<double>(values.size(), 0.0), labels, weights);
}

// Makes the model and its held-out predictions those of logits.
void calibrate(const Labels& labels, Index task, TanimotoFit& fit) {
  const auto columns = static_cast<std::size_t>(labels.targets.cols());
  const auto at = static_cast<std::size_t>(task);
  const TaskRows known(labels, task);
  std::vector<double> values;
  for (const std::size_t row : known.rows) values.push_back(fit.held_out[row * columns + at]);
  const LogisticCurve curve = fit_rising_curve(values, known.labels, known.weights);
  scale_regression(fit.model, at, curve);
  for (std::size_t i = at; i < fit.held_out.size(); i += columns)
    fit.held_out[i] = curve.logit(fit.held_out[i]);
}

// The loss of a mean of both predictions, for one share after the other.
double loss_of(double share, const HeldOutGraphs& networks, std::span<const double> companion,
               const Labels& judged, std::span<const Task> tasks) {
  const std::size_t columns = tasks.size();
  double sum = 0;
  for (std::size_t task = 0; task < columns; ++task) {
    double loss = 0, mean = 0, square = 0, count = 0;
    for (std::size_t i = 0; i < networks.graphs.size(); ++i) {
      if (judged.present(static_cast<Index>(i), static_cast<Index>(task)) == 0) continue;
      const double label = judged.targets(static_cast<Index>(i), static_cast<Index>(task));
      const std::size_t at = i * columns + task;
      const double value = (1 - share) * networks.values[at] + share * companion[at];
      const double weight = judged.weights(static_cast<Index>(i), static_cast<Index>(task));
      count += weight;
      mean += weight * label;
      square += weight * label * label;
      const std::int8_t bound = judged.bounds(static_cast<Index>(i), static_cast<Index>(task));
      if (bound > 0 ? value >= label : bound < 0 && value <= label) continue;
      if (tasks[task].type == TaskType::kRegression) {
        loss += weight * (value - label) * (value - label);
      } else {
        loss -= weight * std::log(std::max(label == 1 ? value : 1 - value, kLeastProbability));
      }
    }
    if (count == 0) continue;
    const double variance = square / count - mean * mean / (count * count);
    if (tasks[task].type == TaskType::kRegression) loss /= std::max(variance, 1e-12);
    sum += tasks[task].weight * loss / count;
  }
  return sum;
}

// The place of each graph in `chosen`, or -1.
std::vector<std::int32_t> rows_by_graph(std::span<const std::int32_t> chosen, std::size_t graphs) {
  std::vector<std::int32_t> row_of(graphs, -1);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    row_of.at(static_cast<std::size_t>(chosen[i])) = static_cast<std::int32_t>(i);
  }
  return row_of;
}

std::vector<GraphCounts> counts_of(const CompanionData& data, std::span<const std::int32_t> chosen) {
  std::vector<GraphCounts> counts;
  for (const std::int32_t graph : chosen) {
    counts.emplace_back(data.graphs[static_cast<std::size_t>(graph)].graph.graph_counts);
  }
  return counts;
}

// Those of the graphs, and of columns beside them.
std::vector<GraphValues> values_of(const CompanionData& data, std::span<const std::int32_t> chosen) {
  std::vector<GraphValues> values;
  for (const std::int32_t graph : chosen) {
    values.emplace_back(data.graphs[static_cast<std::size_t>(graph)].graph.graph_values);
  }
  return values;
}

std::vector<std::int32_t> groups_of(const CompanionData& data, std::span<const std::int32_t> chosen) {
  std::vector<std::int32_t> groups;
  if (data.groups.empty()) return groups;
  for (const std::int32_t graph : chosen) groups.push_back(data.groups[static_cast<std::size_t>(graph)]);
  return groups;
}

// Mean and scale over the chosen graphs, of what follows from them and of columns beside them.
struct Standardisation {
  ValueKernel descriptors, columns;
};
Standardisation standardisation_of(const CompanionData& data, std::span<const std::int32_t> chosen) {
  const ValueScaling all = make_graph_value_scaling(data.graphs, chosen);
  const auto part = [&](std::ptrdiff_t first, std::ptrdiff_t last) {
    return ValueKernel{{all.mean.begin() + first, all.mean.begin() + last},
                       {all.scale.begin() + first, all.scale.begin() + last}};
  };
  const std::ptrdiff_t width = std::ssize(all.mean), own = width - data.num_columns;
  return {part(0, own), part(own, width)};
}

// Forests of more tasks are smaller, so that files and predictions do not grow with them.
constexpr Index kFewestTrees = 25, kMostTrees = 200, kTreesInAll = 2400;
constexpr std::size_t kForestLabels = 1024;     // columns of counts at most
constexpr std::size_t kMostForestRows = 40000;  // a task learns from at most

// The labelled rows that a forest learns from, ascending. Of too many a part is drawn by the seed. It holds whole groups,
// so that no row is judged by trees that know another of its group.
std::vector<std::int32_t> rows_of_forest(const TaskRows& known, std::span<const std::int32_t> groups,
                                         std::uint64_t seed) {
  std::vector<std::int32_t> rows(known.rows.begin(), known.rows.end());
  if (rows.size() <= kMostForestRows) return rows;
  // Equal for the rows of a group, and in no order.
  const auto place = [&](std::int32_t row) {
    const std::int32_t group = groups.empty() ? row : groups[static_cast<std::size_t>(row)];
    return mix_seed(seed, static_cast<std::uint64_t>(group));
  };
  std::ranges::sort(rows, {}, place);
  const std::uint64_t first_left_out = place(rows[kMostForestRows]);
  rows.resize(kMostForestRows);
  while (!rows.empty() && place(rows.back()) == first_left_out) rows.pop_back();
  std::ranges::sort(rows);
  return rows;
}

struct GrownForest {
  Forest forest;
  std::vector<double> held_out;  // [graphs] log_odds of trees that have not learnt from the graph
};

// A forest for a task of yes and no, whose labels have the same total weight each. Without one of them there is none.
GrownForest grow_forest(const CountForest& model, std::span<const GraphCounts> counts,
                        const BesideGraphs& beside, const Labels& labels, Index task, const TaskRows& known,
                        const ForestOptions& options) {
  const std::vector<std::int32_t> rows = rows_of_forest(known, beside.groups, options.seed);
  std::vector<double> targets, weights;
  std::vector<std::int32_t> own_groups;
  std::array<double, 2> totals{};
  for (const std::int32_t row : rows) {
    targets.push_back(labels.targets(row, task));
    weights.push_back(labels.weights(row, task));
    totals[targets.back() == 1 ? 1 : 0] += weights.back();
    if (!beside.groups.empty()) own_groups.push_back(beside.groups[static_cast<std::size_t>(row)]);
  }
  if (totals[0] == 0 || totals[1] == 0) return {};
  for (std::size_t i = 0; i < rows.size(); ++i) weights[i] /= totals[targets[i] == 1 ? 1 : 0];
  Matrix<float> features(std::ssize(rows), static_cast<Index>(model.width()));
  parallel_for(rows.size(), 16, [&](std::size_t i) {
    const auto graph = static_cast<std::size_t>(rows[i]);
    read_columns(model, counts[graph], beside.values[graph],
                 {features.data() + static_cast<Index>(i) * features.cols(), model.width()});
  });
  ForestOptions of_rows = options;
  of_rows.groups = own_groups;
  ForestFit fit =
      fit_forest_and_hold_out({features.data(), features.rows(), features.cols()}, targets, weights, of_rows);
  GrownForest result{std::move(fit.forest), std::vector<double>(counts.size())};
  parallel_for_ranges(counts.size(), 16, [&](std::size_t begin, std::size_t end) {
    std::vector<float> row(model.width());
    for (std::size_t i = begin; i < end; ++i) {
      read_columns(model, counts[i], beside.values[i], row);
      result.held_out[i] = log_odds(result.forest, predict(result.forest, row));
    }
  });
  for (std::size_t i = 0; i < rows.size(); ++i)
    result.held_out[static_cast<std::size_t>(rows[i])] = log_odds(result.forest, fit.held_out[i]);
  return result;
}

// Puts forests beside the regression for the tasks of yes and no that they predict better. What both say is added up in
// logits, with the share of the forest under which the labels are most likely given predictions by rows that were held
// out.
CountForest add_forests(std::span<const GraphCounts> counts, const BesideGraphs& beside,
                        std::span<const Task> tasks, const Labels& labels, std::uint64_t seed,
                        TanimotoFit& fit) {
  const auto yes_or_no = std::ranges::count(tasks, TaskType::kClassification, &Task::type);
  if (yes_or_no == 0) return {};
  CountForest model;
  model.labels = frequent_labels(counts, kForestLabels);
  model.values = beside.values.empty() ? 0 : beside.values.front().size();
  if (model.width() == 0) return {};
  model.forests.resize(tasks.size());
  model.curves.resize(tasks.size(), {0, 0});
  ForestOptions options{.trees = std::clamp(kTreesInAll / yes_or_no, kFewestTrees, kMostTrees)};
  bool any = false;
  for (std::size_t task = 0; task < tasks.size(); ++task) {
    if (tasks[task].type != TaskType::kClassification) continue;
    options.seed = mix_seed(seed, 0xf0 + task);
    const TaskRows known(labels, static_cast<Index>(task));
    GrownForest grown = grow_forest(model, counts, beside, labels, static_cast<Index>(task), known, options);
    if (grown.forest.roots.empty()) continue;
    const auto logit_of_regression = [&](std::size_t row) -> double& {
      return fit.held_out[row * tasks.size() + task];
    };
    std::vector<double> of_forest;
    for (const std::size_t row : known.rows) of_forest.push_back(grown.held_out[row]);
    const LogisticCurve alone = fit_rising_curve(of_forest, known.labels, known.weights);
    if (alone.slope <= 0) continue;
    double best_share = 0, least = 0;
    LogisticCurve best_curve;
    for (int step = 0; step <= 4; ++step) {
      const double share = step / 4.0;
      std::vector<double> mixed;
      for (std::size_t i = 0; i < known.rows.size(); ++i)
        mixed.push_back((1 - share) * logit_of_regression(known.rows[i]) + share * alone.logit(of_forest[i]));
      const LogisticCurve curve = fit_rising_curve(mixed, known.labels, known.weights);
      double loss = 0;
      for (std::size_t i = 0; i < mixed.size(); ++i)
        loss += known.weights[i] * logistic_loss(curve.logit(mixed[i]), known.labels[i]);
      if (step > 0 && !(loss < least)) continue;
      least = loss;
      best_share = share;
      best_curve = curve;
    }
    if (best_share == 0) continue;
    any = true;
    const LogisticCurve of_regression{best_curve.slope * (1 - best_share), best_curve.shift};
    const LogisticCurve of_trees{best_curve.slope * best_share * alone.slope,
                                 best_curve.slope * best_share * alone.shift};
    scale_regression(fit.model, task, of_regression);
    for (std::size_t row = 0; row < counts.size(); ++row) {
      double& logit = logit_of_regression(row);
      logit = of_regression.logit(logit) + of_trees.logit(grown.held_out[row]);
    }
    model.forests[task] = std::move(grown.forest);
    model.curves[task] = of_trees;
  }
  return any ? model : CountForest{};
}

bool can_learn(const CompanionData& data, std::span<const std::int32_t> graphs, std::span<const Task> tasks) {
  const auto has_classes = [](const Task& task) { return task.type == TaskType::kMulticlass; };
  const auto has_counts = [&](std::int32_t graph) {
    return !data.graphs[static_cast<std::size_t>(graph)].graph.graph_counts.empty();
  };
  return std::ranges::none_of(tasks, has_classes) && std::ranges::all_of(graphs, has_counts);
}

}  // namespace

bool suits_companion(const CompanionData& data, std::span<const std::int32_t> train,
                     std::span<const std::int32_t> validation, std::span<const Task> tasks) {
  constexpr std::ptrdiff_t kFewest = 20;
  const auto is_labelled = [&](std::int32_t graph) { return (data.present.row(graph).array() != 0).any(); };
  return std::ranges::count_if(train, is_labelled) >= kFewest && can_learn(data, train, tasks) &&
         can_learn(data, validation, tasks);
}

CompanionFit fit_companion(const CompanionData& data, std::span<const std::int32_t> chosen,
                           std::span<const Task> tasks, const std::optional<TargetScaler>& scaler,
                           const HeldOutGraphs& networks, std::uint64_t seed) {
  if (!can_learn(data, chosen, tasks)) {
    throw ConfigError("fit_companion: expected graphs that have counts, and no multiclass task");
  }
  const std::size_t columns = tasks.size();
  check_size("fit_companion", "values", std::ssize(networks.values),
             std::ssize(networks.graphs) * std::ssize(tasks));
  const std::vector<GraphCounts> counts = counts_of(data, chosen);
  const std::vector<GraphValues> values = values_of(data, chosen);
  const std::vector<std::int32_t> groups = groups_of(data, chosen);
  const BesideGraphs beside{values, groups};
  const Labels labels = labels_of(data, chosen, tasks, scaler);
  const ConstMatrixMap<double> targets(labels.targets.data(), labels.targets.rows(), labels.targets.cols());
  const ConstMatrixMap<std::uint8_t> present(labels.present.data(), labels.present.rows(),
                                             labels.present.cols());
  const std::span weights(labels.weights.data(), static_cast<std::size_t>(labels.weights.size()));
  std::span<const std::int8_t> bounds;
  if (!data.bounds.empty()) bounds = {labels.bounds.data(), static_cast<std::size_t>(labels.bounds.size())};
  TanimotoRidgeOptions options{.most_landmarks = landmarks_for(chosen.size(), columns), .seed = seed};
  const auto [descriptors, of_columns] = standardisation_of(data, chosen);
  if (descriptors.width() > 0) {
    // Descriptors make smooth functions, of which less is chance.
    options.penalties.insert(options.penalties.begin(), {0.001, 0.003});
    options.descriptors =
        choose_descriptor_kernel(descriptors, counts, beside, targets, present, options, weights, bounds);
    if (options.descriptors.of_values == 0) options.descriptors = {};
  }
  if (of_columns.width() > 0) {
    options.kernel =
        choose_value_kernel(of_columns, counts, beside, targets, present, options, weights, bounds);
  }
  TanimotoFit fit = fit_tanimoto_ridge(counts, targets, present, options, weights, bounds, beside);
  for (std::size_t task = 0; task < columns; ++task) {
    if (tasks[task].type == TaskType::kClassification) calibrate(labels, static_cast<Index>(task), fit);
  }
  CountForest forest = add_forests(counts, beside, tasks, labels, seed, fit);
  CompanionFit result{nullptr, std::move(fit.held_out)};
  finish_predictions<double>(tasks, scaler, {result.held_out.data(), std::ssize(chosen), std::ssize(tasks)});

  // The companion's predictions of the judged graphs.
  const std::vector<std::int32_t> row_of = rows_by_graph(chosen, data.graphs.size());
  std::vector<double> predictions;
  for (const std::int32_t graph : networks.graphs) {
    const std::int32_t row = row_of.at(static_cast<std::size_t>(graph));
    if (row < 0) throw ConfigError("fit_companion: a judged graph is none of those to learn from");
    const auto first = result.held_out.begin() + static_cast<std::ptrdiff_t>(row) * std::ssize(tasks);
    predictions.insert(predictions.end(), first, first + std::ssize(tasks));
  }
  const Labels judged = labels_of(data, networks.graphs, tasks, std::nullopt);
  Companion companion{std::move(fit.model), 0, std::move(forest)};
  double least = loss_of(0, networks, predictions, judged, tasks);
  constexpr int kSteps = 20, kMost = 18;
  for (int step = 1; step <= kMost; ++step) {
    const double share = static_cast<double>(step) / kSteps;
    const double loss = loss_of(share, networks, predictions, judged, tasks);
    if (!(loss < least)) continue;
    least = loss;
    companion.share = share;
  }
  result.companion = std::make_shared<const Companion>(std::move(companion));
  return result;
}

CompanionFit fit_expected_errors(const CompanionData& data, std::span<const std::int32_t> chosen,
                                 std::span<const Task> tasks, const std::optional<TargetScaler>& scaler,
                                 const Companion& companion, const HeldOutGraphs& judged,
                                 std::uint64_t seed) {
  check_size("fit_expected_errors", "values", std::ssize(judged.values),
             std::ssize(judged.graphs) * std::ssize(tasks));
  const auto columns = std::ssize(tasks);
  Matrix<double> errors = Matrix<double>::Zero(std::ssize(chosen), columns);
  Matrix<std::uint8_t> present = Matrix<std::uint8_t>::Zero(std::ssize(chosen), columns);
  const std::vector<std::int32_t> row_of = rows_by_graph(chosen, data.graphs.size());
  for (std::size_t i = 0; i < judged.graphs.size(); ++i) {
    const std::int32_t graph = judged.graphs[i], row = row_of.at(static_cast<std::size_t>(graph));
    if (row < 0) throw ConfigError("fit_expected_errors: a judged graph is none of those to learn from");
    if (!data.weights.empty() && !(data.weights[static_cast<std::size_t>(graph)] > 0)) continue;
    for (Index task = 0; task < columns; ++task) {
      const auto at = static_cast<std::size_t>(task);
      if (tasks[at].type != TaskType::kRegression || data.present(graph, task) == 0 ||
          bound_of(data, graph, task) != 0)
        continue;
      const double scale = scaler.has_value() ? scaler->scale()[at] : 1;
      const double value = judged.values[i * tasks.size() + at];
      errors(row, task) = std::abs(value - data.targets(graph, task)) / scale;
      present(row, task) = 1;
    }
  }
  const std::vector<GraphValues> values = values_of(data, chosen);
  const std::vector<std::int32_t> groups = groups_of(data, chosen);
  // Errors are mostly chance, so that they need more of a penalty than values do.
  TanimotoFit fit = fit_tanimoto_ridge(counts_of(data, chosen), {errors.data(), errors.rows(), columns},
                                       {present.data(), present.rows(), columns},
                                       {.penalties = {0.1, 0.3, 1, 3, 10, 30},
                                        .most_landmarks = landmarks_for(chosen.size(), tasks.size()),
                                        .seed = seed,
                                        .kernel = companion.ridge.kernel,
                                        .descriptors = companion.ridge.descriptors},
                                       {}, {}, {values, groups});
  if (fit.model.offsets != companion.ridge.offsets || companion.ridge.num_tasks() != columns) {
    throw ConfigError("fit_expected_errors: the companion learnt from other graphs or other tasks");
  }
  Companion both = companion;
  TanimotoRidge& ridge = both.ridge;
  ridge.means.insert(ridge.means.end(), fit.model.means.begin(), fit.model.means.end());
  ridge.weights.insert(ridge.weights.end(), fit.model.weights.begin(), fit.model.weights.end());
  return {std::make_shared<const Companion>(std::move(both)), std::move(fit.held_out)};
}

}  // namespace plstm
