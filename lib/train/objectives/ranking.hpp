#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace plstm {

/// Rows that share one score.
struct Tie {
  std::int64_t positives = 0;
  std::int64_t negatives = 0;
};

/// Counts per distinct score, scores descending; a label > 0.5 is positive. No score is NaN.
std::vector<Tie> count_ties(std::span<const double> scores, std::span<const double> labels);

/// Both are absent unless positives and negatives occur.
std::optional<double> area_under_roc(std::span<const Tie> ties);
std::optional<double> average_precision(std::span<const Tie> ties);

}  // namespace plstm
