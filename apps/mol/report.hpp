#pragma once

#include <cstdint>
#include <string>

#include "support/results/scores.hpp"

namespace plstm::mol {

using apps::format_score;
using apps::format_table;
using apps::loss_text;
using apps::NamedScores;
using apps::score;
using apps::Scores;
using apps::scores_of_targets;
using apps::shown_metrics;

/// The text of a line for the terminal, for molecules.
inline std::string format_epoch(const EpochReport& report, std::int64_t epochs, Metric metric) {
  return apps::format_epoch(report, epochs, metric, "molecules");
}

}  // namespace plstm::mol
