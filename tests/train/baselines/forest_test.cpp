#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/baselines/forest.hpp>

#include "support/vectors.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<double> ones(std::size_t count) {
  return std::vector<double>(count, 1.0);
}

/// One tree that sees every row and may choose any of the columns.
ForestOptions one_tree(Index columns, Index min_leaf) {
  return {.trees = 1, .columns_per_split = columns, .min_leaf = min_leaf, .bootstrap = false};
}

TEST(Forest, TreeByHand) {
  // The means of {2, 4} and {10, 10, 13} explain more than any other two parts.
  const std::vector<float> x = {5, 1, 7, 2, 9};
  const std::vector<double> y = {10, 2, 10, 4, 13};
  const Forest forest = fit_forest({x.data(), 5, 1}, y, ones(5), one_tree(1, 2));
  ASSERT_EQ(forest.nodes.size(), 3U);
  EXPECT_EQ(forest.nodes[0].column, 0);
  EXPECT_EQ(forest.nodes[0].right, 2);
  EXPECT_EQ(forest.nodes[0].threshold, 3.5F) << "halfway between 2 and 5";
  const std::vector<float> at = {-1, 3.5F, 3.75F, 100, std::numeric_limits<float>::quiet_NaN()};
  EXPECT_THAT(predict(forest, {at.data(), 5, 1}), ElementsAre(3, 3, 11, 11, 11));
}

TEST(Forest, WeightsCountAsRows) {
  // Three times the last row: the mean of the right leaf moves from 11 to (10 + 10 + 3 * 13) / 5.
  const std::vector<float> x = {5, 1, 7, 2, 9};
  const std::vector<double> y = {10, 2, 10, 4, 13};
  const std::vector<double> weights = {1, 1, 1, 1, 3};
  const Forest forest = fit_forest({x.data(), 5, 1}, y, weights, one_tree(1, 2));
  const std::vector<float> at = {1, 9};
  EXPECT_THAT(predict(forest, {at.data(), 2, 1}), ElementsAre(3, ::testing::DoubleNear(59.0 / 5, 1e-6)));
}

/// The least sum of squares around the means of two parts, over all columns and thresholds.
double least_squares_of_two_parts(const ConstMatrixMap<float>& x, const std::vector<double>& y,
                                  Index min_leaf) {
  double least = std::numeric_limits<double>::infinity();
  for (Index column = 0; column < x.cols(); ++column) {
    for (Index at = 0; at < x.rows(); ++at) {
      double squares = 0;
      bool allowed = true;
      for (const bool left : {true, false}) {
        std::vector<double> part;
        for (Index i = 0; i < x.rows(); ++i) {
          if ((x(i, column) <= x(at, column)) == left) part.push_back(y[static_cast<std::size_t>(i)]);
        }
        allowed = allowed && std::ssize(part) >= min_leaf;
        const double mean = std::accumulate(part.begin(), part.end(), 0.0) / static_cast<double>(part.size());
        for (const double value : part) squares += (value - mean) * (value - mean);
      }
      if (allowed) least = std::min(least, squares);
    }
  }
  return least;
}

// With leaves of more than a third of the rows there is room for one split, which has to be the best one.
TEST(Forest, SplitIsTheBestOfAll) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const Index rows = 23, columns = 4, min_leaf = 8;
    const auto x = test::random_normal<float>(static_cast<std::size_t>(rows * columns), random);
    const auto y = test::random_normal<double>(static_cast<std::size_t>(rows), random);
    const ConstMatrixMap<float> features(x.data(), rows, columns);
    const Forest forest = fit_forest(features, y, ones(y.size()), one_tree(columns, min_leaf));
    ASSERT_EQ(forest.nodes.size(), 3U);
    const std::vector<double> fitted = predict(forest, features);
    double squares = 0;
    for (std::size_t i = 0; i < y.size(); ++i) squares += (y[i] - fitted[i]) * (y[i] - fitted[i]);
    EXPECT_NEAR(squares, least_squares_of_two_parts(features, y, min_leaf), 1e-5) << "seed " << seed;
  }
}

