#include "plstm/train/loop/schedule.hpp"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

double cosine_schedule(const ScheduleOptions& options, std::int64_t step) {
  const auto [peak, final_rate, warmup, total] = options;
  if (!(warmup >= 0 && warmup <= total)) {
    throw ConfigError(fmt::format(
        "cosine_schedule: {} warm-up steps of {} steps in all, expected 0 <= warm-up <= all", warmup, total));
  }
  for (const double rate : {peak, final_rate}) {
    if (!(rate >= 0 && std::isfinite(rate))) {
      throw ConfigError(fmt::format("cosine_schedule: a rate is {}, expected 0 or more", rate));
    }
  }
  if (step < 0) throw ConfigError(fmt::format("cosine_schedule: step is {}, expected 0 or more", step));
  if (step < warmup) return peak * static_cast<double>(step + 1) / static_cast<double>(warmup);
  if (step >= total) return final_rate;
  const double progress = static_cast<double>(step - warmup) / static_cast<double>(total - warmup);
  return final_rate + (peak - final_rate) * (1 + std::cos(std::numbers::pi * progress)) / 2;
}

}  // namespace plstm
