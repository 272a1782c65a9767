#pragma once

#include <cstdint>
#include <vector>

namespace plstm {

/// How wrong a model was on rows that it had not learnt from: one number a row, the larger the worse. What such rows
/// say of further ones is split conformal prediction (Vovk, Gammerman & Shafer, Algorithmic Learning in a Random World,
/// 2005; Lei et al., J. Am. Stat. Assoc. 2018).
struct ConformalScores {
  /// Ascending. Of many rows these are order statistics at equal distances, each the largest of its part.
  std::vector<double> scores;
  std::int64_t count = 0;  ///< rows behind them

  bool operator==(const ConformalScores&) const = default;
};

/// Of so many rows every score is kept.
inline constexpr std::int64_t kMostConformalScores = 1000;
/// More rows than anyone has.
inline constexpr std::int64_t kMostConformalRows = std::int64_t{1} << 40;

/// Throws ConfigError for a score that is not finite or negative.
ConformalScores make_conformal_scores(std::vector<double> scores);

/// Throws ShapeError or ConfigError naming what is wrong: an order that does not ascend, a number that is not finite or
/// negative, more rows than kMostConformalRows, more or fewer scores than there should be.
void check_conformal_scores(const ConformalScores& scores);

/// What the score of a further row does not exceed with at least this probability, if that row and those behind the
/// scores come in random order: the ceil((count + 1) confidence)-th smallest score. Infinity if there are too few rows for
/// that. Throws ConfigError unless 0 < confidence < 1.
double conformal_quantile(const ConformalScores& scores, double confidence);

}  // namespace plstm
