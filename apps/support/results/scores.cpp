#include "scores.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/files/printable.hpp>

namespace plstm::apps {
namespace {

std::string format_duration(double seconds) {
  const auto total = static_cast<long>(std::lround(seconds));
  if (total < 60) return fmt::format("{}s", total);
  if (total < 3600) return fmt::format("{}m{:02}s", total / 60, total % 60);
  return fmt::format("{}h{:02}m", total / 3600, total / 60 % 60);
}

constexpr std::size_t kWidest = 125;  // characters of a line of a table

// With the blanks before it.
std::size_t column_width(Metric metric) {
  constexpr std::size_t kNarrowest = 9;  // "undefined"
  return 2 + std::max(kNarrowest, title(metric).size());
}

// A table of some of the metrics, of the rows that have one of them.
std::string format_block(std::span<const Metric> metrics, const std::vector<NamedScores>& rows,
                         std::size_t width) {
  std::string text = fmt::format("{:<{}}", "", width);
  for (const Metric metric : metrics) text += fmt::format("{:>{}}", title(metric), column_width(metric));
  text += '\n';
  for (const NamedScores& row : rows) {
    const auto& scores = row.scores.at("");
    const auto has = [&](Metric metric) { return scores.contains(std::string(name(metric))); };
    if (std::ranges::none_of(metrics, has)) continue;
    text += fmt::format("{:<{}}", printable(row.name), width);
    for (const Metric metric : metrics) {
      const std::string cell = has(metric) ? format_score(scores.at(std::string(name(metric)))) : "";
      text += fmt::format("{:>{}}", cell, column_width(metric));
    }
    text += '\n';
  }
  return text;
}

// Regression is learnt in standardised values.
std::string unit_text(LossKind kind) {
  switch (kind) {
    case LossKind::kSquaredError:
      return "squared error, in squared standard deviations of the target";
    case LossKind::kAbsoluteError:
      return "absolute error, in standard deviations of the target";
    case LossKind::kHuber:
      return "Huber's loss, in squared standard deviations of the target";
    case LossKind::kQuantile:
      return "quantile loss, in standard deviations of the target";
    case LossKind::kBinaryCrossEntropy:
    case LossKind::kCrossEntropy:
      return "cross-entropy, in nats";
    case LossKind::kFocal:
      return "focal loss, in nats";
  }
  return {};
}

}  // namespace

std::string format_score(const std::optional<double>& value) {
  if (!value.has_value() || !std::isfinite(*value)) return "undefined";
  // An error of a target with tiny values is not nothing.
  const bool tiny = *value != 0 && std::abs(*value) < 5e-4;
  return tiny ? fmt::format("{:.4g}", *value) : fmt::format("{:.4f}", *value);
}

std::string loss_text(const Objective& objective) {
  std::vector<std::string> texts;
  const auto add = [&](LossKind kind) {
    std::string text = unit_text(kind);
    if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
  };
  for (const TaskLoss& task : objective.tasks) add(task.kind);
  if (objective.tasks.empty()) add(objective.uniform);
  return fmt::format("{}", fmt::join(texts, "; "));
}

std::string format_epoch(const EpochReport& r, std::int64_t epochs, Metric metric, const std::string& unit) {
  std::string judged;
  if (!std::isnan(r.validation_loss)) judged = fmt::format("  val loss {:.4f}", r.validation_loss);
  if (metric != Metric::kLoss && !std::isnan(r.validation_metric))
    judged += fmt::format("  val {} {:.4f}", name(metric), r.validation_metric);
  return fmt::format("epoch {:>{}}/{}  train loss {:.4f}{}{}  {:.0f} {}/s  {} left", r.epoch,
                     fmt::formatted_size("{}", epochs), epochs, r.train_loss, judged, r.best ? " *" : "  ",
                     r.samples_per_second, unit, format_duration(r.seconds_left));
}

std::string format_table(std::span<const Metric> metrics, const std::vector<NamedScores>& rows) {
  std::size_t width = 0;
  for (const NamedScores& row : rows) width = std::max(width, row.name.size());
  std::string text;
  for (std::size_t first = 0, end = 0; first < metrics.size(); first = end) {
    std::size_t taken = width;
    while (end < metrics.size() && (end == first || taken + column_width(metrics[end]) <= kWidest)) {
      taken += column_width(metrics[end++]);
    }
    text += format_block(metrics.subspan(first, end - first), rows, width);
  }
  return text;
}

}  // namespace plstm::apps
