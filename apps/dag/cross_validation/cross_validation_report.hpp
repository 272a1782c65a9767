#pragma once

#include <string>
#include <vector>

#include <plstm/train/objectives/metrics.hpp>

#include "dag/train/run_options.hpp"
#include "dag/train/training_data.hpp"
#include "support/results/series_training.hpp"

namespace plstm::dag {

/// What a run of several trainings knows when it is over.
struct FinishedParts {
  const RunOptions& options;
  const LearningData& data;
  const std::vector<Metric>& metrics;
  const apps::FinishedSeries& done;
  const std::string& config;  ///< config.json
};

/// The report of all of them, for report.html: what each graph, node or edge was predicted to be by the training that
/// tested it.
std::string cross_validation_report(const FinishedParts& run);

}  // namespace plstm::dag
