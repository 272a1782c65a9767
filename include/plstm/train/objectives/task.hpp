#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

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

LossKind default_loss(TaskType type);
Metric default_metric(TaskType type);

/// Columns of a model's output: tasks, or tasks * classes.
Index num_outputs(TaskType type, Index tasks, Index classes);

/// Turns outputs of a model [B, outputs] into what a user reads, in place: values in the units of the
/// targets, or probabilities (of class 1, or of each class).
void finish_predictions(TaskType type, Index classes, const std::optional<TargetScaler>& scaler,
                        MatrixMap<float> outputs);

}  // namespace plstm
