#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/objectives/metrics.hpp>

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

using Values = std::vector<double>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Metric kAll[] = {Metric::kRmse,    Metric::kMae,      Metric::kR2,
                           Metric::kPearson, Metric::kSpearman, Metric::kAccuracy,
                           Metric::kRocAuc,  Metric::kPrAuc,    Metric::kBalancedAccuracy,
                           Metric::kF1,      Metric::kMcc,      Metric::kEnrichment};

TEST(Metrics, RegressionByHand) {
  const Values predictions = {1, 2, 3, 4};
  const Values targets = {1, 4, 2, 5};
  EXPECT_DOUBLE_EQ(*rmse(predictions, targets), std::sqrt(6.0 / 4));
  EXPECT_DOUBLE_EQ(*mae(predictions, targets), 1.0);
  EXPECT_DOUBLE_EQ(*r2(predictions, targets), 1 - 6.0 / 10);
  EXPECT_DOUBLE_EQ(*r2(targets, targets), 1.0);
  EXPECT_DOUBLE_EQ(*r2(Values(4, 3.0), targets), 0.0) << "the mean explains nothing";
  // Centred: (-3, -1, 1, 3) / 2 and (-2, 1, -1, 2), so 5 / sqrt(5 * 10).
  EXPECT_DOUBLE_EQ(*pearson(predictions, targets), 5 / std::sqrt(50.0));
  EXPECT_DOUBLE_EQ(*pearson(Values{-2, -8, -4, -10}, targets), -1.0)
      << "scale and shift change the sign only";
}

TEST(Metrics, AccuracyByHand) {
  EXPECT_DOUBLE_EQ(*binary_accuracy(Values{-1, 0, 2, 3}, Values{0, 0, 1, 0}), 0.75);
  EXPECT_DOUBLE_EQ(*binary_accuracy(Values{0.4, 0.6, 0.5}, Values{0, 1, 1}, 0.5), 2.0 / 3);
  const Values logits = {1, 3, 2,  //
                         5, 5, 0,  //
                         0, 0, 9};
  EXPECT_DOUBLE_EQ(*class_accuracy({logits.data(), 3, 3}, Values{1, 0, 0}), 2.0 / 3);
}

