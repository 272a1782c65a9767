#include "plstm/learn/certainty/fit_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/fit.hpp>

#include "learn/learn_graphs.hpp"
#include "support/random_counts.hpp"
#include "support/seed.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(FitCalibration, CountsErrorsByTask) {
  const std::vector<Task> tasks{{}, {TaskType::kClassification}};
  const TargetScaler scaler({0, 0}, {2, 1});
  Matrix<double> targets(3, 2);
  targets << 10, 0, 20, 1, 30, 1;
  Matrix<std::uint8_t> present(3, 2);
  present << 1, 1, 1, 1, 0, 1;
  const HeldOutRows held_out{{2, 0, 1}, {33, 0.8, 14, 0.3, 18, 0.6}, {0, 0, 1, 0, 3, 0}, {}};
  const Calibration calibration =
      fit_calibration({targets.data(), 3, 2}, {present.data(), 3, 2}, tasks, scaler, held_out);
  check_calibration(calibration, tasks);
  // Errors are 4 and 2, or 2 and 1 standardised; their mean is 1.5, the spreads are .5 and 1.5.
  EXPECT_THAT(calibration.typical_errors, ElementsAre(1.5, 0));
  EXPECT_THAT(calibration.scores[0].scores, ElementsAre(1 / 3.0, 2 / 2.0));
  EXPECT_THAT(calibration.scores[1].scores, ElementsAre(::testing::DoubleEq(0.3))) << "the row of class 0";
  EXPECT_THAT(calibration.scores[2].scores,
              ElementsAre(::testing::DoubleEq(1 - 0.8), ::testing::DoubleEq(1 - 0.6)));
  HeldOutRows wrong = held_out;
  wrong.spreads.pop_back();
  EXPECT_THAT(
      [&] {
        fit_calibration({targets.data(), 3, 2}, {present.data(), 3, 2}, tasks, scaler, wrong);
      },
      ThrowsMessage<ShapeError>(HasSubstr("spreads")));
}

// Graphs whose targets are sums of counts and a noise that is ten times as large for half of them.
struct NoisyGraphs {
  explicit NoisyGraphs(std::int32_t count) {
    Random random(kSeed);
    for (LearnGraph& g : make_learn_graphs(count, random)) {
      g.graph.graph_counts = random_counts(random);
      const bool noisy = random.below(2) == 0;
      if (noisy) {
        g.graph.graph_counts.push_back({500, 30});
        std::ranges::sort(g.graph.graph_counts, {}, &GraphCount::label);
      }
      double sum = 0;
      for (const GraphCount& c : g.graph.graph_counts)
        sum += c.label % 2 == 0 && c.label != 500 ? c.count : 0;
      targets.push_back(sum + random.normal() * (noisy ? 10 : 1));
      is_noisy.push_back(noisy);
      graphs.push_back(std::move(g.graph));
    }
  }

  LabeledGraphs learnt(std::size_t count) const {
    LabeledGraphs data;
    for (std::size_t i = 0; i < count; ++i) data.add(graphs[i], {targets[i]});
    return data;
  }

  std::vector<AttributedGraph> graphs;
  std::vector<double> targets;
  std::vector<bool> is_noisy;
};

TEST(FitCalibration, IntervalsHoldNewGraphsAndKnowTheNoisyOnes) {
  constexpr std::size_t kLearnt = 300, kAll = 500;
  const NoisyGraphs noisy(kAll);
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 3;
  recipe.members = 4;
  const Predictor predictor = fit(noisy.learnt(kLearnt), recipe);
  ASSERT_NE(predictor.calibration(), nullptr);
  std::vector<PreparedGraph> graphs;
  std::vector<std::int32_t> all;
  for (std::size_t i = kLearnt; i < kAll; ++i) {
    graphs.push_back(predictor.prepare(noisy.graphs[i]));
    all.push_back(static_cast<std::int32_t>(all.size()));
  }
  const Predictions predictions = predictor.predict_with_errors(graphs, all);
  EXPECT_EQ(predictions.values, predictor.predict(graphs).values);
  const ConfidenceLevel level =
      confidence_level(*predictor.calibration(), predictor.members().front().tasks, 0.8);
  int held = 0;
  double wide = 0, narrow = 0;
  for (std::size_t i = kLearnt; i < kAll; ++i) {
    const double half = level.factors[0] * predictions.expected_errors[i - kLearnt];
    held += std::abs(predictions.values[i - kLearnt] - noisy.targets[i]) <= half ? 1 : 0;
    (noisy.is_noisy[i] ? wide : narrow) += half;
  }
  EXPECT_NEAR(held / static_cast<double>(kAll - kLearnt), 0.8, 0.09);
  EXPECT_GT(wide, 2 * narrow);
}

