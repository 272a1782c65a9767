#include "plstm/train/loop/parameter_average.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {

ParameterAverage::ParameterAverage(double horizon, ParameterAverageState state)
    : horizon_(horizon), state_(std::move(state)) {
  if (!(horizon >= 0) || !std::isfinite(horizon)) {
    throw ConfigError(fmt::format("ParameterAverage: horizon is {}, expected 0 or more steps", horizon));
  }
}

void ParameterAverage::add(std::span<const float> parameters) {
  constexpr std::size_t kGrain = 1 << 16;
  std::vector<float>& values = state_.values;
  ++state_.num_steps;
  if (state_.num_steps == 1) values.assign(parameters.begin(), parameters.end());
  check_size("ParameterAverage", "parameters", static_cast<std::int64_t>(parameters.size()),
             static_cast<std::int64_t>(values.size()));
  const auto weight = static_cast<float>(
      std::min(1.0, std::max(1 / (1 + horizon_), 10 / (9 + static_cast<double>(state_.num_steps)))));
  parallel_for_ranges(values.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) values[i] += weight * (parameters[i] - values[i]);
  });
}

}  // namespace plstm
