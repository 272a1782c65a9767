#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace plstm {

/// A score of several trainings.
struct MeanScore {
  double mean = 0;
  std::optional<double>
      deviation;               ///< standard deviation (n - 1 in the denominator); absent for one training
  std::int64_t trainings = 0;  ///< in which the score is defined

  bool operator==(const MeanScore&) const = default;
};

/// Mean and standard deviation over the trainings where the score is defined; absent if it is in none. NaN counts as not
/// defined.
std::optional<MeanScore> mean_score(std::span<const std::optional<double>> scores);

}  // namespace plstm
