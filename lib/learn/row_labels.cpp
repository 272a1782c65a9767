#include "plstm/learn/row_labels.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "learn/constant_outputs.hpp"

namespace plstm {
namespace {

// Per output: the mean, the logit of the share of class 1, or the logarithm of each class's share.
std::vector<float> constant_row(const RowLabels& labels, std::span<const std::int32_t> train) {
  std::vector<float> row(static_cast<std::size_t>(labels.outputs()));
  for (Index task = 0; task < labels.tasks(); ++task) {
    double count = 0, sum = 0;
    std::vector<double> by_class(static_cast<std::size_t>(labels.classes));
    for (const std::int32_t i : train) {
      if (labels.present(i, task) == 0) continue;
      ++count;
      sum += labels.targets(i, task);
      if (labels.type == TaskType::kMulticlass) {
        ++by_class[static_cast<std::size_t>(labels.targets(i, task))];
      }
    }
    // Half a label more of each class keeps logarithms finite.
    switch (labels.type) {
      case TaskType::kRegression:
        row[static_cast<std::size_t>(task)] = count > 0 ? static_cast<float>(sum / count) : 0.0f;
        break;
      case TaskType::kClassification:
        row[static_cast<std::size_t>(task)] = static_cast<float>(std::log((sum + 0.5) / (count - sum + 0.5)));
        break;
      case TaskType::kMulticlass:
        for (std::size_t c = 0; c < by_class.size(); ++c) {
          row[static_cast<std::size_t>(task) * by_class.size() + c] = static_cast<float>(
              std::log((by_class[c] + 0.5) / (count + 0.5 * static_cast<double>(labels.classes))));
        }
        break;
    }
  }
  return row;
}

std::vector<float> repeated(const std::vector<float>& row, std::size_t times) {
  std::vector<float> values;
  values.reserve(row.size() * times);
  for (std::size_t i = 0; i < times; ++i) values.insert(values.end(), row.begin(), row.end());
  return values;
}

}  // namespace

std::vector<std::int32_t> labelled_rows(const RowLabels& labels, std::span<const std::int32_t> rows,
                                        Index task) {
  std::vector<std::int32_t> kept;
  std::ranges::copy_if(rows, std::back_inserter(kept),
                       [&](std::int32_t row) { return labels.present(row, task) != 0; });
  return kept;
}

std::vector<double> labels_of(const RowLabels& labels, std::span<const std::int32_t> rows, Index task) {
  std::vector<double> values;
  values.reserve(rows.size());
  for (const std::int32_t row : rows) values.push_back(labels.targets(row, task));
  return values;
}

HeldOut held_out_from_constants(const RowLabels& labels, const Split& split,
                                const std::function<std::int64_t(MatrixMap<float>, MatrixMap<float>)>& fit) {
  const std::vector<float> row = constant_row(labels, split.train);
  HeldOut held_out;
  held_out.validation = repeated(row, split.validation.size());
  held_out.test = repeated(row, split.test.size());
  const MatrixMap<float> validation(held_out.validation.data(), std::ssize(split.validation),
                                    labels.outputs());
  const MatrixMap<float> test(held_out.test.data(), std::ssize(split.test), labels.outputs());
  held_out.parameters = fit(validation, test);
  for (const MatrixMap<float>& outputs : {validation, test}) {
    finish_predictions(labels.type, labels.classes, std::nullopt, outputs);
  }
  return held_out;
}

std::vector<double> balancing_weights(std::span<const double> labels) {
  const auto n = static_cast<double>(labels.size());
  const auto ones = static_cast<double>(std::ranges::count(labels, 1.0));
  std::vector<double> weights;
  for (const double label : labels) weights.push_back(n / (2 * (label == 1 ? ones : n - ones)));
  return weights;
}

bool all_equal(std::span<const double> labels) {
  return labels.empty() || std::ranges::count(labels, labels.front()) == std::ssize(labels);
}

HeldOut held_out_constant(const RowLabels& labels, const Split& split) {
  return held_out_from_constants(labels, split,
                                 [&](MatrixMap<float>, MatrixMap<float>) { return labels.outputs(); });
}

std::vector<Metric> reported_metrics(TaskType type) {
  switch (type) {
    case TaskType::kClassification:
      return {Metric::kRocAuc, Metric::kPrAuc};
    case TaskType::kMulticlass:
      return {Metric::kAccuracy};
    case TaskType::kRegression:
      break;
  }
  return {Metric::kRmse, Metric::kMae, Metric::kPearson};
}

std::vector<std::optional<double>> judge(const RowLabels& labels, std::span<const std::int32_t> rows,
                                         std::span<const float> predictions) {
  if (std::ssize(predictions) != std::ssize(rows) * labels.outputs()) {
    throw ShapeError(fmt::format("judge: {} predictions, expected {} outputs for each of {} rows",
                                 predictions.size(), labels.outputs(), rows.size()));
  }
  const Index count = std::ssize(rows);
  Matrix<float> targets(count, labels.tasks());
  Matrix<std::uint8_t> present(count, labels.tasks());
  for (Index i = 0; i < count; ++i) {
    targets.row(i) = labels.targets.row(rows[static_cast<std::size_t>(i)]);
    present.row(i) = labels.present.row(rows[static_cast<std::size_t>(i)]);
  }
  std::vector<std::optional<double>> values;
  for (const Metric metric : reported_metrics(labels.type)) {
    std::optional<double> value =
        evaluate<float>(metric, {predictions.data(), count, labels.outputs()},
                        {targets.data(), count, targets.cols()}, {present.data(), count, present.cols()});
    if (value.has_value() && std::isnan(*value)) value.reset();
    values.push_back(value);
  }
  return values;
}

std::vector<MetricScore> score(const RowLabels& labels, const Split& split, const HeldOut& predictions) {
  const auto on_validation = judge(labels, split.validation, predictions.validation);
  const auto on_test = judge(labels, split.test, predictions.test);
  const std::vector<Metric> metrics = reported_metrics(labels.type);
  std::vector<MetricScore> scores;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    scores.push_back({std::string(name(metrics[i])), on_validation[i], on_test[i]});
  }
  return scores;
}

}  // namespace plstm
