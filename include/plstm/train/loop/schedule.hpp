#pragma once

#include <cstdint>

namespace plstm {

struct ScheduleOptions {
  double peak_rate = 1e-3;
  double final_rate = 0.0;
  std::int64_t warmup_steps = 0;
  std::int64_t total_steps = 1;  ///< warm-up included
};

/// Learning rate of step s = 0, 1, ...: linear warm-up, then half a cosine (Loshchilov & Hutter 2017). With W
/// warm-up and S total steps:
///
///   s < W        peak (s + 1) / W                                          never zero, peak at s = W - 1
///   W <= s < S   final + (peak - final) (1 + cos(pi (s - W) / (S - W))) / 2
///   s >= S       final
///
/// Throws ConfigError unless 0 <= W <= S, s >= 0 and both rates are finite and not negative.
double cosine_schedule(const ScheduleOptions& options, std::int64_t step);

}  // namespace plstm
