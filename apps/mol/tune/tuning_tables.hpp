#pragma once

#include <string>

#include <plstm/learn/tuning/tune.hpp>

namespace plstm::mol {

/// The mean over the folds that settings were judged on; NaN without one.
double mean_score(const TuneResult& result, std::size_t candidate);

/// The flags of plstm-mol train that give these settings: "--max-lr 0.001 --weight-decay ...".
std::string flags_of(const Candidate& candidate);

/// The settings that came farthest, the best first, for the terminal.
std::string tuning_text(const TuneResult& result);

/// All settings with the scores of their folds, as CSV.
std::string tuning_csv(const TuneResult& result);

}  // namespace plstm::mol
