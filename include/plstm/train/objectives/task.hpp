#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/objectives/loss.hpp>
#include <plstm/train/objectives/metrics.hpp>
#include <plstm/train/objectives/target_scaler.hpp>

namespace plstm {

/// What kind of label a model predicts.
enum class TaskType {
  kRegression,      ///< real numbers, standardised for training
  kClassification,  ///< one yes or no per task, labels 0 and 1
  kMulticlass,      ///< one class per task, labels 0..classes-1
};

/// "regression", "classification" or "multiclass".
std::string_view name(TaskType type);
/// Inverse of name(); throws ConfigError listing the names.
TaskType parse_task_type(std::string_view text);

/// One thing to predict.
struct Task {
  TaskType type = TaskType::kRegression;
  Index classes = 0;  ///< of kMulticlass, at least 2; 0 for the others
  double weight = 1;  ///< of its losses beside those of other tasks
  /// What users call the classes 0, 1, ...: none, or two of kClassification, or `classes` of kMulticlass.
  std::vector<std::string> class_names = {};

  bool operator==(const Task&) const = default;
};

/// Losses and metrics that mean something for a kind of task, the default ones first.
std::span<const LossKind> fitting_losses(TaskType type);
std::span<const Metric> fitting_metrics(TaskType type);

/// The scores of a kind of task that programs and reports show, the default metric first.
std::vector<Metric> shown_metrics(TaskType type);

LossKind default_loss(TaskType type);
Metric default_metric(TaskType type);

/// Losses and weights of the tasks, each with the default loss of its type.
Objective default_objective(std::span<const Task> tasks);
/// The same with this loss, and its parameter if there is one, for the tasks that it fits (fitting_losses).
Objective objective_of(std::span<const Task> tasks, LossKind kind, std::optional<double> parameter = {});
/// The metric that all tasks share, or kLoss if their types or numbers of classes differ.
Metric default_metric(std::span<const Task> tasks);

/// Columns of a model's output: tasks, or tasks * classes.
Index num_outputs(TaskType type, Index tasks, Index classes);
/// The same for tasks of any types, whose columns stand one after the other.
Index num_outputs(std::span<const Task> tasks);

/// Throws ConfigError if there is no task, a multiclass task has fewer than 2 classes, another task has any, a weight is
/// negative or not finite, all weights are 0, or the names of classes are not as many as classes or not all different.
void check_tasks(std::span<const Task> tasks);

/// Throws ConfigError naming the loss or metric that means nothing for a task, and those that do, and what check_loss()
/// throws. kLoss suits all tasks,
/// and it is the only metric of tasks of several kinds.
void check_objective(std::span<const Task> tasks, const Objective& objective, Metric metric);

/// The class that finished predictions of one row choose: 1 of yes and no if the probability exceeds 0.5, else the most
/// probable one, the first at a tie. `probabilities` are the num_outputs of the task. Throws ShapeError for another count
/// and ConfigError for regression.
Index chosen_class(const Task& task, std::span<const double> probabilities);

/// What users call a class: its name, or its number where the classes have no names.
std::string class_name(const Task& task, Index number);

/// Turns outputs of a model [B, outputs] into what a user reads, in place: values in the units of the targets, or
/// probabilities (of class 1, or of each class). The scaler has an entry a task; those of tasks that are no regression
/// are not read.
template <class T>
void finish_predictions(std::span<const Task> tasks, const std::optional<TargetScaler>& scaler,
                        MatrixMap<T> outputs);

/// The same for tasks of one type.
void finish_predictions(TaskType type, Index classes, const std::optional<TargetScaler>& scaler,
                        MatrixMap<float> outputs);

extern template void finish_predictions<float>(std::span<const Task>, const std::optional<TargetScaler>&,
                                               MatrixMap<float>);
extern template void finish_predictions<double>(std::span<const Task>, const std::optional<TargetScaler>&,
                                                MatrixMap<double>);

}  // namespace plstm
