#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <plstm/learn/report/bootstrap.hpp>
#include <plstm/learn/report/report_data.hpp>
#include <plstm/train/objectives/metrics.hpp>

namespace plstm {

struct ReportScore {
  double value = 0;                  ///< NaN where undefined
  std::optional<Interval> interval;  ///< 95 %
};

/// Scores of a model or of a baseline, one a metric.
struct PredictorScores {
  std::string name;
  std::vector<ReportScore> scores;
  std::optional<double>
      model_better;  ///< share of the resamples in which the model has the better first score
};

/// Scores of one target, or means over several.
struct TargetScores {
  std::string name, unit;
  std::size_t rows = 0;                     ///< with a measured value
  std::vector<PredictorScores> predictors;  ///< the model first
};

/// Scores of all targets of one type.
struct ScoreTable {
  TaskType type = TaskType::kRegression;
  std::vector<Metric> metrics;
  std::vector<TargetScores> targets;  ///< the means first if there are several targets
};

/// Tables for the types of the targets, in the order in which they come first. Empty without judged rows.
std::vector<ScoreTable> score_tables(const ReportData& data);

/// Whether the metric has the unit of its target.
bool has_unit(Metric metric);

}  // namespace plstm
