#include "plstm/learn/fit_companion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/held_out/held_out_models.hpp>

#include "learn/learn_graphs.hpp"
#include "support/random_counts.hpp"
#include "support/seed.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Graphs whose targets follow from their counts alone.
class FitCompanionTest : public ::testing::Test {
 protected:
  static constexpr std::int32_t kGraphs = 120;

  FitCompanionTest() : random_(kSeed), all_(kGraphs) {
    std::iota(all_.begin(), all_.end(), 0);
    for (LearnGraph& g : make_learn_graphs(kGraphs, random_)) {
      g.graph.graph_counts = random_counts(random_);
      graphs_.push_back(g.graph);
      double sum = 0;
      for (const GraphCount& count : g.graph.graph_counts) sum += count.label % 2 == 0 ? count.count : 0;
      numbers_.push_back(500 + sum);
    }
    const double mean = std::accumulate(numbers_.begin(), numbers_.end(), 0.0) / kGraphs;
    for (const double number : numbers_) labels_.push_back(number > mean ? 1 : 0);
  }

  LabeledGraphs labeled(const std::vector<double>& targets) const {
    LabeledGraphs data;
    for (std::size_t i = 0; i < graphs_.size(); ++i) data.add(graphs_[i], {targets[i]});
    return data;
  }

  CompanionFit fit_to(const LabeledGraphs& data, const std::vector<Task>& tasks,
                      const std::optional<TargetScaler>& scaler, const HeldOutGraphs& networks) const {
    return fit_companion(view_of(data), all_, tasks, scaler, networks, 1);
  }

  static CompanionData view_of(const LabeledGraphs& data) {
    return {data.graphs(),
            {data.targets().data(), data.num_things(), data.num_tasks()},
            {data.present().data(), data.num_things(), data.num_tasks()},
            data.weights()};
  }

  // Gives each graph two values, and answers yes where one of them is large: steps, which kernels smooth and trees find.
  std::vector<double> give_values_with_steps() {
    std::vector<double> targets;
    for (AttributedGraph& graph : graphs_) {
      const double first = random_.normal(), second = random_.normal();
      graph.graph_values = {static_cast<float>(first), static_cast<float>(second)};
      graph.graph_value_width = 2;
      targets.push_back(first > 0.2 || second > 0.7 ? 1 : 0);
    }
    return targets;
  }

  // Networks that know nothing.
  HeldOutGraphs constant(double value) const {
    return {all_, std::vector<double>(static_cast<std::size_t>(kGraphs), value)};
  }

  Random random_;
  std::vector<std::int32_t> all_;
  std::vector<AttributedGraph> graphs_;
  std::vector<double> numbers_, labels_;
};

TEST_F(FitCompanionTest, TheShareFollowsFromWhatIsRight) {
  const LabeledGraphs data = labeled(numbers_);
  const std::vector<Task> tasks(1);
  const TargetScaler scaler({500}, {10});
  const auto knowing_nothing = fit_to(data, tasks, scaler, constant(500)).companion;
  ASSERT_NE(knowing_nothing, nullptr);
  EXPECT_EQ(knowing_nothing->share, 0.9) << "the most";
  const auto knowing_all = fit_to(data, tasks, scaler, {all_, numbers_}).companion;
  ASSERT_NE(knowing_all, nullptr);
  EXPECT_EQ(knowing_all->share, 0);
}

TEST_F(FitCompanionTest, ProbabilitiesAreThoseOfTheLabels) {
  const LabeledGraphs data = labeled(labels_);
  const std::vector<Task> tasks{{TaskType::kClassification}};
  const auto companion = fit_to(data, tasks, std::nullopt, constant(0.5)).companion;
  ASSERT_NE(companion, nullptr);
  const TanimotoPredictor predictor(companion->ridge);
  TanimotoPredictor::Workspace workspace;
  double sum = 0;
  int right = 0;
  for (std::size_t i = 0; i < graphs_.size(); ++i) {
    double logit = 0;
    predictor.predict(graphs_[i].graph_counts, workspace, {&logit, 1});
    const double probability = 1 / (1 + std::exp(-logit));
    sum += probability - labels_[i];
    right += (probability > 0.5) == (labels_[i] == 1);
  }
  EXPECT_NEAR(sum / kGraphs, 0, 0.05);
  EXPECT_GT(right, kGraphs * 8 / 10);
}

