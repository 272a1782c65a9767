#pragma once

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

}  // namespace plstm::mol
