#include "plstm/learn/fit_companion.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <plstm/core/error.hpp>
#include <plstm/core/matrix.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/graphs/value_scaling.hpp>
#include <plstm/train/baselines/kernel_choice.hpp>

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

double probability(double logit) {
  return 1 / (1 + std::exp(-logit));
}

// The logit of an answer is slope * value + shift.
struct Curve {
  double slope = 1;
  double shift = 0;
};

// The most likely curve, by Newton's method. A little of the slope's square is added, as values that divide the labels
// have no steepest curve.
Curve fit_curve(std::span<const double> values, std::span<const double> labels,
                std::span<const double> weights) {
  double n = 0, ones = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    n += weights[i];
    ones += labels[i] == 1 ? weights[i] : 0;
  }
  const double yes = (ones + 1) / (ones + 2), no = 1 / (n - ones + 2);
  Curve curve{0, std::log((ones + 1) / (n - ones + 1))};
  constexpr double kPenalty = 1e-3;
  const auto loss = [&](const Curve& c) {
    double sum = kPenalty / 2 * c.slope * c.slope;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double z = c.slope * values[i] + c.shift;
      const double label = labels[i] == 1 ? yes : no;
      sum += weights[i] * (std::max(z, 0.0) - z * label + std::log1p(std::exp(-std::abs(z))));
    }
    return sum;
  };
  double now = loss(curve);
  for (int step = 0; step < 100; ++step) {
    double by_slope = kPenalty * curve.slope, by_shift = 0, slopes = kPenalty, both = 0, shifts = 1e-9;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double p = probability(curve.slope * values[i] + curve.shift);
      const double error = weights[i] * (p - (labels[i] == 1 ? yes : no));
      const double curvature = weights[i] * p * (1 - p);
      by_slope += error * values[i];
      by_shift += error;
      slopes += curvature * values[i] * values[i];
      both += curvature * values[i];
      shifts += curvature;
    }
    const double determinant = slopes * shifts - both * both;
    if (!(determinant > 0)) break;
    const double to_slope = (shifts * by_slope - both * by_shift) / determinant;
    const double to_shift = (slopes * by_shift - both * by_slope) / determinant;
    double share = 1;
    Curve next;
    double then = 0;
    do {
      next = {curve.slope - share * to_slope, curve.shift - share * to_shift};
      then = loss(next);
      share /= 2;
    } while (!(then <= now) && share > 1e-6);
    if (!(then < now - 1e-10 * std::abs(now))) break;
    curve = next;
    now = then;
  }
  return curve;
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

// Makes the model and its held-out predictions those of logits.
void calibrate(const Labels& labels, Index task, TanimotoFit& fit) {
  const auto columns = static_cast<std::size_t>(labels.targets.cols());
  const auto at = static_cast<std::size_t>(task);
  std::vector<double> values, answers, weights;
  for (Index i = 0; i < labels.targets.rows(); ++i) {
    if (labels.present(i, task) == 0) continue;
    values.push_back(fit.held_out[static_cast<std::size_t>(i) * columns + at]);
    answers.push_back(labels.targets(i, task));
    weights.push_back(labels.weights(i, task));
  }
  const Curve curve = fit_curve(values, answers, weights);
  fit.model.means[at] = curve.slope * fit.model.means[at] + curve.shift;
  const auto landmarks = static_cast<std::size_t>(fit.model.num_landmarks());
  for (std::size_t l = 0; l < landmarks; ++l) fit.model.weights[at * landmarks + l] *= curve.slope;
  for (std::size_t i = at; i < fit.held_out.size(); i += columns) {
    fit.held_out[i] = curve.slope * fit.held_out[i] + curve.shift;
  }
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

// Those of the graphs and of columns beside them. None if they have none.
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
  Companion companion{std::move(fit.model), 0};
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