// A sixth of the labels is 1. With weights of classes the probabilities are those of data with as many of both.
TEST_F(FitCompanionTest, ProbabilitiesFollowTheWeightsOfClasses) {
  std::vector<double> sorted = numbers_;
  std::ranges::sort(sorted);
  std::vector<double> rare;
  for (const double number : numbers_) rare.push_back(number > sorted[kGraphs * 5 / 6] ? 1 : 0);
  const LabeledGraphs data = labeled(rare);
  const std::vector<Task> tasks{{TaskType::kClassification}};
  const auto mean_of = [&](const std::vector<TaskLoss>& losses, double weight_of_yes, double& bias) {
    CompanionData view = view_of(data);
    view.losses = losses;
    const CompanionFit found = fit_companion(view, all_, tasks, std::nullopt, constant(0.5), 1);
    double sum = 0, total = 0;
    for (std::size_t i = 0; i < rare.size(); ++i) {
      const double weight = rare[i] == 1 ? weight_of_yes : 1;
      sum += found.held_out[i] / kGraphs;
      bias += weight * (found.held_out[i] - rare[i]);
      total += weight;
    }
    bias /= total;
    return sum;
  };
  double plain_bias = 0, bias = 0;
  const double plain = mean_of({}, 1, plain_bias);
  const double balanced = mean_of({{LossKind::kBinaryCrossEntropy, 0, 1, {}, {1, 5}}}, 5, bias);
  EXPECT_NEAR(plain_bias, 0, 0.03);
  EXPECT_NEAR(bias, 0, 0.03);
  EXPECT_GT(balanced, plain + 0.05);
}

// What weighs a hundred times as much is what the companion believes.
TEST_F(FitCompanionTest, GraphsCountAsTheirWeightsSay) {
  LabeledGraphs data;
  for (std::size_t i = 0; i < graphs_.size(); ++i) {
    const bool wrong = i % 2 == 1;
    data.add(graphs_[i], {wrong ? 400.0 : 500.0}, wrong ? 0.01f : 1.0f);
  }
  const std::vector<Task> tasks(1);
  const auto companion = fit_to(data, tasks, std::nullopt, constant(0)).companion;
  EXPECT_GT(companion->ridge.means[0], 498);
}

// Of all graphs above the mean only that is known.
TEST_F(FitCompanionTest, BoundsAreLearnt) {
  const double limit = std::accumulate(numbers_.begin(), numbers_.end(), 0.0) / kGraphs;
  const auto error_of = [&](double of_bound) {
    LabeledGraphs data;
    for (std::size_t i = 0; i < graphs_.size(); ++i) {
      const bool beyond = numbers_[i] > limit;
      const double target = beyond ? of_bound : numbers_[i];
      const std::int8_t bound = beyond ? 1 : 0;
      data.add(graphs_[i], {&target, 1}, 1, {&bound, 1});
    }
    CompanionData view = view_of(data);
    view.bounds = data.bounds();
    const std::vector<Task> tasks(1);
    const CompanionFit found =
        fit_companion(view, all_, tasks, TargetScaler({limit}, {10}), constant(limit), 1);
    double error = 0;
    for (std::size_t i = 0; i < graphs_.size(); ++i)
      error += std::abs(found.held_out[i] - numbers_[i]) / kGraphs;
    EXPECT_GT(found.companion->share, 0.5);
    return error;
  };
  EXPECT_LT(error_of(limit), 0.9 * error_of(std::numeric_limits<double>::quiet_NaN()));
}

TEST_F(FitCompanionTest, GraphsOfNoWeightAreNotLearnt) {
  LabeledGraphs data;
  for (std::size_t i = 0; i < graphs_.size(); ++i) {
    const bool wrong = i % 2 == 1;
    data.add(graphs_[i], {wrong ? 1e6 : numbers_[i]}, wrong ? 0.0f : 1.0f);
  }
  const std::vector<Task> tasks(1);
  const auto companion = fit_to(data, tasks, std::nullopt, constant(0)).companion;
  ASSERT_NE(companion, nullptr);
  EXPECT_LT(companion->ridge.means[0], 1000);
}

