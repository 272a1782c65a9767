#include "plstm/train/certainty/conformal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(Conformal, TheQuantileIsTheScoreOfTheRank) {
  const ConformalScores scores = make_conformal_scores({5, 1, 4, 2, 3, 9, 7, 8, 6});
  EXPECT_EQ(scores.count, 9);
  EXPECT_EQ(conformal_quantile(scores, 0.9), 9) << "rank 9 of 9";
  EXPECT_EQ(conformal_quantile(scores, 0.5), 5);
  EXPECT_EQ(conformal_quantile(scores, 0.51), 6);
  EXPECT_EQ(conformal_quantile(scores, 0.01), 1);
  EXPECT_EQ(conformal_quantile(scores, 0.91), std::numeric_limits<double>::infinity()) << "too few rows";
  EXPECT_EQ(conformal_quantile(make_conformal_scores({}), 0.5), std::numeric_limits<double>::infinity());
}

TEST(Conformal, FewScoresStandForManyAndAreNotTooSmall) {
  std::vector<double> all;
  for (int i = 1; i <= 12345; ++i) all.push_back(i);
  const ConformalScores scores = make_conformal_scores(all);
  EXPECT_EQ(std::ssize(scores.scores), kMostConformalScores);
  EXPECT_EQ(scores.scores.back(), 12345);
  for (const double confidence : {0.001, 0.1, 0.5, 0.8, 0.9, 0.95, 0.999, 0.9999}) {
    const double exact = std::ceil(12346 * confidence), kept = conformal_quantile(scores, confidence);
    EXPECT_GE(kept, exact) << confidence;
    EXPECT_LT(kept, exact + 13) << confidence;
  }
}

TEST(Conformal, HoldsForRowsInRandomOrder) {
  Random random(7);
  constexpr int kTrials = 4000;
  int held = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> seen(30);
    std::ranges::generate(seen, [&] { return random.uniform(); });
    held += random.uniform() <= conformal_quantile(make_conformal_scores(seen), 0.8) ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(held) / kTrials, 25.0 / 31, 0.025);
}

TEST(Conformal, RefusesWhatIsNoScore) {
  EXPECT_THAT([] { make_conformal_scores({1, -1}); }, ThrowsMessage<ConfigError>(HasSubstr("is -1")));
  EXPECT_THAT([] { make_conformal_scores({std::nan("")}); }, ThrowsMessage<ConfigError>(HasSubstr("nan")));
  const ConformalScores scores = make_conformal_scores({1, 2, 3});
  for (const double confidence : {0.0, 1.0, -0.5, 1.5, std::nan("")}) {
    EXPECT_THAT([&] { conformal_quantile(scores, confidence); },
                ThrowsMessage<ConfigError>(HasSubstr("confidence")));
  }
  check_conformal_scores(scores);
  EXPECT_THROW(check_conformal_scores({{1, 2}, 3}), ShapeError);
  EXPECT_THROW(check_conformal_scores({{}, -1}), ShapeError);
  const std::vector<double> full(static_cast<std::size_t>(kMostConformalScores), 1);
  check_conformal_scores({full, kMostConformalRows});
  EXPECT_EQ(conformal_quantile({full, kMostConformalRows}, 0.999), 1);
  EXPECT_THROW(check_conformal_scores({full, kMostConformalRows + 1}), ShapeError);
  EXPECT_THROW(check_conformal_scores({{2, 1}, 2}), ConfigError);
  EXPECT_THROW(check_conformal_scores({{1, std::nan("")}, 2}), ConfigError);
}

}  // namespace
}  // namespace plstm