TEST(Forest, FindsAnEdgeAmongMoreValuesThanBins) {
  const std::size_t rows = 5000;
  Random random(1);
  const auto x = test::random_normal<float>(rows, random);
  std::vector<double> y(rows);
  for (std::size_t i = 0; i < rows; ++i) y[i] = x[i] > 0.4F ? 1 : 0;
  const Forest forest = fit_forest({x.data(), static_cast<Index>(rows), 1}, y, ones(rows), one_tree(1, 1000));
  EXPECT_NEAR(forest.nodes[0].threshold, 0.4, 0.02) << "a bin holds 1/256 of the rows";
}

struct Sample {
  std::vector<float> x;
  std::vector<double> y;
  Index rows, columns;
  ConstMatrixMap<float> features() const { return {x.data(), rows, columns}; }
};

/// Whether the first two of the columns have the same sign: no column alone says anything.
Sample same_signs(Index rows, std::uint64_t seed) {
  constexpr Index kColumns = 6;
  Random random(seed);
  Sample sample{
      test::random_normal<float>(static_cast<std::size_t>(rows * kColumns), random), {}, rows, kColumns};
  for (Index i = 0; i < rows; ++i) {
    const ConstMatrixMap<float> x = sample.features();
    sample.y.push_back((x(i, 0) > 0) == (x(i, 1) > 0) ? 1 : 0);
  }
  return sample;
}

TEST(Forest, LearnsWhatNoColumnSaysAlone) {
  const Sample known = same_signs(800, 1), asked = same_signs(400, 2);
  const Forest forest = fit_forest(known.features(), known.y, ones(known.y.size()), {.trees = 100});
  const std::vector<double> shares = predict(forest, asked.features());
  int right = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    ASSERT_GE(shares[i], 0);
    ASSERT_LE(shares[i], 1);
    right += (shares[i] > 0.5) == (asked.y[i] == 1) ? 1 : 0;
  }
  EXPECT_GT(right, 320) << "of 400; 200 by chance";
}

TEST(Forest, LeavesHoldEnoughRows) {
  const Sample sample = same_signs(300, 3);
  for (const Index min_leaf : {1, 5, 40}) {
    ForestOptions options = one_tree(0, min_leaf);
    options.trees = 5;
    const Forest forest = fit_forest(sample.features(), sample.y, ones(sample.y.size()), options);
    for (std::size_t tree = 0; tree < forest.roots.size(); ++tree) {
      Forest alone{forest.nodes, {forest.roots[tree]}, forest.columns};
      // Leaves are told apart by numbers of their own.
      for (std::size_t i = 0; i < alone.nodes.size(); ++i) alone.nodes[i].value = static_cast<float>(i);
      std::vector<double> leaves = predict(alone, sample.features());
      std::ranges::sort(leaves);
      for (auto at = leaves.begin(); at != leaves.end();) {
        const auto next = std::upper_bound(at, leaves.end(), *at);
        EXPECT_GE(next - at, min_leaf);
        at = next;
      }
    }
  }
}

TEST(Forest, TreesDifferBySeedAndDraw) {
  const Sample sample = same_signs(200, 4);
  const auto fitted = [&](const ForestOptions& options) {
    return predict(fit_forest(sample.features(), sample.y, ones(sample.y.size()), options),
                   sample.features());
  };
  EXPECT_NE(fitted({.trees = 3, .seed = 1}), fitted({.trees = 3, .seed = 2}));
  ForestOptions all = one_tree(sample.columns, 30);
  const auto once = fitted(all);
  all.trees = 3;
  all.seed = 9;
  EXPECT_EQ(fitted(all), once) << "nothing is left to chance but splits of equal worth";
  all.bootstrap = true;
  EXPECT_NE(fitted(all), once);
}

TEST(Forest, SameBitsForEveryNumberOfThreads) {
  const Sample sample = same_signs(500, 5);
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    const Forest forest = fit_forest(sample.features(), sample.y, ones(sample.y.size()), {.trees = 20});
    return predict(forest, sample.features());
  };
  const auto serial = run(1);
  EXPECT_EQ(run(2), serial);
  EXPECT_EQ(run(4), serial);
}