TEST(Metrics, RankingByHand) {
  // Descending: 1, 0, {1, 0}, 0. Pairs won: 3 + 1 + 1/2 of 6.
  const Values scores = {0.9, 0.8, 0.5, 0.5, 0.1};
  const Values labels = {1, 0, 1, 0, 0};
  EXPECT_DOUBLE_EQ(*roc_auc(scores, labels), 4.5 / 6);
  EXPECT_DOUBLE_EQ(*pr_auc(scores, labels), 0.5 * 1 + 0.5 * (2.0 / 4));
  EXPECT_DOUBLE_EQ(*roc_auc(Values{1, 1, 1}, Values{0, 1, 0}), 0.5);
  EXPECT_DOUBLE_EQ(*pr_auc(Values{1, 1, 1}, Values{0, 1, 0}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(*roc_auc(Values{-kInfinity, kInfinity}, Values{0, 1}), 1.0);
  EXPECT_DOUBLE_EQ(*roc_auc(Values{-kInfinity, kInfinity}, Values{1, 0}), 0.0);
}

TEST(Metrics, AbsentWhereUndefined) {
  EXPECT_EQ(rmse({}, {}), std::nullopt);
  EXPECT_EQ(mae({}, {}), std::nullopt);
  EXPECT_EQ(r2({}, {}), std::nullopt);
  EXPECT_EQ(r2(Values{1}, Values{2}), std::nullopt);
  EXPECT_EQ(r2(Values{1, 2, 3}, Values{0.1, 0.1, 0.1}), std::nullopt);
  EXPECT_EQ(pearson({}, {}), std::nullopt);
  EXPECT_EQ(pearson(Values{1, 2, 3}, Values{0.1, 0.1, 0.1}), std::nullopt);
  EXPECT_EQ(pearson(Values{0.1, 0.1, 0.1}, Values{1, 2, 3}), std::nullopt);
  EXPECT_EQ(binary_accuracy({}, {}), std::nullopt);
  EXPECT_EQ(class_accuracy({nullptr, 0, 3}, {}), std::nullopt);
  EXPECT_EQ(roc_auc({}, {}), std::nullopt);
  EXPECT_EQ(roc_auc(Values{1, 2}, Values{1, 1}), std::nullopt);
  EXPECT_EQ(roc_auc(Values{1, 2}, Values{0, 0}), std::nullopt);
  EXPECT_EQ(pr_auc(Values{1, 2}, Values{1, 1}), std::nullopt);
  EXPECT_EQ(pr_auc(Values{1, 2}, Values{0, 0}), std::nullopt);
}

TEST(Metrics, APredictionThatIsNaNMakesTheMetricNaN) {
  const Values predictions = {1, kNan, 0};
  const Values labels = {1, 0, 0};
  for (const auto& value : {rmse(predictions, labels), mae(predictions, labels), r2(predictions, labels),
                            pearson(predictions, labels), binary_accuracy(predictions, labels),
                            class_accuracy({predictions.data(), 1, 3}, Values{0}),
                            roc_auc(predictions, labels), pr_auc(predictions, labels)}) {
    ASSERT_TRUE(value.has_value());
    EXPECT_TRUE(std::isnan(*value));
  }
}

/// Scores from few values, so that ties are common, with labels.
struct Ranking {
  Values scores;
  Values labels;
};

Ranking some_ranking() {
  Ranking ranking;
  for (const auto& [score, label] : *rc::gen::container<std::vector<std::pair<int, bool>>>(
           rc::gen::pair(rc::gen::inRange(0, 12), rc::gen::arbitrary<bool>()))) {
    ranking.scores.push_back(score);
    ranking.labels.push_back(label ? 1 : 0);
  }
  return ranking;
}

RC_GTEST_PROP(Metrics, RocAucCountsPairs, ()) {
  const auto [scores, labels] = some_ranking();
  double won = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (labels[i] != 1 || labels[j] != 0) continue;
      pairs += 1;
      won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
    }
  }
  const auto value = roc_auc(scores, labels);
  RC_ASSERT(value.has_value() == (pairs > 0));
  if (value) RC_ASSERT(*value == won / pairs);
}

RC_GTEST_PROP(Metrics, PrAucSumsOverThresholds, ()) {
  const auto [scores, labels] = some_ranking();
  double positives = 0;
  for (const double label : labels) positives += label;
  double expected = 0;
  double recall = 0;
  const std::set<double, std::greater<>> thresholds(scores.begin(), scores.end());
  for (const double threshold : thresholds) {
    double true_positives = 0;
    double predicted = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      predicted += scores[i] >= threshold;
      true_positives += scores[i] >= threshold && labels[i] == 1;
    }
    expected += (true_positives / positives - recall) * true_positives / predicted;
    recall = true_positives / positives;
  }
  const auto value = pr_auc(scores, labels);
  RC_ASSERT(value.has_value() == (positives > 0 && positives < static_cast<double>(labels.size())));
  if (value) RC_ASSERT(std::abs(*value - expected) < 1e-12);
}

TEST(Metrics, EvaluateAveragesTheTasksWhereDefined) {
  // Task 0: rows 0, 1, 3. Task 1: row 2 only.
  const Values predictions = {1, kNan, 3, kNan, kNan, 5, -4, kNan};
  const Values targets = {0, kNan, 1, kNan, kNan, 1, 0, kNan};
  const std::vector<std::uint8_t> present = {1, 0, 1, 0, 0, 1, 1, 0};
  const auto run = [&](Metric metric) {
    return evaluate<double>(metric, {predictions.data(), 4, 2}, {targets.data(), 4, 2},
                            {present.data(), 4, 2});
  };
  EXPECT_DOUBLE_EQ(*run(Metric::kMae), ((1 + 2 + 4) / 3.0 + 4) / 2);
  EXPECT_DOUBLE_EQ(*run(Metric::kRmse), (std::sqrt((1 + 4 + 16) / 3.0) + 4) / 2);
  EXPECT_DOUBLE_EQ(*run(Metric::kAccuracy), (2.0 / 3 + 1) / 2);
  EXPECT_DOUBLE_EQ(*run(Metric::kRocAuc), 1.0) << "task 1 has one class";
  EXPECT_DOUBLE_EQ(*run(Metric::kPrAuc), 1.0);
  EXPECT_DOUBLE_EQ(*run(Metric::kR2), 1 - 21.0 / (2.0 / 3)) << "task 1 has one row";
}

