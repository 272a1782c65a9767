#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/stopped_error.hpp>
#include <plstm/train/baselines/boosted_trees.hpp>

#include "support/vectors.hpp"

namespace plstm {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

struct BoostedSample {
  std::vector<float> x;
  Index columns;
  std::vector<double> y, weights;

  BoostingRows rows() const { return {{x.data(), std::ssize(y), columns}, y, weights}; }
  ConstMatrixMap<float> features() const { return rows().features; }
};

/// label(x of the row) of normal features.
template <class Label>
BoostedSample sample_of(Index rows, Index columns, std::uint64_t seed, const Label& label) {
  Random random(seed);
  BoostedSample sample{
      test::random_normal<float>(static_cast<std::size_t>(rows * columns), random), columns, {}, {}};
  for (Index i = 0; i < rows; ++i) {
    sample.y.push_back(label(sample.x.data() + i * columns));
    sample.weights.push_back(1);
  }
  return sample;
}

/// Two columns that only say something together, one that says something alone, and noise.
double some_law(const float* x) {
  return (x[0] > 0) == (x[1] > 0) ? 2.0 : -1.0 + std::max(0.0F, x[2]);
}
BoostedSample numbers(Index rows, std::uint64_t seed) {
  return sample_of(rows, 5, seed, some_law);
}
BoostedSample answers(Index rows, std::uint64_t seed) {
  return sample_of(rows, 5, seed, [](const float* x) { return some_law(x) > 0 ? 1.0 : 0.0; });
}
BoostedSample classes(Index rows, std::uint64_t seed) {
  return sample_of(rows, 5, seed,
                   [](const float* x) { return (x[0] > 0 ? 1.0 : 0.0) + (x[1] > 0.5F ? 1.0 : 0.0); });
}

double squared_error(const BoostedTrees& trees, const BoostedSample& asked) {
  const std::vector<double> said = predict(trees, asked.features());
  double sum = 0;
  for (std::size_t i = 0; i < said.size(); ++i) sum += (said[i] - asked.y[i]) * (said[i] - asked.y[i]);
  return sum / static_cast<double>(said.size());
}

double variance(const BoostedSample& sample) {
  double sum = 0, squares = 0;
  for (const double y : sample.y) {
    sum += y;
    squares += y * y;
  }
  const auto n = static_cast<double>(sample.y.size());
  return squares / n - sum * sum / (n * n);
}

/// One tree of whole steps that sees all rows and columns.
BoostingOptions one_boosted_tree(Index most_leaves, Index min_leaf) {
  return {.rounds = 1,
          .learning_rate = 1,
          .most_leaves = most_leaves,
          .min_leaf = min_leaf,
          .penalty = 0,
          .row_share = 1,
          .column_share = 1};
}

TEST(BoostedTrees, TreeByHand) {
  // The means of {2, 4} and {10, 10, 13} explain more than any other two parts.
  const BoostedSample sample{{5, 1, 7, 2, 9}, 1, {10, 2, 10, 4, 13}, std::vector<double>(5, 1)};
  const BoostedTrees trees = fit_boosted_trees(sample.rows(), one_boosted_tree(2, 1));
  EXPECT_THAT(trees.base, ElementsAre(DoubleNear(7.8, 1e-12)));
  ASSERT_EQ(trees.nodes.size(), 3U);
  EXPECT_EQ(trees.nodes[0].column, 0);
  EXPECT_EQ(trees.nodes[0].threshold, 3.5F) << "halfway between 2 and 5";
  const std::vector<float> at = {-1, 3.5F, 3.75F, 100, std::numeric_limits<float>::quiet_NaN()};
  EXPECT_THAT(predict(trees, {at.data(), 5, 1}),
              ElementsAre(DoubleNear(3, 1e-6), DoubleNear(3, 1e-6), DoubleNear(11, 1e-6),
                          DoubleNear(11, 1e-6), DoubleNear(11, 1e-6)));
  // The next split is that of the right leaf, whose rows differ more: {10, 10} and {13}.
  const BoostedTrees larger = fit_boosted_trees(sample.rows(), one_boosted_tree(3, 1));
  ASSERT_EQ(larger.nodes.size(), 5U);
  EXPECT_EQ(larger.nodes[0].right, 2);
  EXPECT_EQ(larger.nodes[2].threshold, 8.0F);
  EXPECT_NEAR(predict(larger, {at.data() + 3, 1, 1}).front(), 13, 1e-6);
}

TEST(BoostedTrees, PenaltyAndRateShrinkLeaves) {
  // Base 5; leaves of two rows with residuals of -5 and 5 each.
  const BoostedSample sample{{0, 0, 1, 1}, 1, {0, 0, 10, 10}, std::vector<double>(4, 1)};
  BoostingOptions options = one_boosted_tree(2, 1);
  options.penalty = 3;
  options.learning_rate = 0.5;
  const std::vector<float> at = {0, 1};
  EXPECT_THAT(predict(fit_boosted_trees(sample.rows(), options), {at.data(), 2, 1}),
              ElementsAre(DoubleNear(5 - 0.5 * 10 / 5, 1e-6), DoubleNear(5 + 0.5 * 10 / 5, 1e-6)));
}

// A logistic step by hand: logit of the base 0, residuals -1/2 and 1/2, curvatures 1/4.
TEST(BoostedTrees, LogisticStepByHand) {
  const BoostedSample sample{{0, 0, 1, 1}, 1, {0, 0, 1, 1}, std::vector<double>(4, 1)};
  BoostingOptions options = one_boosted_tree(2, 1);
  options.loss = BoostingLoss::kLogistic;
  options.penalty = 1;
  const std::vector<float> at = {0, 1};
  EXPECT_THAT(predict(fit_boosted_trees(sample.rows(), options), {at.data(), 2, 1}),
              ElementsAre(DoubleNear(-1 / 1.5, 1e-6), DoubleNear(1 / 1.5, 1e-6)));
}

TEST(BoostedTrees, WeightsCountAsRows) {
  const BoostedSample weighted{{5, 1, 7, 2, 9}, 1, {10, 2, 10, 4, 13}, {1, 1, 1, 1, 3}};
  const BoostedSample repeated{
      {5, 1, 7, 2, 9, 9, 9}, 1, {10, 2, 10, 4, 13, 13, 13}, std::vector<double>(7, 1)};
  const std::vector<double> expected =
      predict(fit_boosted_trees(repeated.rows(), one_boosted_tree(2, 2)), weighted.features());
  const std::vector<double> found =
      predict(fit_boosted_trees(weighted.rows(), one_boosted_tree(2, 2)), weighted.features());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-5) << i;
}

