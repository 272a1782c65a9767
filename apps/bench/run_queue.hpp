#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "models.hpp"
#include "options.hpp"
#include "run_record.hpp"
#include "split_run.hpp"

namespace plstm::bench {

/// A model that is to be trained, and what its run is called.
struct AskedModel {
  const ModelInfo* model = nullptr;
  RunIdentity identity;
};

/// Runs on one split with one seed that are to be done, of one model or of several that have parts in common;
/// what it points to must live until they are.
struct QueuedRuns {
  const BenchData* data = nullptr;
  RunSettings settings;  ///< of the network
  const Split* split = nullptr;
  std::vector<AskedModel> asked;  ///< one at least
};

/// Does runs side by side and keeps what they give: a file per run, the tables, a line for the terminal.
class RunQueue {
 public:
  /// `records` are the runs that the output folder holds already. `options` must outlive the object.
  RunQueue(const BenchOptions& options, std::vector<RunRecord> records);

  /// Does all runs. Each is computed in parallel itself; `jobs` items are under way at a time, in the order
  /// given. Neither changes a bit of the results. A run that fails is said and left out.
  void work_off(const std::vector<QueuedRuns>& items);

  /// Writes and prints the tables. Throws TrainingError if runs failed, naming how many and the first.
  void finish();

 private:
  void work_on(const QueuedRuns& item);
  void keep(const QueuedRuns& item, const RunIdentity& identity, const RunOutcome& outcome);
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
