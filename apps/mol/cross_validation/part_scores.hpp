#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <plstm/train/objectives/metrics.hpp>

#include "mol/report.hpp"

namespace plstm::mol {

/// One training of several, and how it did.
struct Part {
  std::string folder;  ///< "fold_1", or "replicate_1/fold_1"
  std::string text;    ///< "fold 1 of 5"
  std::int32_t replicate = 1, fold = 1;
  std::uint64_t seed = 0;
  std::int64_t test_rows = 0;
  std::vector<NamedScores> scores;  ///< of the test rows: the model first, then the baselines
};

/// Reads test_scores.json. Throws FileError.
std::vector<NamedScores> read_test_scores(const std::filesystem::path& path);

/// How the trainings came about.
struct Division {
  std::string name;  ///< "random 5-fold"
  std::int32_t folds = 1, replicates = 1;
  std::uint64_t seed = 0;
};

/// cross_validation.csv: a line for each training, predictor and target, and one for the mean of the targets ("all") if
/// there are several. Scores that are not defined are empty.
void write_part_scores(const std::filesystem::path& path, const std::vector<Part>& parts,
                       const std::vector<Metric>& metrics);

/// cross_validation.json: means and standard deviations over the trainings.
std::string mean_scores_json(const Division& division, const std::vector<Part>& parts);

/// The means alone, in the form of test_scores.json.
std::string means_json(const std::vector<Part>& parts);

/// "0.7123 ± 0.0321": the score of the model over all targets, its mean and standard deviation.
std::string mean_score_text(const std::vector<Part>& parts, Metric metric);

/// Tables for the terminal: the mean of each metric and its standard deviation over the trainings.
std::string mean_scores_text(const Division& division, const std::vector<Part>& parts,
                             const std::vector<Metric>& metrics);

}  // namespace plstm::mol