TEST_F(FitCompanionTest, SuitsGraphsThatHaveCounts) {
  const LabeledGraphs data = labeled(numbers_);
  const std::vector<Task> tasks(1);
  EXPECT_TRUE(suits_companion(view_of(data), all_, {}, tasks));
  EXPECT_FALSE(suits_companion(view_of(data), std::span(all_).first(5), std::span(all_).last(100), tasks))
      << "a network that leaves some out would have nothing to learn from";
  EXPECT_FALSE(suits_companion(view_of(data), all_, {}, std::vector<Task>{{TaskType::kMulticlass, 2}}));
  graphs_[7].graph_counts.clear();
  const LabeledGraphs without = labeled(numbers_);
  EXPECT_FALSE(suits_companion(view_of(without), all_, {}, tasks));
  EXPECT_FALSE(
      suits_companion(view_of(without), std::span(all_).last(100), std::span(all_).first(20), tasks));
  EXPECT_THAT([&] { fit_to(without, tasks, std::nullopt, constant(0)); },
              ThrowsMessage<ConfigError>(HasSubstr("have counts")));
  EXPECT_THROW(fit_to(data, tasks, std::nullopt, {all_, {}}), ShapeError);
}

TEST_F(FitCompanionTest, NetworksGetOneAndItIsSavedAndPredicts) {
  const LabeledGraphs data = labeled(numbers_);
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 3;
  const auto fit_with = [&](int threads) {
    const ThreadLimit limit(threads);
    return fit(data, recipe);
  };
  const Predictor predictor = fit_with(1);
  const std::shared_ptr<const Companion> companion = predictor.members().front().companion;
  ASSERT_NE(companion, nullptr);
  EXPECT_EQ(companion, predictor.members().back().companion);
  EXPECT_GT(companion->share, 0.5);
  const Predictions predictions = predictor.predict(graphs_);
  EXPECT_EQ(fit_with(2).predict(graphs_).values, predictions.values);

  // The mean of networks and companion.
  std::vector<TrainedModel> networks(predictor.members().begin(), predictor.members().end());
  for (TrainedModel& network : networks) network.companion = nullptr;
  const Predictions alone = Predictor(networks).predict(graphs_);
  const TanimotoPredictor beside(companion->ridge);
  TanimotoPredictor::Workspace workspace;
  for (std::size_t i = 0; i < graphs_.size(); ++i) {
    std::vector<double> values(2);  // the second is the error that is to be expected
    beside.predict(graphs_[i].graph_counts, workspace, values);
    const double value = values[0] * networks.front().scaler->scale()[0] + networks.front().scaler->mean()[0];
    EXPECT_NEAR(predictions.values[i], (1 - companion->share) * alone.values[i] + companion->share * value,
                1e-6);
  }

  const TemporaryFolder folder;
  const auto path = folder / "model.safetensors";
  predictor.save(path);
  const Predictor loaded = Predictor::load(path);
  EXPECT_EQ(*loaded.members().front().companion, *companion);
  EXPECT_EQ(loaded.members().front().companion, loaded.members().back().companion);
  EXPECT_EQ(loaded.predict(graphs_).values, predictions.values);

  AttributedGraph without = graphs_.front();
  without.graph_counts.clear();
  EXPECT_THAT([&] { predictor.predict(without); }, ThrowsMessage<ConfigError>(HasSubstr("graph_counts")));

  recipe.change = [change = recipe.change](Settings& settings) {
    change(settings);
    settings.companion = false;
  };
  EXPECT_EQ(fit(data, recipe).members().front().companion, nullptr);
}

// With the forest of a task of yes and no.
TEST_F(FitCompanionTest, ForestsAreSavedAndPredict) {
  const std::vector<double> targets = give_values_with_steps();
  Recipe recipe = quick(recipe::classification());
  recipe.epochs = 1;
  const Predictor predictor = fit(labeled(targets), recipe);
  const std::shared_ptr<const Companion> companion = predictor.members().front().companion;
  ASSERT_NE(companion, nullptr);
  ASSERT_FALSE(companion->forest.empty());
  const TemporaryFolder folder;
  predictor.save(folder / "model.safetensors");
  const Predictor loaded = Predictor::load(folder / "model.safetensors");
  EXPECT_EQ(*loaded.members().front().companion, *companion);
  EXPECT_EQ(loaded.predict(graphs_).values, predictor.predict(graphs_).values);

  Companion other = *companion;
  other.forest.values += 1;
  for (Forest& forest : other.forest.forests) forest.columns += 1;
  std::vector<TrainedModel> members(predictor.members().begin(), predictor.members().end());
  for (TrainedModel& member : members) member.companion = std::make_shared<const Companion>(other);
  EXPECT_THAT([&] { Predictor{members}; },
              ThrowsMessage<ConfigError>(HasSubstr("read 3 values of graphs, and its model 2")));
}

