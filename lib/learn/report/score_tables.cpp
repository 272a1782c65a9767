#include "learn/report/score_tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/random.hpp>
#include <plstm/learn/report/resampled_metric.hpp>

namespace plstm {
namespace {

constexpr double kLevel = 0.95;
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// All that the scores of one table need. Statistics are numbered by target, predictor and metric.
struct Replicates {
  std::size_t resamples = 0;
  std::vector<std::vector<double>>
      values;  // [statistics], each with its value on all rows and then on the resamples
};

std::vector<std::size_t> targets_of(const ReportData& data, TaskType type) {
  std::vector<std::size_t> targets;
  for (std::size_t i = 0; i < data.targets.size(); ++i) {
    if (data.targets[i].task.type == type) targets.push_back(i);
  }
  return targets;
}

// Values of some columns in some rows.
std::vector<double> columns_in(const std::vector<double>& values, std::size_t width,
                               const ReportColumns& place, std::span<const std::size_t> rows) {
  const auto first = static_cast<std::size_t>(place.first), count = static_cast<std::size_t>(place.count);
  std::vector<double> result;
  result.reserve(rows.size() * count);
  for (const std::size_t row : rows) {
    for (std::size_t c = 0; c < count; ++c) result.push_back(values[row * width + first + c]);
  }
  return result;
}

// More rows than these are resampled from a random part of them: a statistic keeps copies of its rows, and there is one
// for each target, predictor and metric.
constexpr std::size_t kMostResampled = 200'000;

// Up to `most` of the rows, ascending; all of them if they are no more.
std::vector<std::size_t> random_rows(std::size_t rows, std::size_t most, std::uint64_t seed) {
  std::vector<std::size_t> chosen;
  Random random(seed);
  for (std::size_t row = 0; row < rows && chosen.size() < most; ++row) {
    const std::size_t wanted = most - chosen.size(), left = rows - row;
    if (wanted >= left || random.below(left) < wanted) chosen.push_back(row);
  }
  return chosen;
}

// Many rows have narrow intervals, which need fewer resamples.
constexpr std::size_t kFewestResamples = 200;

std::size_t resamples_for(std::size_t work) {
  constexpr std::size_t kMost = 1000, kWork = 600'000'000;
  return std::clamp(kWork / std::max<std::size_t>(work, 1), kFewestResamples, kMost);
}

// Calls visit(ResampledMetric) for the statistics of some rows, one after the other.
template <class Visit>
void for_each_statistic(const ReportData& data, const std::vector<std::size_t>& targets,
                        const std::vector<Metric>& metrics, std::span<const std::size_t> rows,
                        const Visit& visit) {
  const std::vector<ReportColumns> columns = report_columns(data.targets);
  const auto width = static_cast<std::size_t>(columns.back().first + columns.back().count);
  const auto num_rows = static_cast<Index>(rows.size());
  for (const std::size_t target : targets) {
    const std::vector<double> measured =
        columns_in(data.judged.measured, data.targets.size(), {static_cast<Index>(target), 1}, rows);
    const ReportColumns& place = columns[target];
    for (std::size_t predictor = 0; predictor <= data.baselines.size(); ++predictor) {
      const std::vector<double> predicted =
          columns_in(predictor == 0 ? data.judged.predicted : data.baselines[predictor - 1].predicted, width,
                     place, rows);
      for (const Metric metric : metrics) {
        visit(ResampledMetric(metric, {predicted.data(), num_rows, place.count}, measured));
      }
    }
  }
}

// Of very many rows, resamples as large as all of them are drawn from a random part, and their values are moved so that
// they lie around the value of all rows (a bag of little bootstraps with one bag).
Replicates replicate(const ReportData& data, const std::vector<std::size_t>& targets,
                     const std::vector<Metric>& metrics) {
  const std::size_t rows = num_rows(data);
  const std::vector<std::size_t> part = random_rows(rows, kMostResampled, data.seed);
  const bool is_all = part.size() == rows;
  const std::vector<std::uint32_t> once(part.size(), 1);
  std::vector<ResampledStatistic> statistics;
  Replicates result;
  for_each_statistic(data, targets, metrics, part, [&](ResampledMetric&& metric) {
    result.values.push_back({metric(once)});
    statistics.emplace_back(std::move(metric));
  });
  BootstrapOptions options;
  options.seed = data.seed;
  result.resamples = is_all ? resamples_for(rows * statistics.size()) : kFewestResamples;
  options.resamples = static_cast<std::int64_t>(result.resamples);
  options.draws = rows;
  const std::vector<double> drawn = bootstrap(part.size(), statistics, options);
  for (std::size_t s = 0; s < statistics.size(); ++s) {
    const auto begin = drawn.begin() + static_cast<std::ptrdiff_t>(s * result.resamples);
    result.values[s].insert(result.values[s].end(), begin,
                            begin + static_cast<std::ptrdiff_t>(result.resamples));
  }
  if (is_all) return result;
  statistics.clear();
  const std::vector<std::size_t> all = random_rows(rows, rows, data.seed);
  const std::vector<std::uint32_t> all_once(rows, 1);
  auto values = result.values.begin();
  for_each_statistic(data, targets, metrics, all, [&](const ResampledMetric& metric) {
    const double whole = metric(all_once), shift = whole - values->front();
    for (double& value : *values) value += shift;
    values->front() = whole;
    ++values;
  });
  return result;
}

// Mean over the targets where a value is defined, for each resample.
std::vector<double> mean_over_targets(const Replicates& replicates, std::size_t first, std::size_t stride) {
  std::vector<double> means;
  for (std::size_t i = 0; i <= replicates.resamples; ++i) {
    double sum = 0, count = 0;
    for (std::size_t s = first; s < replicates.values.size(); s += stride) {
      const double value = replicates.values[s][i];
      if (std::isnan(value)) continue;
      sum += value;
      count += 1;
    }
    means.push_back(count > 0 ? sum / count : kUndefined);
  }
  return means;
}

ReportScore score_of(std::span<const double> values) {
  ReportScore score{values.front(), {}};
  if (!std::isnan(score.value)) score.interval = percentile_interval(values.subspan(1), kLevel);
  return score;
}

// Share of the resamples in which the model is better; a tie counts half.
std::optional<double> share_better(Metric metric, std::span<const double> model,
                                   std::span<const double> other) {
  double wins = 0, defined = 0;
  for (std::size_t i = 1; i < model.size(); ++i) {
    if (std::isnan(model[i]) || std::isnan(other[i])) continue;
    defined += 1;
    wins += model[i] == other[i] ? 0.5 : better(metric, model[i], other[i]) ? 1 : 0;
  }
  if (2 * defined <= static_cast<double>(model.size())) return {};
  return wins / defined;
}

// `values` are [predictors][metrics], each with its value on all rows first.
std::vector<PredictorScores> predictors_of(const ReportData& data, const std::vector<Metric>& metrics,
                                           const std::vector<std::vector<double>>& values) {
  std::vector<PredictorScores> predictors;
  for (std::size_t p = 0; p <= data.baselines.size(); ++p) {
    PredictorScores& predictor = predictors.emplace_back();
    predictor.name = p == 0 ? data.model : data.baselines[p - 1].name;
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      predictor.scores.push_back(score_of(values[p * metrics.size() + m]));
    }
    if (p > 0) predictor.model_better = share_better(metrics.front(), values[0], values[p * metrics.size()]);
  }
  return predictors;
}

std::size_t count_measured(const ReportData& data, std::size_t target) {
  std::size_t count = 0;
  for (std::size_t at = target; at < data.judged.measured.size(); at += data.targets.size())
    count += std::isnan(data.judged.measured[at]) ? 0 : 1;
  return count;
}

ScoreTable table_of(const ReportData& data, TaskType type) {
  ScoreTable table{type, shown_metrics(type), {}};
  const std::vector<std::size_t> targets = targets_of(data, type);
  const Replicates replicates = replicate(data, targets, table.metrics);
  const std::size_t stride = (1 + data.baselines.size()) * table.metrics.size();
  if (targets.size() > 1) {
    std::vector<std::vector<double>> means;
    for (std::size_t s = 0; s < stride; ++s) means.push_back(mean_over_targets(replicates, s, stride));
    table.targets.push_back({fmt::format("mean of {} targets", targets.size()), "", num_rows(data),
                             predictors_of(data, table.metrics, means)});
  }
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto begin = replicates.values.begin() + static_cast<std::ptrdiff_t>(i * stride);
    const ReportTarget& target = data.targets[targets[i]];
    table.targets.push_back(
        {target.name, target.unit, count_measured(data, targets[i]),
         predictors_of(data, table.metrics, {begin, begin + static_cast<std::ptrdiff_t>(stride)})});
  }
  return table;
}

}  // namespace

std::vector<ScoreTable> score_tables(const ReportData& data) {
  std::vector<ScoreTable> tables;
  if (num_rows(data) == 0) return tables;
  for (const ReportTarget& target : data.targets) {
    const auto known = [&](const ScoreTable& table) { return table.type == target.task.type; };
    if (std::ranges::none_of(tables, known)) tables.push_back(table_of(data, target.task.type));
  }
  return tables;
}

bool has_unit(Metric metric) {
  return metric == Metric::kRmse || metric == Metric::kMae;
}

}  // namespace plstm
