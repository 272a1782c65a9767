#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <plstm/core/random.hpp>
#include <plstm/learn/report/report_data.hpp>

#include "learn/report/report_values.hpp"
#include "support/seed.hpp"

namespace plstm::test {

/// What SomeReport() makes.
struct SomeReportOptions {
  std::size_t rows = 80;
  std::vector<ReportTarget> targets{{"logS", "mol/L", {}}};
  double missing = 0;  ///< share of the measured values
  bool uncertainty = true;
  bool baselines = true;
  std::size_t members = 2;
};

inline ReportTarget yes_no(std::string name) {
  return {std::move(name), "", {TaskType::kClassification, 0, 1, {"inactive", "active"}}};
}

inline ReportTarget with_classes(std::string name, Index classes) {
  return {std::move(name), "", {TaskType::kMulticlass, classes, 1, {}}};
}

inline double some_measured(const Task& task, Random& random) {
  if (task.type == TaskType::kRegression) return 2 * random.normal() - 3;
  return static_cast<double>(
      random.below(task.type == TaskType::kClassification ? 2 : static_cast<std::uint64_t>(task.classes)));
}

// Appends a prediction that is about right.
inline void add_predicted(const Task& task, double measured, double noise, Random& random,
                          std::vector<double>& values) {
  if (task.type == TaskType::kRegression) {
    values.push_back(measured + noise * random.normal());
  } else if (task.type == TaskType::kClassification) {
    values.push_back(1 / (1 + std::exp(-(4 * measured - 2 + 2 * noise * random.normal()))));
  } else {
    double sum = 0;
    const std::size_t first = values.size();
    for (Index c = 0; c < task.classes; ++c) {
      values.push_back(random.uniform() + (static_cast<double>(c) == measured ? 1 / noise : 0.1));
      sum += values.back();
    }
    for (std::size_t i = first; i < values.size(); ++i) values[i] /= sum;
  }
}

// Expected errors, intervals and how often they hold the measured value.
inline void add_uncertainty(Random& random, ReportData& data) {
  ReportRows& judged = data.judged;
  const std::vector<ReportColumns> columns = report_columns(data.targets);
  const auto width = static_cast<std::size_t>(columns.back().first + columns.back().count);
  judged.uncertainty_name = "expected error";
  judged.expects_errors = true;
  for (std::size_t i = 0; i < judged.predicted.size(); ++i) judged.uncertainty.push_back(random.uniform());
  for (std::size_t i = 0; i < judged.measured.size(); ++i) {
    const std::size_t target = i % data.targets.size();
    const bool number = data.targets[target].task.type == TaskType::kRegression;
    const double predicted =
        judged.predicted[i / data.targets.size() * width + static_cast<std::size_t>(columns[target].first)];
    judged.low.push_back(number ? predicted - 1 : kNaN);
    judged.high.push_back(number ? predicted + 1 : kNaN);
  }
  for (std::size_t target = 0; target < data.targets.size(); ++target) {
    std::vector<ReportCoverage>& levels = data.coverage.emplace_back();
    for (const double confidence : {0.5, 0.9})
      levels.push_back({confidence, 50, static_cast<std::int64_t>(52 * confidence), 2});
  }
}

/// A report on made-up numbers with everything that a report can have.
inline ReportData some_report(const SomeReportOptions& options = {}) {
  Random random(kSeed);
  ReportData data;
  data.title = "data.csv";
  data.subtitle = "Report of a training";
  data.facts = {{"Data", "data.csv"}, {"Rows", "100"}};
  data.notes = {"3 rows cannot be used"};
  data.targets = options.targets;
  data.metric = "rmse";
  if (options.baselines) data.baselines = {{"mean of training set", {}}, {"ridge", {}}};
  data.parts = {{"training", {}}, {"validation", {}}, {"test", {}}};
  for (std::size_t row = 0; row < options.rows; ++row) {
    data.judged.labels.push_back("row " + std::to_string(row + 1));
    data.judged.details.push_back("CCO" + std::string(row % 40, 'C'));
    for (const ReportTarget& target : options.targets) {
      const double measured = some_measured(target.task, random);
      const bool missing = random.uniform() < options.missing;
      data.judged.measured.push_back(missing ? std::numeric_limits<double>::quiet_NaN() : measured);
      for (ReportPart& part : data.parts) part.measured.push_back(some_measured(target.task, random));
      add_predicted(target.task, measured, 0.5, random, data.judged.predicted);
      for (ReportBaseline& baseline : data.baselines)
        add_predicted(target.task, measured, 1.5, random, baseline.predicted);
    }
  }
  if (options.uncertainty) add_uncertainty(random, data);
  for (std::size_t member = 0; member < options.members; ++member) {
    ReportHistory& history = data.histories.emplace_back();
    for (int epoch = 1; epoch <= 30; ++epoch) {
      EpochReport report;
      report.epoch = epoch;
      report.train_loss = 2.0 / epoch + 0.05 * random.uniform();
      report.validation_loss = report.train_loss + 0.2;
      report.validation_metric = std::sqrt(report.validation_loss);
      report.best = epoch == 1 || epoch == 25;
      history.push_back(report);
    }
  }
  const std::string drawing = R"(<svg viewBox="0 0 250 200"><path d="M10 10L240 190" stroke="#000"/></svg>)";
  for (std::size_t row = 0; row < options.rows; row += 2) {
    data.pictures.push_back({row,
                             drawing,
                             row % 4 == 0 ? "never seen: Si" : "",
                             {{"row 7", 0.61, drawing, {}}, {"row 9", 0.5, "", {}}}});
  }
  data.settings = {{"epochs", "30"}, {"model width", "64"}};
  data.command = "plstm-mol train -i data.csv -o run";
  return data;
}

}  // namespace plstm::test
