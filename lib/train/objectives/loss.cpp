#include "plstm/train/objectives/loss.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/core/shape.hpp>

#include "loss_terms.hpp"

namespace plstm {
namespace {

constexpr std::array<Named<LossKind>, 7> kNames{{{LossKind::kSquaredError, "squared_error"},
                                                 {LossKind::kAbsoluteError, "absolute_error"},
                                                 {LossKind::kHuber, "huber"},
                                                 {LossKind::kQuantile, "quantile"},
                                                 {LossKind::kBinaryCrossEntropy, "binary_cross_entropy"},
                                                 {LossKind::kCrossEntropy, "cross_entropy"},
                                                 {LossKind::kFocal, "focal"}}};

[[noreturn]] void bad_target(Index row, Index task, double target, std::string_view expected) {
  throw TrainingError(
      fmt::format("loss_and_gradient: target [{}, {}] is {}, expected {}", row, task, target, expected));
}

bool has_labels(LossKind kind) {
  return kind == LossKind::kBinaryCrossEntropy || kind == LossKind::kCrossEntropy || kind == LossKind::kFocal;
}

// `columns` is that of the task's outputs, more than one for classes.
void check_target(LossKind kind, Index row, Index task, double y, Index columns, bool of_classes) {
  if (!std::isfinite(y)) bad_target(row, task, y, "a finite number where present");
  if (!has_labels(kind)) return;
  if (!of_classes) {
    if (!(y >= 0 && y <= 1)) bad_target(row, task, y, "a label in [0, 1]");
  } else if (!(y >= 0 && y < static_cast<double>(columns) && y == std::floor(y))) {
    bad_target(row, task, y, fmt::format("a class 0..{}", columns - 1));
  }
}

bool may_have_classes(LossKind kind) {
  return kind == LossKind::kCrossEntropy || kind == LossKind::kFocal;
}

// The losses of all tasks and how many outputs each has.
class TaskLosses {
 public:
  TaskLosses(const Objective& objective, Index tasks, Index outputs) : objective_(objective) {
    if (!objective.tasks.empty()) {
      check_size("loss_and_gradient", "the losses of tasks", std::ssize(objective.tasks), tasks);
      for (const TaskLoss& loss : objective.tasks) check_loss(loss);
      return;
    }
    uniform_.kind = objective.uniform;
    if (!may_have_classes(objective.uniform) || tasks == 0 || outputs == 0) return;
    if (outputs % tasks != 0) {
      throw ShapeError(fmt::format(
          "loss_and_gradient: {} outputs cannot be shared among {} tasks of equal classes", outputs, tasks));
    }
    uniform_.classes = outputs / tasks;
  }

  const TaskLoss& operator[](Index task) const {
    return objective_.tasks.empty() ? uniform_ : objective_.tasks[static_cast<std::size_t>(task)];
  }

  Index columns(Index task) const {
    const TaskLoss& loss = (*this)[task];
    return may_have_classes(loss.kind) ? std::max<Index>(loss.classes, 1) : 1;
  }

