#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/loop/trainer.hpp>
#include <plstm/train/objectives/metrics.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm::apps {

/// Values of all reported metrics: over all tasks (key "") and per task if there are several; absent where
/// undefined. A metric is that of the tasks it is for.
using Scores = std::map<std::string, std::map<std::string, std::optional<double>>>;
Scores score(const std::vector<Task>& tasks, const std::vector<std::string>& target_names,
             const Matrix<double>& predictions, const Matrix<double>& targets,
             const Matrix<std::uint8_t>& present);

/// "0.7123" or "undefined".
std::string format_score(const std::optional<double>& value);

/// What the losses of a training are and in which units: "squared error, in squared standard deviations of the target".
std::string loss_text(const Objective& objective);

/// The text of a line for the terminal: losses, validation metric, samples a second (`unit` is what they are called, as
/// "molecules"), time left.
std::string format_epoch(const EpochReport& report, std::int64_t epochs, Metric metric,
                         const std::string& unit);

/// A row per name, a column per metric; several tables one below the other where one would be too wide. A cell is empty
/// where the metric is for other targets.
struct NamedScores {
  std::string name;
  Scores scores;
};
std::string format_table(std::span<const Metric> metrics, const std::vector<NamedScores>& rows);

/// The scores that tasks of these types have, those of the first type first.
std::vector<Metric> shown_metrics(std::span<const Task> tasks);

/// The scores over all targets, under the name `all`, and then those of each target, if there are several.
std::vector<NamedScores> scores_of_targets(const std::string& all, const Scores& scores);

}  // namespace plstm::apps