TEST(BoostedTrees, LearnNumbers) {
  const BoostedSample known = numbers(600, 1), judged = numbers(200, 2), asked = numbers(400, 3);
  const BoostedTrees trees = fit_boosted_trees(known.rows(), judged.rows());
  EXPECT_GT(trees.rounds(), 10);
  EXPECT_LT(squared_error(trees, asked), 0.2 * variance(asked)) << "the constant has all of it";
}

TEST(BoostedTrees, LearnAnswersAsLogits) {
  const BoostedSample known = answers(600, 1), judged = answers(200, 2), asked = answers(400, 3);
  const BoostedTrees trees =
      fit_boosted_trees(known.rows(), judged.rows(), {.loss = BoostingLoss::kLogistic});
  const std::vector<double> logits = predict(trees, asked.features());
  int right = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) right += (logits[i] > 0) == (asked.y[i] == 1) ? 1 : 0;
  EXPECT_GT(right, 360) << "of 400";
}

TEST(BoostedTrees, LearnClasses) {
  const BoostedSample known = classes(600, 1), judged = classes(200, 2), asked = classes(400, 3);
  const BoostedTrees trees =
      fit_boosted_trees(known.rows(), judged.rows(), {.loss = BoostingLoss::kSoftmax, .classes = 3});
  ASSERT_EQ(trees.outputs(), 3);
  EXPECT_EQ(std::ssize(trees.roots), 3 * trees.rounds());
  const std::vector<double> outputs = predict(trees, asked.features());
  ASSERT_EQ(outputs.size(), 3 * asked.y.size());
  int right = 0;
  for (std::size_t i = 0; i < asked.y.size(); ++i) {
    const auto own = outputs.begin() + static_cast<std::ptrdiff_t>(3 * i);
    right += std::max_element(own, own + 3) - own == static_cast<std::ptrdiff_t>(asked.y[i]) ? 1 : 0;
  }
  EXPECT_GT(right, 385) << "of 400";
}