 private:
  const Objective& objective_;
  TaskLoss uniform_;
};

}  // namespace

std::string_view name(LossKind kind) {
  return name_of(kNames, kind);
}

LossKind parse_loss(std::string_view text) {
  return parse_named(kNames, "loss", text);
}

std::optional<double> default_parameter(LossKind kind) {
  switch (kind) {
    case LossKind::kHuber:
      return 1.0;
    case LossKind::kQuantile:
      return 0.5;
    case LossKind::kFocal:
      return 2.0;
    default:
      return std::nullopt;
  }
}

void check_loss(const TaskLoss& loss) {
  if (loss.parameter.has_value()) {
    const double value = *loss.parameter;
    const auto expect = [&](bool good, const char* what) {
      if (good && std::isfinite(value)) return;
      throw ConfigError(
          fmt::format("the loss {} has the parameter {}, expected {}", name(loss.kind), value, what));
    };
    switch (loss.kind) {
      case LossKind::kHuber:
        expect(value > 0, "a threshold above 0");
        break;
      case LossKind::kQuantile:
        expect(value > 0 && value < 1, "a quantile between 0 and 1");
        break;
      case LossKind::kFocal:
        expect(value >= 0, "a gamma from 0 on");
        break;
      default:
        throw ConfigError(fmt::format("the loss {} has no parameter", name(loss.kind)));
    }
  }
  if (loss.class_weights.empty()) return;
  const Index labels = std::max<Index>(loss.classes, 2);
  const auto is_good = [](double weight) { return weight >= 0 && std::isfinite(weight); };
  if (!has_labels(loss.kind) || std::ssize(loss.class_weights) != labels ||
      !std::ranges::all_of(loss.class_weights, is_good)) {
    throw ConfigError(fmt::format(
        "the loss {} has {} weights of classes, expected {}", name(loss.kind), loss.class_weights.size(),
        has_labels(loss.kind) ? fmt::format("{} numbers from 0 on", labels) : "none"));
  }
}

double class_weight(const TaskLoss& loss, double label) {
  const std::vector<double>& weights = loss.class_weights;
  if (weights.empty()) return 1;
  if (!(label >= 0 && label <= static_cast<double>(weights.size() - 1))) return 1;  // the loss refuses it
  const double below = std::floor(label), share = label - below;
  const auto at = static_cast<std::size_t>(below);
  return share == 0 ? weights[at] : (1 - share) * weights[at] + share * weights[at + 1];
}

double label_weight(const TaskLoss& loss, double label) {
  return loss.weight * class_weight(loss, label);
}

template <class T>
LossResult loss_and_gradient(const Objective& objective, const ConstMatrixMap<T>& predictions,
                             const ConstMatrixMap<T>& targets, const ConstMatrixMap<std::uint8_t>& present,
                             double scale, MatrixMap<T> gradient, std::span<const float> weights,
                             std::span<const std::int8_t> bounds) {
  const Index rows = predictions.rows();
  const Index outputs = predictions.cols();
  const Index tasks = targets.cols();
  const TaskLosses losses(objective, tasks, outputs);
  Index expected = 0;
  for (Index task = 0; task < tasks; ++task) expected += losses.columns(task);
  check_shape("loss_and_gradient", "predictions", {rows, outputs}, {rows, expected});
  check_shape("loss_and_gradient", "targets", {targets.rows(), tasks}, {rows, tasks});
  check_shape("loss_and_gradient", "present", {present.rows(), present.cols()}, {rows, tasks});
  check_shape("loss_and_gradient", "gradient", {gradient.rows(), gradient.cols()}, {rows, outputs});
  if (!weights.empty()) check_size("loss_and_gradient", "weights", std::ssize(weights), rows);
  if (!bounds.empty()) check_size("loss_and_gradient", "bounds", std::ssize(bounds), rows * tasks);

  LossResult result;
  gradient.setZero();
  for (Index row = 0; row < rows; ++row) {
    const double row_weight =
        weights.empty() ? 1.0 : static_cast<double>(weights[static_cast<std::size_t>(row)]);
    Index at = row * outputs;
    for (Index task = 0; task < tasks; ++task) {
      const TaskLoss& loss = losses[task];
      const Index first = at, columns = losses.columns(task);
      at += columns;
      if (present(row, task) == 0) continue;
      const auto y = static_cast<double>(targets(row, task));
      const bool of_classes = loss.kind == LossKind::kCrossEntropy || columns > 1;
      check_target(loss.kind, row, task, y, columns, of_classes);
      const double weight = label_weight(loss, y) * row_weight;
      ++result.count;
      result.weight += weight;
      if (!bounds.empty() && bounds[static_cast<std::size_t>(row * tasks + task)] != 0) {
        if (has_labels(loss.kind)) bad_target(row, task, y, "no bound of a label");
        const auto p = static_cast<double>(predictions.data()[first]);
        if (bounds[static_cast<std::size_t>(row * tasks + task)] > 0 ? p >= y : p <= y) continue;
      }
      const double parameter = loss.parameter.value_or(default_parameter(loss.kind).value_or(0));
      if (of_classes) {
        result.sum += weight * loss_of_classes(predictions.data() + first, columns, static_cast<Index>(y),
                                               parameter, scale * weight, gradient.data() + first);
      } else {
        const Slope s = loss_slope(loss.kind, parameter, static_cast<double>(predictions.data()[first]), y);
        result.sum += weight * s.loss;
        gradient.data()[first] = static_cast<T>(scale * weight * s.derivative);
      }
    }
  }
  return result;
}

template LossResult loss_and_gradient<float>(const Objective&, const ConstMatrixMap<float>&,
                                             const ConstMatrixMap<float>&,
                                             const ConstMatrixMap<std::uint8_t>&, double, MatrixMap<float>,
                                             std::span<const float>, std::span<const std::int8_t>);
template LossResult loss_and_gradient<double>(const Objective&, const ConstMatrixMap<double>&,
                                              const ConstMatrixMap<double>&,
                                              const ConstMatrixMap<std::uint8_t>&, double, MatrixMap<double>,
                                              std::span<const float>, std::span<const std::int8_t>);

}  // namespace plstm
