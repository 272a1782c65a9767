#include "plstm/learn/blend.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

// How well probabilities of classes fit labels: the mean logarithm of the right class's. Absent without labels.
std::optional<double> log_likelihood(const RowLabels& labels, std::span<const std::int32_t> rows,
                                     std::span<const float> shares) {
  constexpr float kLeastShare = 1e-6f;
  double sum = 0;
  Index count = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (Index task = 0; task < labels.tasks(); ++task) {
      if (labels.present(rows[i], task) == 0) continue;
      const auto label = static_cast<Index>(labels.targets(rows[i], task));
      const auto place = i * static_cast<std::size_t>(labels.outputs()) +
                         static_cast<std::size_t>(task * labels.classes + label);
      sum += std::log(std::max(shares[place], kLeastShare));
      ++count;
    }
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

}  // namespace

std::vector<float> blend(std::span<const float> first, std::span<const float> second, float share) {
  if (first.size() != second.size()) {
    throw ShapeError(
        fmt::format("blend: {} and {} predictions, expected equally many", first.size(), second.size()));
  }
  std::vector<float> mean(first.size());
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = (1 - share) * first[i] + share * second[i];
  return mean;
}

float choose_blend_share(const RowLabels& labels, std::span<const std::int32_t> validation,
                         std::span<const float> first, std::span<const float> second) {
  const Metric metric = reported_metrics(labels.type).front();
  const bool classes = labels.type == TaskType::kMulticlass;
  float best = 0.5f;
  std::optional<double> best_value;
  for (const float share : {0.5f, 0.25f, 0.75f, 0.0f, 1.0f}) {
    const std::vector<float> mean = blend(first, second, share);
    const std::optional<double> value =
        classes ? log_likelihood(labels, validation, mean) : judge(labels, validation, mean).front();
    if (!value.has_value()) continue;
    if (best_value.has_value() && !(classes ? *value > *best_value : better(metric, *value, *best_value))) {
      continue;
    }
    best = share;
    best_value = value;
  }
  return best;
}

HeldOut blend(const RowLabels& labels, const Split& split, const HeldOut& first, const HeldOut& second) {
  const float share = choose_blend_share(labels, split.validation, first.validation, second.validation);
  return {blend(first.validation, second.validation, share), blend(first.test, second.test, share),
          first.best_epoch, first.parameters + second.parameters, first.seconds + second.seconds};
}

}  // namespace plstm
