#include "plstm/learn/scores.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/whole_file.hpp>

#include "core/files/json_text.hpp"

namespace plstm {
namespace {

using ScoreJson = nlohmann::ordered_json;

constexpr const char* kAllTargets = "all";

// evaluate() takes logits; finished predictions are probabilities.
Matrix<double> as_logits(TaskType type, Matrix<double> predictions) {
  if (type == TaskType::kClassification) predictions.array() -= 0.5;
  return predictions;
}

}  // namespace

std::vector<Metric> shown_metrics(std::span<const Task> tasks) {
  std::vector<Metric> metrics;
  for (const Task& task : tasks) {
    for (const Metric metric : shown_metrics(task.type)) {
      if (std::ranges::find(metrics, metric) == metrics.end()) metrics.push_back(metric);
    }
  }
  return metrics;
}

Scores score_predictions(std::span<const Task> tasks, std::span<const std::string> target_names,
                         const Matrix<double>& predictions, const Matrix<double>& targets,
                         const Matrix<std::uint8_t>& present) {
  Scores scores;
  for (const Metric metric : shown_metrics(tasks)) {
    const std::string key(name(metric));
    double sum = 0;
    std::int64_t defined = 0;
    Index column = 0;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const auto task = static_cast<Index>(i);
      const TaskType type = tasks[i].type;
      const Index width = num_outputs(type, 1, tasks[i].classes);
      const Matrix<double> p = as_logits(type, predictions.middleCols(column, width));
      const Matrix<double> t = targets.col(task);
      const Matrix<std::uint8_t> m = present.col(task);
      column += width;
      const std::vector<Metric> fitting = shown_metrics(type);
      if (std::ranges::find(fitting, metric) == fitting.end()) continue;
      const std::optional<double> value =
          evaluate<double>(metric, {p.data(), p.rows(), p.cols()}, {t.data(), t.rows(), t.cols()},
                           {m.data(), m.rows(), m.cols()});
      if (tasks.size() > 1) scores[target_names[i]][key] = value;
      sum += value.value_or(0);
      defined += value.has_value() ? 1 : 0;
    }
    scores[""][key] = defined > 0 ? std::optional(sum / static_cast<double>(defined)) : std::nullopt;
  }
  return scores;
}

std::vector<NamedScores> scores_of_targets(const std::string& all, const Scores& scores) {
  std::vector<NamedScores> rows{{all, {{"", scores.at("")}}}};
  for (const auto& [target, values] : scores) {
    if (!target.empty()) rows.push_back({target, {{"", values}}});
  }
  return rows;
}

std::string to_json(std::span<const NamedScores> rows) {
  ScoreJson json = ScoreJson::object();
  for (const NamedScores& row : rows) {
    for (const auto& [target, metrics] : row.scores) {
      for (const auto& [metric, value] : metrics) {
        json[row.name][target.empty() ? kAllTargets : target][metric] =
            value.has_value() ? ScoreJson(*value) : ScoreJson(nullptr);
      }
    }
  }
  return json_text(json, 2);
}

std::vector<NamedScores> read_scores(const std::filesystem::path& path) {
  std::vector<NamedScores> rows;
  try {
    const ScoreJson json = parse_json(read_whole_file(path));
    for (const auto& [predictor, targets] : json.items()) {
      NamedScores& row = rows.emplace_back();
      row.name = predictor;
      for (const auto& [target, metrics] : targets.items()) {
        for (const auto& [metric, value] : metrics.items()) {
          row.scores[target == kAllTargets ? "" : target][metric] =
              value.is_null() ? std::nullopt : std::optional(value.get<double>());
        }
      }
    }
  } catch (const ScoreJson::exception& error) {
    throw FileError(fmt::format("{}: holds no scores: {}", path.string(), error.what()));
  }
  return rows;
}

}  // namespace plstm