TEST(Metrics, EvaluateIsAbsentIfNoTaskIsDefined) {
  const std::vector<float> values = {1, 2};
  const std::vector<std::uint8_t> none = {0, 0};
  for (const Metric metric : kAll) {
    EXPECT_EQ(evaluate<float>(metric, {values.data(), 1, 2}, {values.data(), 1, 2}, {none.data(), 1, 2}),
              std::nullopt);
    EXPECT_EQ(evaluate<float>(metric, {nullptr, 0, 0}, {nullptr, 0, 0}, {nullptr, 0, 0}), std::nullopt);
  }
}

TEST(Metrics, EvaluateClassesOfSeveralTasks) {
  // Two tasks of two classes: task 0 right in both rows, task 1 right in its one row of two, the other
  // missing.
  const std::vector<float> logits = {1, 0, 0, 1,  //
                                     0, 1, 1, 0};
  const std::vector<float> targets = {0, 0, 1, 0};
  std::vector<std::uint8_t> present = {1, 1, 1, 1};
  const auto run = [&] {
    return evaluate<float>(Metric::kAccuracy, {logits.data(), 2, 4}, {targets.data(), 2, 2},
                           {present.data(), 2, 2});
  };
  EXPECT_DOUBLE_EQ(*run(), (1 + 0.5) / 2);
  present[1] = 0;
  EXPECT_DOUBLE_EQ(*run(), 1.0);
}

TEST(Metrics, EvaluateJudgesChoicesAndOrders) {
  const Values logits = {-3, -1, 2, 1, 4, -2}, labels = {0, 1, 1, 0, 1, 0};
  const std::vector<std::uint8_t> present(6, 1);
  const auto run = [&](Metric metric) {
    return evaluate<double>(metric, {logits.data(), 6, 1}, {labels.data(), 6, 1}, {present.data(), 6, 1});
  };
  EXPECT_DOUBLE_EQ(*run(Metric::kBalancedAccuracy), 2.0 / 3);
  EXPECT_DOUBLE_EQ(*run(Metric::kF1), 4.0 / 6);
  EXPECT_DOUBLE_EQ(*run(Metric::kMcc), (2 * 2 - 1 * 1) / std::sqrt(3.0 * 3 * 3 * 3));
  EXPECT_DOUBLE_EQ(*run(Metric::kEnrichment), 2);
  // Ranks 1 3 5 4 6 2 of the logits and 2 5 5 2 5 2 of the labels.
  EXPECT_DOUBLE_EQ(*run(Metric::kSpearman), 10.5 / std::sqrt(17.5 * 13.5));
}

TEST(Metrics, EvaluateJudgesChoicesAmongClasses) {
  // Task 0: classes 0, 1, 2, 2 taken for 0, 1, 2, 0. Task 1: one row, right.
  const std::vector<float> logits = {1, 0, 0, 9, 0, 0,  //
                                     0, 1, 0, 0, 0, 0,  //
                                     0, 0, 1, 0, 0, 0,  //
                                     1, 0, 0, 0, 0, 0};
  const std::vector<float> labels = {0, 0, 1, 0, 2, 0, 2, 0};
  const std::vector<std::uint8_t> present = {1, 1, 1, 0, 1, 0, 1, 0};
  const auto run = [&](Metric metric) {
    return evaluate<float>(metric, {logits.data(), 4, 6}, {labels.data(), 4, 2}, {present.data(), 4, 2});
  };
  EXPECT_DOUBLE_EQ(*run(Metric::kBalancedAccuracy), (1 + 1 + 0.5) / 3) << "task 1 has one class";
  EXPECT_DOUBLE_EQ(*run(Metric::kMcc), (3 * 4 - 5) / std::sqrt((16.0 - 6) * (16 - 6)));
  EXPECT_DOUBLE_EQ(*run(Metric::kF1), ((2.0 / 3 + 1 + 2.0 / 3) / 3 + 1) / 2);
  EXPECT_THROW(run(Metric::kRocAuc), ShapeError);
}

