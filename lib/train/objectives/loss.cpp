#include "plstm/train/objectives/loss.hpp"

#include <algorithm>
#include <array>
#include <cmath>

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

}  // namespace

std::string_view name(LossKind kind) {
  return name_of(kNames, kind);
}

LossKind parse_loss(std::string_view text) {
  return parse_named(kNames, "loss", text);
}

template <class T>
LossResult loss_and_gradient(LossKind kind, const ConstMatrixMap<T>& predictions,
                             const ConstMatrixMap<T>& targets, const ConstMatrixMap<std::uint8_t>& present,
                             double scale, MatrixMap<T> gradient) {
  const Index rows = predictions.rows();
  const Index outputs = predictions.cols();
  const Index tasks = targets.cols();
  const bool has_classes = kind == LossKind::kCrossEntropy && tasks > 0 && outputs > 0;
  if (has_classes && outputs % tasks != 0) {
    throw ShapeError(fmt::format(
        "loss_and_gradient: {} outputs cannot be shared among {} tasks of equal classes", outputs, tasks));
  }
  const Index classes = has_classes ? outputs / tasks : 1;
  check_shape("loss_and_gradient", "predictions", {rows, outputs}, {rows, tasks * classes});
  check_shape("loss_and_gradient", "targets", {targets.rows(), tasks}, {rows, tasks});
  check_shape("loss_and_gradient", "present", {present.rows(), present.cols()}, {rows, tasks});
  check_shape("loss_and_gradient", "gradient", {gradient.rows(), gradient.cols()}, {rows, outputs});

  LossResult result;
  gradient.setZero();
  for (Index row = 0; row < rows; ++row) {
    for (Index task = 0; task < tasks; ++task) {
      if (present(row, task) == 0) continue;
      const auto y = static_cast<double>(targets(row, task));
      check_target(kind, row, task, y, classes);
      const Index at = row * outputs + task * classes;
      if (kind == LossKind::kCrossEntropy) {
        result.sum += cross_entropy(predictions.data() + at, classes, static_cast<Index>(y), scale,
                                    gradient.data() + at);
      } else {
        const Slope s = slope(kind, static_cast<double>(predictions.data()[at]), y);
        result.sum += s.loss;
        gradient.data()[at] = static_cast<T>(scale * s.derivative);
      }
      ++result.count;
    }
  }
  return result;
}

template LossResult loss_and_gradient<float>(LossKind, const ConstMatrixMap<float>&,
                                             const ConstMatrixMap<float>&,
                                             const ConstMatrixMap<std::uint8_t>&, double, MatrixMap<float>);
template LossResult loss_and_gradient<double>(LossKind, const ConstMatrixMap<double>&,
                                              const ConstMatrixMap<double>&,
                                              const ConstMatrixMap<std::uint8_t>&, double, MatrixMap<double>);

}  // namespace plstm
