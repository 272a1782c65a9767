#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <plstm/core/ranks/ranks.hpp>
#include <plstm/data/split.hpp>
#include <plstm/learn/cross_validation/tested_rows.hpp>
#include <plstm/learn/cross_validation/training_series.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/train/objectives/metrics.hpp>

#include "support/resume.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"
#include "tables.hpp"

namespace plstm::apps {

/// What a series of trainings knows when it is over.
struct FinishedSeries {
  const TrainingSeries& series;
  const TestedRows& tested;
  const RunManifest& manifest;  ///< with its date
};

/// A run of several trainings, as a program gives it.
struct SeriesRun {
  std::string program;  ///< in whose name the user is told of things
  const ResumeOptions& resume;
  bool quiet = false;
  Ranks ranks = {};
  CellOptions cells;
  TrainingSeries series;  ///< its parts get their scores
  std::vector<Split> splits;
  std::vector<Metric> metrics;
  std::string config;    ///< text of config.json
  std::string rows;      ///< digest of what was read
  TestedTables tables;   ///< how test_predictions.csv of a part is read
  RunManifest manifest;  ///< what it says of program, data and seed
  /// Trains a part in this folder as a run of its own that resumes, and says whether it was finished before. Collective.
  std::function<bool(std::size_t part, const std::filesystem::path& folder)> train;
  std::function<std::string(const FinishedSeries&)>
      report;  ///< the text of report.html; absent: there is none
};

/// Runs the trainings one after the other and makes them the run of the folder: a folder for each training (fold_1, or
/// replicate_1/fold_1); cross_validation.csv and cross_validation.json with the scores; cv_predictions.csv with what each
/// training said of its test rows; config.json, splits.json, report.html and manifest.json. All of it replaces the former
/// run in the end. What is finished before waits in a folder of its own (UnfinishedParts), so that --resume goes on after
/// it. Returns tables of the scores for the terminal; nothing if the folder holds this very run. Throws TrainingError
/// naming the training, Stopped, FileError, and RankIsDone on all ranks but the first.
std::optional<std::string> train_series(SeriesRun run, OutputFolder& folder, StopSignal& stop);

}  // namespace plstm::apps
