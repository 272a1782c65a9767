#include "plstm/train/loop/parameter_average.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {

ParameterAverage::ParameterAverage(double horizon) : horizon_(horizon) {
  if (!(horizon >= 0) || !std::isfinite(horizon)) {
    throw ConfigError(fmt::format("ParameterAverage: horizon is {}, expected 0 or more steps", horizon));
  }
}

void ParameterAverage::add(std::span<const float> parameters) {
  constexpr std::size_t kGrain = 1 << 16;
  ++num_steps_;
  if (num_steps_ == 1) values_.assign(parameters.begin(), parameters.end());
  check_size("ParameterAverage", "parameters", static_cast<std::int64_t>(parameters.size()),
             static_cast<std::int64_t>(values_.size()));
  const auto weight = static_cast<float>(
      std::min(1.0, std::max(1 / (1 + horizon_), 10 / (9 + static_cast<double>(num_steps_)))));
  parallel_for_ranges(values_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) values_[i] += weight * (parameters[i] - values_[i]);
  });
}

}  // namespace plstm
