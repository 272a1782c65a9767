#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <plstm/core/precision.hpp>
#include <plstm/core/ranks/ranks.hpp>
#include <plstm/learn/pretraining/pretraining_set.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/files/model_file.hpp>
#include <plstm/train/loop/train_options.hpp>

namespace plstm {

/// How a network is taught to say the targets of a pretraining set.
struct PretrainOptions {
  GraphModelConfig model;  ///< what the set decides (features, outputs) is filled in
  std::int64_t epochs = 4;
  std::int64_t batch_size = 128;
  double learning_rate =
      1e-3;  ///< at its peak: warm-up over the first tenth of the steps, then half a cosine to 0
  /// The part of its targets that a graph is asked for in a step: drawn anew between these two, and which ones.
  double least_asked = 0.15, most_asked = 0.3;
  std::int64_t validation_blocks =
      16;  ///< the last ones of the set, a tenth of them at most, are not learnt from
  std::uint64_t seed = 0;
  /// A model of the same targets to go on from, whose configuration `model` has; null: from random values.
  std::shared_ptr<const TrainedModel> start = {};
  Precision precision = Precision::kFloat;  ///< of the products in training; the model predicts in float
  /// Who trains together, each on some of the graphs of a step; no part of the result. All must see the same files.
  Ranks ranks = {};
};

/// What a pretraining has done so far.
struct PretrainProgress {
  std::int64_t step = 0, steps = 0;  ///< done, and in all
  double loss = 0;                   ///< mean squared error of standardised targets over the last steps
  double graphs_per_second = 0;
};

/// Called in the calling thread; each may be empty. Of several ranks the first one alone calls them, but for `stop`, which
/// any rank may answer with true, and it alone writes the state.
struct PretrainHooks {
  std::function<void(const PretrainProgress&)> on_progress =
      {};  ///< after each chunk of some thousand graphs
  std::function<void(const EpochReport&)> on_epoch = {};
  std::function<bool()> stop = {};                       ///< before each step: true ends the training
  std::optional<std::filesystem::path> state = {};       ///< file to go on from, written now and then
  double seconds = 60;                                   ///< between two writes
  bool resume = false;                                   ///< go on from that file if it is there
  std::function<void(const std::string&)> on_note = {};  ///< CheckpointOptions::on_note
};

struct PretrainResult {
  TrainedModel model;  ///< as it is after the last step; it predicts the targets in their own units
  std::vector<EpochReport> history;
  bool stopped = false;
};

/// Trains on a set that need not fit into memory: some thousand graphs at a time, blocks in an order drawn for each
/// epoch. The loss is the squared error of the standardised targets that a graph is asked for. The same set, options
/// and seed give the same bits for every number of threads and ranks, and wherever the training was left and resumed.
///
/// Throws ConfigError for options that make no sense or a state of other options or another set; FileError for a set or
/// state that is damaged; TrainingError if the loss is not finite or there is nothing to learn from.
PretrainResult pretrain(const PretrainingSet& set, const PretrainOptions& options,
                        const PretrainHooks& hooks = {});

/// How well a model says each target of the set's validation blocks: 1 - mean squared error / variance, NaN for a
/// target that does not vary there. [K]
std::vector<double> explained_variance(const PretrainingSet& set, const TrainedModel& model,
                                       std::int64_t validation_blocks);

}  // namespace plstm
