#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <plstm/core/atomic_file.hpp>
#include <plstm/data/image.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "evaluation.hpp"
#include "options.hpp"

namespace plstm::arrow {

/// What a run gave.
struct RunResult {
  NetworkKind kind = NetworkKind::kPd;
  std::int64_t parameters = 0;
  std::int64_t best_epoch = 0;
  double validation_accuracy = 0;
  double train_seconds = 0;
  double images_per_second = 0;  ///< in training, of the fastest epoch
  std::vector<TestScore> tests;  ///< in the order of RunOptions::factors
};

/// metrics.csv: a line per epoch. It grows beside its final name, where it can be watched, and appears there
/// on finish().
class MetricsFile {
 public:
  explicit MetricsFile(const std::filesystem::path& path);
  void add(const EpochReport& report);
  void finish() { file_.commit(); }

 private:
  AtomicFile file_;
};

/// A line for the terminal: losses, accuracy, images/s, time left.
std::string format_epoch(const EpochReport& report, std::int64_t epochs);

/// All settings as JSON text.
std::string config_json(const RunOptions& options);

/// The result as JSON text, with the machine.
std::string results_json(const RunResult& result);

/// Loss of training and validation, and the accuracy of validation, over the epochs.
Image draw_learning_curves(std::span<const EpochReport> history);

}  // namespace plstm::arrow
