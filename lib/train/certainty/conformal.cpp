#include "plstm/train/certainty/conformal.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

// The rank, from 1, of kept score j among `count` rows of which `kept` are kept.
std::int64_t rank_of(std::int64_t j, std::int64_t count, std::int64_t kept) {
  return ((j + 1) * count + kept - 1) / kept;
}

void check_score(double score) {
  if (!std::isfinite(score) || score < 0) {
    throw ConfigError(fmt::format("a score of calibration is {}, expected a finite number from 0 on", score));
  }
}

}  // namespace

ConformalScores make_conformal_scores(std::vector<double> scores) {
  for (const double score : scores) check_score(score);
  std::ranges::sort(scores);
  const std::int64_t count = std::ssize(scores), kept = std::min(count, kMostConformalScores);
  ConformalScores result{{}, count};
  for (std::int64_t j = 0; j < kept; ++j) {
    result.scores.push_back(scores[static_cast<std::size_t>(rank_of(j, count, kept) - 1)]);
  }
  return result;
}

void check_conformal_scores(const ConformalScores& scores) {
  if (scores.count < 0 || scores.count > kMostConformalRows ||
      std::ssize(scores.scores) != std::min(scores.count, kMostConformalScores)) {
    throw ShapeError(fmt::format("{} scores of calibration stand for {} rows, expected {}",
                                 scores.scores.size(), scores.count,
                                 std::clamp<std::int64_t>(scores.count, 0, kMostConformalScores)));
  }
  for (const double score : scores.scores) check_score(score);
  if (!std::ranges::is_sorted(scores.scores)) throw ConfigError("scores of calibration do not ascend");
}

double conformal_quantile(const ConformalScores& scores, double confidence) {
  if (!(confidence > 0 && confidence < 1)) {
    throw ConfigError(fmt::format("confidence is {}, expected 0 < confidence < 1", confidence));
  }
  // A product like 10 * .9 is to be 9, not a little more.
  const double rank = std::ceil(static_cast<double>(scores.count + 1) * confidence - 1e-9);
  if (rank > static_cast<double>(scores.count)) return std::numeric_limits<double>::infinity();
  const std::int64_t kept = std::ssize(scores.scores), wanted = std::max<std::int64_t>(1, std::llround(rank));
  std::int64_t j = (wanted * kept + scores.count - 1) / scores.count - 1;
  while (j > 0 && rank_of(j - 1, scores.count, kept) >= wanted) --j;
  while (rank_of(j, scores.count, kept) < wanted) ++j;
  return scores.scores[static_cast<std::size_t>(j)];
}

}  // namespace plstm
