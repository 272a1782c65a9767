#pragma once

#include <span>
#include <string>

#include <plstm/learn/cross_validation/training_series.hpp>
#include <plstm/train/objectives/metrics.hpp>

namespace plstm::apps {

/// Tables for the terminal: the mean of each metric and its standard deviation over the trainings of a series that is
/// done.
std::string mean_scores_text(const TrainingSeries& series, std::span<const Metric> metrics);

}  // namespace plstm::apps
