#include <atomic>
#include <cmath>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/stopped_error.hpp>
#include <plstm/learn/held_out/held_out_models.hpp>

#include "learn/some_labels.hpp"

namespace plstm::test {
namespace {

using ::testing::Each;
using ::testing::FloatNear;
using ::testing::SizeIs;

constexpr std::int32_t kCount = 240;

// 160 rows to train, 40 to validate, 40 to test.
Split some_split() {
  Split split;
  for (std::int32_t row = 0; row < kCount; ++row) {
    (row % 6 < 4 ? split.train : row % 6 == 4 ? split.validation : split.test).push_back(row);
  }
  return split;
}

// A column of 0 or 1, one of noise, and one of 0 or 1 again.
std::vector<float> some_features() {
  Random random(3);
  std::vector<float> values;
  for (std::int32_t row = 0; row < kCount; ++row) {
    values.push_back(random.uniform() < 0.5 ? 0.0f : 1.0f);
    values.push_back(static_cast<float>(random.normal()));
    values.push_back(random.uniform() < 0.5 ? 0.0f : 1.0f);
  }
  return values;
}

// label(a, b) of the first and the last column.
template <class Label>
SomeLabels labels_by(TaskType type, Index classes, const Label& label) {
  const std::vector<float> features = some_features();
  std::vector<float> labels;
  for (std::size_t i = 0; i < features.size(); i += 3) {
    labels.push_back(static_cast<float>(label(features[i], features[i + 2])));
  }
  return {type, classes, labels};
}

std::optional<double> first_test_score(const SomeLabels& some, const HeldOut& held_out) {
  return score(some.labels(), some_split(), held_out).front().test;
}

class HeldOutModels : public ::testing::Test {
 protected:
  std::vector<float> values = some_features();
  FeatureSource features = matrix_features({values.data(), kCount, 3});
  Split split = some_split();
  SomeLabels numbers = labels_by(TaskType::kRegression, 0, [](float a, float b) { return 3 * a - b; });
  SomeLabels answers = labels_by(TaskType::kClassification, 0, [](float a, float) { return a; });
  SomeLabels classes = labels_by(TaskType::kMulticlass, 3, [](float a, float b) { return a + b; });
};

TEST_F(HeldOutModels, ForestsLearnNumbersAnswersAndClasses) {
  const HeldOut of_numbers = held_out_forest(numbers.labels(), features, split, 1);
  EXPECT_THAT(of_numbers.validation, SizeIs(kCount / 6));
  EXPECT_GT(of_numbers.parameters, 0);
  EXPECT_LT(*first_test_score(numbers, of_numbers), 0.6) << "RMSE; the deviation is 1.6";
  EXPECT_EQ(*first_test_score(answers, held_out_forest(answers.labels(), features, split, 1)), 1)
      << "ROC-AUC";
  EXPECT_EQ(*first_test_score(classes, held_out_forest(classes.labels(), features, split, 1)), 1)
      << "accuracy";
}

TEST_F(HeldOutModels, ForestsDependOnTheirSeedAndNotOnThreads) {
  const HeldOut first = held_out_forest(numbers.labels(), features, split, 1);
  EXPECT_NE(held_out_forest(numbers.labels(), features, split, 2).test, first.test);
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    EXPECT_EQ(held_out_forest(numbers.labels(), features, split, 1).test, first.test) << threads;
  }
}

TEST_F(HeldOutModels, BoostedTreesLearnNumbersAnswersAndClasses) {
  const HeldOut of_numbers = held_out_boosted_trees(numbers.labels(), features, split, 1);
  EXPECT_THAT(of_numbers.validation, SizeIs(kCount / 6));
  EXPECT_GT(of_numbers.parameters, 0);
  EXPECT_LT(*first_test_score(numbers, of_numbers), 0.2) << "RMSE; the deviation is 1.6";
  const HeldOut of_answers = held_out_boosted_trees(answers.labels(), features, split, 1);
  EXPECT_EQ(*first_test_score(answers, of_answers), 1) << "ROC-AUC";
  for (std::size_t i = 0; i < split.test.size(); ++i) {
    const bool yes = values[static_cast<std::size_t>(3 * split.test[i])] == 1;
    EXPECT_EQ(of_answers.test[i] > 0.5f, yes) << "a probability";
  }
  const HeldOut of_classes = held_out_boosted_trees(classes.labels(), features, split, 1);
  EXPECT_EQ(*first_test_score(classes, of_classes), 1) << "accuracy";
  EXPECT_NEAR(of_classes.test[0] + of_classes.test[1] + of_classes.test[2], 1, 1e-5);
}

TEST_F(HeldOutModels, BoostedTreesDependOnTheirSeedAndNotOnThreads) {
  const HeldOut first = held_out_boosted_trees(classes.labels(), features, split, 1);
  EXPECT_NE(held_out_boosted_trees(classes.labels(), features, split, 2).test, first.test);
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    EXPECT_EQ(held_out_boosted_trees(classes.labels(), features, split, 1).test, first.test) << threads;
  }
}

