#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <plstm/core/matrix.hpp>

namespace plstm {

/// Loss l of one label y with prediction p (p_c the logits of the classes c). Where a loss has a kink, its slope there
/// is the mean of those on both sides, or 0 for kQuantile.
enum class LossKind {
  kSquaredError,   ///< (p - y)^2
  kAbsoluteError,  ///< |p - y|
  kHuber,          ///< (p - y)^2 up to |p - y| = t, then 2 t |p - y| - t^2, so that outliers pull no harder
  kQuantile,       ///< q (y - p) below y, (1 - q) (p - y) above: p becomes the quantile q of what y may be
  kBinaryCrossEntropy,  ///< log(1 + e^p) - y p, y in [0, 1], p a logit
  kCrossEntropy,        ///< log(sum_c e^{p_c}) - p_y, y a class 0..classes-1
  /// Cross-entropy times (1 - probability of y)^gamma, so that labels that are easy count less (Lin et al., ICCV 2017).
  /// Without classes y is in [0, 1] and p a logit; y between 0 and 1 mixes the losses of both answers.
  kFocal,
};

/// "squared_error", "absolute_error", "huber", "quantile", "binary_cross_entropy", "cross_entropy" or "focal".
std::string_view name(LossKind kind);

/// Inverse of name(); throws ConfigError listing the names.
LossKind parse_loss(std::string_view text);

/// The parameter that a loss has unless it is set: t = 1 of kHuber, q = 0.5 of kQuantile, gamma = 2 of kFocal; none of
/// the others.
std::optional<double> default_parameter(LossKind kind);

/// The loss of one task. Its outputs are consecutive columns: one, or one for each class.
struct TaskLoss {
  LossKind kind = LossKind::kSquaredError;
  Index classes = 0;  ///< of kCrossEntropy, and of kFocal with more than one column; 0 for the others
  double weight = 1;  ///< of the task: multiplies its losses
  /// t > 0 of kHuber, in the units of the targets that the loss is given; 0 < q < 1 of kQuantile; gamma >= 0 of kFocal.
  /// Absent: the default.
  std::optional<double> parameter = {};
  /// Multiply the losses of labels of a class: [classes], or of the labels 0 and 1. Empty: 1. A label between 0 and 1
  /// has a weight between theirs. For losses of classes only.
  std::vector<double> class_weights = {};

  bool operator==(const TaskLoss&) const = default;
};

/// Throws ConfigError naming the parameter or class weight that a loss cannot have.
void check_loss(const TaskLoss& loss);

/// What a label counts among those of its task: the weight of its class.
double class_weight(const TaskLoss& loss, double label);
/// What a label counts: the weight of its task times that of its class.
double label_weight(const TaskLoss& loss, double label);

/// What training makes small: the weighted mean of the losses of all present labels.
struct Objective {
  /// The same loss for each task, with its default parameter. Tasks of kCrossEntropy and kFocal have equally many
  /// classes, as many as the outputs allow.
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

/// Loss of one shard of a batch. Tasks are the columns of `targets`. The outputs of a task are one column, or
/// one column for each class (its logits); the columns of a task follow those of the task before.
///
///   predictions [B, outputs]   targets, present [B, tasks]   weights [B], or empty: 1   gradient [B, outputs]
///   bounds [B, tasks], or empty: 0
///
/// A target of regression may be a bound: what was measured is at least so large (1) or at most (-1). A prediction on that side of
/// it, or equal to it, costs nothing and has slope 0; any other costs what it would if the bound had been measured.
///
/// A label counts label_weight() times weight of its row. `gradient` is overwritten with
/// scale * d sum / d predictions; scale = 1 / (LossResult::weight of the whole batch) makes the shards add up to the
/// gradient of the mean. Labels with present = 0 are not read (NaN is fine) and get gradient 0. Sums run in double,
/// row by row. Any finite logit is safe; a prediction that is not finite (except a logit -inf of a wrong class) makes
/// the sum not finite, which the caller reports.
///
/// Throws what check_loss() throws, ShapeError for shapes that do not fit, TrainingError naming row and task of a present
/// target that is not finite, not a label of this loss, or a bound of a label.
template <class T>
LossResult loss_and_gradient(const Objective& objective, const ConstMatrixMap<T>& predictions,
                             const ConstMatrixMap<T>& targets, const ConstMatrixMap<std::uint8_t>& present,
                             double scale, MatrixMap<T> gradient, std::span<const float> weights = {},
                             std::span<const std::int8_t> bounds = {});

extern template LossResult loss_and_gradient<float>(const Objective&, const ConstMatrixMap<float>&,
                                                    const ConstMatrixMap<float>&,
                                                    const ConstMatrixMap<std::uint8_t>&, double,
                                                    MatrixMap<float>, std::span<const float>,
                                                    std::span<const std::int8_t>);
extern template LossResult loss_and_gradient<double>(const Objective&, const ConstMatrixMap<double>&,
                                                     const ConstMatrixMap<double>&,
                                                     const ConstMatrixMap<std::uint8_t>&, double,
                                                     MatrixMap<double>, std::span<const float>,
                                                     std::span<const std::int8_t>);

}  // namespace plstm
