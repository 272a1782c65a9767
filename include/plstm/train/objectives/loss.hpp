#pragma once

#include <cstdint>
#include <string_view>

#include <plstm/core/matrix.hpp>

namespace plstm {

/// Loss l of one label y with prediction p (p_c the logits of the classes c):
enum class LossKind {
  kSquaredError,        ///< (p - y)^2
  kAbsoluteError,       ///< |p - y|, slope 0 at p = y
  kBinaryCrossEntropy,  ///< log(1 + e^p) - y p, y in [0, 1], p a logit
  kCrossEntropy,        ///< log(sum_c e^{p_c}) - p_y, y a class 0..classes-1
};

/// "squared_error", "absolute_error", "binary_cross_entropy" or "cross_entropy".
std::string_view name(LossKind kind);

/// Inverse of name(); throws ConfigError listing the names.
LossKind parse_loss(std::string_view text);

struct LossResult {
  double sum = 0;          ///< over the present labels
  std::int64_t count = 0;  ///< of present labels
};

/// Loss of one shard of a batch. Tasks are the columns of `targets`; outputs = tasks, for kCrossEntropy
/// outputs = tasks x classes with the logits of task t in columns t classes .. (t + 1) classes - 1.
///
///   predictions [B, outputs]   targets, present [B, tasks]   gradient [B, outputs], overwritten
///
/// gradient = scale * d sum / d predictions; scale = 1 / (present labels of the whole batch) makes the shards
/// add up to the gradient of the mean. Labels with present = 0 are not read (NaN is fine) and get gradient 0.
/// Sums run in double, row by row. Any finite logit is safe; a prediction that is not finite (but for a logit
/// -inf of a wrong class) makes the sum not finite, which the caller reports.
///
/// Throws ShapeError for shapes that do not fit, TrainingError naming row and task of a present target that
/// is not finite or not a label of this loss.
template <class T>
LossResult loss_and_gradient(LossKind kind, const ConstMatrixMap<T>& predictions,
                             const ConstMatrixMap<T>& targets, const ConstMatrixMap<std::uint8_t>& present,
                             double scale, MatrixMap<T> gradient);

extern template LossResult loss_and_gradient<float>(LossKind, const ConstMatrixMap<float>&,
                                                    const ConstMatrixMap<float>&,
                                                    const ConstMatrixMap<std::uint8_t>&, double,
                                                    MatrixMap<float>);
extern template LossResult loss_and_gradient<double>(LossKind, const ConstMatrixMap<double>&,
                                                     const ConstMatrixMap<double>&,
                                                     const ConstMatrixMap<std::uint8_t>&, double,
                                                     MatrixMap<double>);

}  // namespace plstm
