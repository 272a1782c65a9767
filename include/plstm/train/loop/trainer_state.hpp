#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <plstm/train/loop/adamw.hpp>
#include <plstm/train/loop/early_stopping.hpp>
#include <plstm/train/loop/parameter_average.hpp>
#include <plstm/train/loop/train_options.hpp>
#include <plstm/train/loop/training_data.hpp>

namespace plstm {

/// What a training was started with, as text by name: each option, the sizes of the data, a hash of the labels and of
/// the split, and a hash of the names and shapes of the parameters. A program may add entries of its own to that of a
/// state; they are kept, and TrainingCheckpoint compares them.
using TrainingFingerprint = std::map<std::string, std::string>;

TrainingFingerprint make_fingerprint(const Learner& learner, const TrainingData& data,
                                     const TrainOptions& options);

/// All that a training remembers between two steps: a training that goes on from it ends with the same bits as one
/// that was never stopped. save_trainer_state() writes it to a file.
struct TrainerState {
  TrainingFingerprint fingerprint;
  std::vector<float> parameters;  ///< after the last step
  AdamWState<float> optimizer;
  ParameterAverageState average;  ///< no values without average_epochs
  EarlyStoppingState stopping;
  std::vector<std::int32_t> order;  ///< of the training samples, in the epoch that runs
  std::int64_t epochs = 0;          ///< finished
  std::int64_t steps = 0;  ///< done in the epoch that runs; dropout and shuffles draw from these numbers
  double loss_sum = 0;     ///< of the steps of the epoch that runs
  double loss_weight = 0;
  double learning_rate = 0;          ///< of the last step
  double seconds = 0;                ///< spent on the finished epochs
  double epoch_seconds = 0;          ///< spent on the epoch that runs
  std::vector<float> best;           ///< parameters of the best epoch; empty before the first one ended
  std::int64_t best_epoch = 0;       ///< 1, 2, ...
  std::vector<EpochReport> history;  ///< one entry for each finished epoch
};

/// Throws ConfigError naming the first entry of `now` that `before`, that of the training to resume, lacks or has with
/// another value; entries with "(hash" in their name come last. Further entries of `before` do not matter.
void check_fingerprint(const TrainingFingerprint& before, const TrainingFingerprint& now);

/// Throws ConfigError on all ranks, naming the first rank whose training was started with something else, or is elsewhere,
/// than that of rank 0. Collective.
void check_equal_ranks(const Ranks& ranks, const TrainerState& state);

/// Throws ConfigError as check_fingerprint() does, where a training that goes on differs from the one that was stopped;
/// ShapeError if arrays of the state do not fit each other or the learner.
void check_state(const TrainerState& state, const TrainingFingerprint& fingerprint, const Learner& learner,
                 const TrainingData& data);

}  // namespace plstm
