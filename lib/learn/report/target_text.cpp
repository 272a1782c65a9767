#include "learn/report/target_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <plstm/learn/plots/number_format.hpp>

namespace plstm {

std::size_t num_classes(const ReportTarget& target) {
  return target.task.type == TaskType::kClassification ? 2 : static_cast<std::size_t>(target.task.classes);
}

std::string class_text(const ReportTarget& target, std::size_t c) {
  return c < target.task.class_names.size() ? target.task.class_names[c] : fmt::to_string(c);
}

std::string measured_text(const ReportTarget& target, double value) {
  if (std::isnan(value)) return "not measured";
  if (target.task.type != TaskType::kRegression) return class_text(target, static_cast<std::size_t>(value));
  return format_alone(value) + (target.unit.empty() ? "" : " " + target.unit);
}

std::string with_unit(const std::string& text, const ReportTarget& target) {
  return target.unit.empty() ? text : fmt::format("{} [{}]", text, target.unit);
}

TargetRows rows_of_target(const ReportData& data, std::size_t target) {
  const std::vector<ReportColumns> columns = report_columns(data.targets);
  const auto width = static_cast<std::size_t>(columns.back().first + columns.back().count);
  const auto first = static_cast<std::size_t>(columns[target].first);
  const auto count = static_cast<std::size_t>(columns[target].count);
  TargetRows result;
  result.baselines.resize(data.baselines.size());
  for (std::size_t row = 0; row < num_rows(data); ++row) {
    const double measured = data.judged.measured[row * data.targets.size() + target];
    if (std::isnan(measured)) continue;
    result.rows.push_back(row);
    result.measured.push_back(measured);
    const std::size_t at = row * width + first;
    if (data.targets[target].task.type == TaskType::kMulticlass) {
      const auto begin = data.judged.predicted.begin() + static_cast<std::ptrdiff_t>(at);
      result.classes.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(count));
      continue;
    }
    result.predicted.push_back(data.judged.predicted[at]);
    if (!data.judged.uncertainty.empty()) result.uncertainty.push_back(data.judged.uncertainty[at]);
    if (!data.judged.low.empty()) {
      result.low.push_back(data.judged.low[row * data.targets.size() + target]);
      result.high.push_back(data.judged.high[row * data.targets.size() + target]);
    }
    for (std::size_t b = 0; b < data.baselines.size(); ++b) {
      result.baselines[b].push_back(data.baselines[b].predicted[at]);
    }
  }
  return result;
}

std::size_t likeliest(const std::vector<double>& probabilities) {
  return static_cast<std::size_t>(std::ranges::max_element(probabilities) - probabilities.begin());
}

}  // namespace plstm
