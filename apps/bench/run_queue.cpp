#include "run_queue.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/atomic_file.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/csv.hpp>
#include <plstm/data/number.hpp>

#include "tables.hpp"

namespace plstm::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

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
void write_predictions(const std::filesystem::path& path, const BenchData& data, const Split& split,
                       const Matrix<float>& predictions) {
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

}  // namespace

RunQueue::RunQueue(const BenchOptions& options, std::vector<RunRecord> records)
    : options_(options), records_(std::move(records)) {
  if (options.jobs < 0) throw ConfigError(fmt::format("--jobs is {}, expected 0 or more", options.jobs));
}

void RunQueue::work_off(const std::vector<QueuedRuns>& items) {
  num_done_ = 0;
  num_runs_ = 0;
  for (const QueuedRuns& item : items) num_runs_ += item.asked.size();
  start_ = Clock::now();
  std::atomic<std::size_t> next{0};
  const auto jobs = static_cast<std::size_t>(options_.jobs == 0 ? num_threads() : options_.jobs);
  parallel_for(std::min(jobs, items.size()), 1, [&](std::size_t) {
    for (std::size_t i = next++; i < items.size(); i = next++) work_on(items[i]);
  });
}

void RunQueue::work_on(const QueuedRuns& item) {
  const auto on_epoch = [&](const EpochReport& report) {
    if (!options_.verbose) return;
    const std::lock_guard lock(mutex_);
    fmt::print("{}: epoch {}, training loss {:.4f}, validation {} {:.4f}{}\n",
               title(item.asked.front().identity), report.epoch, report.train_loss,
               name(item.settings.training.metric), report.validation_metric, report.best ? " *" : "");
    std::fflush(stdout);
  };
  SplitRun run(*item.data, item.settings, *item.split, item.asked.front().identity.seed, on_epoch);
  for (const AskedModel& asked : item.asked) {
    try {
      keep(item, asked.identity, run.outcome_of(*asked.model));
    } catch (const TrainingError& error) {
      const std::lock_guard lock(mutex_);
      ++num_done_;
      if (num_failed_++ == 0) first_failure_ = fmt::format("{}: {}", title(asked.identity), error.what());
      fmt::print("{} failed: {}\n", title(asked.identity), error.what());
      std::fflush(stdout);
    }
  }
}

void RunQueue::keep(const QueuedRuns& item, const RunIdentity& identity, const RunOutcome& outcome) {
  RunRecord record;
  record.identity = identity;
  record.scores = outcome.scores;
  record.best_epoch = outcome.predictions.best_epoch;
  record.seconds = outcome.predictions.seconds;
  record.parameters = outcome.predictions.parameters;
  record.train_rows = std::ssize(item.split->train);
  record.validation_rows = std::ssize(item.split->validation);
  record.test_rows = std::ssize(item.split->test);
  if (options_.save_predictions) {
    write_predictions(options_.output_dir / "runs" / (identity.name() + "_test.csv"), *item.data, *item.split,
                      outcome.predictions.test);
  }
  write_record(options_.output_dir, record);
  const std::lock_guard lock(mutex_);
  ++num_done_;
  say(record);
  records_.push_back(std::move(record));
  write_tables(options_.output_dir, records_);
}

void RunQueue::say(const RunRecord& record) {
  const MetricScore& score = record.scores.front();
  const double left =
      seconds_since(start_) / static_cast<double>(num_done_) * static_cast<double>(num_runs_ - num_done_);
  fmt::print("{}: {} {} (validation {}{}), {}  [{}/{}, {} left]\n", title(record.identity), score.metric,
             score_text(score.test), score_text(score.validation),
             record.best_epoch > 0 ? fmt::format(", epoch {}", record.best_epoch) : "",
             duration(record.seconds), num_done_, num_runs_, duration(left));
  std::fflush(stdout);
}

void RunQueue::finish() {
  const std::string table = write_tables(options_.output_dir, records_);
  fmt::print("\n{}\nwritten to {}\n", table, options_.output_dir.string());
  if (num_failed_ > 0) {
    throw TrainingError(fmt::format("{} runs failed; the first was {}", num_failed_, first_failure_));
  }
}

}  // namespace plstm::bench
