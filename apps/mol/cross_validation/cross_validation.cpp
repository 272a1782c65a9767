#include "cross_validation.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/data/split_file.hpp>
#include <plstm/learn/checkpoints.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/learn/run_queue.hpp>

#include "cross_validation_report.hpp"
#include "part_scores.hpp"
#include "support/rank_roles.hpp"
#include "support/terminal/progress.hpp"
#include "tested_rows.hpp"
#include "unfinished_parts.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

Division division_of(const TrainingInput& input) {
  const Protocol& protocol = input.data.protocol;
  std::int32_t folds = 1;
  for (const ProtocolRun& run : protocol.runs) folds = std::max(folds, run.fold + 1);
  return {protocol.name, folds, input.options.replicates, input.options.seed};
}

std::vector<Part> parts_of(const Protocol& protocol, const Division& division) {
  std::vector<Part> parts;
  for (const ProtocolRun& run : protocol.runs) {
    Part& part = parts.emplace_back();
    part.replicate = static_cast<std::int32_t>(run.seed - division.seed) + 1;
    part.fold = run.fold + 1;
    part.seed = run.seed;
    part.test_rows = std::ssize(protocol.splits[run.split].test);
    const std::string fold = fmt::format("fold {} of {}", part.fold, division.folds);
    const std::string replicate = fmt::format("replicate {} of {}", part.replicate, division.replicates);
    if (division.replicates > 1) part.folder = fmt::format("replicate_{}", part.replicate);
    if (division.folds > 1) {
      part.folder += fmt::format("{}fold_{}", part.folder.empty() ? "" : "/", part.fold);
    }
    part.text = division.replicates == 1 ? fold : division.folds == 1 ? replicate : replicate + ", " + fold;
  }
  return parts;
}

// One split a training.
std::vector<Split> splits_of(const Protocol& protocol) {
  std::vector<Split> splits;
  for (const ProtocolRun& run : protocol.runs) splits.push_back(protocol.splits[run.split]);
  return splits;
}

std::string digest_of(const std::vector<Split>& splits) {
  nlohmann::json json = nlohmann::json::array();
  for (const Split& split : splits) json.push_back({split.train, split.validation, split.test});
  return sha256_of(json.dump());
}

// The first score of the model on its test rows.
std::string score_text(const LearningData& data, const Part& part) {
  const Metric metric = shown_metrics(data.tasks).front();
  const NamedScores& model = part.scores.front();
  return fmt::format("{} {} on {} test rows", title(metric),
                     format_score(model.scores.at("").at(std::string(name(metric)))), part.test_rows);
}

// Makes part i the one that is trained, and returns its options.
RunOptions begin_part(TrainingInput& input, std::size_t i, const Part& part, const fs::path& folder) {
  RunOptions options = input.options;
  options.output_dir = folder;
  options.seed = part.seed;
  options.part = part.text;
  options.resume.resume = true;
  const Protocol& protocol = input.data.protocol;
  input.data.split = protocol.splits[protocol.runs[i].split];
  return options;
}

// What the other ranks do while the first one is in train_parts().
void help_with_parts(TrainingInput& input, const std::vector<Part>& parts, apps::StopSignal& stop) {
  input.options.ranks.barrier();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const RunOptions options =
        begin_part(input, i, parts[i], UnfinishedParts::folder_of(input.options.output_dir, parts[i].folder));
    try {
      apps::OutputFolder folder(options.output_dir, options.ranks);
      train_and_test(input, options, folder, stop);
    } catch (const apps::RankIsDone&) {  // with this part
    } catch (const apps::Stopped&) {
    }
    // A signal that comes now may reach some ranks and not others.
    if (!apps::first_says(options.ranks, false)) return;
  }
}

// Trains what is not finished yet.
void train_parts(TrainingInput& input, const UnfinishedParts& unfinished, std::vector<Part>& parts,
                 apps::StopSignal& stop) {
  input.options.ranks.barrier();
  std::optional<QueueProgress> progress;  // from the first training that is not finished yet
  std::size_t finished = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Part& part = parts[i];
    const RunOptions options = begin_part(input, i, part, unfinished.folder(part.folder));
    if (!options.quiet) fmt::print("{}\n", part.text);
    if (!progress) progress.emplace(parts.size() - i);
    bool was_finished = false;
    try {
      apps::OutputFolder folder(options.output_dir, options.ranks);
      was_finished = train_and_test(input, options, folder, stop).was_finished;
      apps::first_says(options.ranks, true);  // it goes on
    } catch (const apps::Stopped&) {
      apps::first_says(options.ranks, false);
      throw apps::Stopped(stop.signal(),
                          fmt::format("{} of {} trainings are finished; {} has what it had before", finished,
                                      parts.size(), input.options.output_dir.string()),
                          apps::Stopped::GoOn::kWithResume);
    } catch (const TrainingError& error) {
      throw TrainingError(fmt::format("{}: {}", part.text, error.what()));
    }
    ++finished;
    part.scores = read_test_scores(options.output_dir / "test_scores.json");
    std::string left;
    if (was_finished) {
      progress.reset();
    } else {
      const double seconds = progress->add_done().seconds_left;
      if (finished < parts.size()) left = fmt::format("; about {} left", apps::duration_text(seconds));
    }
    if (options.quiet) continue;
    fmt::print("{} {}: {}{}\n", part.text, was_finished ? "was finished before" : "is finished",
               score_text(input.data, part), left);
    std::fflush(stdout);
  }
}

