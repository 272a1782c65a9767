#pragma once

#include <span>
#include <string>
#include <vector>

#include <plstm/learn/predictor.hpp>
#include <plstm/learn/recipe.hpp>
#include <plstm/learn/report/report_data.hpp>
#include <plstm/learn/run_folder.hpp>

#include "mol/train/baselines.hpp"
#include "mol/train/run_options.hpp"
#include "mol/train/training_data.hpp"

namespace plstm::mol {

/// What a run knows when it is over.
struct FinishedRun {
  const RunOptions& options;
  const LearningData& data;
  const Settings& settings;
  const Predictor& predictor;
  std::span<const NamedPredictions> baselines;
  std::span<const std::vector<EpochReport>> histories;
  const RunManifest& manifest;  ///< with its date
  const std::string& config;    ///< config.json
};

/// The settings in the text of config.json, in words, but for those that a report says at its beginning.
std::vector<ReportFact> report_settings(const std::string& config);

/// The report of a run, for report.html.
std::string run_report(const FinishedRun& run);

}  // namespace plstm::mol