TEST_F(FitCompanionTest, FewTrainingGraphsAreAllLearntFrom) {
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 1;
  // A network that left its part of these out would have nothing to learn from.
  const FitSplit split{{0, 1}, {all_.begin() + 2, all_.end()}};
  ASSERT_NE(numbers_[0], numbers_[1]);
  EXPECT_EQ(fit(labeled(numbers_), recipe, {.split = split}).members().front().companion, nullptr);
}

TEST_F(FitCompanionTest, HeldOutModelsPredictWhatFitDoes) {
  const LabeledGraphs data = labeled(numbers_);
  Split split;
  for (std::int32_t i = 0; i < kGraphs; ++i) {
    (i % 6 < 4 ? split.train : i % 6 == 4 ? split.validation : split.test).push_back(i);
  }
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 3;
  const Predictor predictor =
      fit(data, recipe, {.split = FitSplit{split.train, split.validation}, .seed = 4});
  const Predictions expected = predictor.predict(data.graphs(), split.test);

  const std::vector<float> targets(numbers_.begin(), numbers_.end());
  const RowLabels labels{
      TaskType::kRegression, 0, {targets.data(), kGraphs, 1}, {data.present().data(), kGraphs, 1}};
  TrainOptions options = settings_of(recipe, facts_of(data), std::vector<Task>(1)).training;
  options.seed = 4;
  const GraphModelConfig& config = predictor.members().front().config;
  const HeldOut found = held_out_with_companion(config, data.graphs(), labels, split, options, 2);
  for (std::size_t i = 0; i < split.test.size(); ++i) EXPECT_NEAR(found.test[i], expected.values[i], 0.1);
  // A validation row is predicted by a companion that has not learnt from it.
  const Predictions learnt = predictor.predict(data.graphs(), split.validation);
  double with = 0, without = 0;
  for (std::size_t i = 0; i < split.validation.size(); ++i) {
    const double number = numbers_[static_cast<std::size_t>(split.validation[i])];
    with += std::pow(learnt.values[i] - number, 2);
    without += std::pow(found.validation[i] - number, 2);
  }
  EXPECT_GT(without, with);

  graphs_[3].graph_counts.clear();
  EXPECT_THAT([&] { held_out_with_companion(config, labeled(numbers_).graphs(), labels, split, options, 2); },
              ThrowsMessage<ConfigError>(HasSubstr("counts of every graph")));
}

// Descriptors of graphs say all of it.
TEST_F(FitCompanionTest, ReadsDescriptorsOfTheGraphs) {
  std::vector<double> targets;
  for (AttributedGraph& graph : graphs_) {
    const double first = random_.normal(), second = random_.normal();
    graph.graph_values = {static_cast<float>(300 + 20 * first), static_cast<float>(second)};
    graph.graph_value_width = 2;
    targets.push_back(500 + 10 * std::sin(first) + 5 * second);
  }
  const LabeledGraphs data = labeled(targets);
  const CompanionFit found =
      fit_companion(view_of(data), all_, std::vector<Task>(1), TargetScaler({500}, {10}), constant(500), 1);
  const TanimotoRidge& ridge = found.companion->ridge;
  EXPECT_EQ(ridge.descriptors.width(), 2u);
  EXPECT_EQ(ridge.kernel.width(), 0u);
  EXPECT_EQ(found.companion->share, 0.9);
  double sum = 0;
  for (std::size_t i = 0; i < targets.size(); ++i)
    sum += (found.held_out[i] - targets[i]) * (found.held_out[i] - targets[i]);
  EXPECT_LT(sum / static_cast<double>(targets.size()), 10) << "of a variance of about 75";
}

TEST_F(FitCompanionTest, ForestsPredictYesAndNoWhereTheyAreBetter) {
  const std::vector<double> targets = give_values_with_steps();
  const LabeledGraphs data = labeled(targets);
  const std::vector<Task> tasks{{TaskType::kClassification}};
  const CompanionFit found = fit_companion(view_of(data), all_, tasks, std::nullopt, constant(0.5), 1);
  const CountForest& forest = found.companion->forest;
  ASSERT_FALSE(forest.empty());
  EXPECT_EQ(forest.values, 2u);
  EXPECT_NO_THROW(check_companion(*found.companion, tasks));
  double loss = 0;
  for (std::size_t i = 0; i < targets.size(); ++i)
    loss -= std::log(targets[i] == 1 ? found.held_out[i] : 1 - found.held_out[i]);
  EXPECT_LT(loss / static_cast<double>(targets.size()), 0.35) << "of .69 by guessing";
  EXPECT_EQ(
      fit_companion(view_of(data), all_, std::vector<Task>(1), TargetScaler({0.5}, {0.5}), constant(0.5), 1)
          .companion->forest,
      CountForest{})
      << "numbers have none";
  const ThreadLimit one(1);
  EXPECT_EQ(*fit_companion(view_of(data), all_, tasks, std::nullopt, constant(0.5), 1).companion,
            *found.companion);
}

