#include "plstm/learn/tuning/tune.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/split.hpp>

#include "learn/learn_graphs.hpp"

namespace plstm::test {
namespace {

using ::testing::SizeIs;

constexpr std::int32_t kGraphs = 60;

LabeledGraphs data_set() {
  Random random(11);
  LabeledGraphs data;
  for (LearnGraph& each : make_learn_graphs(kGraphs, random)) {
    data.add(std::move(each.graph), {each.graph_target});
  }
  return data;
}

Recipe recipe_of(std::int64_t epochs) {
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = epochs;
  return recipe;
}

SearchSpace small_networks() {
  SearchSpace space;
  space.width = space.depth = false;
  return space;
}

TEST(Tune, FindsABetterLearningRate) {
  const LabeledGraphs data = data_set();
  Recipe recipe = recipe_of(6);
  recipe.learning_rate = 1e-5;  // which learns nothing in this time
  SearchSpace space = small_networks();
  space.dropout = space.batch_size = space.weight_decay = false;
  const std::vector<Split> folds = random_folds(kGraphs, 3, 0.2, 5);
  std::vector<Trial> trials;
  TuneOptions options{.space = space, .candidates = 6, .seed = 2};
  options.on_trial = [&](const Trial& trial) { trials.push_back(trial); };
  const TuneResult result = tune(data, recipe, folds, options);
  ASSERT_THAT(result.candidates, SizeIs(6));
  EXPECT_TRUE(result.finished);
  const Candidate& fastest = *std::ranges::max_element(result.candidates, {}, &Candidate::learning_rate);
  EXPECT_GT(fastest.learning_rate, recipe.learning_rate);
  EXPECT_EQ(result.candidates[result.best], fastest);
  EXPECT_EQ(result.metric, Metric::kRmse);
  std::size_t scores = 0;
  for (const auto& each : result.scores) scores += each.size();
  EXPECT_EQ(trials.size(), scores);
}

TEST(Tune, BitsDoNotDependOnThreadsOrOnWhereItWasLeft) {
  const LabeledGraphs data = data_set();
  const Recipe recipe = recipe_of(2);
  const std::vector<Split> folds = random_folds(kGraphs, 2, 0.2, 5);
  TuneOptions options{.space = small_networks(), .candidates = 4, .seed = 3};
  std::vector<Trial> trials;
  options.on_trial = [&](const Trial& trial) { trials.push_back(trial); };
  const TuneResult whole = tune(data, recipe, folds, options);
  const std::vector<Trial> all = trials;
  ASSERT_GE(all.size(), 4u);
  {
    const ThreadLimit limit(1);
    EXPECT_EQ(tune(data, recipe, folds, options).scores, whole.scores);
  }
  trials.clear();
  options.known.assign(all.begin(), all.begin() + 3);
  const TuneResult resumed = tune(data, recipe, folds, options);
  EXPECT_EQ(resumed.scores, whole.scores);
  EXPECT_EQ(resumed.best, whole.best);
  EXPECT_EQ(trials.size(), all.size() - 3) << "known trials are not done again";
}

TEST(Tune, EndsWhenItIsToldTo) {
  const LabeledGraphs data = data_set();
  const std::vector<Split> folds = random_folds(kGraphs, 2, 0.2, 5);
  TuneOptions options{.space = small_networks(), .candidates = 4, .seed = 3};
  int trials = 0;
  options.on_trial = [&](const Trial&) { ++trials; };
  options.stop = [&] { return trials >= 2; };
  const TuneResult result = tune(data, recipe_of(2), folds, options);
  EXPECT_FALSE(result.finished);
  EXPECT_EQ(trials, 2);
  EXPECT_LT(result.best, 2u) << "only two were judged";
  const TuneResult none = tune(data, recipe_of(2), folds, {.candidates = 4, .seconds = 0});
  EXPECT_FALSE(none.finished);
  EXPECT_EQ(none.best, 0u) << "without any time the recommendation stands";
}

TEST(Tune, TheFirstTrainingSaysHowManyCandidatesTheTimeIsEnoughFor) {
  const LabeledGraphs data = data_set();
  const std::vector<Split> folds = random_folds(kGraphs, 2, 0.2, 5);
  TuneOptions options{.space = small_networks(), .seed = 3};
  options.known = {{.candidate = 0, .fold = 0, .score = 1, .seconds = 100}};
  options.seconds = 420;  // 100 of them are used
  options.stop = [] { return true; };
  EXPECT_THAT(tune(data, recipe_of(2), folds, options).candidates, SizeIs(3))
      << "three trainings in the first round, and one more for the best of them";
}

TEST(Tune, ACandidateThatCannotBeTrainedIsTheWorst) {
  const LabeledGraphs data = data_set();
  Recipe recipe = recipe_of(2);
  const auto change = recipe.change;
  recipe.change = [change](Settings& settings) {
    change(settings);
    settings.training.clip_norm = std::numeric_limits<double>::max();
  };
  recipe.learning_rate = 1e30;
  TuneOptions options{.space = small_networks(), .candidates = 2, .seed = 3};
  std::vector<Trial> trials;
  options.on_trial = [&](const Trial& trial) { trials.push_back(trial); };
  const TuneResult result = tune(data, recipe, random_folds(kGraphs, 2, 0.2, 5), options);
  EXPECT_TRUE(result.finished);
  ASSERT_FALSE(trials.empty());
  EXPECT_TRUE(std::isnan(trials.front().score));
}

TEST(Tune, FoldsMayBeOfThingsOfOneGraph) {
  Random random(11);
  LabeledGraphs data(Readout::kNode);
  std::vector<Arc> arcs;
  AttributedGraph graph;
  graph.node_value_width = 1;
  std::vector<double> targets;
  for (NodeId node = 0; node < 60; ++node) {
    if (node > 0) arcs.push_back({node - 1, node});
    graph.node_values.push_back(static_cast<float>(random.normal()));
    targets.push_back(graph.node_values.back());
  }
  graph.dag = Dag(60, std::move(arcs));
  data.add(graph, targets);
  const std::vector<Split> folds = random_folds(60, 2, 0.2, 5);
  TuneOptions options{.space = small_networks(), .candidates = 2, .seed = 3, .over_things = true};
  const TuneResult result = tune(data, recipe_of(2), folds, options);
  EXPECT_TRUE(result.finished);
  ASSERT_FALSE(result.scores[result.best].empty());
  EXPECT_GT(result.scores[result.best][0], 0);
  options.over_things = false;
  EXPECT_THROW(tune(data, recipe_of(2), folds, options), ConfigError) << "there is only one graph";
}

TEST(Tune, RefusesFoldsThatJudgeNothing) {
  const LabeledGraphs data = data_set();
  EXPECT_THROW(tune(data, recipe_of(2), {}), ConfigError);
  const Split split{{0, 1, 2}, {3}, {}};
  EXPECT_THROW(tune(data, recipe_of(2), {&split, 1}), ConfigError);
}

}  // namespace
}  // namespace plstm::test
