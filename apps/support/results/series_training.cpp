#include "series_training.hpp"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/data/split_file.hpp>
#include <plstm/learn/checkpoints.hpp>
#include <plstm/learn/cross_validation/part_scores.hpp>
#include <plstm/learn/cross_validation/unfinished_parts.hpp>
#include <plstm/learn/run_queue.hpp>

#include "ensemble_training.hpp"
#include "scores.hpp"
#include "series_tables.hpp"
#include "support/rank_roles.hpp"
#include "support/terminal/progress.hpp"

namespace plstm::apps {
namespace {

namespace fs = std::filesystem;

// The first score of the model on its test rows.
std::string part_score_text(const SeriesRun& run, const SeriesPart& part) {
  const Metric metric = run.metrics.front();
  const NamedScores& model = part.scores.front();
  return fmt::format("{} {} on {} test rows", title(metric),
                     format_score(model.scores.at("").at(std::string(name(metric)))), part.test_rows);
}

// What the other ranks do while the first one is in train_parts().
void help_with_parts(const SeriesRun& run, const fs::path& folder) {
  run.ranks.barrier();
  for (std::size_t i = 0; i < run.series.parts.size(); ++i) {
    try {
      run.train(i, UnfinishedParts::folder_of(folder, run.series.parts[i].folder));
    } catch (const RankIsDone&) {  // with this part
    } catch (const Stopped&) {
    }
    // A signal that comes now may reach some ranks and not others.
    if (!first_says(run.ranks, false)) return;
  }
}

// Trains what is not finished yet.
void train_parts(SeriesRun& run, const fs::path& folder, const UnfinishedParts& unfinished,
                 StopSignal& stop) {
  run.ranks.barrier();
  std::vector<SeriesPart>& parts = run.series.parts;
  std::optional<QueueProgress> progress;  // from the first training that is not finished yet
  std::size_t finished = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    SeriesPart& part = parts[i];
    if (!run.quiet) fmt::print("{}\n", part.text);
    if (!progress) progress.emplace(parts.size() - i);
    bool was_finished = false;
    try {
      was_finished = run.train(i, unfinished.folder(part.folder));
      first_says(run.ranks, true);  // it goes on
    } catch (const Stopped&) {
      first_says(run.ranks, false);
      throw Stopped(stop.signal(),
                    fmt::format("{} of {} trainings are finished; {} has what it had before", finished,
                                parts.size(), folder.string()),
                    Stopped::GoOn::kWithResume);
    } catch (const TrainingError& error) {
      throw TrainingError(fmt::format("{}: {}", part.text, error.what()));
    }
    ++finished;
    part.scores = read_scores(unfinished.folder(part.folder) / "test_scores.json");
    std::string left;
    if (was_finished) {
      progress.reset();
    } else {
      const double seconds = progress->add_done().seconds_left;
      if (finished < parts.size()) left = fmt::format("; about {} left", duration_text(seconds));
    }
    if (run.quiet) continue;
    fmt::print("{} {}: {}{}\n", part.text, was_finished ? "was finished before" : "is finished",
               part_score_text(run, part), left);
    std::fflush(stdout);
  }
}

void complete_manifest(const TrainingSeries& series, const UnfinishedParts& unfinished,
                       RunManifest& manifest) {
  manifest.date = run_date();
  manifest.scores = means_json(series);
  manifest.division =
      fmt::format("{}, {}", series.folds == 1 ? "replicates" : "cross-validation", series.division);
  for (const SeriesPart& part : series.parts) {
    const std::optional<RunManifest> inner = read_run_manifest(unfinished.folder(part.folder));
    manifest.members += inner ? inner->members : 0;
    manifest.planned_members += inner ? inner->planned_members : 0;
    manifest.parts.push_back({part.folder, {}});
  }
}

// Makes the finished trainings the run of the folder.
void write_series(SeriesRun& run, const UnfinishedParts& unfinished, FolderTransaction& files) {
  const fs::path& staging = files.staging();
  const TrainingSeries& series = run.series;
  for (const SeriesPart& part : series.parts) unfinished.copy(part.folder, staging);
  write_text(staging / "config.json", run.config);
  write_splits(staging / "splits.json", run.splits);
  write_part_scores(staging / "cross_validation.csv", series, run.metrics);
  write_text(staging / "cross_validation.json", mean_scores_json(series));
  const TestedRows tested = read_tested_rows(staging, series, run.tables);
  TableWriter table(staging / "cv_predictions.csv", run.cells);
  table.write(columns_of(tested));
  for (const TestedRows::Row& row : tested.rows) table.write(fields_of(row, series));
  table.commit();
  const std::string note = table.note();
  if (!note.empty()) say_notes(run.program, {&note, 1});
  complete_manifest(series, unfinished, run.manifest);
  if (run.report) write_text(staging / "report.html", run.report({series, tested, run.manifest}));
  commit_run(files, run.manifest);
}

}  // namespace

std::optional<std::string> train_series(SeriesRun run, OutputFolder& folder, StopSignal& stop) {
  const fs::path& path = folder.path();
  TrainingFingerprint settings = settings_of_json(run.config);
  settings["splits"] = digest_of(run.splits);
  settings["rows"] = run.rows;
  run.manifest.identity = identity_of(settings);
  const bool finished =
      run.ranks.is_first() && run.resume.resume && holds_finished_run(path, run.manifest.identity);
  if (first_says(run.ranks, finished)) {
    leave_to_first(run.ranks);
    UnfinishedParts::remove(path);  // of a run that was killed at its very end
    return {};
  }
  if (!run.ranks.is_first()) {
    help_with_parts(run, path);
    leave_to_first(run.ranks);
  }
  std::vector<std::string> folders;
  for (const SeriesPart& part : run.series.parts) folders.push_back(part.folder);
  FolderTransaction& files = folder.files();
  check_parts_can_be_written(path, folders);
  const UnfinishedParts unfinished(path, run.resume.resume, settings);
  if (!unfinished.note().empty()) say_notes(run.program, {&unfinished.note(), 1});
  if (!run.quiet) fmt::print("{} trainings: {}\n", run.series.parts.size(), printable(run.series.division));
  train_parts(run, path, unfinished, stop);
  write_series(run, unfinished, files);
  UnfinishedParts::remove(path);
  plstm::remove_checkpoints(path / "checkpoint");  // of a single training before
  return mean_scores_text(run.series, run.metrics);
}

}  // namespace plstm::apps