TEST(Metrics, AnUndecidedRowMakesEveryMetricNaN) {
  const Values predictions = {1, kNan, 0}, labels = {1, 0, 0};
  const std::vector<std::uint8_t> present(3, 1);
  for (const Metric metric : kAll) {
    const auto value =
        evaluate<double>(metric, {predictions.data(), 3, 1}, {labels.data(), 3, 1}, {present.data(), 3, 1});
    ASSERT_TRUE(value.has_value()) << name(metric);
    EXPECT_TRUE(std::isnan(*value)) << name(metric);
  }
}

TEST(Metrics, TitlesAreAllDifferent) {
  std::set<std::string_view> titles;
  for (const Metric metric : kAll) titles.insert(title(metric));
  EXPECT_EQ(titles.size(), std::size(kAll));
  EXPECT_EQ(title(Metric::kEnrichment), "enrichment at 1 %");
}

TEST(Metrics, NamesRoundTrip) {
  for (const Metric metric : kAll) EXPECT_EQ(parse_metric(name(metric)), metric);
  EXPECT_THAT([] { parse_metric("AUC"); },
              ThrowsMessage<ConfigError>("unknown metric 'AUC', expected one of rmse, mae, r2, pearson, "
                                         "spearman, accuracy, balanced_accuracy, f1, "
                                         "mcc, roc_auc, pr_auc, enrichment, loss"));
}

TEST(Metrics, BetterKnowsTheDirectionAndNaN) {
  for (const Metric metric : kAll) {
    const bool lower = metric == Metric::kRmse || metric == Metric::kMae;
    EXPECT_EQ(better(metric, 0.1, 0.2), lower) << name(metric);
    EXPECT_EQ(better(metric, 0.2, 0.1), !lower) << name(metric);
    EXPECT_FALSE(better(metric, 0.1, 0.1)) << name(metric);
    EXPECT_FALSE(better(metric, kNan, 0.1)) << name(metric);
    EXPECT_TRUE(better(metric, 0.1, kNan)) << name(metric);
    EXPECT_FALSE(better(metric, kNan, kNan)) << name(metric);
  }
}

TEST(Metrics, RejectShapesThatDoNotFit) {
  const Values one = {1};
  EXPECT_THAT([&] { rmse(one, {}); },
              ThrowsMessage<ShapeError>("rmse: predictions has 1 entries, expected 0"));
  EXPECT_THROW(mae(one, {}), ShapeError);
  EXPECT_THROW(r2({}, one), ShapeError);
  EXPECT_THROW(binary_accuracy(one, {}), ShapeError);
  EXPECT_THROW(roc_auc(one, {}), ShapeError);
  EXPECT_THROW(pr_auc(one, {}), ShapeError);
  EXPECT_THAT(
      [&] {
        class_accuracy({one.data(), 1, 0}, one);
      },
      ThrowsMessage<ShapeError>(HasSubstr("no columns")));
  const std::vector<std::uint8_t> mask(4, 1);
  const Values four(4);
  EXPECT_THAT(
      [&] {
        evaluate<double>(Metric::kRmse, {four.data(), 2, 2}, {four.data(), 2, 1}, {mask.data(), 2, 1});
      },
      ThrowsMessage<ShapeError>(HasSubstr("predictions has shape [2, 2], expected [2, 1]")));
  EXPECT_THROW(evaluate<double>(Metric::kRmse, {four.data(), 2, 1}, {four.data(), 2, 1}, {mask.data(), 1, 1}),
               ShapeError);
}

}  // namespace
}  // namespace plstm
