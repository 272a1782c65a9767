#include "series_tables.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/files/printable.hpp>
#include <plstm/learn/cross_validation/part_scores.hpp>

namespace plstm::apps {
namespace {

// Of UTF-8.
std::size_t num_characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

using Rows = std::vector<std::vector<std::string>>;

std::vector<std::size_t> widths_of(const Rows& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], num_characters(row[i]));
  }
  return widths;
}

// The first column to the left and those from `first` to `end`; without rows that are empty there.
std::string block_text(const Rows& rows, const std::vector<std::size_t>& widths, std::size_t first,
                       std::size_t end) {
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    std::string cells;
    bool empty = true;
    for (std::size_t i = first; i < end; ++i) {
      cells += fmt::format("  {:>{}}", row[i], widths[i]);
      empty = empty && row[i].empty();
    }
    if (!empty) text += fmt::format("{:<{}}{}\n", row.front(), widths.front(), cells);
  }
  return text;
}

// Columns as wide as their cells; of more than fit, several tables one below the other.
std::string table_text(const Rows& rows) {
  constexpr std::size_t kWidestLine = 125;  // characters
  const std::vector<std::size_t> widths = widths_of(rows);
  std::string text;
  for (std::size_t first = 1, end = 1; first < widths.size(); first = end) {
    std::size_t taken = widths.front();
    while (end < widths.size() && (end == first || taken + 2 + widths[end] <= kWidestLine)) {
      taken += 2 + widths[end++];
    }
    text += block_text(rows, widths, first, end);
  }
  return text;
}

// Empty for a metric of other targets.
std::string mean_cell(const TrainingSeries& series, const NamedScores& predictor, const std::string& target,
                      Metric metric) {
  if (!predictor.scores.at(target).contains(std::string(name(metric)))) return "";
  return mean_score_text(series, predictor.name, target, metric);
}

}  // namespace

std::string mean_scores_text(const TrainingSeries& series, std::span<const Metric> metrics) {
  constexpr std::size_t kMostTargets = 30;
  const std::vector<NamedScores>& predictors = series.parts.front().scores;
  const bool several = predictors.front().scores.size() > 1;
  Rows rows{{several ? "mean of targets" : ""}};
  for (const NamedScores& predictor : predictors) rows.front().push_back(predictor.name);
  for (const Metric metric : metrics) {
    std::vector<std::string>& row = rows.emplace_back();
    row.emplace_back(title(metric));
    for (const NamedScores& predictor : predictors) row.push_back(mean_cell(series, predictor, "", metric));
  }
  std::string text =
      fmt::format("{} trainings, {}: mean \u00b1 standard deviation over the trainings, on test rows\n{}",
                  series.parts.size(), printable(series.division), table_text(rows));
  if (!several) return text;
  rows = {{predictors.front().name}};
  for (const Metric metric : metrics) rows.front().emplace_back(title(metric));
  std::size_t more = 0;
  for (const auto& [target, scores] : predictors.front().scores) {
    if (target.empty()) continue;
    if (rows.size() > kMostTargets) {
      ++more;
      continue;
    }
    std::vector<std::string>& row = rows.emplace_back();
    row.push_back(printable(target));
    for (const Metric metric : metrics) row.push_back(mean_cell(series, predictors.front(), target, metric));
  }
  text += table_text(rows);
  return more == 0 ? text : text + fmt::format("and {} more targets, see cross_validation.csv\n", more);
}

}  // namespace plstm::apps
