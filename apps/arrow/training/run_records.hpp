#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/data/image.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "evaluation.hpp"
#include "options.hpp"

namespace plstm::arrow {

/// The result of a run.
struct RunResult {
  NetworkKind kind = NetworkKind::kPd;
  std::int64_t parameters = 0;
  std::int64_t best_epoch = 0;
  double validation_accuracy = 0;
  double train_seconds = 0;      ///< of all epochs, also of those before the run was resumed
  double images_per_second = 0;  ///< rate of the fastest training epoch
  std::vector<TestScore> tests;  ///< in the order of RunOptions::factors
  bool stopped = false;          ///< a signal ended the run before this was complete
};

/// Writes metrics.csv, a line per epoch.
void write_metrics(const std::filesystem::path& path, std::span<const EpochReport> history);

/// The text of a line for the terminal: losses, accuracy, images/s, time left.
std::string format_epoch(const EpochReport& report, std::int64_t epochs);

/// All settings as JSON text.
std::string config_json(const RunOptions& options);

/// The result as JSON text, with the machine.
std::string results_json(const RunResult& result);
/// Inverse of results_json(), without the machine. Throws FileError.
RunResult parse_results(std::string_view json);

/// Draws training loss, validation loss and validation accuracy over the epochs.
Image draw_learning_curves(std::span<const EpochReport> history);

}  // namespace plstm::arrow
