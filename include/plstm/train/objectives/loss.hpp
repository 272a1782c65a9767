#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

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

/// The loss of one task. Its outputs are consecutive columns: one, or one for each class.
struct TaskLoss {
  LossKind kind = LossKind::kSquaredError;
  Index classes = 0;  ///< of kCrossEntropy; 0 for the others
  double weight = 1;  ///< of the task: multiplies its losses

  bool operator==(const TaskLoss&) const = default;
};

/// What training makes small: the weighted mean of the losses of all present labels.
struct Objective {
  /// The same loss for each task. Tasks of kCrossEntropy have equally many classes, as many as the outputs allow.
  Objective(LossKind kind = LossKind::kSquaredError) : uniform(kind) {}
  /// One entry a task, in order.
  explicit Objective(std::vector<TaskLoss> losses) : tasks(std::move(losses)) {}

  LossKind uniform = LossKind::kSquaredError;  ///< read if `tasks` is empty
  std::vector<TaskLoss> tasks;
};

struct LossResult {
  double sum = 0;          ///< of the weighted losses of the present labels
  std::int64_t count = 0;  ///< of present labels
  double weight = 0;       ///< of present labels; the mean is sum / weight
};

/// Loss of one shard of a batch. Tasks are the columns of `targets`. The outputs of a task are one column, or for
/// kCrossEntropy one column for each class (its logits); the columns of a task follow those of the task before.
///
///   predictions [B, outputs]   targets, present [B, tasks]   weights [B], or empty: 1   gradient [B, outputs]
///
/// A label counts weight of its task times weight of its row. `gradient` is overwritten with
/// scale * d sum / d predictions; scale = 1 / (LossResult::weight of the whole batch) makes the shards add up to the
/// gradient of the mean. Labels with present = 0 are not read (NaN is fine) and get gradient 0. Sums run in double,
/// row by row. Any finite logit is safe; a prediction that is not finite (except a logit -inf of a wrong class) makes
/// the sum not finite, which the caller reports.
///
/// Throws ShapeError for shapes that do not fit, TrainingError naming row and task of a present target that is
/// not finite or not a label of this loss.
template <class T>
LossResult loss_and_gradient(const Objective& objective, const ConstMatrixMap<T>& predictions,
                             const ConstMatrixMap<T>& targets, const ConstMatrixMap<std::uint8_t>& present,
                             double scale, MatrixMap<T> gradient, std::span<const float> weights = {});

extern template LossResult loss_and_gradient<float>(const Objective&, const ConstMatrixMap<float>&,
                                                    const ConstMatrixMap<float>&,
                                                    const ConstMatrixMap<std::uint8_t>&, double,
                                                    MatrixMap<float>, std::span<const float>);
extern template LossResult loss_and_gradient<double>(const Objective&, const ConstMatrixMap<double>&,
                                                     const ConstMatrixMap<double>&,
                                                     const ConstMatrixMap<std::uint8_t>&, double,
                                                     MatrixMap<double>, std::span<const float>);

}  // namespace plstm
