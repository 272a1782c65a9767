#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <plstm/learn/features.hpp>
#include <plstm/learn/members.hpp>
#include <plstm/learn/row_labels.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/loop/trainer.hpp>

namespace plstm {

// Models that are trained on the training rows of a split and predict its other two parts. All of them give equal bits
// for every number of threads. A task without two different training labels keeps the prediction of held_out_constant().

/// Networks of one configuration that differ in their seed, trained side by side; the mean of what they predict.
///
/// `config` says everything that the data decides but graph_value_scaling, which is made from the training rows. Members
/// have the seeds of train_members(). Regression targets are standardised for training.
/// The epoch is the mean over the members, rounded down. Throws what train_members() throws with the hooks, and
/// StoppedError if they ended a training before it was over.
HeldOut held_out_networks(const GraphModelConfig& config, std::span<const PreparedGraph> graphs,
                          const RowLabels& labels, const Split& split, const TrainOptions& options,
                          std::int32_t members, const MemberHooks& hooks = {});

/// The same with a companion, as fit() trains them: each network leaves out a part of the training rows, and the
/// companion learns from training and validation rows. What it says of a validation row is what it would say if it had
/// not learnt from it. Throws ConfigError for graphs or a task that a companion does not suit.
HeldOut held_out_with_companion(const GraphModelConfig& config, std::span<const PreparedGraph> graphs,
                                const RowLabels& labels, const Split& split, const TrainOptions& options,
                                std::int32_t members, const MemberHooks& hooks = {});

/// Random forests, one a task or class. Labels of yes and no weigh the same in total. `parameters` is the number of
/// nodes. `stop` is asked before each tree, by several threads at a time; true ends the work with a StoppedError.
HeldOut held_out_forest(const RowLabels& labels, const FeatureSource& features, const Split& split,
                        std::uint64_t seed, const std::function<bool()>& stop = {});

/// Gradient-boosted trees (boosted_trees.hpp), one model a task: squared error for numbers, the logistic loss for yes and
/// no, whose labels weigh the same in total, and softmax for classes. The validation rows with a label choose the number of
/// rounds and the number of leaves; without any there are 100 rounds of small trees. `parameters` is the number of nodes.
/// `stop` is asked before each round; true ends the work with a StoppedError.
HeldOut held_out_boosted_trees(const RowLabels& labels, const FeatureSource& features, const Split& split,
                               std::uint64_t seed, const std::function<bool()>& stop = {});

/// Who chooses the penalty of ridge regression.
enum class PenaltyChoice {
  kCrossValidation,  ///< generalised cross-validation on the training rows
  kValidation,  ///< the squared error on the validation rows: features that few training rows have mislead the other
};

/// Ridge regression, one a task. Labels of yes or no count as the numbers 1 and 0. For tasks that are not multiclass.
HeldOut held_out_ridge(const RowLabels& labels, const FeatureSource& features, const Split& split,
                       PenaltyChoice choice);

/// Logistic regression on binary features, given by the columns of their ones; the penalty is chosen by ROC-AUC on the
/// validation rows. For classification.
HeldOut held_out_logistic(const RowLabels& labels, std::span<const std::vector<std::uint32_t>> ones,
                          Index columns, const Split& split);

}  // namespace plstm
