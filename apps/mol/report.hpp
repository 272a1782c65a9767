#pragma once

#include "support/results/scores.hpp"

namespace plstm::mol {

using apps::format_score;
using apps::format_table;
using apps::loss_text;

}  // namespace plstm::mol
