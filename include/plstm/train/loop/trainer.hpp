#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/loop/adamw.hpp>
#include <plstm/train/loop/learner.hpp>
#include <plstm/train/objectives/loss.hpp>
#include <plstm/train/objectives/metrics.hpp>
#include <plstm/train/objectives/target_scaler.hpp>

namespace plstm {

/// The labels of a learner's samples, and which samples train. All views must outlive the call.
///
/// A row of labels belongs to a thing (see Learner). The things of all samples are numbered sample after sample; where
/// every sample has one thing, things and samples are the same.
struct TrainingData {
  ConstMatrixMap<float> targets;  ///< [things, tasks], as the loss wants them (standardised, 0/1, class)
  ConstMatrixMap<std::uint8_t> present;      ///< [things, tasks], 0 where a label is missing
  std::span<const std::int32_t> train;       ///< samples to learn from
  std::span<const std::int32_t> validation;  ///< samples that choose the epoch; may be empty
  const TargetScaler* scaler = nullptr;      ///< undone before metrics, so that they are in the users' units
  /// Things that train or validate within these samples: [things], 0 where one does not. Empty: all do. A graph whose
  /// nodes are divided stands in both lists of samples, with masks that differ.
  std::span<const std::uint8_t> train_mask = {}, validation_mask = {};
  std::span<const float> weights = {};  ///< [things] of the losses; empty: 1
};

/// Defaults are the paper's settings (specification, section 3).
struct TrainOptions {
  Objective loss = LossKind::kSquaredError;
  /// On the validation things; the best epoch is kept. Of epochs with equal values the one with the lower validation
  /// loss is better, and the loss decides alone while the metric is undefined.
  Metric metric = Metric::kRmse;
  std::int64_t epochs = 100;
  std::int64_t batch_size = 64;  ///< samples per step
  double learning_rate = 1e-3;
  double warmup_epochs = 5;
  double clip_norm = 1;
  std::int64_t patience = 0;  ///< epochs without a better metric before stopping; 0: never
  /// About how many epochs the judged and returned parameters are averaged over: p' <- p' + (p - p') / (1 +
  /// n), n = average_epochs * steps per epoch, less at the beginning. 0: the parameters themselves.
  double average_epochs = 0;
  std::uint64_t seed = 0;
  AdamWOptions adamw;
  /// A batch is cut into shards of about this many samples and equal work, computed side by side; their
  /// gradients are added in order. Part of the result to the last bit, unlike the number of threads.
  std::int64_t shard_size = 4;
  Precision precision = Precision::kFloat;  ///< of the products; parameters and gradients are float always
  StmMemory memory = StmMemory::kAuto;      ///< what is kept of the operator's states in a step
};

/// One finished epoch.
struct EpochReport {
  std::int64_t epoch = 0;  ///< 1, 2, ...
  double learning_rate = 0;
  double train_loss = 0;                                                ///< mean over the labels seen
  double validation_loss = std::numeric_limits<double>::quiet_NaN();    ///< NaN without validation rows
  double validation_metric = std::numeric_limits<double>::quiet_NaN();  ///< NaN where undefined
  bool best = false;
  double samples_per_second = 0;  ///< training pass
  double seconds = 0;             ///< training and validation
  double seconds_left = 0;        ///< at this pace
};

struct TrainResult {
  std::vector<float>
      parameters;  ///< of the best epoch; of the last one if neither metric nor loss was ever defined
  std::int64_t best_epoch = 0;  ///< 1, 2, ...
  std::vector<EpochReport> history;
};

/// Trains with AdamW, warm-up and cosine schedule, gradient clipping, averaging and early stopping. The same
/// seed and options give the same bits for every number of threads. `on_epoch` is called after each epoch in
/// the calling thread, `on_best` before it with the parameters of an epoch that is the best so far (the
/// latest while the metric is undefined), so that they can be written before the training is over.
///
/// Throws TrainingError if there is nothing to train on, or, naming epoch and step, if loss or gradient is
/// not finite; ConfigError for options that make no sense or a precision that this machine lacks; what
/// Learner::check throws for a sample the model cannot take.
TrainResult train(const Learner& learner, std::vector<float> parameters, const TrainingData& data,
                  const TrainOptions& options, const std::function<void(const EpochReport&)>& on_epoch = {},
                  const std::function<void(std::span<const float>)>& on_best = {});

/// Outputs [things of the given samples, outputs], row-major, sample after sample, in parallel; as the model gives them
/// (see finish_predictions). Memory for a few samples a thread only.
///
/// Throws ConfigError for a sample that the learner does not have and for a precision that this machine lacks,
/// TrainingError naming the sample if an output is not finite, and what Learner::check throws.
std::vector<float> predict(const Learner& learner, std::span<const float> parameters,
                           std::span<const std::int32_t> samples, Precision precision = Precision::kFloat);

}  // namespace plstm
