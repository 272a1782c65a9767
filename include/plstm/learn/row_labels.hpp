#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/data/split.hpp>
#include <plstm/learn/run_record.hpp>
#include <plstm/train/objectives/metrics.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// The labels of the rows of a data set, all tasks of one type. The views must outlive the object.
struct RowLabels {
  TaskType type = TaskType::kRegression;
  Index classes = 0;                     ///< of kMulticlass
  ConstMatrixMap<float> targets;         ///< [rows, tasks]
  ConstMatrixMap<std::uint8_t> present;  ///< [rows, tasks], 0 where a label is missing

  Index tasks() const { return targets.cols(); }
  Index outputs() const { return num_outputs(type, tasks(), classes); }
};

/// Those of the rows whose label of the task is known, in their order.
std::vector<std::int32_t> labelled_rows(const RowLabels& labels, std::span<const std::int32_t> rows,
                                        Index task);

/// The labels of the rows for one task.
std::vector<double> labels_of(const RowLabels& labels, std::span<const std::int32_t> rows, Index task);

/// What one model predicts of the validation and test rows of a split: values in the units of the targets, or
/// probabilities.
struct HeldOut {
  std::vector<float> validation, test;  ///< [rows, outputs], row-major
  std::int64_t best_epoch = 0;          ///< 0 for models without epochs
  std::int64_t parameters = 0;          ///< how many numbers the model has learned
  double seconds = 0;                   ///< of training and predicting, where the caller measures it
};

/// Predicts the same for every row: the mean of the training labels, or the share of each class, with half a label more
/// of each class. Its logits and logarithms are those that the other baselines keep where they can learn nothing.
HeldOut held_out_constant(const RowLabels& labels, const Split& split);

/// What is reported for a type of task. The first metric chooses the epoch.
std::vector<Metric> reported_metrics(TaskType type);

/// Values of reported_metrics() on some rows, absent where they are undefined. `predictions` are [rows.size(), outputs].
/// Throws ShapeError for another size.
std::vector<std::optional<double>> judge(const RowLabels& labels, std::span<const std::int32_t> rows,
                                         std::span<const float> predictions);

/// judge() on both parts of the split.
std::vector<MetricScore> score(const RowLabels& labels, const Split& split, const HeldOut& predictions);

}  // namespace plstm
