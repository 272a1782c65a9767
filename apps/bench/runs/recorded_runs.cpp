#include "recorded_runs.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/stopped_error.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/number.hpp>

#include "tables.hpp"

namespace plstm::bench {
namespace {

namespace fs = std::filesystem;

std::string duration(double seconds) {
  const auto total = static_cast<long>(std::lround(seconds));
  if (total < 60) return fmt::format("{}s", total);
  if (total < 3600) return fmt::format("{}m{:02}s", total / 60, total % 60);
  return fmt::format("{}h{:02}m", total / 3600, total / 60 % 60);
}

std::string score_text(const std::optional<double>& value) {
  return value.has_value() ? fmt::format("{:.4f}", *value) : "-";
}

std::string title(const RunIdentity& id) {
  return fmt::format("{} {} fold {} seed {}", id.dataset, id.model, id.fold, id.seed);
}

// A line per test row: row (from 0), true labels, predictions.
void write_predictions(const fs::path& path, const BenchData& data, const Split& split,
                       std::span<const float> values) {
  const Index outputs = data.labels().outputs();
  const ConstMatrixMap<float> predictions(values.data(), std::ssize(split.test), outputs);
  AtomicFile file(path);
  std::vector<std::string> fields{"row"};
  for (const std::string& target : data.target_names) fields.push_back(target + "_true");
  for (Index c = 0; c < predictions.cols(); ++c) {
    fields.push_back(data.task == TaskType::kMulticlass ? fmt::format("class_{}", c)
                                                        : data.target_names[static_cast<std::size_t>(c)]);
  }
  write_csv_row(file.stream(), fields);
  for (std::size_t i = 0; i < split.test.size(); ++i) {
    const std::int32_t row = split.test[i];
    fields = {fmt::to_string(row)};
    for (Index task = 0; task < data.targets.cols(); ++task) {
      fields.push_back(data.present(row, task) != 0 ? format_number(data.targets(row, task)) : "");
    }
    for (Index c = 0; c < predictions.cols(); ++c) {
      fields.push_back(format_number(predictions(static_cast<Index>(i), c)));
    }
    write_csv_row(file.stream(), fields);
  }
  file.commit();
}

void say(const RunRecord& record, const QueueProgress::State& state) {
  const MetricScore& score = record.scores.front();
  fmt::print("{}: {} {} (validation {}{}), {}  [{}/{}, {} left]\n", title(record.identity), score.metric,
             score_text(score.test), score_text(score.validation),
             record.best_epoch > 0 ? fmt::format(", epoch {}", record.best_epoch) : "",
             duration(record.seconds), state.done, state.total, duration(state.seconds_left));
  std::fflush(stdout);
}

}  // namespace

RecordedRuns::RecordedRuns(const BenchOptions& options, apps::OutputFolder& folder,
                           const apps::StopSignal& stop, std::vector<RunRecord> records)
    : options_(options), folder_(folder), stop_(stop), records_(std::move(records)) {
  if (options.jobs < 0) throw ConfigError(fmt::format("--jobs is {}, expected 0 or more", options.jobs));
}

void RecordedRuns::work_off(const std::vector<QueuedRuns>& items) {
  std::size_t num_runs = 0;
  for (const QueuedRuns& item : items) num_runs += item.asked.size();
  const Ranks& ranks = options_.ranks;
  folder_.make();  // and locked from here on
  std::vector<std::size_t> own;
  for (auto i = static_cast<std::size_t>(ranks.rank()); i < items.size();
       i += static_cast<std::size_t>(ranks.size())) {
    own.push_back(i);
  }
  const std::size_t failed_before = num_failed_;
  QueueProgress progress(num_runs);
  std::vector<std::size_t> settled(items.size(), 0);
  plstm::work_off(own.size(), options_.jobs,
                  [&](std::size_t k) { settled[own[k]] = work_on(items[own[k]], progress); });
  if (ranks.size() > 1) share(items, settled, failed_before);
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (std::size_t k = settled[i]; k < items[i].asked.size(); ++k) {
      undone_.push_back(title(items[i].asked[k].identity));
    }
  }
}

