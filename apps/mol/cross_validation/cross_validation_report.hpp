#pragma once

#include <string>
#include <vector>

#include <plstm/learn/run_folder.hpp>

#include "mol/train/training_run.hpp"
#include "part_scores.hpp"
#include "tested_rows.hpp"

namespace plstm::mol {

/// What a run of several trainings knows when it is over.
struct FinishedParts {
  const TrainingInput& input;
  const Division& division;
  const std::vector<Part>& parts;
  const std::vector<Metric>& metrics;
  const TestedRows& tested;
  const RunManifest& manifest;  ///< with its date
  const std::string& config;    ///< config.json
};

/// The report of all of them, for report.html: what each row was predicted to be by the training that tested it.
std::string cross_validation_report(const FinishedParts& run);

}  // namespace plstm::mol
