#include "learn/report/score_tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>

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

std::vector<double> column(const std::vector<double>& values, std::size_t width, std::size_t first,
                           std::size_t count) {
  std::vector<double> result;
  for (std::size_t at = first; at < values.size(); at += width) {
    for (std::size_t c = 0; c < count; ++c) result.push_back(values[at + c]);
  }
  return result;
}

// Many rows have narrow intervals, which need fewer resamples.
std::int64_t resamples_for(std::size_t work) {
  constexpr std::size_t kMost = 1000, kFewest = 200, kWork = 600'000'000;
  return static_cast<std::int64_t>(std::clamp(kWork / std::max<std::size_t>(work, 1), kFewest, kMost));
}

std::vector<ResampledStatistic> statistics_of(const ReportData& data, const std::vector<std::size_t>& targets,
                                              const std::vector<Metric>& metrics) {
  const std::vector<ReportColumns> columns = report_columns(data.targets);
  const auto width = static_cast<std::size_t>(columns.back().first + columns.back().count);
  const auto rows = static_cast<Index>(data.judged.labels.size());
  std::vector<ResampledStatistic> statistics;
  for (const std::size_t target : targets) {
    const std::vector<double> measured = column(data.judged.measured, data.targets.size(), target, 1);
    const ReportColumns& place = columns[target];
    for (std::size_t predictor = 0; predictor <= data.baselines.size(); ++predictor) {
      const std::vector<double> predicted =
          column(predictor == 0 ? data.judged.predicted : data.baselines[predictor - 1].predicted, width,
                 static_cast<std::size_t>(place.first), static_cast<std::size_t>(place.count));
      for (const Metric metric : metrics) {
        statistics.emplace_back(ResampledMetric(metric, {predicted.data(), rows, place.count}, measured));
      }
    }
  }
  return statistics;
}

Replicates replicate(const ReportData& data, const std::vector<ResampledStatistic>& statistics) {
  const std::size_t rows = data.judged.labels.size();
  BootstrapOptions options;
  options.seed = data.seed;
  options.resamples = resamples_for(rows * statistics.size());
  const std::vector<double> drawn = bootstrap(rows, statistics, options);
  Replicates result;
  result.resamples = static_cast<std::size_t>(options.resamples);
  const std::vector<std::uint32_t> once(rows, 1);
  for (std::size_t s = 0; s < statistics.size(); ++s) {
    std::vector<double>& values = result.values.emplace_back();
    values.push_back(statistics[s](once));
    const auto begin = drawn.begin() + static_cast<std::ptrdiff_t>(s * result.resamples);
    values.insert(values.end(), begin, begin + static_cast<std::ptrdiff_t>(result.resamples));
  }
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
  const std::vector<double> measured = column(data.judged.measured, data.targets.size(), target, 1);
  return static_cast<std::size_t>(
      std::ranges::count_if(measured, [](double value) { return !std::isnan(value); }));
}

ScoreTable table_of(const ReportData& data, TaskType type) {
  ScoreTable table{type, shown_metrics(type), {}};
  const std::vector<std::size_t> targets = targets_of(data, type);
  const Replicates replicates = replicate(data, statistics_of(data, targets, table.metrics));
  const std::size_t stride = (1 + data.baselines.size()) * table.metrics.size();
  if (targets.size() > 1) {
    std::vector<std::vector<double>> means;
    for (std::size_t s = 0; s < stride; ++s) means.push_back(mean_over_targets(replicates, s, stride));
    table.targets.push_back({fmt::format("mean of {} targets", targets.size()), "", data.judged.labels.size(),
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
  if (data.judged.labels.empty()) return tables;
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
