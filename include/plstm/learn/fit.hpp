#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <plstm/core/ranks/ranks.hpp>
#include <plstm/learn/checkpoints.hpp>
#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/learn/predictor.hpp>
#include <plstm/learn/recipe.hpp>
#include <plstm/train/loop/trainer.hpp>

namespace plstm {

/// Which labelled things fit() learns from, and which choose the epoch.
struct FitSplit {
  /// Graphs, or, if `over_things`, things of LabeledGraphs (nodes or edges, numbered through all graphs). A number
  /// stands in one list at most.
  std::vector<std::int32_t> train, validation;
  bool over_things = false;
};

/// What is not a setting of the model or of its training.
struct FitOptions {
  /// Absent: the recipe's share of the graphs validates, drawn at random; of a single graph, of its things.
  std::optional<FitSplit> split = {};
  std::uint64_t seed = 0;
  /// Called after each epoch of each member, one call at a time, in any order of members.
  std::function<void(std::int32_t member, const EpochReport&)> on_epoch = {};
  /// Called after each step of each member, one call at a time.
  std::function<void(std::int32_t member, const Trainer&)> on_step = {};
  /// Asked before each step, by several threads at a time. True ends the training: each member is what it was at its best
  /// epoch so far, and members that have not finished an epoch are left out.
  std::function<bool()> stop = {};
  /// Absent: the training cannot go on once it was stopped.
  std::optional<Checkpoints> checkpoints = {};
  /// Who trains together. All ranks bring equal data, recipe and options, and all call fit(). The first one gets the
  /// whole Predictor, the others its networks without companion and certainty.
  Ranks ranks = {};
  /// Called for each member that goes on from a checkpoint, one call at a time, with the epochs that it had finished.
  std::function<void(std::int32_t member, std::span<const EpochReport>)> on_resume = {};
};

/// What settings_of() is told of this data. Throws TrainingError if it has no graph.
DataFacts facts_of(const LabeledGraphs& data);

/// Trains the recipe's networks on the data and returns them ready for use.
///
/// The recipe decides all settings that the caller has left open, by the task and the size of the data (recipe.hpp).
/// Regression targets are standardised with the training part; predictions are in the units of the targets. Equal
/// data, recipe and options give equal bits for every number of threads.
///
/// Throws ConfigError for a recipe or split that does not fit the data, naming what; TrainingError if there is nothing
/// to learn from, for a label that is no class, naming its graph, if training cannot go on, or if it was stopped before
/// any member had finished an epoch; and what train_members() throws.
Predictor fit(const LabeledGraphs& data, const Recipe& recipe, const FitOptions& options = {});

}  // namespace plstm
