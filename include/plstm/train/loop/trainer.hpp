#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <plstm/train/loop/adamw.hpp>
#include <plstm/train/loop/early_stopping.hpp>
#include <plstm/train/loop/learner.hpp>
#include <plstm/train/loop/parameter_average.hpp>
#include <plstm/train/loop/prediction.hpp>
#include <plstm/train/loop/schedule.hpp>
#include <plstm/train/loop/train_options.hpp>
#include <plstm/train/loop/trainer_state.hpp>
#include <plstm/train/loop/training_data.hpp>
#include <plstm/train/loop/training_step.hpp>

namespace plstm {

struct TrainResult {
  /// Of the best epoch. Of the last one if neither metric nor loss was ever defined. The latest ones if the training was
  /// stopped before the first epoch ended.
  std::vector<float> parameters;
  std::int64_t best_epoch = 0;  ///< 1, 2, ...; 0 if no epoch ended
  std::vector<EpochReport> history;
  bool stopped = false;  ///< a stop was asked for before the training was over
};

/// How far a training has come.
struct TrainingPlace {
  std::int64_t finished_epochs = 0, epochs = 0;
  std::int64_t step = 0, steps = 0;  ///< done in the epoch that runs, and those of an epoch
  std::int64_t batch_size = 0;
};

/// A training that goes step by step: AdamW, warm-up and cosine schedule, gradient clipping, averaging and early
/// stopping. It can be left after any step and can go on from state(). The same seed and options give the same bits for
/// every number of threads and ranks, and wherever the training was left. What learner and data refer to must outlive the trainer.
/// One thread at a time.
class Trainer {
 public:
  /// Throws TrainingError if there is nothing to train on; ConfigError for options that make no sense or a precision
  /// that this machine lacks; ShapeError for arrays of other sizes; what Learner::check throws for a sample that the
  /// model cannot take. With several ranks (TrainOptions::ranks) every member function that is not const is collective,
  /// and ConfigError names what differs between the ranks.
  Trainer(Learner learner, std::vector<float> parameters, const TrainingData& data,
          const TrainOptions& options);

  /// Goes on from a state. Throws also ConfigError naming what options, data or model differ in from those that the
  /// training was started with.
  Trainer(Learner learner, const TrainingData& data, const TrainOptions& options, TrainerState state);

  /// All epochs are over, or patience is. step() must not be called then.
  bool finished() const noexcept;

  /// One step of the optimizer. The last step of an epoch also validates, and returns the report of the epoch. Throws
  /// TrainingError, naming epoch and step, if loss or gradient is not finite or the training is finished; the trainer
  /// must not be used after that.
  std::optional<EpochReport> step();

  /// The steps that are left of the epoch that runs.
  EpochReport run_epoch();

  /// How far it has come.
  TrainingPlace place() const noexcept {
    return {state_.epochs, options_.epochs, state_.steps, steps_per_epoch_, options_.batch_size};
  }

  /// Who computes it together.
  const Ranks& ranks() const noexcept { return options_.ranks; }

  /// After the last step, not averaged.
  std::span<const float> parameters() const noexcept { return state_.parameters; }
  /// Empty before the first epoch ended.
  std::span<const float> best_parameters() const noexcept { return state_.best; }
  std::int64_t best_epoch() const noexcept { return state_.best_epoch; }
  std::span<const EpochReport> history() const noexcept { return state_.history; }

  /// A copy of all that the training remembers.
  TrainerState state() const;

  /// What the training has given so far.
  TrainResult result() const;

 private:
  struct Checked {};  // arguments have passed all checks
  Trainer(Checked tag, Learner learner, const TrainingData& data, const TrainOptions& options,
          TrainerState state);

  std::span<const float> judged() const noexcept;
  EpochReport finish_epoch(double step_seconds);

  Learner learner_;
  TrainingData data_;
  TrainOptions options_;
  std::vector<std::int64_t> offsets_;  // of things
  std::int64_t steps_per_epoch_;
  ScheduleOptions schedule_;
  std::vector<DecayRange> decay_;
  TrainingStep training_step_;
  AdamW<float> optimizer_;
  ParameterAverage average_;
  EarlyStopping stopping_;
  // All but what optimizer, average and early stopping keep themselves.
  TrainerState state_;
};

/// Called while a training runs, in the calling thread; each may be empty. Of several ranks the first one alone calls
/// them, but for `stop`, which any rank may answer with true.
struct TrainHooks {
  std::function<void(const EpochReport&)> on_epoch = {};  ///< after each epoch
  /// Before on_epoch, with the parameters of an epoch that is the best so far (the latest one while neither metric nor
  /// loss is defined), so that they can be written before the training is over.
  std::function<void(std::span<const float>)> on_best = {};
  std::function<void(const Trainer&)> on_step = {};  ///< after each step, after the others: to write state()
  std::function<bool()> stop = {};                   ///< before each step: true ends the training
};

/// Steps until the training is finished or stopped. Throws as Trainer::step.
TrainResult run(Trainer& trainer, const TrainHooks& hooks = {});

/// A whole training: makes a Trainer and runs it. Throws what both throw.
TrainResult train(const Learner& learner, std::vector<float> parameters, const TrainingData& data,
                  const TrainOptions& options, const TrainHooks& hooks);
TrainResult train(const Learner& learner, std::vector<float> parameters, const TrainingData& data,
                  const TrainOptions& options, const std::function<void(const EpochReport&)>& on_epoch = {},
                  const std::function<void(std::span<const float>)>& on_best = {});

}  // namespace plstm
