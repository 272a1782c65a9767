#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <plstm/train/loop/trainer.hpp>
#include <plstm/train/loop/trainer_state.hpp>

namespace plstm {

struct CheckpointOptions {
  std::filesystem::path file = {};  ///< its folder must exist
  /// Whatever decides the result and make_fingerprint() does not know, as text by name: the configuration of the model,
  /// a hash of the inputs. A training goes on with equal settings only.
  TrainingFingerprint settings = {};
  double seconds = 60;  ///< between two writes; 0: a write after each step
  bool resume = false;  ///< go on from the file if it is there
  /// Told what the user should know: that the newest state is damaged and the one before is taken, or that one could not
  /// be written, as on a full disk; the training goes on then, and the next one is tried in time. Empty: both are a
  /// FileError.
  std::function<void(const std::string&)> on_note = {};
};

/// The file from which a training goes on after its process was stopped or killed: the whole state of the trainer,
/// written now and then while it runs, in two generations (kept_state.hpp). It is written beside and renamed, so that there
/// is always a whole one. One thread
/// at a time; checkpoints of different files do not know each other. Of several ranks that train together all read it,
/// and the first one alone writes.
class TrainingCheckpoint {
 public:
  /// Throws ConfigError if the seconds are negative or NaN.
  explicit TrainingCheckpoint(CheckpointOptions options);

  /// Whether start() will go on from the file.
  bool resumes() const;

  /// The training that the file holds, where it resumes(); otherwise a new one from `first_values`. Throws what the
  /// constructors of Trainer throw; FileError naming the file if it holds no state of a training or is damaged;
  /// ConfigError naming the file and the first setting that differs from that of the training to resume.
  Trainer start(const Learner& learner, std::vector<float> first_values, const TrainingData& data,
                const TrainOptions& options) const;

  /// Writes the file. Throws FileError.
  void write(const Trainer& trainer);
  /// The same if the last write is long enough ago; a failure goes to CheckpointOptions::on_note.
  void write_if_due(const Trainer& trainer);

 private:
  using Clock = std::chrono::steady_clock;

  CheckpointOptions options_;
  Clock::time_point written_ = Clock::now();
};

/// run() that also writes the checkpoint: now and then, and at its end, whether the training is finished or was stopped.
/// Throws what run() and TrainingCheckpoint::write() throw.
TrainResult run(Trainer& trainer, const TrainHooks& hooks, TrainingCheckpoint& checkpoint);

}  // namespace plstm
