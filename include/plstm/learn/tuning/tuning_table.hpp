#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <plstm/learn/tuning/tune.hpp>

namespace plstm {

/// The mean over the folds that settings were judged on; NaN without one.
double mean_score(const TuneResult& result, std::size_t candidate);

/// [candidates] The best first; then those that were judged on most folds, and of these the best.
std::vector<std::size_t> ranking(const TuneResult& result);

/// "recommended" of the first settings, and the numbers of the others.
std::string settings_name(std::size_t candidate);

/// tuning.csv: all settings in the order of ranking() with the scores of their folds.
std::string tuning_csv(const TuneResult& result);

}  // namespace plstm
