#pragma once

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include <plstm/learn/run_queue.hpp>
#include <plstm/learn/run_record.hpp>

#include "bench/models/models.hpp"
#include "bench/models/split_run.hpp"
#include "bench/options.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"

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
  std::string network;            ///< names the network that the models share, for its checkpoints
  std::vector<AskedModel> asked;  ///< one at least
};

/// Does runs side by side and keeps what they give: a file for each run, the tables, and a line on the terminal.
class RecordedRuns {
 public:
  /// `records` are the runs that the output folder holds already. `options`, `folder` and `stop` must outlive the
  /// object.
  RecordedRuns(const BenchOptions& options, apps::OutputFolder& folder, const apps::StopSignal& stop,
               std::vector<RunRecord> records);

  /// Makes the folder and does all runs by work_off(), each rank some of them. A run whose training fails is reported
  /// and left out; any other exception ends the queue, as it does there. After a signal the runs under way end without a
  /// record. What their networks have learned stays in checkpoints, from which the next start goes on.
  void work_off(const std::vector<QueuedRuns>& items);

  /// Removes the checkpoints of runs that are recorded already, which a killed process may have left.
  void forget(const QueuedRuns& item) const;

  /// Titles of the runs that a signal left undone, those of all ranks.
  const std::vector<std::string>& undone() const noexcept { return undone_; }

  /// Runs whose training failed, those of all ranks.
  std::size_t num_failed() const noexcept { return num_failed_; }

  /// Writes and prints the tables. Throws TrainingError if runs failed, naming how many and the first.
  void finish();

 private:
  std::filesystem::path checkpoints_of(const QueuedRuns& item) const;
  RunControl control_of(const QueuedRuns& item);
  // How many of the models asked for are settled: recorded or failed.
  std::size_t work_on(const QueuedRuns& item, QueueProgress& progress);
  void keep(const QueuedRuns& item, const RunIdentity& identity, const RunOutcome& outcome,
            QueueProgress& progress);

  // After the runs of all ranks: what the first one has to know of the others. Collective.
  void share(const std::vector<QueuedRuns>& items, std::vector<std::size_t>& settled,
             std::size_t failed_before);

  // The three tables at once. The caller has the mutex, or is alone.
  std::string replace_tables();

  const BenchOptions& options_;
  apps::OutputFolder& folder_;
  const apps::StopSignal& stop_;
  std::mutex mutex_;  // of what follows, and of the terminal
  std::vector<RunRecord> records_;
  std::size_t num_failed_ = 0;
  std::string first_failure_;
  std::vector<std::string> undone_;
};

}  // namespace plstm::bench
