#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/train/baselines/companion.hpp>
#include <plstm/train/objectives/target_scaler.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// What networks predict of graphs that they have not learnt from.
struct HeldOutGraphs {
  std::vector<std::int32_t> graphs;
  std::vector<double> values;  ///< [graphs, tasks], in the units of the targets, or probabilities
};

/// True if a companion can be fitted: the targets are those of whole graphs, no task is multiclass, and every one of
/// these graphs has counts.
bool suits_companion(const LabeledGraphs& data, std::span<const std::int32_t> graphs,
                     std::span<const Task> tasks);

/// The companion of networks, which learns from these graphs. Null if it would have no share.
///
/// Its share has the least loss on the graphs that the networks were held out from: squared errors over the variance of
/// each task, and the negative logarithms of the right answers' probabilities. The companion is judged by its own
/// held-out predictions. Probabilities follow from them, too: a logistic curve for each task, with labels smoothed as
/// Platt (Advances in Large Margin Classifiers, 1999) does. Graphs of weight 0 are left out, and all others weigh alike.
///
/// The bits do not depend on the number of threads. Throws ConfigError unless suits_companion(), and ShapeError if
/// `networks` has another size.
std::shared_ptr<const Companion> fit_companion(const LabeledGraphs& data,
                                               std::span<const std::int32_t> graphs,
                                               std::span<const Task> tasks,
                                               const std::optional<TargetScaler>& scaler,
                                               const HeldOutGraphs& networks, std::uint64_t seed);

}  // namespace plstm
