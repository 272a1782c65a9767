#include "plstm/train/objectives/task.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

constexpr std::array<Named<TaskType>, 3> kNames{{{TaskType::kRegression, "regression"},
                                                 {TaskType::kClassification, "classification"},
                                                 {TaskType::kMulticlass, "multiclass"}}};

template <class T>
void softmax(T* logits, Index classes) {
  const T largest = *std::max_element(logits, logits + classes);
  T sum = 0;
  for (Index c = 0; c < classes; ++c) {
    logits[c] = std::exp(logits[c] - largest);
    sum += logits[c];
  }
  for (Index c = 0; c < classes; ++c) logits[c] /= sum;
}

// Whether one metric can score both: tasks of one type with equally many classes.
bool alike(const Task& a, const Task& b) {
  return a.type == b.type && a.classes == b.classes;
}

template <class T>
std::string list_of(std::span<const T> kinds) {
  std::string list;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    list += fmt::format("{}{}", i == 0 ? "" : i + 1 == kinds.size() ? " or " : ", ", name(kinds[i]));
  }
  return list;
}

void check_class_names(std::size_t number, const Task& task) {
  if (task.class_names.empty()) return;
  const Index classes = task.type == TaskType::kClassification ? 2 : task.classes;
  if (std::ssize(task.class_names) != classes) {
    throw ConfigError(fmt::format("task {} ({}) has {} names of classes, expected {}", number,
                                  name(task.type), task.class_names.size(), classes));
  }
  const std::set<std::string_view> different(task.class_names.begin(), task.class_names.end());
  if (different.size() != task.class_names.size()) {
    throw ConfigError(fmt::format("task {} has two classes of one name", number));
  }
}

}  // namespace

std::string_view name(TaskType type) {
  return name_of(kNames, type);
}

TaskType parse_task_type(std::string_view text) {
  return parse_named(kNames, "task type", text);
}

std::span<const LossKind> fitting_losses(TaskType type) {
  static constexpr std::array kRegression{LossKind::kSquaredError, LossKind::kAbsoluteError, LossKind::kHuber,
                                          LossKind::kQuantile};
  static constexpr std::array kClassification{LossKind::kBinaryCrossEntropy, LossKind::kFocal};
  static constexpr std::array kMulticlass{LossKind::kCrossEntropy, LossKind::kFocal};
  switch (type) {
    case TaskType::kClassification:
      return kClassification;
    case TaskType::kMulticlass:
      return kMulticlass;
    case TaskType::kRegression:
      break;
  }
  return kRegression;
}

std::span<const Metric> fitting_metrics(TaskType type) {
  static constexpr std::array kRegression{Metric::kRmse,    Metric::kMae,      Metric::kR2,
                                          Metric::kPearson, Metric::kSpearman, Metric::kLoss};
  static constexpr std::array kClassification{Metric::kRocAuc,           Metric::kPrAuc, Metric::kAccuracy,
                                              Metric::kBalancedAccuracy, Metric::kF1,    Metric::kMcc,
                                              Metric::kEnrichment,       Metric::kLoss};
  static constexpr std::array kMulticlass{Metric::kAccuracy, Metric::kBalancedAccuracy, Metric::kF1,
                                          Metric::kMcc, Metric::kLoss};
  switch (type) {
    case TaskType::kClassification:
      return kClassification;
    case TaskType::kMulticlass:
      return kMulticlass;
    case TaskType::kRegression:
      break;
  }
  return kRegression;
}

std::vector<Metric> shown_metrics(TaskType type) {
  switch (type) {
    case TaskType::kClassification:
    case TaskType::kMulticlass: {
      const std::span<const Metric> all = fitting_metrics(type);
      return {all.begin(), all.end() - 1};  // all but the loss
    }
    case TaskType::kRegression:
      break;
  }
  return {Metric::kRmse, Metric::kMae, Metric::kR2, Metric::kSpearman};
}

LossKind default_loss(TaskType type) {
  return fitting_losses(type).front();
}

Metric default_metric(TaskType type) {
  return fitting_metrics(type).front();
}

Index num_outputs(TaskType type, Index tasks, Index classes) {
  return type == TaskType::kMulticlass ? tasks * classes : tasks;
}

void finish_predictions(TaskType type, Index classes, const std::optional<TargetScaler>& scaler,
                        MatrixMap<float> outputs) {
  switch (type) {
    case TaskType::kRegression:
      if (scaler.has_value()) scaler->invert<float>(outputs);
      return;
    case TaskType::kClassification:
      for (Index i = 0; i < outputs.size(); ++i) outputs.data()[i] = 1 / (1 + std::exp(-outputs.data()[i]));
      return;
    case TaskType::kMulticlass:
      check_shape("finish_predictions", "outputs modulo classes",
                  {outputs.cols() % std::max<Index>(classes, 1)}, {0});
      for (Index i = 0; i < outputs.size(); i += classes) softmax(outputs.data() + i, classes);
      return;
  }
}

Objective default_objective(std::span<const Task> tasks) {
  std::vector<TaskLoss> losses;
  for (const Task& task : tasks) losses.push_back({default_loss(task.type), task.classes, task.weight});
  return Objective(std::move(losses));
}