// The kept rounds are those of the least loss, which the result says.
TEST(BoostedTrees, ValidationRowsEndTheGrowth) {
  const BoostedSample known = sample_of(100, 3, 1, [](const float* x) { return x[0] > 0 ? 1.0 : 0.0; });
  // The opposite of what is learnt: the constant is best.
  const BoostedSample opposite = sample_of(100, 3, 2, [](const float* x) { return x[0] > 0 ? 0.0 : 1.0; });
  const BoostedTrees none = fit_boosted_trees(known.rows(), opposite.rows());
  EXPECT_EQ(none.rounds(), 0);
  EXPECT_THAT(none.nodes, IsEmpty());
  const std::vector<double> constant = predict(none, known.features());
  EXPECT_EQ(*std::ranges::min_element(constant), *std::ranges::max_element(constant));

  const BoostedSample judged = numbers(100, 5), noisy = numbers(150, 4);
  const BoostedTrees kept =
      fit_boosted_trees(noisy.rows(), judged.rows(), {.patience = 10, .learning_rate = 0.3});
  ASSERT_GT(kept.rounds(), 0);
  EXPECT_NEAR(*kept.validation_loss, 0.5 * squared_error(kept, judged), 1e-9);
  for (const Index more : {kept.rounds() - 1, kept.rounds() + 1, kept.rounds() + 5}) {
    const BoostedTrees other = fit_boosted_trees(noisy.rows(), {.rounds = more, .learning_rate = 0.3});
    EXPECT_EQ(other.rounds(), more) << "without validation rows all are kept";
    EXPECT_FALSE(other.validation_loss.has_value());
    EXPECT_GE(0.5 * squared_error(other, judged), *kept.validation_loss - 1e-9) << more;
  }
}

TEST(BoostedTrees, LeavesAreFewAndHoldEnoughRows) {
  const BoostedSample sample = numbers(300, 3);
  for (const Index min_leaf : {1, 5, 40}) {
    const BoostedTrees trees = fit_boosted_trees(sample.rows(), one_boosted_tree(7, min_leaf));
    BoostedTrees marked = trees;
    // Leaves are told apart by numbers of their own.
    for (std::size_t i = 0; i < marked.nodes.size(); ++i) marked.nodes[i].value = static_cast<float>(i);
    std::vector<double> leaves = predict(marked, sample.features());
    std::ranges::sort(leaves);
    int count = 0;
    for (auto at = leaves.begin(); at != leaves.end(); ++count) {
      const auto next = std::upper_bound(at, leaves.end(), *at);
      EXPECT_GE(next - at, min_leaf);
      at = next;
    }
    EXPECT_LE(count, 7);
    EXPECT_GE(count, 4);
  }
}

TEST(BoostedTrees, SameBitsForEveryNumberOfThreads) {
  // Enough rows that columns are worked on side by side.
  const BoostedSample known = classes(9000, 1), judged = classes(300, 2);
  const BoostingOptions options{.loss = BoostingLoss::kSoftmax, .classes = 3, .rounds = 12};
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    return predict(fit_boosted_trees(known.rows(), judged.rows(), options), judged.features());
  };
  const auto serial = run(1);
  EXPECT_EQ(run(2), serial);
  EXPECT_EQ(run(4), serial);
}

TEST(BoostedTrees, DrawsFollowTheSeed) {
  const BoostedSample sample = numbers(200, 4);
  const auto fitted = [&](const BoostingOptions& options) {
    return predict(fit_boosted_trees(sample.rows(), options), sample.features());
  };
  EXPECT_EQ(fitted({.rounds = 5, .seed = 1}), fitted({.rounds = 5, .seed = 1}));
  EXPECT_NE(fitted({.rounds = 5, .seed = 1}), fitted({.rounds = 5, .seed = 2}));
  EXPECT_EQ(fitted({.rounds = 5, .row_share = 1, .column_share = 1, .seed = 1}),
            fitted({.rounds = 5, .row_share = 1, .column_share = 1, .seed = 2}))
      << "nothing is drawn";
}

TEST(BoostedTrees, NothingToLearnLeavesTheConstant) {
  const BoostedSample same{{3, 3, 3, 3}, 1, {0, 1, 1, 1}, std::vector<double>(4, 1)};
  const BoostedTrees of_equal_rows = fit_boosted_trees(same.rows());
  EXPECT_THAT(of_equal_rows.roots, IsEmpty());
  EXPECT_THAT(predict(of_equal_rows, {same.x.data(), 1, 1}), ElementsAre(0.75));
  const BoostedSample one_class{{1, 2, 3, 4}, 1, {1, 1, 1, 1}, std::vector<double>(4, 1)};
  const double logit =
      predict(fit_boosted_trees(one_class.rows(), {.loss = BoostingLoss::kLogistic, .rounds = 300}),
              {one_class.x.data(), 1, 1})
          .front();
  EXPECT_GT(logit, 2);
  EXPECT_TRUE(std::isfinite(logit));
}