// Whoever leaves one of few ones out expects fewer of them, so that held-out predictions are lower for ones than for
// zeros. Nothing is to be learnt from that.
TEST_F(FitCompanionTest, PredictionsAreNeverTurnedAgainstTheLabels) {
  constexpr std::size_t kOnes = 4;
  const std::vector<Task> tasks{{TaskType::kClassification}};
  for (AttributedGraph& graph : graphs_) {
    graph.graph_values = {static_cast<float>(random_.normal()), static_cast<float>(random_.normal())};
    graph.graph_value_width = 2;
  }
  for (std::uint64_t draw = 0; draw < 8; ++draw) {
    std::vector<double> labels(graphs_.size(), 0.0);
    for (const std::int32_t one : random_permutation(kGraphs, random_)) {
      labels[static_cast<std::size_t>(one)] = 1;
      if (std::ranges::count(labels, 1.0) == kOnes) break;
    }
    const LabeledGraphs data = labeled(labels);
    const CompanionFit found =
        fit_companion(view_of(data), all_, tasks, std::nullopt, constant(1.0 / 30), draw);
    for (const LogisticCurve& curve : found.companion->forest.curves) EXPECT_GE(curve.slope, 0) << draw;
    const CompanionPredictor predictor(found.companion);
    CompanionPredictor::Workspace workspace;
    double of_ones = 0, of_zeros = 0, held_out_of_ones = 0;
    for (std::size_t i = 0; i < graphs_.size(); ++i) {
      double logit = 0;
      predictor.predict(graphs_[i].graph_counts, graphs_[i].graph_values, workspace, {&logit, 1});
      (labels[i] == 1 ? of_ones : of_zeros) += logit;
      if (labels[i] == 1) held_out_of_ones += found.held_out[i] / kOnes;
    }
    EXPECT_GE(of_ones / kOnes, of_zeros / (kGraphs - kOnes) - 1e-9) << draw;
    EXPECT_LT(held_out_of_ones, 0.3) << draw << ": labels that nothing tells of";
  }
}

// Half of what is to be learnt stands beside the graphs.
TEST_F(FitCompanionTest, ReadsColumnsBesideTheGraphs) {
  std::vector<double> targets;
  for (std::size_t i = 0; i < graphs_.size(); ++i) {
    const double beside = random_.normal();
    graphs_[i].graph_values.push_back(static_cast<float>(300 + 20 * beside));
    graphs_[i].graph_value_width += 1;
    targets.push_back(numbers_[i] + 10 * beside);
  }
  const LabeledGraphs both = labeled(targets);
  for (AttributedGraph& graph : graphs_) {
    graph.graph_values.clear();
    graph.graph_value_width = 0;
  }
  const LabeledGraphs bare = labeled(targets);
  const auto squared_error = [&](std::int32_t columns, std::span<const std::int32_t> groups = {}) {
    CompanionData view = view_of(columns > 0 ? both : bare);
    view.num_columns = columns;
    view.groups = groups;
    const CompanionFit found =
        fit_companion(view, all_, std::vector<Task>(1), TargetScaler({500}, {10}), constant(500), 1);
    EXPECT_EQ(found.companion->ridge.kernel.width(), static_cast<std::size_t>(columns));
    double sum = 0;
    for (std::size_t i = 0; i < targets.size(); ++i)
      sum += (found.held_out[i] - targets[i]) * (found.held_out[i] - targets[i]);
    return sum;
  };
  const double with = squared_error(1);
  EXPECT_LT(with, 0.6 * squared_error(0));
  std::vector<std::int32_t> groups;
  for (std::int32_t i = 0; i < kGraphs; ++i) groups.push_back(i / 12);
  EXPECT_GT(squared_error(1, groups), with) << "more is held out";
}

}  // namespace
}  // namespace plstm::test