Objective objective_of(std::span<const Task> tasks, LossKind kind, std::optional<double> parameter) {
  Objective objective = default_objective(tasks);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (std::ranges::find(fitting_losses(tasks[i].type), kind) == fitting_losses(tasks[i].type).end())
      continue;
    objective.tasks[i].kind = kind;
    objective.tasks[i].parameter = parameter;
  }
  return objective;
}

Metric default_metric(std::span<const Task> tasks) {
  const auto other = [&](const Task& task) { return !alike(task, tasks.front()); };
  return tasks.empty() || std::ranges::any_of(tasks, other) ? Metric::kLoss
                                                            : default_metric(tasks.front().type);
}

Index num_outputs(std::span<const Task> tasks) {
  Index outputs = 0;
  for (const Task& task : tasks) outputs += num_outputs(task.type, 1, task.classes);
  return outputs;
}

Index chosen_class(const Task& task, std::span<const double> probabilities) {
  if (task.type == TaskType::kRegression)
    throw ConfigError("chosen_class: a target of regression has no class");
  check_size("chosen_class", "probabilities", std::ssize(probabilities),
             num_outputs(task.type, 1, task.classes));
  if (task.type == TaskType::kClassification) return probabilities.front() > 0.5 ? 1 : 0;
  return std::ranges::max_element(probabilities) - probabilities.begin();
}

std::string class_name(const Task& task, Index number) {
  return number >= 0 && number < std::ssize(task.class_names)
             ? task.class_names[static_cast<std::size_t>(number)]
             : fmt::to_string(number);
}

void check_tasks(std::span<const Task> tasks) {
  if (tasks.empty()) throw ConfigError("there is no task to learn");
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const Task& task = tasks[i];
    const bool has_classes = task.type == TaskType::kMulticlass;
    if (has_classes ? task.classes < 2 : task.classes != 0) {
      throw ConfigError(fmt::format("task {} ({}) has {} classes, expected {}", i, name(task.type),
                                    task.classes,
                                    has_classes ? "at least 2" : "0: only multiclass tasks have classes"));
    }
    if (!(task.weight >= 0) || !std::isfinite(task.weight)) {
      throw ConfigError(fmt::format("task {} has weight {}, expected a number from 0 on", i, task.weight));
    }
    check_class_names(i, task);
  }
  if (std::ranges::all_of(tasks, [](const Task& task) { return task.weight == 0; })) {
    throw ConfigError("every task has weight 0, so that there is nothing to learn");
  }
}

void check_objective(std::span<const Task> tasks, const Objective& objective, Metric metric) {
  if (!objective.tasks.empty() && objective.tasks.size() != tasks.size()) {
    throw ConfigError(fmt::format("{} losses for {} tasks", objective.tasks.size(), tasks.size()));
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const TaskType type = tasks[i].type;
    if (!objective.tasks.empty()) check_loss(objective.tasks[i]);
    const LossKind loss = objective.tasks.empty() ? objective.uniform : objective.tasks[i].kind;
    if (std::ranges::find(fitting_losses(type), loss) == fitting_losses(type).end()) {
      throw ConfigError(fmt::format("the loss {} means nothing for a {} task; choose {}", name(loss),
                                    name(type), list_of(fitting_losses(type))));
    }
    if (std::ranges::find(fitting_metrics(type), metric) == fitting_metrics(type).end()) {
      throw ConfigError(fmt::format("the metric {} means nothing for a {} task; choose {}", name(metric),
                                    name(type), list_of(fitting_metrics(type))));
    }
    if (!alike(tasks[i], tasks.front()) && metric != Metric::kLoss) {
      throw ConfigError(
          fmt::format("the metric {} means nothing for tasks of several kinds; choose loss", name(metric)));
    }
  }
}

template <class T>
void finish_predictions(std::span<const Task> tasks, const std::optional<TargetScaler>& scaler,
                        MatrixMap<T> outputs) {
  check_size("finish_predictions", "columns", outputs.cols(), num_outputs(tasks));
  if (scaler.has_value())
    check_size("finish_predictions", "scaler", std::ssize(scaler->mean()), std::ssize(tasks));
  for (Index row = 0; row < outputs.rows(); ++row) {
    T* at = outputs.data() + row * outputs.cols();
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      switch (tasks[i].type) {
        case TaskType::kRegression:
          if (scaler.has_value())
            *at = static_cast<T>(static_cast<double>(*at) * scaler->scale()[i] + scaler->mean()[i]);
          break;
        case TaskType::kClassification:
          *at = 1 / (1 + std::exp(-*at));
          break;
        case TaskType::kMulticlass:
          softmax(at, tasks[i].classes);
          break;
      }
      at += num_outputs(tasks[i].type, 1, tasks[i].classes);
    }
  }
}

template void finish_predictions<float>(std::span<const Task>, const std::optional<TargetScaler>&,
                                        MatrixMap<float>);
template void finish_predictions<double>(std::span<const Task>, const std::optional<TargetScaler>&,
                                         MatrixMap<double>);

}  // namespace plstm
