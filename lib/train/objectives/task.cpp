#include "plstm/train/objectives/task.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <plstm/core/named.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

constexpr std::array<Named<TaskType>, 3> kNames{{{TaskType::kRegression, "regression"},
                                                 {TaskType::kClassification, "classification"},
                                                 {TaskType::kMulticlass, "multiclass"}}};

void softmax(float* logits, Index classes) {
  const float largest = *std::max_element(logits, logits + classes);
  float sum = 0;
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

}  // namespace plstm
