#include "plstm/train/objectives/task.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

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

}  // namespace

std::string_view name(TaskType type) {
  return name_of(kNames, type);
}

TaskType parse_task_type(std::string_view text) {
  return parse_named(kNames, "task type", text);
}

LossKind default_loss(TaskType type) {
  switch (type) {
    case TaskType::kClassification:
      return LossKind::kBinaryCrossEntropy;
    case TaskType::kMulticlass:
      return LossKind::kCrossEntropy;
    case TaskType::kRegression:
      break;
  }
  return LossKind::kSquaredError;
}

Metric default_metric(TaskType type) {
  switch (type) {
    case TaskType::kClassification:
      return Metric::kRocAuc;
    case TaskType::kMulticlass:
      return Metric::kAccuracy;
    case TaskType::kRegression:
      break;
  }
  return Metric::kRmse;
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

Metric default_metric(std::span<const Task> tasks) {
  const auto other = [&](const Task& task) { return task.type != tasks.front().type; };
  return tasks.empty() || std::ranges::any_of(tasks, other) ? Metric::kLoss
                                                            : default_metric(tasks.front().type);
}

Index num_outputs(std::span<const Task> tasks) {
  Index outputs = 0;
  for (const Task& task : tasks) outputs += num_outputs(task.type, 1, task.classes);
  return outputs;
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
