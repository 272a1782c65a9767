#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <plstm/learn/scores.hpp>
#include <plstm/train/loop/trainer.hpp>
#include <plstm/train/objectives/metrics.hpp>

namespace plstm::apps {

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
std::string format_table(std::span<const Metric> metrics, const std::vector<NamedScores>& rows);

}  // namespace plstm::apps