// Rounds go on until labels that a column tells apart have probabilities of almost 0 and 1.
TEST(BoostedTrees, StayFiniteWhereClassesAreCertain) {
  const BoostedSample sample = sample_of(200, 2, 1, [](const float* x) { return x[0] > 0 ? 1.0 : 0.0; });
  BoostingOptions options{.loss = BoostingLoss::kLogistic, .rounds = 2000, .learning_rate = 1, .penalty = 0};
  options.column_share = 1;
  for (const double logit : predict(fit_boosted_trees(sample.rows(), options), sample.features()))
    EXPECT_TRUE(std::isfinite(logit));
}

TEST(BoostedTrees, AStopEndsTheGrowth) {
  const BoostedSample sample = numbers(100, 1);
  int rounds = 0;
  const BoostingOptions options{.stop = [&] { return ++rounds > 3; }};
  EXPECT_THROW(fit_boosted_trees(sample.rows(), options), StoppedError);
  EXPECT_EQ(rounds, 4);
}

TEST(BoostedTrees, RefuseBadInput) {
  const BoostedSample good{{1, 2, 3, 4}, 1, {0, 1, 0, 1}, std::vector<double>(4, 1)};
  const auto fit = [](const BoostedSample& sample, const BoostingOptions& options) {
    return [&sample, options] { fit_boosted_trees(sample.rows(), options); };
  };
  for (const BoostingOptions& options :
       {BoostingOptions{.rounds = 0}, BoostingOptions{.patience = 0}, BoostingOptions{.learning_rate = 0},
        BoostingOptions{.learning_rate = 1.5}, BoostingOptions{.most_leaves = 1},
        BoostingOptions{.min_leaf = 0}, BoostingOptions{.penalty = -1}, BoostingOptions{.penalty = NAN},
        BoostingOptions{.row_share = 0}, BoostingOptions{.column_share = 1.1}}) {
    EXPECT_THROW(fit(good, options)(), ConfigError);
  }
  EXPECT_THAT(fit(good, {.loss = BoostingLoss::kSoftmax, .classes = 1}),
              ThrowsMessage<ConfigError>(HasSubstr("1 classes, expected at least 2")));
  BoostedSample bad = good;
  bad.y[2] = 0.5;
  EXPECT_NO_THROW(fit(bad, {})());
  EXPECT_THAT(fit(bad, {.loss = BoostingLoss::kLogistic}),
              ThrowsMessage<TrainingError>(HasSubstr("row 2 has the target 0.5, expected a class 0 to 1")));
  bad.y[2] = 3;
  EXPECT_THAT(fit(bad, {.loss = BoostingLoss::kSoftmax, .classes = 3}),
              ThrowsMessage<TrainingError>(HasSubstr("row 2 has the target 3, expected a class 0 to 2")));
  bad.y[2] = NAN;
  EXPECT_THAT(fit(bad, {}), ThrowsMessage<TrainingError>(HasSubstr("row 2 holds a number")));
  bad = good;
  bad.x[3] = INFINITY;
  EXPECT_THAT(fit(bad, {}), ThrowsMessage<TrainingError>(HasSubstr("row 3 holds a number")));
  EXPECT_THAT([&] { fit_boosted_trees(good.rows(), bad.rows()); },
              ThrowsMessage<TrainingError>(HasSubstr("validation row 3 holds a number")));
  bad = good;
  bad.weights[1] = 0;
  EXPECT_THAT(fit(bad, {}), ThrowsMessage<TrainingError>(HasSubstr("row 1 has weight 0")));
  bad = good;
  bad.weights.pop_back();
  EXPECT_THROW(fit(bad, {})(), ShapeError);
  const BoostedSample nothing{{}, 1, {}, {}};
  EXPECT_THROW(fit(nothing, {})(), TrainingError);
  EXPECT_THROW(fit_boosted_trees(good.rows(), nothing.rows()), TrainingError);
  EXPECT_THROW(fit_boosted_trees({{good.x.data(), 4, 0}, good.y, good.weights}), ShapeError);
  const BoostedSample wide{{1, 2, 3, 4}, 2, {0, 1}, {1, 1}};
  EXPECT_THROW(fit_boosted_trees(good.rows(), wide.rows()), ShapeError);
  EXPECT_THROW(predict(fit_boosted_trees(good.rows()), wide.features()), ShapeError);
}

}  // namespace
}  // namespace plstm
