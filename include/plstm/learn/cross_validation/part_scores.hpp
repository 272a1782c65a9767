#pragma once

#include <filesystem>
#include <span>
#include <string>

#include <plstm/learn/cross_validation/training_series.hpp>
#include <plstm/train/objectives/metrics.hpp>

namespace plstm {

// Scores of the trainings of a series that is done: all of its parts have those of the same predictors and targets.

/// cross_validation.csv: a line for each training, predictor and target, and one for the mean of the targets ("all") if
/// there are several. Scores that are not defined are empty. Throws FileError.
void write_part_scores(const std::filesystem::path& path, const TrainingSeries& series,
                       std::span<const Metric> metrics);

/// cross_validation.json: means and standard deviations over the trainings.
std::string mean_scores_json(const TrainingSeries& series);

/// The means alone, as to_json() of scores writes those of one training.
std::string means_json(const TrainingSeries& series);

/// "0.7123 ± 0.0321 (4 of 5)": mean and standard deviation of one score, and in how many of the trainings it is defined
/// unless it is in all. `target` is empty for all targets.
std::string mean_score_text(const TrainingSeries& series, const std::string& predictor,
                            const std::string& target, Metric metric);

/// The same for the model over all targets.
std::string mean_score_text(const TrainingSeries& series, Metric metric);

}  // namespace plstm