// Adjacent numbers have none between them.
TEST(Forest, SplitsBetweenAdjacentNumbers) {
  const std::vector<float> x = {1, std::nextafter(1.0F, 2.0F)};
  const Forest forest = fit_forest({x.data(), 2, 1}, std::vector<double>{3, 5}, ones(2), one_tree(1, 1));
  EXPECT_THAT(predict(forest, {x.data(), 2, 1}), ElementsAre(3, 5));
}

TEST(Forest, FindsTheOneRowThatDiffers) {
  const Index rows = 5000;
  std::vector<float> x(static_cast<std::size_t>(rows));
  for (Index i = 0; i < rows; ++i) x[static_cast<std::size_t>(i)] = static_cast<float>(i % 2 * 2);
  x[1234] = 1;
  std::vector<double> y(x.size(), 0.0);
  y[1234] = 1;
  const Forest forest = fit_forest({x.data(), rows, 1}, y, ones(y.size()), one_tree(1, 1));
  EXPECT_EQ(forest.nodes.size(), 5U) << "one split on either side of it, and pure parts are split no further";
  const std::vector<float> at = {0, 1, 2};
  EXPECT_THAT(predict(forest, {at.data(), 3, 1}), ElementsAre(0, 1, 0));
}

TEST(Forest, RowsDrawnTwiceCountTwice) {
  const std::vector<float> x = {1, 2, 3, 4, 5, 6, 7};
  const std::vector<double> y = {1, 0, 0, 0, 0, 0, 0};
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    ForestOptions options = one_tree(1, 7);
    options.bootstrap = true;
    options.seed = seed;
    const Forest forest = fit_forest({x.data(), 7, 1}, y, ones(7), options);
    const double draws = 7 * predict(forest, {x.data(), 1, 1}).front();
    EXPECT_NEAR(draws, std::round(draws), 1e-6) << "seed " << seed;
    sum += draws;
  }
  EXPECT_NEAR(sum / 100, 1, 0.3);
}

TEST(Forest, DrawsColumnsUntilOneSplits) {
  Sample sample = same_signs(60, 6);
  for (Index i = 0; i < sample.rows; ++i) {
    for (const Index column : {0, 1, 2, 4})
      sample.x[static_cast<std::size_t>(i * sample.columns + column)] = 7;
  }
  ForestOptions options = one_tree(1, 10);
  options.trees = 30;
  const Forest forest = fit_forest(sample.features(), sample.y, ones(sample.y.size()), options);
  int third = 0;
  for (const std::int64_t root : forest.roots) {
    const std::int32_t column = forest.nodes[static_cast<std::size_t>(root)].column;
    EXPECT_TRUE(column == 3 || column == 5) << column;
    third += column == 3 ? 1 : 0;
  }
  EXPECT_GT(third, 5) << "of 30; either may come first";
  EXPECT_LT(third, 25);
}

TEST(Forest, EqualRowsMakeALeaf) {
  const std::vector<float> x = {3, 3, 3, 3};
  const std::vector<double> y = {0, 1, 1, 1};
  const Forest forest = fit_forest({x.data(), 4, 1}, y, ones(4), one_tree(1, 1));
  EXPECT_EQ(forest.nodes.size(), 1U);
  EXPECT_THAT(predict(forest, {x.data(), 1, 1}), ElementsAre(0.75));
}

TEST(Forest, RefusesBadInput) {
  const std::vector<float> x = {1, 2, 3, 4};
  const std::vector<double> y = {0, 1, 0, 1};
  const ConstMatrixMap<float> features(x.data(), 4, 1);
  const auto fit = [&](const std::vector<double>& targets, const std::vector<double>& weights,
                       const ForestOptions& options) {
    return [=] { fit_forest(features, targets, weights, options); };
  };
  EXPECT_THROW(fit({0, 1}, ones(4), {})(), ShapeError);
  EXPECT_THROW(fit(y, ones(3), {})(), ShapeError);
  EXPECT_THROW(fit_forest({x.data(), 4, 0}, y, ones(4)), ShapeError);
  EXPECT_THROW(fit_forest({x.data(), 0, 1}, {}, {}), TrainingError);
  EXPECT_THROW(fit(y, ones(4), {.trees = 0})(), ConfigError);
  EXPECT_THROW(fit(y, ones(4), {.min_leaf = 0})(), ConfigError);
  EXPECT_THAT(fit(y, ones(4), {.columns_per_split = 2}),
              ThrowsMessage<ConfigError>(HasSubstr("2 of 1 columns a split")));
  EXPECT_THAT(fit({0, 1, NAN, 1}, ones(4), {}), ThrowsMessage<TrainingError>(HasSubstr("row 2 holds")));
  EXPECT_THAT(fit(y, {1, 0, 1, 1}, {}), ThrowsMessage<TrainingError>(HasSubstr("row 1 has weight 0")));
  const std::vector<float> bad = {1, 2, 3, INFINITY};
  EXPECT_THAT(
      [&] {
        fit_forest({bad.data(), 4, 1}, y, ones(4));
      },
      ThrowsMessage<TrainingError>(HasSubstr("row 3 holds a number that is not finite")));
  const Forest forest = fit_forest(features, y, ones(4));
  EXPECT_THROW(predict(forest, {x.data(), 2, 2}), ShapeError);
}

