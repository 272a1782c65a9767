#include "plstm/learn/report/notable_rows.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

namespace plstm {
namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();

// Standard deviation of the measured values of a target; 1 if they do not vary.
double deviation(const ReportData& data, std::size_t target) {
  const std::size_t targets = data.targets.size();
  double count = 0, mean = 0, squares = 0;  // Welford's sums
  for (std::size_t at = target; at < data.judged.measured.size(); at += targets) {
    const double value = data.judged.measured[at];
    if (!std::isfinite(value)) continue;
    count += 1;
    const double step = value - mean;
    mean += step / count;
    squares += step * (value - mean);
  }
  const double result = count > 1 ? std::sqrt(squares / (count - 1)) : 0;
  return result > 0 && std::isfinite(result) ? result : 1;
}

// What a row counts with one target; kNone if it does not.
using Amount = std::function<double(std::size_t row, std::size_t target)>;

// Each row with its largest amount, the largest first and equal ones by their rows.
std::vector<NotableRow> largest(const ReportData& data, std::size_t most, const Amount& amount) {
  std::vector<NotableRow> rows;
  for (std::size_t row = 0; row < num_rows(data); ++row) {
    NotableRow best{row, 0, kNone};
    for (std::size_t target = 0; target < data.targets.size(); ++target) {
      const double value = amount(row, target);
      if (value > best.amount) best = {row, target, value};
    }
    if (best.amount > kNone) rows.push_back(best);
  }
  std::ranges::stable_sort(rows, std::greater{}, &NotableRow::amount);
  rows.resize(std::min(rows.size(), most));
  return rows;
}

std::vector<double> deviations(const ReportData& data) {
  std::vector<double> result;
  for (std::size_t target = 0; target < data.targets.size(); ++target) {
    result.push_back(deviation(data, target));
  }
  return result;
}

}  // namespace

std::vector<NotableRow> worst_rows(const ReportData& data, std::size_t most) {
  const std::vector<double> scales = deviations(data);
  const std::vector<ReportColumns> columns = report_columns(data.targets);
  const auto width = static_cast<std::size_t>(columns.back().first + columns.back().count);
  return largest(data, most, [&](std::size_t row, std::size_t target) {
    const double measured = data.judged.measured[row * data.targets.size() + target];
    if (std::isnan(measured)) return kNone;
    const double* predicted =
        &data.judged.predicted[row * width + static_cast<std::size_t>(columns[target].first)];
    switch (data.targets[target].task.type) {
      case TaskType::kRegression:
        return std::abs(*predicted - measured) / scales[target];
      case TaskType::kClassification:
        return measured > 0.5 ? 1 - *predicted : *predicted;
      case TaskType::kMulticlass:
        break;
    }
    return 1 - predicted[static_cast<std::size_t>(measured)];
  });
}

std::vector<NotableRow> least_certain_rows(const ReportData& data, std::size_t most) {
  const std::vector<double> scales = deviations(data);
  const std::vector<ReportColumns> columns = report_columns(data.targets);
  const auto width = static_cast<std::size_t>(columns.back().first + columns.back().count);
  return largest(data, most, [&](std::size_t row, std::size_t target) {
    const std::size_t first = row * width + static_cast<std::size_t>(columns[target].first);
    const double predicted = data.judged.predicted[first];
    switch (data.targets[target].task.type) {
      case TaskType::kRegression:
        return data.judged.uncertainty.empty() ? kNone : data.judged.uncertainty[first] / scales[target];
      case TaskType::kClassification:
        return 1 - std::max(predicted, 1 - predicted);
      case TaskType::kMulticlass:
        break;
    }
    const auto begin = data.judged.predicted.begin() + static_cast<std::ptrdiff_t>(first);
    return 1 - *std::max_element(begin, begin + columns[target].count);
  });
}

std::vector<std::size_t> shown_rows(const ReportData& data) {
  std::set<std::size_t> rows;
  for (const NotableRow& notable : worst_rows(data)) rows.insert(notable.row);
  for (const NotableRow& notable : least_certain_rows(data)) rows.insert(notable.row);
  return {rows.begin(), rows.end()};
}

}  // namespace plstm
