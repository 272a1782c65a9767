#include "plstm/train/objectives/loss.hpp"

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

constexpr std::array<Named<LossKind>, 4> kNames{{{LossKind::kSquaredError, "squared_error"},
                                                 {LossKind::kAbsoluteError, "absolute_error"},
                                                 {LossKind::kBinaryCrossEntropy, "binary_cross_entropy"},
                                                 {LossKind::kCrossEntropy, "cross_entropy"}}};

[[noreturn]] void bad_target(Index row, Index task, double target, std::string_view expected) {
  throw TrainingError(
      fmt::format("loss_and_gradient: target [{}, {}] is {}, expected {}", row, task, target, expected));
}

/// Value and slope of a loss of one output.
struct Slope {
  double loss;
  double derivative;
};

Slope squared_error(double p, double y) {
  return {(p - y) * (p - y), 2 * (p - y)};
}

Slope absolute_error(double p, double y) {
  return {std::abs(p - y), static_cast<double>(p > y) - static_cast<double>(p < y)};
}

Slope binary_cross_entropy(double p, double y) {
  const double e = std::exp(-std::abs(p));  // in (0, 1]: nothing overflows
  const double sigmoid = p >= 0 ? 1 / (1 + e) : e / (1 + e);
  return {std::max(p, 0.0) - y * p + std::log1p(e), sigmoid - y};
}

/// Loss of the logits of one label; writes scale * (softmax - one-hot) to `gradient`.
template <class T>
double cross_entropy(const T* logits, Index classes, Index label, double scale, T* gradient) {
  const auto largest = static_cast<double>(*std::max_element(logits, logits + classes));
  double sum = 0;
  for (Index c = 0; c < classes; ++c) sum += std::exp(static_cast<double>(logits[c]) - largest);
  for (Index c = 0; c < classes; ++c) {
    const double softmax = std::exp(static_cast<double>(logits[c]) - largest) / sum;
    gradient[c] = static_cast<T>(scale * (softmax - (c == label ? 1.0 : 0.0)));
  }
  return std::log(sum) + (largest - static_cast<double>(logits[label]));
}

Slope slope(LossKind kind, double p, double y) {
  switch (kind) {
    case LossKind::kSquaredError:
      return squared_error(p, y);
    case LossKind::kAbsoluteError:
      return absolute_error(p, y);
    default:
      return binary_cross_entropy(p, y);
  }
}

void check_target(LossKind kind, Index row, Index task, double y, Index classes) {
  if (!std::isfinite(y)) bad_target(row, task, y, "a finite number where present");
  if (kind == LossKind::kBinaryCrossEntropy && !(y >= 0 && y <= 1)) {
    bad_target(row, task, y, "a label in [0, 1]");
  }
  if (kind == LossKind::kCrossEntropy &&
      !(y >= 0 && y < static_cast<double>(classes) && y == std::floor(y))) {
    bad_target(row, task, y, fmt::format("a class 0..{}", classes - 1));
  }
}

// The losses of all tasks, with the number of outputs in `classes` (1 for losses of one output).
struct TaskLosses {
  const Objective& objective;
  Index uniform_classes;

  TaskLosses(const Objective& o, Index tasks, Index outputs) : objective(o), uniform_classes(1) {
    if (!o.tasks.empty()) {
      check_size("loss_and_gradient", "the losses of tasks", std::ssize(o.tasks), tasks);
      return;
    }
    if (o.uniform != LossKind::kCrossEntropy || tasks == 0 || outputs == 0) return;
    if (outputs % tasks != 0) {
      throw ShapeError(fmt::format(
          "loss_and_gradient: {} outputs cannot be shared among {} tasks of equal classes", outputs, tasks));
    }
    uniform_classes = outputs / tasks;
  }

  TaskLoss operator[](Index task) const {
    if (objective.tasks.empty()) return {objective.uniform, uniform_classes, 1};
    TaskLoss loss = objective.tasks[static_cast<std::size_t>(task)];
    if (loss.kind != LossKind::kCrossEntropy) loss.classes = 1;
    return loss;
  }
};

}  // namespace

std::string_view name(LossKind kind) {
  return name_of(kNames, kind);
}

LossKind parse_loss(std::string_view text) {
  return parse_named(kNames, "loss", text);
}

template <class T>
LossResult loss_and_gradient(const Objective& objective, const ConstMatrixMap<T>& predictions,
                             const ConstMatrixMap<T>& targets, const ConstMatrixMap<std::uint8_t>& present,
                             double scale, MatrixMap<T> gradient, std::span<const float> weights) {
  const Index rows = predictions.rows();
  const Index outputs = predictions.cols();
  const Index tasks = targets.cols();
  const TaskLosses losses(objective, tasks, outputs);
  Index expected = 0;
  for (Index task = 0; task < tasks; ++task) expected += losses[task].classes;
  check_shape("loss_and_gradient", "predictions", {rows, outputs}, {rows, expected});
  check_shape("loss_and_gradient", "targets", {targets.rows(), tasks}, {rows, tasks});
  check_shape("loss_and_gradient", "present", {present.rows(), present.cols()}, {rows, tasks});
  check_shape("loss_and_gradient", "gradient", {gradient.rows(), gradient.cols()}, {rows, outputs});
  if (!weights.empty()) check_size("loss_and_gradient", "weights", std::ssize(weights), rows);

  LossResult result;
  gradient.setZero();
  for (Index row = 0; row < rows; ++row) {
    const double row_weight =
        weights.empty() ? 1.0 : static_cast<double>(weights[static_cast<std::size_t>(row)]);
    Index at = row * outputs;
    for (Index task = 0; task < tasks; ++task) {
      const TaskLoss loss = losses[task];
      const Index first = at;
      at += loss.classes;
      if (present(row, task) == 0) continue;
      const auto y = static_cast<double>(targets(row, task));
      check_target(loss.kind, row, task, y, loss.classes);
      const double weight = loss.weight * row_weight;
      if (loss.kind == LossKind::kCrossEntropy) {
        result.sum += weight * cross_entropy(predictions.data() + first, loss.classes, static_cast<Index>(y),
                                             scale * weight, gradient.data() + first);
      } else {
        const Slope s = slope(loss.kind, static_cast<double>(predictions.data()[first]), y);
        result.sum += weight * s.loss;
        gradient.data()[first] = static_cast<T>(scale * weight * s.derivative);
      }
      ++result.count;
      result.weight += weight;
    }
  }
  return result;
}

template LossResult loss_and_gradient<float>(const Objective&, const ConstMatrixMap<float>&,
                                             const ConstMatrixMap<float>&,
                                             const ConstMatrixMap<std::uint8_t>&, double, MatrixMap<float>,
                                             std::span<const float>);
template LossResult loss_and_gradient<double>(const Objective&, const ConstMatrixMap<double>&,
                                              const ConstMatrixMap<double>&,
                                              const ConstMatrixMap<std::uint8_t>&, double, MatrixMap<double>,
                                              std::span<const float>);

}  // namespace plstm
