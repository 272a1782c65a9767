#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include <plstm/core/precision.hpp>
#include <plstm/core/ranks/ranks.hpp>
#include <plstm/stm/graphs/plan.hpp>
#include <plstm/train/loop/adamw.hpp>
#include <plstm/train/objectives/loss.hpp>
#include <plstm/train/objectives/metrics.hpp>

namespace plstm {

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
  AdamWOptions adamw = {};
  /// Parameters that learn at rates of their own, ascending, in the model's layout; see encoder_rates().
  std::vector<RateRange> rates = {};
  /// A batch is cut into shards of about this many samples and equal work, computed side by side; their
  /// gradients are added in order. Part of the result to the last bit, unlike the number of threads.
  std::int64_t shard_size = 4;
  Precision precision = Precision::kFloat;  ///< of the products; parameters and gradients are float always
  StmMemory memory = StmMemory::kAuto;      ///< what is kept of the operator's states in a step
  /// Who computes the training together; no part of the result. All must bring equal learners, data and options.
  Ranks ranks = {};
};

/// Throws ConfigError naming the setting that makes no sense, or a precision that this machine lacks.
void check_options(const TrainOptions& options);

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

}  // namespace plstm
