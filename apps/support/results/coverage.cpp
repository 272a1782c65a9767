#include "coverage.hpp"

#include <cmath>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/files/printable.hpp>
#include <plstm/learn/certainty/task_certainty.hpp>

namespace plstm::apps {

void add_confidence_flag(CLI::App& app, double& confidence) {
  app.add_option("--confidence", confidence,
                 "how often intervals and sets of classes are to hold the measured value, between 0 and 1")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
}

std::vector<std::string> coverage_lines(const Predictor& predictor, const Predictions& predictions,
                                        std::span<const double> measured, double confidence,
                                        const std::string& samples) {
  const TrainedModel& model = predictor.members().front();
  const ConfidenceLevel level = predictor.level(confidence);
  const std::vector<CoverageCounts> counts = coverage_of(predictions, measured, model.tasks, level);
  std::vector<std::string> lines;
  for (std::size_t task = 0; task < counts.size(); ++task) {
    if (counts[task].rows == 0) continue;
    if (std::isinf(level.factors[task])) {
      lines.push_back(
          fmt::format("{}: too few {} were held out in training for intervals at {:.4g} % confidence",
                      printable(model.target_names[task]), samples, 100 * confidence));
      continue;
    }
    const auto rows = static_cast<double>(counts[task].rows);
    const bool numbers = model.tasks[task].type == TaskType::kRegression;
    lines.push_back(
        fmt::format("{}: {} at {:.4g} % confidence hold {:.1f} % of {} values; {}",
                    printable(model.target_names[task]), numbers ? "intervals" : "sets of classes",
                    100 * confidence, 100 * static_cast<double>(counts[task].held) / rows, counts[task].rows,
                    numbers ? fmt::format("they are {:.4g} wide in the mean", counts[task].size / rows)
                            : fmt::format("they have {:.2f} classes in the mean", counts[task].size / rows)));
  }
  return lines;
}

}  // namespace plstm::apps
