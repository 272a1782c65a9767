#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/learn/predictor.hpp>
#include <plstm/learn/recipe.hpp>
#include <plstm/learn/report/report_data.hpp>
#include <plstm/learn/run_folder.hpp>

#include "dag/train/baselines.hpp"
#include "dag/train/run_options.hpp"
#include "dag/train/training_data.hpp"

namespace plstm::dag {

/// What a run knows when it is over.
struct FinishedRun {
  const RunOptions& options;
  const LearningData& data;
  const Settings& settings;
  const Predictor& predictor;
  std::span<const std::int32_t> things;  ///< that were tested, numbered through all graphs
  const Predictions& predictions;        ///< of these, with expected errors
  std::span<const NamedPredictions> baselines;
  std::span<const std::vector<EpochReport>> histories;
  const RunManifest& manifest;  ///< with its date
  const std::string& config;    ///< config.json
};

/// The settings in the text of config.json, in words, but for those that a report says at its beginning.
std::vector<ReportFact> report_settings(const std::string& config);

/// What was read: files, digest, numbers of graphs, nodes and edges.
std::vector<ReportFact> data_facts(const LearningData& data, const RunManifest& manifest);

/// The report of a run, for report.html.
std::string run_report(const FinishedRun& run);

}  // namespace plstm::dag