TEST(FitCalibration, IsTheSameFromAFileAndForAnyNumberOfThreads) {
  const NoisyGraphs noisy(80);
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 2;
  recipe.members = 2;
  const auto fitted = [&](int threads) {
    const ThreadLimit limit(threads);
    return fit(noisy.learnt(80), recipe);
  };
  const Predictor one = fitted(1), three = fitted(3);
  const TemporaryFolder folder;
  one.save(folder / "model.safetensors");
  const Predictor loaded = Predictor::load(folder / "model.safetensors");
  ASSERT_NE(one.calibration(), nullptr);
  for (const Predictor* other : {&three, &loaded}) {
    ASSERT_NE(other->calibration(), nullptr);
    EXPECT_EQ(*other->calibration(), *one.calibration());
    EXPECT_EQ(*other->members().front().companion, *one.members().front().companion);
    EXPECT_EQ(*other->members().front().domain, *one.members().front().domain);
  }
}

TEST(FitCalibration, GraphsOfNoWeightDoNotCount) {
  const NoisyGraphs noisy(120);
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 2;
  const auto rows_that_calibrate = [&](float weight) {
    LabeledGraphs data;
    for (std::size_t i = 0; i < noisy.graphs.size(); ++i) {
      data.add(noisy.graphs[i], {noisy.targets[i]}, i % 3 == 0 ? weight : 1.0f);
    }
    return fit(data, recipe).calibration()->scores[0].count;
  };
  const std::int64_t all = rows_that_calibrate(1), weighty = rows_that_calibrate(0);
  EXPECT_LT(weighty, all * 9 / 10);
  EXPECT_GT(weighty, all / 3);
}

TEST(FitCalibration, ModelsOfDifferentTrainingsHaveNone) {
  const NoisyGraphs noisy(60);
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 2;
  std::vector<TrainedModel> members;
  for (const std::uint64_t seed : {1, 2}) {
    FitOptions options;
    options.seed = seed;
    const Predictor predictor = fit(noisy.learnt(60), recipe, options);
    members.insert(members.end(), predictor.members().begin(), predictor.members().end());
  }
  const Predictor both(members);
  EXPECT_EQ(both.calibration(), nullptr);
  EXPECT_THAT([&] { both.level(0.9); }, ThrowsMessage<ConfigError>(HasSubstr("not calibrated together")));
  // What is left to say is how far the networks are apart.
  for (TrainedModel& member : members) member.companion = nullptr;
  const Predictor two({members[0], members[2]});
  const std::vector<PreparedGraph> graphs{two.prepare(noisy.graphs[0])};
  const Predictions said = two.predict_with_errors(graphs, std::vector<std::int32_t>{0});
  const double first = Predictor({members[0]}).predict(graphs)(0),
               second = Predictor({members[2]}).predict(graphs)(0);
  EXPECT_NEAR(said.expected_errors.at(0), std::abs(first - second) / 2, 1e-9);
}

TEST(FitCalibration, NodesAndClassesAreCalibratedByTheRowsThatValidate) {
  Random random(kSeed);
  LabeledGraphs data(Readout::kNode);
  for (LearnGraph& g : make_learn_graphs(60, random)) {
    std::vector<double> classes;
    for (std::int32_t node = 0; node < g.graph.dag.num_nodes(); ++node) {
      classes.push_back(static_cast<double>(random.below(3)));
    }
    data.add(std::move(g.graph), classes);
  }
  Recipe recipe = quick(recipe::multiclass(3));
  recipe.epochs = 2;
  const Predictor predictor = fit(data, recipe);
  ASSERT_NE(predictor.calibration(), nullptr);
  ASSERT_EQ(predictor.calibration()->scores.size(), 3u);
  std::int64_t rows = 0;
  for (const ConformalScores& scores : predictor.calibration()->scores) rows += scores.count;
  EXPECT_GT(rows, 5);
  EXPECT_LT(rows, data.num_things() / 4);
  const Predictions predictions =
      predictor.predict_with_errors(data.graphs(), std::vector<std::int32_t>{0, 1});
  EXPECT_EQ(predictions.expected_errors.size(), predictions.values.size());
}

}  // namespace
}  // namespace plstm::test