// A label that is chance: trees that have seen a row know it, others cannot.
struct ChanceLabels {
  static constexpr Index kRows = 120, kColumns = 4;
  std::vector<float> x;
  std::vector<double> y;
  std::vector<std::int32_t> groups;  // pairs of equal rows with equal labels

  ChanceLabels() {
    Random random(3);
    for (Index i = 0; i < kRows / 2; ++i) {
      const double label = random.below(2) == 0 ? 0 : 1;
      std::vector<float> row;
      for (Index c = 0; c < kColumns; ++c) row.push_back(static_cast<float>(random.normal()));
      for (int copy = 0; copy < 2; ++copy) {
        x.insert(x.end(), row.begin(), row.end());
        y.push_back(label);
        groups.push_back(static_cast<std::int32_t>(i));
      }
    }
  }
  ConstMatrixMap<float> features() const { return {x.data(), kRows, kColumns}; }
  double squared_error(const std::vector<double>& values) const {
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += (values[i] - y[i]) * (values[i] - y[i]) / double{kRows};
    return sum;
  }
};

TEST(Forest, HeldOutPredictionsAreOfTreesThatHaveNotSeenTheRow) {
  const ChanceLabels data;
  const std::vector<double> weights = ones(data.y.size());
  const ForestOptions options{.trees = 100, .min_leaf = 1, .seed = 5};
  const ForestFit alone = fit_forest_and_hold_out(data.features(), data.y, weights, options);
  EXPECT_EQ(alone.forest, fit_forest(data.features(), data.y, weights, options));
  EXPECT_LT(data.squared_error(predict(alone.forest, data.features())), 0.1) << "what it has seen";
  EXPECT_LT(data.squared_error(alone.held_out), 0.15) << "a row is known by its copy";
  ForestOptions in_groups = options;
  in_groups.groups = data.groups;
  const ForestFit grouped = fit_forest_and_hold_out(data.features(), data.y, weights, in_groups);
  EXPECT_GT(data.squared_error(grouped.held_out), 0.2) << "copies are left out together";
  EXPECT_LT(data.squared_error(predict(grouped.forest, data.features())), 0.1);
  in_groups.groups = std::span(data.groups).first(3);
  EXPECT_THROW(fit_forest(data.features(), data.y, weights, in_groups), ShapeError);
}

TEST(Forest, ContributionsAddUpToThePrediction) {
  const ChanceLabels data;
  const Forest forest = fit_forest(data.features(), data.y, ones(data.y.size()), {.trees = 20, .seed = 1});
  double mean_of_roots = 0;
  for (const std::int64_t root : forest.roots)
    mean_of_roots += double{forest.nodes[static_cast<std::size_t>(root)].value} / 20;
  const std::span<const float> row(data.x.data() + 12, 4);
  std::vector<double> parts(4, 0.0);
  add_contributions(forest, row, parts);
  EXPECT_NEAR(std::accumulate(parts.begin(), parts.end(), mean_of_roots), predict(forest, row), 1e-6);
  EXPECT_EQ(predict(forest, row), predict(forest, {row.data(), 1, 4})[0]);
  EXPECT_THROW(predict(forest, row.first(3)), ShapeError);
  EXPECT_THROW(add_contributions(forest, row, std::span(parts).first(3)), ShapeError);
}

}  // namespace
}  // namespace plstm
