#include "plstm/learn/tuning/successive_halving.hpp"

#include <cmath>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

TEST(SuccessiveHalving, FewCandidatesSeeManyFolds) {
  std::set<std::pair<std::size_t, std::size_t>> asked;
  const HalvingOptions options{.candidates = 9, .folds = 4};
  const HalvingResult result = successive_halving(options, [&](std::size_t candidate, std::size_t fold) {
    EXPECT_TRUE(asked.insert({candidate, fold}).second) << "nothing is asked twice";
    return std::abs(static_cast<double>(candidate) - 5.2) + 0.1 * static_cast<double>(fold);
  });
  EXPECT_EQ(result.best, 5u);
  EXPECT_TRUE(result.finished);
  std::vector<std::size_t> folds;
  for (const auto& scores : result.scores) folds.push_back(scores.size());
  EXPECT_THAT(folds, ElementsAre(1, 1, 1, 1, 2, 2, 2, 1, 1)) << "three of nine go on, and one of them wins";
  EXPECT_EQ(asked.size(), num_scores(options));
}

TEST(SuccessiveHalving, TheLastOnesAreComparedOnAllFolds) {
  const HalvingOptions options{.candidates = 4, .folds = 4, .keep = 0.9};
  const HalvingResult result = successive_halving(options, [&](std::size_t candidate, std::size_t fold) {
    return candidate == 1 && fold >= 2 ? -100.0 : static_cast<double>(candidate);
  });
  EXPECT_EQ(result.best, 1u) << "its last folds decide";
  EXPECT_THAT(result.scores[1], ElementsAre(1, 1, -100, -100));
  EXPECT_EQ(num_scores(options), 16u);
}

TEST(SuccessiveHalving, HigherMayBeBetterAndUndefinedIsWorst) {
  const HalvingOptions options{.candidates = 3, .folds = 2, .direction = Direction::kHigherIsBetter};
  const std::vector<double> scores{0.5, kUndefined, 0.7};
  const auto score = [&](std::size_t candidate, std::size_t) { return scores[candidate]; };
  EXPECT_EQ(successive_halving(options, score).best, 2u);
  const auto all_undefined = [](std::size_t, std::size_t) { return kUndefined; };
  EXPECT_EQ(successive_halving(options, all_undefined).best, 0u);
}

TEST(SuccessiveHalving, TheFirstOfEqualCandidatesWins) {
  EXPECT_EQ(
      successive_halving({.candidates = 7, .folds = 3}, [](std::size_t, std::size_t) { return 1.0; }).best,
      0u);
}

TEST(SuccessiveHalving, AnEndedSearchIsDecidedByWhatAllWereJudgedOn) {
  int left = 0;
  const auto score = [&](std::size_t candidate, std::size_t fold) -> std::optional<double> {
    if (left-- == 0) return std::nullopt;
    return fold == 0 ? static_cast<double>(candidate) : -100.0;
  };
  const HalvingOptions options{.candidates = 4, .folds = 4, .keep = 0.5};
  left = 0;
  EXPECT_EQ(successive_halving(options, score).best, 0u);
  left = 2;
  HalvingResult result = successive_halving(options, score);
  EXPECT_EQ(result.best, 0u);
  EXPECT_FALSE(result.finished);
  EXPECT_THAT(result.scores[2], IsEmpty());
  left = 5;  // candidate 0 saw a second fold, candidate 1 did not
  result = successive_halving(options, score);
  EXPECT_EQ(result.best, 0u);
  EXPECT_THAT(result.scores[0], SizeIs(2));
  EXPECT_THAT(result.scores[1], SizeIs(1));
}

TEST(SuccessiveHalving, RefusesWhatMakesNoSense) {
  const auto score = [](std::size_t, std::size_t) { return 0.0; };
  EXPECT_THROW(successive_halving({.candidates = 0}, score), ConfigError);
  EXPECT_THROW(successive_halving({.candidates = 2, .folds = 0}, score), ConfigError);
  EXPECT_THROW(successive_halving({.candidates = 2, .folds = 2, .keep = 1}, score), ConfigError);
  EXPECT_THROW(num_scores({.candidates = 2, .folds = 2, .keep = 0}), ConfigError);
}

}  // namespace
}  // namespace plstm
