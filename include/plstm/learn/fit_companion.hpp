#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/train/baselines/companion.hpp>
#include <plstm/train/objectives/loss.hpp>
#include <plstm/train/objectives/target_scaler.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// Labelled graphs. The views must outlive the calls.
struct CompanionData {
  std::span<const PreparedGraph> graphs;
  ConstMatrixMap<double> targets;         ///< [graphs, tasks], in the units of the users
  ConstMatrixMap<std::uint8_t> present;   ///< [graphs, tasks], 0 where a label is missing
  std::span<const float> weights = {};    ///< [graphs]; empty: 1
  std::span<const TaskLoss> losses = {};  ///< [tasks], whose class weights count; empty: all classes weigh 1
  /// [graphs, tasks], TrainingData::bounds; empty: no target is a bound.
  std::span<const std::int8_t> bounds = {};
  std::int32_t num_columns = 0;  ///< LabeledGraphs::num_columns()
  /// [graphs] a number for each: graphs of one group are held out together. Empty: each alone.
  std::span<const std::int32_t> groups = {};
};

/// What networks predict of graphs that they have not learnt from.
struct HeldOutGraphs {
  std::vector<std::int32_t> graphs;
  std::vector<double> values;  ///< [graphs, tasks], in the units of the targets, or probabilities
};

/// True if networks that learn from the training graphs can have a companion: all graphs of both parts have counts, 20
/// training graphs or more have a label, so that networks can leave some out, and no task is multiclass.
bool suits_companion(const CompanionData& data, std::span<const std::int32_t> train,
                     std::span<const std::int32_t> validation, std::span<const Task> tasks);

struct CompanionFit {
  std::shared_ptr<const Companion> companion;  ///< its share may be 0
  /// [chosen, tasks] what the companion would predict of each chosen graph if it had not learnt from it, in the units of
  /// the targets, or probabilities.
  std::vector<double> held_out;
};

/// The companion of networks, which learns from the chosen graphs.
///
/// Labels weigh what their graphs and classes do, and graphs of weight 0 are left out. Targets that are bounds count
/// where a prediction is on the wrong side. Its share has the least loss on
/// the graphs that the networks were held out from: squared errors over the variance of
/// each task, and the negative logarithms of the right answers' probabilities. The companion is judged by its own
/// held-out predictions. Descriptors of the graphs and columns beside them enter by the kernels of values that
/// choose_descriptor_kernel() and choose_value_kernel() find.
/// The share is .9 at most: one network is judged, and the mean of several is better. Probabilities follow
/// from them, too: a logistic curve for each task, with labels smoothed as Platt (Advances in Large
/// Margin Classifiers, 1999) does.
///
/// The bits do not depend on the number of threads. Throws ConfigError if a chosen graph has no counts, if a task is
/// multiclass, or if the networks were judged by a graph that was not chosen; ShapeError if `networks` has another size.
CompanionFit fit_companion(const CompanionData& data, std::span<const std::int32_t> chosen,
                           std::span<const Task> tasks, const std::optional<TargetScaler>& scaler,
                           const HeldOutGraphs& networks, std::uint64_t seed);

/// The companion with a second output for each task: the absolute error expected of the mean of networks and companion.
/// It learns from the errors of the `judged` graphs, which must be among the chosen ones. `held_out` is [chosen, tasks]
/// the error that it would expect of each chosen graph if it had not learnt from it; in standardised units, for tasks of
/// regression. `chosen` and `seed` are those of fit_companion(). Throws as it does.
CompanionFit fit_expected_errors(const CompanionData& data, std::span<const std::int32_t> chosen,
                                 std::span<const Task> tasks, const std::optional<TargetScaler>& scaler,
                                 const Companion& companion, const HeldOutGraphs& judged, std::uint64_t seed);

}  // namespace plstm
