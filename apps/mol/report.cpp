#include "report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace plstm::mol {
namespace {

std::string format_duration(double seconds) {
  const auto total = static_cast<long>(std::lround(seconds));
  if (total < 60) return fmt::format("{}s", total);
  if (total < 3600) return fmt::format("{}m{:02}s", total / 60, total % 60);
  return fmt::format("{}h{:02}m", total / 3600, total / 60 % 60);
}

// evaluate() takes logits; finished predictions are probabilities.
Matrix<double> as_logits(TaskType type, const Matrix<double>& predictions) {
  if (type != TaskType::kClassification) return predictions;
  return predictions.array() - 0.5;
}

}  // namespace

std::vector<Metric> reported_metrics(TaskType type) {
  switch (type) {
    case TaskType::kClassification:
      return {Metric::kRocAuc, Metric::kPrAuc, Metric::kAccuracy};
    case TaskType::kMulticlass:
      return {Metric::kAccuracy};
    case TaskType::kRegression:
      break;
  }
  return {Metric::kRmse, Metric::kMae, Metric::kR2};
}

Scores score(TaskType type, const std::vector<std::string>& target_names, const Matrix<double>& predictions,
             const Matrix<double>& targets, const Matrix<std::uint8_t>& present) {
  const Matrix<double> values = as_logits(type, predictions);
  const auto tasks = static_cast<Index>(target_names.size());
  const Index outputs = tasks == 0 ? 0 : predictions.cols() / tasks;
  Scores scores;
  for (const Metric metric : reported_metrics(type)) {
    const std::string key(name(metric));
    const auto of = [&](const Matrix<double>& p, const Matrix<double>& t, const Matrix<std::uint8_t>& m) {
      return evaluate<double>(metric, {p.data(), p.rows(), p.cols()}, {t.data(), t.rows(), t.cols()},
                              {m.data(), m.rows(), m.cols()});
    };
    scores[""][key] = of(values, targets, present);
    if (tasks < 2) continue;
    for (Index task = 0; task < tasks; ++task) {
      scores[target_names[static_cast<std::size_t>(task)]][key] =
          of(values.middleCols(task * outputs, outputs), targets.col(task), present.col(task));
    }
  }
  return scores;
}

std::string format_score(const std::optional<double>& value) {
  return value.has_value() ? fmt::format("{:.4f}", *value) : "-";
}

std::string format_epoch(const EpochReport& r, std::int64_t epochs, Metric metric) {
  return fmt::format(
      "epoch {:>{}}/{}  train loss {:.4f}  val loss {:.4f}  val {} {:.4f}{}  {:.0f} molecules/s  {} left",
      r.epoch, fmt::formatted_size("{}", epochs), epochs, r.train_loss, r.validation_loss, name(metric),
      r.validation_metric, r.best ? " *" : "  ", r.samples_per_second, format_duration(r.seconds_left));
}

std::string format_table(TaskType type, const std::vector<NamedScores>& rows) {
  std::size_t width = 0;
  for (const NamedScores& row : rows) width = std::max(width, row.name.size());
  std::string text = fmt::format("{:<{}}", "", width);
  const std::vector<Metric> metrics = reported_metrics(type);
  for (const Metric metric : metrics) text += fmt::format("  {:>8}", name(metric));
  text += '\n';
  for (const NamedScores& row : rows) {
    text += fmt::format("{:<{}}", row.name, width);
    for (const Metric metric : metrics) {
      text += fmt::format("  {:>8}", format_score(row.scores.at("").at(std::string(name(metric)))));
    }
    text += '\n';
  }
  return text;
}

}  // namespace plstm::mol
