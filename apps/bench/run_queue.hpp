#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "models.hpp"
#include "options.hpp"
#include "run_model.hpp"
#include "run_record.hpp"

namespace plstm::bench {

/// A run that is to be done; what it points to must live until it is.
struct QueuedRun {
  const BenchData* data = nullptr;
  const ModelInfo* model = nullptr;
  RunSettings settings;
  const Split* split = nullptr;
  RunIdentity identity;
};

/// Does runs side by side and keeps what they give: a file per run, the tables, a line for the terminal.
class RunQueue {
 public:
  /// `records` are the runs that the output folder holds already. `options` must outlive the object.
  RunQueue(const BenchOptions& options, std::vector<RunRecord> records);

  /// Does all runs. Each is computed in parallel itself; `jobs` of them are under way at a time, in the order
  /// given. Neither changes a bit of the results. A run that fails is said and left out.
  void work_off(const std::vector<QueuedRun>& runs);

  /// Writes and prints the tables. Throws TrainingError if runs failed, naming how many and the first.
  void finish();

 private:
  void work_on(const QueuedRun& run);
  void keep(const QueuedRun& run, const RunOutcome& outcome, double seconds);
  void say(const RunRecord& record);

  const BenchOptions& options_;
  std::mutex mutex_;  // of what follows, and of the terminal
  std::vector<RunRecord> records_;
  std::size_t num_done_ = 0, num_runs_ = 0;  // of this data set
  std::chrono::steady_clock::time_point start_;
  std::size_t num_failed_ = 0;
  std::string first_failure_;
};

}  // namespace plstm::bench
