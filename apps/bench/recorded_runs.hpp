#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include <plstm/learn/run_queue.hpp>
#include <plstm/learn/run_record.hpp>

#include "models.hpp"
#include "options.hpp"
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

/// Does runs side by side and keeps what they give: a file for each run, the tables, and a line on the terminal.
class RecordedRuns {
 public:
  /// `records` are the runs that the output folder holds already. `options` must outlive the object.
  RecordedRuns(const BenchOptions& options, std::vector<RunRecord> records);

  /// Does all runs by work_off(). A run whose training fails is reported and left out; any other exception ends the
  /// queue, as it does there.
  void work_off(const std::vector<QueuedRuns>& items);

  /// Writes and prints the tables. Throws TrainingError if runs failed, naming how many and the first.
  void finish();

 private:
  void work_on(const QueuedRuns& item, QueueProgress& progress);
  void keep(const QueuedRuns& item, const RunIdentity& identity, const RunOutcome& outcome,
            QueueProgress& progress);

  const BenchOptions& options_;
  std::mutex mutex_;  // of what follows, and of the terminal
  std::vector<RunRecord> records_;
  std::size_t num_failed_ = 0;
  std::string first_failure_;
};

}  // namespace plstm::bench