TEST_F(HeldOutModels, BoostedTreesLeaveOutMissingLabels) {
  // Two tasks: the second has the labels of the first for every other block of rows.
  std::vector<float> once, twice;
  for (std::size_t row = 0; row < kCount; ++row) {
    once.push_back(3 * values[3 * row] - values[3 * row + 2]);
    twice.insert(twice.end(), {once[row], row / 6 % 2 == 0 ? once[row] : kMissing});
  }
  const SomeLabels both(TaskType::kRegression, 0, twice, 2);
  const HeldOut found = held_out_boosted_trees(both.labels(), features, split, 1);
  for (std::size_t i = 0; i < split.test.size(); ++i)
    EXPECT_NEAR(found.test[2 * i + 1], once[static_cast<std::size_t>(split.test[i])], 0.6f);
}

TEST_F(HeldOutModels, BoostedTreesDoWithoutValidationRows) {
  Split no_validation = split;
  no_validation.validation.clear();
  const HeldOut found = held_out_boosted_trees(numbers.labels(), features, no_validation, 1);
  EXPECT_THAT(found.validation, SizeIs(0));
  EXPECT_LT(*judge(numbers.labels(), split.test, found.test).front(), 0.3);
}

TEST_F(HeldOutModels, RidgeRegressionFindsALinearLaw) {
  for (const PenaltyChoice choice : {PenaltyChoice::kCrossValidation, PenaltyChoice::kValidation}) {
    const HeldOut held_out = held_out_ridge(numbers.labels(), features, split, choice);
    EXPECT_EQ(held_out.parameters, 4);
    EXPECT_LT(*first_test_score(numbers, held_out), 1e-3);
  }
  const HeldOut of_answers =
      held_out_ridge(answers.labels(), features, split, PenaltyChoice::kCrossValidation);
  for (std::size_t i = 0; i < split.test.size(); ++i) {
    const bool yes = values[static_cast<std::size_t>(3 * split.test[i])] == 1;
    EXPECT_EQ(of_answers.test[i] > 0.5f, yes) << "a probability";
  }
  EXPECT_THROW(held_out_ridge(classes.labels(), features, split, PenaltyChoice::kValidation), ConfigError);
}

TEST_F(HeldOutModels, LogisticRegressionReadsBits) {
  std::vector<std::vector<std::uint32_t>> ones(kCount);
  for (std::size_t row = 0; row < ones.size(); ++row) {
    if (values[3 * row] == 1) ones[row].push_back(0);
    if (values[3 * row + 2] == 1) ones[row].push_back(1);
  }
  EXPECT_EQ(*first_test_score(answers, held_out_logistic(answers.labels(), ones, 2, split)), 1);
  EXPECT_THROW(held_out_logistic(numbers.labels(), ones, 2, split), ConfigError);
}

TEST_F(HeldOutModels, TasksWithOneLabelKeepTheConstant) {
  const SomeLabels same(TaskType::kRegression, 0, std::vector<float>(kCount, 2.5f));
  EXPECT_THAT(held_out_forest(same.labels(), features, split, 1).test, Each(2.5f));
  EXPECT_THAT(held_out_boosted_trees(same.labels(), features, split, 1).test, Each(2.5f));
  EXPECT_THAT(held_out_ridge(same.labels(), features, split, PenaltyChoice::kValidation).test, Each(2.5f));
  const SomeLabels yes(TaskType::kClassification, 0, std::vector<float>(kCount, 1));
  const std::vector<std::vector<std::uint32_t>> ones(kCount);
  EXPECT_THAT(held_out_logistic(yes.labels(), ones, 1, split).test, Each(FloatNear(160.5f / 161, 1e-6f)));
}

