#pragma once

#include <span>
#include <vector>

#include <plstm/train/baselines/boosted_trees.hpp>

#include "train/baselines/boosted_tree.hpp"

namespace plstm {

/// Outputs of a loss: 1, or a class each.
Index num_outputs(const BoostingOptions& options);

/// Throws TrainingError "`what` row i ..." unless the loss knows every target.
void check_targets(const char* what, std::span<const double> targets, const BoostingOptions& options);

/// The outputs [num_outputs] that are best for all rows, by the weighted targets; of classes with half a row more of each.
std::vector<double> best_constant(const BoostingRows& rows, const BoostingOptions& options);

/// The slopes [outputs][n] of each row's loss at its outputs [n, outputs].
std::vector<std::vector<Slope>> slopes_of(const BoostingRows& rows, std::span<const double> weights,
                                          std::span<const double> outputs, const BoostingOptions& options);

/// The weighted mean of the rows' losses at their outputs [n, outputs].
double mean_loss(const BoostingRows& rows, std::span<const double> outputs, const BoostingOptions& options);

}  // namespace plstm