void RecordedRuns::share(const std::vector<QueuedRuns>& items, std::vector<std::size_t>& settled,
                         std::size_t failed_before) {
  const Ranks& ranks = options_.ranks;
  const std::vector<std::uint64_t> failed = ranks.gather(num_failed_ - failed_before);
  num_failed_ = failed_before;
  for (int rank = 0; rank < ranks.size(); ++rank) {
    std::vector<std::size_t> theirs = settled;
    ranks.broadcast(theirs, rank);
    for (auto i = static_cast<std::size_t>(rank); i < items.size();
         i += static_cast<std::size_t>(ranks.size())) {
      settled[i] = theirs[i];
    }
    std::string failure = first_failure_;
    ranks.broadcast(failure, rank);
    if (num_failed_ == 0) first_failure_ = failure;
    num_failed_ += failed[static_cast<std::size_t>(rank)];
  }
  if (!ranks.is_first()) return;
  std::set<std::string> known;
  for (const RunRecord& record : records_) known.insert(record.identity.name());
  for (RunRecord& record : read_run_records(options_.output_dir).records) {
    if (known.insert(record.identity.name()).second) records_.push_back(std::move(record));
  }
}

void RecordedRuns::forget(const QueuedRuns& item) const {
  std::error_code ignored;  // what is left hinders nobody
  fs::remove_all(checkpoints_of(item), ignored);
}

fs::path RecordedRuns::checkpoints_of(const QueuedRuns& item) const {
  return options_.output_dir / "checkpoints" / item.network;
}

RunControl RecordedRuns::control_of(const QueuedRuns& item) {
  RunControl control;
  control.stop = [this] { return stop_.requested(); };
  control.checkpoints = checkpoints_of(item);
  control.checkpoint_seconds = options_.resume.seconds;
  control.on_epoch = [this, &item](bool with_companion, const EpochReport& report) {
    if (!options_.verbose) return;
    // The first model that has this network.
    const auto asked = std::ranges::find_if(item.asked, [&](const AskedModel& each) {
      return has_network(*each.model) && has_companion(*each.model) == with_companion;
    });
    const std::lock_guard lock(mutex_);
    fmt::print("{}: epoch {}, training loss {:.4f}, validation {} {:.4f}{}\n", title(asked->identity),
               report.epoch, report.train_loss, name(item.settings.training.metric), report.validation_metric,
               report.best ? " *" : "");
    std::fflush(stdout);
  };
  control.on_bad_checkpoint = [this](const std::string& reason) {
    const std::lock_guard lock(mutex_);
    fmt::print("{}; the network is trained from the beginning\n", reason);
    std::fflush(stdout);
  };
  return control;
}

std::size_t RecordedRuns::work_on(const QueuedRuns& item, QueueProgress& progress) {
  SplitRun run(*item.data, item.settings, *item.split, item.asked.front().identity.seed, control_of(item));
  std::size_t settled = 0;
  for (const AskedModel& asked : item.asked) {
    if (stop_.requested()) return settled;
    try {
      keep(item, asked.identity, run.outcome_of(*asked.model), progress);
    } catch (const StoppedError&) {
      return settled;
    } catch (const TrainingError& error) {
      const std::lock_guard lock(mutex_);
      progress.add_done();
      if (num_failed_++ == 0) first_failure_ = fmt::format("{}: {}", title(asked.identity), error.what());
      fmt::print("{} failed: {}\n", title(asked.identity), error.what());
      std::fflush(stdout);
    }
    ++settled;
  }
  forget(item);
  return settled;
}

void RecordedRuns::keep(const QueuedRuns& item, const RunIdentity& identity, const RunOutcome& outcome,
                        QueueProgress& progress) {
  RunRecord record;
  record.identity = identity;
  record.scores = outcome.scores;
  record.best_epoch = outcome.predictions.best_epoch;
  record.seconds = outcome.predictions.seconds;
  record.parameters = outcome.predictions.parameters;
  record.train_rows = std::ssize(item.split->train);
  record.validation_rows = std::ssize(item.split->validation);
  record.test_rows = std::ssize(item.split->test);
  apps::make_folder(options_.output_dir / "runs");
  if (options_.save_predictions) {
    write_predictions(options_.output_dir / "runs" / (identity.name() + "_test.csv"), *item.data, *item.split,
                      outcome.predictions.test);
  }
  write_run_record(options_.output_dir, record);
  const std::lock_guard lock(mutex_);
  say(record, progress.add_done());
  records_.push_back(std::move(record));
  if (options_.ranks.is_first()) replace_tables();
}

std::string RecordedRuns::replace_tables() {
  FolderTransaction& files = folder_.files();
  std::string table = write_tables(files.staging(), records_);
  files.commit();
  files.restart();
  return table;
}

void RecordedRuns::finish() {
  std::error_code others_are_in_it;  // checkpoints of runs that were not asked for this time
  fs::remove(options_.output_dir / "checkpoints", others_are_in_it);
  const std::string table = replace_tables();
  fmt::print("\n{}\nwritten to {}\n", table, options_.output_dir.string());
  if (num_failed_ > 0) {
    throw TrainingError(fmt::format("{} runs failed; the first was {}", num_failed_, first_failure_));
  }
}

}  // namespace plstm::bench
