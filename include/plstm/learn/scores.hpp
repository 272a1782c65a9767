#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/objectives/metrics.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// Values of metrics by their names, for each target and, under the key "", as means over the targets; absent where a
/// value is undefined. A metric is that of the tasks it is for.
using Scores = std::map<std::string, std::map<std::string, std::optional<double>>>;

/// Those of a model, or of what it is compared with.
struct NamedScores {
  std::string name;
  Scores scores;

  bool operator==(const NamedScores&) const = default;
};

/// The metrics that tasks of these types are shown with, those of the first type first.
std::vector<Metric> shown_metrics(std::span<const Task> tasks);

/// The shown metrics of finished predictions [rows, columns]; `targets` and `present` are [rows, tasks]. A single target
/// has no entry of its own beside the mean.
Scores score_predictions(std::span<const Task> tasks, std::span<const std::string> target_names,
                         const Matrix<double>& predictions, const Matrix<double>& targets,
                         const Matrix<std::uint8_t>& present);

/// As rows of a table: the scores over all targets, under the name `all`, and then those of each target, if there are
/// several.
std::vector<NamedScores> scores_of_targets(const std::string& all, const Scores& scores);

/// JSON text without a line end: an object by name, target ("all" for all of them) and metric, null where undefined.
/// test_scores.json of a run is this text.
std::string to_json(std::span<const NamedScores> rows);

/// Inverse of to_json(), of a file. Throws FileError naming it.
std::vector<NamedScores> read_scores(const std::filesystem::path& path);

}  // namespace plstm