RunManifest manifest_of(const TrainingInput& input, const Division& division, const std::vector<Part>& parts,
                        const UnfinishedParts& unfinished) {
  RunManifest manifest;
  manifest.date = run_date();
  manifest.version = std::string("plstm-mol ") + PLSTM_VERSION;
  manifest.data_path = input.options.input.path.string();
  manifest.data_sha256 = input.data.sha256;
  manifest.rows = input.data.data.num_rows();
  manifest.seed = input.options.seed;
  manifest.scores = means_json(parts);
  manifest.division =
      fmt::format("{}, {}", division.folds == 1 ? "replicates" : "cross-validation", division.name);
  for (const Part& part : parts) {
    const std::optional<RunManifest> inner = read_run_manifest(unfinished.folder(part.folder));
    manifest.members += inner ? inner->members : 0;
    manifest.planned_members += inner ? inner->planned_members : 0;
    manifest.parts.push_back({part.folder, {}});
  }
  return manifest;
}

}  // namespace

RunResult cross_validate(TrainingInput& input, apps::OutputFolder& folder, apps::StopSignal& stop) {
  const RunOptions& options = input.options;
  const Division division = division_of(input);
  std::vector<Part> parts = parts_of(input.data.protocol, division);
  const std::vector<Split> splits = splits_of(input.data.protocol);
  const std::string config = config_of(input, options);
  TrainingFingerprint settings = apps::settings_of_json(config);
  settings["splits"] = digest_of(splits);
  settings["rows"] = input.data.rows_sha256;
  const std::string identity = apps::identity_of(settings);
  const Ranks& ranks = options.ranks;
  const bool finished =
      ranks.is_first() && options.resume.resume && holds_finished_run(options.output_dir, identity);
  if (apps::first_says(ranks, finished)) {
    apps::leave_to_first(ranks);
    UnfinishedParts::remove(options.output_dir);  // of a run that was killed at its very end
    return {true, {}, {}, {}};
  }
  if (!ranks.is_first()) {
    help_with_parts(input, parts, stop);
    apps::leave_to_first(ranks);
  }
  std::vector<std::string> folders;
  for (const Part& part : parts) folders.push_back(part.folder);
  FolderTransaction& files = folder.files();
  check_parts_can_be_written(options.output_dir, folders);
  const UnfinishedParts unfinished(options.output_dir, options.resume.resume, settings);
  if (!unfinished.note().empty()) say_notes({&unfinished.note(), 1});
  if (!options.quiet) fmt::print("{} trainings: {}\n", parts.size(), printable(division.name));
  train_parts(input, unfinished, parts, stop);

  const fs::path& staging = files.staging();
  const std::vector<Metric> metrics = shown_metrics(input.data.tasks);
  for (const Part& part : parts) unfinished.copy(part.folder, staging);
  apps::write_text(staging / "config.json", config);
  write_splits(staging / "splits.json", splits);
  write_part_scores(staging / "cross_validation.csv", parts, metrics);
  apps::write_text(staging / "cross_validation.json", mean_scores_json(division, parts));
  const TestedRows tested = read_tested_rows(staging, parts);
  const std::string note = write_tested_rows(staging / "cv_predictions.csv", tested, parts, options.cells);
  if (!note.empty()) say_notes({&note, 1});
  RunManifest manifest = manifest_of(input, division, parts, unfinished);
  manifest.identity = identity;
  if (options.report) {
    apps::write_text(staging / "report.html",
                     cross_validation_report({input, division, parts, metrics, tested, manifest, config}));
  }
  commit_run(files, std::move(manifest));
  UnfinishedParts::remove(options.output_dir);
  remove_checkpoints(options.output_dir / "checkpoint");  // of a single training before
  return {false, metrics, {}, mean_scores_text(division, parts, metrics)};
}

}  // namespace plstm::mol
