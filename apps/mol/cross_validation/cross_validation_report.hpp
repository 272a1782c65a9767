#pragma once

#include <string>
#include <vector>

#include <plstm/train/objectives/metrics.hpp>

#include "mol/train/training_run.hpp"
#include "support/results/series_training.hpp"

namespace plstm::mol {

/// What a run of several trainings knows when it is over.
struct FinishedParts {
  const TrainingInput& input;
  const std::vector<Metric>& metrics;
  const apps::FinishedSeries& done;
  const std::string& config;  ///< config.json
};

/// The report of all of them, for report.html: what each row was predicted to be by the training that tested it.
std::string cross_validation_report(const FinishedParts& run);

}  // namespace plstm::mol
