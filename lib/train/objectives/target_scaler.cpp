#include "plstm/train/objectives/target_scaler.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

struct Moments {
  double mean = 0;
  double scale = 1;
};

Moments moments(std::span<const double> values) {
  if (values.empty()) return {};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (*low == *high) return {*low, 1};
  const auto n = static_cast<double>(values.size());
  double mean = 0;
  for (const double value : values) mean += value;
  mean /= n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / n)};
}

}  // namespace

TargetScaler::TargetScaler(std::vector<double> mean, std::vector<double> scale)
    : mean_(std::move(mean)), scale_(std::move(scale)) {
  check_size("TargetScaler", "scale", std::ssize(scale_), std::ssize(mean_));
  for (std::size_t task = 0; task < mean_.size(); ++task) {
    if (!(std::isfinite(mean_[task]) && std::isfinite(scale_[task]) && scale_[task] > 0)) {
      throw ConfigError(fmt::format(
          "TargetScaler: task {} has mean {} and scale {}, expected finite numbers and a positive scale",
          task, mean_[task], scale_[task]));
    }
  }
}

template <class T>
void TargetScaler::apply(MatrixMap<T> values) const {
  check_size("TargetScaler::apply", "a row of values", values.cols(), std::ssize(mean_));
  for (Index row = 0; row < values.rows(); ++row) {
    for (std::size_t task = 0; task < mean_.size(); ++task) {
      T& value = values(row, static_cast<Index>(task));
      value = static_cast<T>((static_cast<double>(value) - mean_[task]) / scale_[task]);
    }
  }
}

template <class T>
void TargetScaler::invert(MatrixMap<T> values) const {
  check_size("TargetScaler::invert", "a row of values", values.cols(), std::ssize(mean_));
  for (Index row = 0; row < values.rows(); ++row) {
    for (std::size_t task = 0; task < mean_.size(); ++task) {
      T& value = values(row, static_cast<Index>(task));
      value = static_cast<T>(static_cast<double>(value) * scale_[task] + mean_[task]);
    }
  }
}

template <class T>
TargetScaler make_target_scaler(const ConstMatrixMap<T>& targets, const ConstMatrixMap<std::uint8_t>& present,
                                std::span<const std::int32_t> rows) {
  check_shape("make_target_scaler", "present", {present.rows(), present.cols()},
              {targets.rows(), targets.cols()});
  for (const std::int32_t row : rows) {
    if (row < 0 || row >= targets.rows()) {
      throw ShapeError(
          fmt::format("make_target_scaler: row {} lies outside targets with {} rows", row, targets.rows()));
    }
  }
  std::vector<double> mean;
  std::vector<double> scale;
  std::vector<double> values;
  for (Index task = 0; task < targets.cols(); ++task) {
    values.clear();
    for (const std::int32_t row : rows) {
      if (present(row, task) == 0) continue;
      values.push_back(static_cast<double>(targets(row, task)));
      if (!std::isfinite(values.back())) {
        throw TrainingError(fmt::format("make_target_scaler: target [{}, {}] is {}, expected a finite number",
                                        row, task, values.back()));
      }
    }
    const Moments m = moments(values);
    if (!(std::isfinite(m.scale) && m.scale > 0)) {
      throw TrainingError(
          fmt::format("make_target_scaler: the targets of task {} are too large or too close to standardise, "
                      "rescale them",
                      task));
    }
    mean.push_back(m.mean);
    scale.push_back(m.scale);
  }
  return {std::move(mean), std::move(scale)};
}

template void TargetScaler::apply<float>(MatrixMap<float>) const;
template void TargetScaler::apply<double>(MatrixMap<double>) const;
template void TargetScaler::invert<float>(MatrixMap<float>) const;
template void TargetScaler::invert<double>(MatrixMap<double>) const;
template TargetScaler make_target_scaler<float>(const ConstMatrixMap<float>&,
                                                const ConstMatrixMap<std::uint8_t>&,
                                                std::span<const std::int32_t>);
template TargetScaler make_target_scaler<double>(const ConstMatrixMap<double>&,
                                                 const ConstMatrixMap<std::uint8_t>&,
                                                 std::span<const std::int32_t>);

}  // namespace plstm
