#include "boosting_losses.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

namespace plstm {
namespace {

double sigmoid(double logit) {
  return 1 / (1 + std::exp(-logit));
}

// log(1 + e^z), for large z too.
double softplus(double z) {
  return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
}

// log(sum e^f)
double log_sum(std::span<const double> f) {
  const double largest = std::ranges::max(f);
  double sum = 0;
  for (const double value : f) sum += std::exp(value - largest);
  return largest + std::log(sum);
}

double loss_of(BoostingLoss loss, double target, std::span<const double> f) {
  switch (loss) {
    case BoostingLoss::kSquaredError:
      return 0.5 * (target - f[0]) * (target - f[0]);
    case BoostingLoss::kLogistic:
      return softplus(f[0]) - target * f[0];
    case BoostingLoss::kSoftmax:
      break;
  }
  return log_sum(f) - f[static_cast<std::size_t>(target)];
}

constexpr std::size_t kGrain = 512;  // rows a task

}  // namespace

Index num_outputs(const BoostingOptions& options) {
  return options.loss == BoostingLoss::kSoftmax ? options.classes : 1;
}

void check_targets(const char* what, std::span<const double> targets, const BoostingOptions& options) {
  if (options.loss == BoostingLoss::kSquaredError) return;
  const Index classes = options.loss == BoostingLoss::kSoftmax ? options.classes : 2;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double target = targets[i];
    if (target >= 0 && target < static_cast<double>(classes) && target == std::floor(target)) continue;
    throw TrainingError(fmt::format("fit_boosted_trees: {}row {} has the target {}, expected a class 0 to {}",
                                    what, i, target, classes - 1));
  }
}

std::vector<double> best_constant(const BoostingRows& rows, const BoostingOptions& options) {
  const double total = std::accumulate(rows.weights.begin(), rows.weights.end(), 0.0);
  if (options.loss == BoostingLoss::kSquaredError) {
    double sum = 0;
    for (std::size_t i = 0; i < rows.targets.size(); ++i) sum += rows.weights[i] * rows.targets[i];
    return {sum / total};
  }
  const double half = 0.5 * total / static_cast<double>(rows.targets.size());
  std::vector<double> by_class(
      options.loss == BoostingLoss::kSoftmax ? static_cast<std::size_t>(options.classes) : 2, half);
  for (std::size_t i = 0; i < rows.targets.size(); ++i)
    by_class[static_cast<std::size_t>(rows.targets[i])] += rows.weights[i];
  if (options.loss == BoostingLoss::kLogistic) return {std::log(by_class[1] / by_class[0])};
  const double sum = std::accumulate(by_class.begin(), by_class.end(), 0.0);
  for (double& value : by_class) value = std::log(value / sum);
  return by_class;
}

std::vector<std::vector<Slope>> slopes_of(const BoostingRows& rows, std::span<const double> weights,
                                          std::span<const double> outputs, const BoostingOptions& options) {
  const auto count = static_cast<std::size_t>(num_outputs(options));
  std::vector<std::vector<Slope>> slopes(count, std::vector<Slope>(rows.targets.size()));
  parallel_for(rows.targets.size(), kGrain, [&](std::size_t i) {
    const std::span<const double> f = outputs.subspan(i * count, count);
    const double target = rows.targets[i], weight = weights[i];
    switch (options.loss) {
      case BoostingLoss::kSquaredError:
        slopes[0][i] = {weight * (f[0] - target), weight};
        return;
      case BoostingLoss::kLogistic: {
        const double p = sigmoid(f[0]);
        slopes[0][i] = {weight * (p - target), weight * p * (1 - p)};
        return;
      }
      case BoostingLoss::kSoftmax:
        break;
    }
    // All outputs move at once, for which the factor stands (Friedman 2001, algorithm 6).
    const double factor = static_cast<double>(count) / static_cast<double>(count - 1);
    const double all = log_sum(f);
    for (std::size_t c = 0; c < count; ++c) {
      const double p = std::exp(f[c] - all);
      const double is_class = target == static_cast<double>(c) ? 1 : 0;
      slopes[c][i] = {weight * (p - is_class), weight * factor * p * (1 - p)};
    }
  });
  return slopes;
}

double mean_loss(const BoostingRows& rows, std::span<const double> outputs, const BoostingOptions& options) {
  const auto count = static_cast<std::size_t>(num_outputs(options));
  std::vector<double> losses(rows.targets.size());
  parallel_for(losses.size(), kGrain, [&](std::size_t i) {
    losses[i] = rows.weights[i] * loss_of(options.loss, rows.targets[i], outputs.subspan(i * count, count));
  });
  return std::accumulate(losses.begin(), losses.end(), 0.0) /
         std::accumulate(rows.weights.begin(), rows.weights.end(), 0.0);
}

}  // namespace plstm
