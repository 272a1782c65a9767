#pragma once

#include <cstdint>
#include <string>

#include <plstm/nn/sequences/language_model.hpp>
#include <plstm/train/files/training_checkpoint.hpp>
#include <plstm/train/loop/trainer.hpp>

namespace plstm::sequence {

/// The settings that decide the result of one model on one task.
struct TrackingSettings {
  std::string task = "parity";
  Index state = 1;  ///< JT = JV = JO
  EigenvalueForm eigenvalues = EigenvalueForm::kTanh;
  TransitionNorm norm = TransitionNorm::kExponential;
  Index width = 48;
  Index blocks = 1;
  Index heads = 4;
  Index taps = 0;
  std::int64_t length = 40;  ///< length of the training sequences
  std::int64_t test_length = 160;
  std::int64_t samples = 8192;  ///< number of training sequences
  std::int64_t epochs = 6;
  std::int64_t batch_size = 64;
  std::int64_t test_samples = 512;  ///< number for the validation and for each of the two tests
  double learning_rate = 4e-3;
  double weight_decay = 0.01;
  double transition_std = 0.5;  ///< standard deviation of the weights that make the transitions
  std::uint64_t seed = 0;
};

/// Shares of positions for which the model gives the right product.
struct TrackingResult {
  std::string failure =
      {};  ///< why training stopped, e.g. a loss that was not finite; the other values are zero then
  double accuracy = 0;       ///< at the length of training, all positions
  double test_accuracy = 0;  ///< at the test length, all positions
  double last_accuracy = 0;  ///< at the test length, the last position alone
  double train_loss = 0;     ///< of the best epoch
  std::int64_t best_epoch = 0;
  std::size_t parameters = 0;
  double seconds = 0;    ///< of the epochs that ended, also of those before the run was resumed
  bool stopped = false;  ///< before the training was over; what depends on its end is zero then
};

/// The model of these settings. Throws ConfigError for invalid settings.
LanguageModelConfig tracking_model(const TrackingSettings& settings);

/// The settings that decide the training, for CheckpointOptions::settings.
TrainingFingerprint training_settings(const TrackingSettings& settings);

/// Trains with a checkpoint, which must have training_settings(), and tests, on all ranks. `hooks` are those of the training.
TrackingResult run_tracking(const TrackingSettings& settings, const Ranks& ranks, const TrainHooks& hooks,
                            TrainingCheckpoint& checkpoint);

}  // namespace plstm::sequence
