#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>

namespace plstm {

/// Per-task standardisation of regression targets: y -> (y - mean) / scale.
class TargetScaler {
 public:
  /// One entry a task. Throws ShapeError if the sizes differ, ConfigError unless means are finite and scales
  /// finite and positive.
  TargetScaler(std::vector<double> mean, std::vector<double> scale);

  std::span<const double> mean() const noexcept { return mean_; }
  std::span<const double> scale() const noexcept { return scale_; }

  /// values [B, tasks], in place; missing entries may hold anything. Throws ShapeError for another number of
  /// columns.
  template <class T>
  void apply(MatrixMap<T> values) const;

  /// Undoes apply: predictions back in the units of the targets.
  template <class T>
  void invert(MatrixMap<T> values) const;

 private:
  std::vector<double> mean_;
  std::vector<double> scale_;
};

/// Mean and standard deviation (divisor n) of the present targets in the given rows, the training rows; a row
/// may not lie outside the matrix. A task with equal targets gets scale 1, one without targets also mean 0.
///
///   targets, present [B, tasks]
///
/// Throws ShapeError for shapes or rows that do not fit, TrainingError naming a present target that is not
/// finite or a task whose targets are too large to square.
template <class T>
TargetScaler make_target_scaler(const ConstMatrixMap<T>& targets, const ConstMatrixMap<std::uint8_t>& present,
                                std::span<const std::int32_t> rows);

extern template void TargetScaler::apply<float>(MatrixMap<float>) const;
extern template void TargetScaler::apply<double>(MatrixMap<double>) const;
extern template void TargetScaler::invert<float>(MatrixMap<float>) const;
extern template void TargetScaler::invert<double>(MatrixMap<double>) const;
extern template TargetScaler make_target_scaler<float>(const ConstMatrixMap<float>&,
                                                       const ConstMatrixMap<std::uint8_t>&,
                                                       std::span<const std::int32_t>);
extern template TargetScaler make_target_scaler<double>(const ConstMatrixMap<double>&,
                                                        const ConstMatrixMap<std::uint8_t>&,
                                                        std::span<const std::int32_t>);

}  // namespace plstm