TEST_F(HeldOutModels, AStopEndsForests) {
  std::atomic<int> trees{0};
  const auto stop = [&] { return ++trees > 10; };
  for (const SomeLabels* some : {&numbers, &answers, &classes}) {
    trees = 0;
    EXPECT_THROW(held_out_forest(some->labels(), features, split, 1, stop), StoppedError);
    EXPECT_LT(trees, 100);
    trees = 0;
    EXPECT_THROW(held_out_boosted_trees(some->labels(), features, split, 1, stop), StoppedError);
    EXPECT_EQ(trees, 11);
  }
}

// Chains of two to six nodes; the label is their number.
class HeldOutNetworks : public ::testing::Test {
 protected:
  HeldOutNetworks() {
    std::vector<float> targets;
    for (std::int32_t i = 0; i < kCount; ++i) {
      const NodeId nodes = 2 + i % 5;
      std::vector<Arc> edges;
      for (NodeId node = 1; node < nodes; ++node) edges.push_back({node - 1, node});
      AttributedGraph graph;
      graph.dag = Dag(nodes, std::move(edges));
      graph.node_value_width = 1;
      graph.node_values.assign(static_cast<std::size_t>(nodes), 1.0f);
      graphs.push_back(prepare_graph(std::move(graph)));
      targets.push_back(static_cast<float>(nodes));
    }
    some.emplace(TaskType::kRegression, 0, targets);
    config.node_value_width = 1;
    config.width = 8;
    stm_body(config).heads = 2;
    options.epochs = 2;
    options.batch_size = 8;
    options.seed = 5;
  }

  HeldOut train(std::int32_t members) const {
    return held_out_networks(config, graphs, some->labels(), some_split(), options, members);
  }

  std::vector<PreparedGraph> graphs;
  std::optional<SomeLabels> some;
  GraphModelConfig config;
  TrainOptions options;
};

TEST_F(HeldOutNetworks, MembersAreAveraged) {
  const HeldOut first = train(1);
  const HeldOut both = train(2);
  options.seed = mix_seed(5, 1);
  const HeldOut second = train(1);
  EXPECT_NE(first.test, second.test);
  ASSERT_THAT(both.test, SizeIs(kCount / 6));
  for (std::size_t i = 0; i < both.test.size(); ++i) {
    EXPECT_EQ(both.test[i], (first.test[i] + second.test[i]) * 0.5f);
  }
  EXPECT_EQ(both.parameters, first.parameters + second.parameters);
  EXPECT_EQ(both.best_epoch, (first.best_epoch + second.best_epoch) / 2);
}

TEST_F(HeldOutNetworks, ThreadsChangeNoBit) {
  const HeldOut reference = train(2);
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    const HeldOut held_out = train(2);
    EXPECT_EQ(held_out.test, reference.test) << threads;
    EXPECT_EQ(held_out.validation, reference.validation) << threads;
  }
}

TEST_F(HeldOutNetworks, MembersReportTheirEpochs) {
  std::vector<std::vector<std::int64_t>> epochs(2);
  MemberHooks hooks;
  hooks.on_epoch = [&](std::int32_t member, const EpochReport& report) {
    epochs[static_cast<std::size_t>(member)].push_back(report.epoch);
  };
  held_out_networks(config, graphs, some->labels(), some_split(), options, 2, hooks);
  EXPECT_THAT(epochs, Each(::testing::ElementsAre(1, 2)));
  EXPECT_THROW(train(0), ConfigError);
}

TEST_F(HeldOutNetworks, AStopLeavesNoResult) {
  std::atomic<int> steps{0};
  MemberHooks hooks;
  hooks.stop = [&] { return ++steps > 30; };
  EXPECT_THROW(held_out_networks(config, graphs, some->labels(), some_split(), options, 2, hooks),
               StoppedError);
}

}  // namespace
}  // namespace plstm::test
