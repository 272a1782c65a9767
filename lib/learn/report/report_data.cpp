#include "plstm/learn/report/report_data.hpp"

#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

void check_size(std::string_view name, std::size_t size, std::size_t rows, std::size_t columns) {
  if (size == rows * columns) return;
  throw ShapeError(fmt::format("report: {} has {} values, expected {} ({} rows of {})", name, size,
                               rows * columns, rows, columns));
}

void check_finite(std::string_view name, const std::vector<double>& values) {
  for (const double value : values) {
    if (!std::isfinite(value))
      throw ConfigError(fmt::format("report: {} has a value that is not finite", name));
  }
}

void check_labels(const ReportData& data, std::string_view name, const std::vector<double>& measured) {
  const std::size_t targets = data.targets.size();
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const Task& task = data.targets[i % targets].task;
    if (task.type == TaskType::kRegression || std::isnan(measured[i])) continue;
    const double classes = task.type == TaskType::kClassification ? 2.0 : static_cast<double>(task.classes);
    const double value = measured[i];
    if (value == std::floor(value) && value >= 0 && value < classes) continue;
    throw ConfigError(fmt::format("report: {} has the value {} in row {}, expected a class from 0 to {}",
                                  name, value, i / targets, classes - 1));
  }
}

}  // namespace

std::size_t num_rows(const ReportData& data) {
  if (!data.judged.labels.empty()) return data.judged.labels.size();
  return data.judged.measured.size() / data.targets.size();
}

std::vector<ReportColumns> report_columns(const std::vector<ReportTarget>& targets) {
  std::vector<ReportColumns> columns;
  Index first = 0;
  for (const ReportTarget& target : targets) {
    const Index count = num_outputs(target.task.type, 1, target.task.classes);
    columns.push_back({first, count});
    first += count;
  }
  return columns;
}

void check_report(const ReportData& data) {
  if (data.targets.empty()) throw ConfigError("report: there is no target");
  std::vector<Task> tasks;
  for (const ReportTarget& target : data.targets) tasks.push_back(target.task);
  check_tasks(tasks);
  const std::size_t rows = num_rows(data), targets = tasks.size();
  const auto columns = static_cast<std::size_t>(num_outputs(tasks));
  if (!data.judged.details.empty()) check_size("judged.details", data.judged.details.size(), rows, 1);
  check_size("judged.measured", data.judged.measured.size(), rows, targets);
  check_size("judged.predicted", data.judged.predicted.size(), rows, columns);
  const ReportRows& judged = data.judged;
  if (!judged.uncertainty.empty()) check_size("judged.uncertainty", judged.uncertainty.size(), rows, columns);
  if (!judged.low.empty() || !judged.high.empty()) {
    check_size("judged.low", judged.low.size(), rows, targets);
    check_size("judged.high", judged.high.size(), rows, targets);
  }
  if (!data.coverage.empty()) check_size("coverage", data.coverage.size(), targets, 1);
  check_finite("judged.predicted", data.judged.predicted);
  check_finite("judged.uncertainty", judged.uncertainty);
  check_labels(data, "judged.measured", data.judged.measured);
  for (const ReportBaseline& baseline : data.baselines) {
    check_size(baseline.name, baseline.predicted.size(), rows, columns);
    check_finite(baseline.name, baseline.predicted);
  }
  for (const ReportPart& part : data.parts) {
    check_size(part.name, part.measured.size(), part.measured.size() / targets, targets);
    check_labels(data, part.name, part.measured);
  }
  for (const ReportPicture& picture : data.pictures) {
    if (picture.row >= rows) {
      throw ConfigError(fmt::format("report: a picture is of row {}, expected 0 to {}", picture.row,
                                    static_cast<std::int64_t>(rows) - 1));
    }
    for (const ReportNeighbour& neighbour : picture.neighbours) {
      if (!neighbour.measured.empty()) check_size("a neighbour", neighbour.measured.size(), 1, targets);
    }
  }
}

}  // namespace plstm
