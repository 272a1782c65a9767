#include "plstm/learn/report/report_certainty.hpp"

#include <cmath>
#include <set>
#include <vector>

#include <plstm/learn/certainty/task_certainty.hpp>

namespace plstm {
namespace {

// Levels of confidence at which intervals are judged, ascending.
std::set<double> levels_with(double confidence) {
  std::set<double> levels{confidence};
  for (int tenths = 1; tenths <= 9; ++tenths) {
    const double level = tenths / 10.0;
    if (std::abs(level - confidence) > 0.02) levels.insert(level);
  }
  return levels;
}

}  // namespace

void add_certainty(const Predictor& predictor, const Predictions& predictions, double confidence,
                   ReportData& report) {
  ReportRows& judged = report.judged;
  if (predictor.members().size() > 1 || predictor.calibration() != nullptr) {
    judged.uncertainty = predictions.expected_errors;
  }
  if (predictor.calibration() == nullptr) return;
  judged.uncertainty_name = "expected error";
  judged.expects_errors = true;
  judged.confidence = confidence;
  const std::vector<Task>& tasks = predictor.members().front().tasks;
  report.coverage.resize(tasks.size());
  for (const double each : levels_with(confidence)) {
    const ConfidenceLevel level = predictor.level(each);
    const std::vector<CoverageCounts> counts = coverage_of(predictions, judged.measured, tasks, level);
    for (std::int64_t row = 0; each == confidence && row < predictions.num_rows(); ++row) {
      for (const TaskCertainty& certainty : certainty_of(predictions, row, tasks, level)) {
        judged.low.push_back(certainty.low);
        judged.high.push_back(certainty.high);
      }
    }
    for (std::size_t task = 0; task < tasks.size(); ++task) {
      if (counts[task].rows == 0) continue;
      const auto rows = static_cast<double>(counts[task].rows);
      report.coverage[task].push_back({each, counts[task].rows, counts[task].held, counts[task].size / rows});
    }
  }
}

}  // namespace plstm
