#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/cpu.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "support/seed.hpp"
#include "support/toy_graphs.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Forty toy graphs, the target being the mean of their node values.
class TrainerTest : public ::testing::Test {
 protected:
  TrainerTest()
      : random_(kSeed),
        graphs_(toy_graphs(40, random_)),
        targets_(40, 1),
        present_(Matrix<std::uint8_t>::Ones(40, 1)) {
    for (Index i = 0; i < 40; ++i) targets_(i, 0) = toy_target(graphs_[static_cast<std::size_t>(i)]);
    rows_.resize(40);
    std::iota(rows_.begin(), rows_.end(), 0);
    options_.epochs = 6;
    options_.batch_size = 10;
    options_.shard_size = 3;
    options_.warmup_epochs = 1;
    options_.learning_rate = 3e-3;
  }

  TrainingData data() const {
    return {{targets_.data(), 40, 1},
            {present_.data(), 40, 1},
            std::span(rows_).first(30),
            std::span(rows_).subspan(30)};
  }
  TrainResult run(const GraphModelConfig& config) const {
    const GraphModel model = make_graph_model(config);
    return train(graph_learner(model, graphs_), initial_values<float>(model.layout, 1), data(), options_);
  }

  Random random_;
  std::vector<PreparedGraph> graphs_;
  Matrix<float> targets_;
  Matrix<std::uint8_t> present_;
  std::vector<std::int32_t> rows_;
  TrainOptions options_;
};

TEST_F(TrainerTest, LearnsAndKeepsTheBestEpoch) {
  options_.epochs = 40;
  const GraphModel model = make_graph_model(toy_config());
  std::vector<std::int64_t> seen;
  std::vector<std::vector<float>> written;
  const TrainResult result = train(
      graph_learner(model, graphs_), initial_values<float>(model.layout, 1), data(), options_,
      [&](const EpochReport& report) { seen.push_back(report.epoch); },
      [&](std::span<const float> best) { written.emplace_back(best.begin(), best.end()); });
  ASSERT_EQ(result.history.size(), 40u);
  EXPECT_EQ(seen.size(), 40u);
  EXPECT_LT(result.history.back().train_loss, 0.3 * result.history.front().train_loss);
  double best = std::numeric_limits<double>::infinity();
  std::int64_t best_epoch = 0;
  for (const EpochReport& report : result.history) {
    if (report.validation_metric < best) {
      best = report.validation_metric;
      best_epoch = report.epoch;
    }
  }
  EXPECT_EQ(result.best_epoch, best_epoch);
  EXPECT_EQ(written.size(), std::ranges::count_if(result.history, &EpochReport::best));
  EXPECT_EQ(written.back(), result.parameters);
  // The parameters that came back are those of that epoch.
  const auto rows = data().validation;
  const std::vector<float> y = predict(graph_learner(model, graphs_), result.parameters, rows);
  double squares = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    squares += std::pow(y[i] - targets_(rows[i], 0), 2);
  }
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(rows.size())), best, 1e-5);
}

TEST_F(TrainerTest, GivesTheSameBitsForEveryNumberOfThreads) {
  GraphModelConfig config = toy_config();
  config.dropout = 0.2;
  stm_body(config).drop_path = 0.2;
  std::vector<TrainResult> results;
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    results.push_back(run(config));
  }
  EXPECT_EQ(results[0].parameters, results[1].parameters);
  EXPECT_EQ(results[0].parameters, results[2].parameters);
}

TEST_F(TrainerTest, TheSeedDecides) {
  const TrainResult first = run(toy_config());
  EXPECT_EQ(first.parameters, run(toy_config()).parameters);
  options_.seed = 1;
  EXPECT_NE(first.parameters, run(toy_config()).parameters);
}

TEST_F(TrainerTest, MissingLabelsAreNotLearned) {
  const TrainResult expected = [&] {
    present_(3, 0) = 0;
    return run(toy_config());
  }();
  targets_(3, 0) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(run(toy_config()).parameters, expected.parameters);
}

TEST_F(TrainerTest, MetricsAreInTheUnitsOfTheTargets) {
  const GraphModel model = make_graph_model(toy_config());
  const TargetScaler scaler({7}, {1000});
  TrainingData scaled = data();
  scaled.scaler = &scaler;
  const auto run_on = [&](const TrainingData& d) {
    return train(graph_learner(model, graphs_), initial_values<float>(model.layout, 1), d, options_)
        .history.front();
  };
  const EpochReport plain = run_on(data());
  const EpochReport in_units = run_on(scaled);
  EXPECT_NEAR(in_units.validation_metric, 1000 * plain.validation_metric, 1);
  EXPECT_EQ(in_units.validation_loss, plain.validation_loss);
}

TEST_F(TrainerTest, StopsWhenPatienceIsOver) {
  options_.epochs = 50;
  options_.patience = 2;
  options_.learning_rate = 1e-12;  // nothing gets better
  options_.clip_norm = 1e-12;
  options_.adamw.weight_decay = 0;
  const TrainResult result = run(toy_config());
  EXPECT_LT(result.history.size(), 50u);
  EXPECT_EQ(static_cast<std::int64_t>(result.history.size()), result.best_epoch + 2);
}

// The longer the average, the farther it is from the latest parameters.
TEST_F(TrainerTest, AveragesParametersOverSomeEpochs) {
  options_.batch_size = 2;
  const GraphModel model = make_graph_model(toy_config());
  const auto last = [&](double average_epochs) {
    options_.average_epochs = average_epochs;
    TrainingData all = data();
    all.validation = {};
    return train(graph_learner(model, graphs_), initial_values<float>(model.layout, 1), all, options_)
        .parameters;
  };
  const std::vector<float> plain = last(0);
  double distance = 0;
  for (const double average_epochs : {0.05, 0.5, 4.0}) {
    const std::vector<float> average = last(average_epochs);
    double sum = 0;
    for (std::size_t i = 0; i < plain.size(); ++i) sum += std::pow(average[i] - plain[i], 2);
    EXPECT_GT(sum, 1.1 * distance) << average_epochs;
    distance = sum;
  }
  options_.average_epochs = -1;
  EXPECT_THAT([&] { run(toy_config()); }, ThrowsMessage<ConfigError>(HasSubstr("average_epochs")));
}

TEST_F(TrainerTest, ValidationRowsThatSayNothingNeverEndTheTraining) {
  for (Index row = 30; row < 40; ++row) present_(row, 0) = 0;
  options_.patience = 2;
  const TrainResult result = run(toy_config());
  EXPECT_EQ(result.history.size(), 6u);
  EXPECT_EQ(result.best_epoch, 6);
}

TEST_F(TrainerTest, WithoutValidationTheLastEpochIsKept) {
  TrainingData all = data();
  all.validation = {};
  const GraphModel model = make_graph_model(toy_config());
  const TrainResult result =
      train(graph_learner(model, graphs_), initial_values<float>(model.layout, 1), all, options_);
  EXPECT_EQ(result.best_epoch, options_.epochs);
  EXPECT_TRUE(std::isnan(result.history.back().validation_metric));
}

TEST_F(TrainerTest, TheLossDecidesWhileTheMetricIsUndefined) {
  options_.metric = Metric::kR2;
  for (const std::int32_t row : data().validation) targets_(row, 0) = 1;  // no variance to explain
  const TrainResult result = run(toy_config());
  const auto lower = [](const EpochReport& x, const EpochReport& y) {
    return x.validation_loss < y.validation_loss;
  };
  EXPECT_EQ(result.best_epoch, std::ranges::min_element(result.history, lower)->epoch);
  options_.metric = Metric::kLoss;
  EXPECT_EQ(run(toy_config()).parameters, result.parameters);
}

// A target for each node, of half of the nodes; the others validate.
TEST_F(TrainerTest, LearnsTargetsOfNodesWithMasks) {
  GraphModelConfig config = toy_config();
  config.readout = Readout::kNode;
  config.degree_encoding = false;
  const GraphModel model = make_graph_model(config);
  std::vector<float> targets;
  for (const PreparedGraph& graph : graphs_) {
    for (NodeId n = 0; n < graph.graph.dag.num_nodes(); ++n) {
      targets.push_back(graph.graph.node_values[static_cast<std::size_t>(n * graph.graph.node_value_width)]);
    }
  }
  const auto things = static_cast<Index>(targets.size());
  std::vector<std::uint8_t> train_mask(targets.size()), validation_mask(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    train_mask[i] = i % 2 == 0;
    validation_mask[i] = i % 2 == 1;
  }
  const Matrix<std::uint8_t> present = Matrix<std::uint8_t>::Ones(things, 1);
  TrainingData data{{targets.data(), things, 1}, {present.data(), things, 1}, rows_, rows_};
  data.train_mask = train_mask;
  data.validation_mask = validation_mask;
  options_.epochs = 30;
  const Learner learner = graph_learner(model, graphs_);
  const TrainResult result = train(learner, initial_values<float>(model.layout, 1), data, options_);
  EXPECT_LT(result.history.back().validation_metric, 0.5 * result.history.front().validation_metric);
  EXPECT_EQ(predict(learner, result.parameters, rows_).size(), targets.size());

  // What a mask hides is not learned from: garbage there changes no bit.
  std::vector<float> garbage = targets;
  for (std::size_t i = 1; i < garbage.size(); i += 2) garbage[i] = 1e6f;
  data.validation = {};
  const std::vector<float> expected =
      train(learner, initial_values<float>(model.layout, 1), data, options_).parameters;
  TrainingData hidden{{garbage.data(), things, 1}, {present.data(), things, 1}, rows_, {}};
  hidden.train_mask = train_mask;
  EXPECT_EQ(train(learner, initial_values<float>(model.layout, 1), hidden, options_).parameters, expected);

  data.train_mask = std::span(train_mask).first(3);
  EXPECT_THAT([&] { train(learner, initial_values<float>(model.layout, 1), data, options_); },
              ThrowsMessage<ShapeError>(HasSubstr("train_mask")));
}

// A row of weight 0 is as good as absent; equal weights change nothing.
TEST_F(TrainerTest, WeightsOfRows) {
  const GraphModel model = make_graph_model(toy_config());
  const Learner learner = graph_learner(model, graphs_);
  const auto learned = [&](const TrainingData& d) {
    return train(learner, initial_values<float>(model.layout, 1), d, options_);
  };
  std::vector<float> weights(40, 1.0f);
  TrainingData weighted = data();
  weighted.weights = weights;
  EXPECT_EQ(learned(weighted).parameters, learned(data()).parameters);
  for (std::size_t i = 0; i < 40; i += 3) weights[i] = 0;
  const TrainResult without = learned(weighted);
  for (Index i = 0; i < 40; i += 3) present_(i, 0) = 0;
  const TrainResult absent = learned(data());
  EXPECT_EQ(without.parameters, absent.parameters);
  EXPECT_EQ(without.history.back().train_loss, absent.history.back().train_loss);
}

TEST_F(TrainerTest, BoundsAreLearntAndNoMetricCountsThem) {
  const GraphModel model = make_graph_model(toy_config());
  const Learner learner = graph_learner(model, graphs_);
  const auto learned = [&](const TrainingData& d) {
    return train(learner, initial_values<float>(model.layout, 1), d, options_);
  };
  std::vector<std::int8_t> bounds(40, 0);
  TrainingData bounded = data();
  bounded.bounds = bounds;
  const TrainResult plain = learned(data());
  EXPECT_EQ(learned(bounded).parameters, plain.parameters);
  // Every training graph says that its value is at least far below: nothing is wrong from the start.
  for (Index i = 0; i < 30; ++i) {
    targets_(i, 0) = -100;
    bounds[static_cast<std::size_t>(i)] = 1;
  }
  const TrainResult kept = learned(bounded);
  EXPECT_EQ(kept.history.back().train_loss, 0);
  EXPECT_GT(kept.history.back().validation_loss, 0);
  // A bound in the validation part is in its loss only.
  targets_(39, 0) = 1000;
  bounds[39] = 1;
  const TrainResult with_bound = learned(bounded);
  EXPECT_GT(with_bound.history.back().validation_loss, 100 * kept.history.back().validation_loss);
  EXPECT_LT(with_bound.history.back().validation_metric, 100);
  bounds.pop_back();
  bounded.bounds = bounds;
  EXPECT_THROW(learned(bounded), ShapeError);
}

TEST_F(TrainerTest, PredictRefusesSamplesThatAreNotThereAndOutputsThatAreNotFinite) {
  const GraphModel model = make_graph_model(toy_config());
  const Learner learner = graph_learner(model, graphs_);
  std::vector<float> parameters = initial_values<float>(model.layout, 1);
  const std::vector<std::int32_t> beyond{0, 40}, negative{-1}, two{3, 5};
  EXPECT_THAT([&] { predict(learner, parameters, beyond); },
              ThrowsMessage<ConfigError>("predict: there is no sample 40, expected 0..39"));
  EXPECT_THROW(predict(learner, parameters, negative), ConfigError);
  parameters[model.layout[model.head.bias].offset] = std::numeric_limits<float>::infinity();
  EXPECT_THAT([&] { predict(learner, parameters, two); },
              ThrowsMessage<TrainingError>(HasSubstr("the output of sample 3 is inf")));
}

TEST_F(TrainerTest, SaysWhereTheLossIsNotFinite) {
  const GraphModel model = make_graph_model(toy_config());
  std::vector<float> parameters = initial_values<float>(model.layout, 1);
  parameters[model.layout[model.head.bias].offset] = std::numeric_limits<float>::infinity();
  try {
    train(graph_learner(model, graphs_), parameters, data(), options_);
    FAIL() << "trained with an infinite parameter";
  } catch (const TrainingError& error) {
    EXPECT_THAT(error.what(), HasSubstr("epoch 1, step "));
    EXPECT_THAT(error.what(), HasSubstr("is not finite"));
  }
}

TEST_F(TrainerTest, RefusesWhatMakesNoSense) {
  const GraphModel model = make_graph_model(toy_config());
  const auto attempt = [&](const TrainingData& d) {
    train(graph_learner(model, graphs_), initial_values<float>(model.layout, 1), d, options_);
  };
  TrainingData without_rows = data();
  without_rows.train = {};
  EXPECT_THROW(attempt(without_rows), TrainingError);
  TrainingData outside = data();
  const std::int32_t row_40[] = {40};
  outside.train = row_40;
  EXPECT_THROW(attempt(outside), ConfigError);
  options_.epochs = 0;
  EXPECT_THROW(attempt(data()), ConfigError);
  options_.epochs = 1;
  EXPECT_THROW(train(graph_learner(model, graphs_), std::vector<float>(3), data(), options_), ShapeError);
}

TEST_F(TrainerTest, PredictsRowsInTheGivenOrder) {
  const GraphModel model = make_graph_model(toy_config());
  const std::vector<float> parameters = initial_values<float>(model.layout, 1);
  const std::int32_t forward_rows[] = {0, 7};
  const std::int32_t backward_rows[] = {7, 0};
  const std::vector<float> a = predict(graph_learner(model, graphs_), parameters, forward_rows);
  const std::vector<float> b = predict(graph_learner(model, graphs_), parameters, backward_rows);
  EXPECT_NEAR(a[0], b[1], 1e-6);
  EXPECT_NEAR(a[1], b[0], 1e-6);
  EXPECT_NE(a[0], a[1]);
  EXPECT_TRUE(predict(graph_learner(model, graphs_), parameters, {}).empty());
}

TEST_F(TrainerTest, LearnsInBfloat16OrSaysThatItCannot) {
  options_.precision = Precision::kBfloat16;
  GraphModelConfig config = toy_config();
  config.width = 32;
  const GraphModel model = make_graph_model(config);
  const std::vector<float> parameters = initial_values<float>(model.layout, 1);
  if (bfloat16_products() == Bfloat16Products::kNone) {
    EXPECT_THAT([&] { run(config); }, ThrowsMessage<ConfigError>(HasSubstr("choose precision float")));
    EXPECT_THAT([&] { predict(graph_learner(model, graphs_), parameters, rows_, Precision::kBfloat16); },
                ThrowsMessage<ConfigError>(HasSubstr("choose precision float")));
    return;
  }
  options_.epochs = 40;
  const TrainResult result = run(config);
  EXPECT_LT(result.history.back().train_loss, 0.3 * result.history.front().train_loss);
  const auto in_float = predict(graph_learner(model, graphs_), result.parameters, rows_);
  const auto in_bfloat16 =
      predict(graph_learner(model, graphs_), result.parameters, rows_, Precision::kBfloat16);
  EXPECT_NE(in_float, in_bfloat16);
  for (std::size_t i = 0; i < rows_.size(); ++i) EXPECT_NEAR(in_float[i], in_bfloat16[i], 0.05) << i;
}

TEST_F(TrainerTest, GoesStepByStep) {
  const GraphModel model = make_graph_model(toy_config());
  const auto first = initial_values<float>(model.layout, 1);
  Trainer trainer(graph_learner(model, graphs_), first, data(), options_);
  EXPECT_TRUE(trainer.best_parameters().empty());
  EXPECT_FALSE(trainer.step().has_value());
  EXPECT_FALSE(std::ranges::equal(trainer.parameters(), first));
  EXPECT_FALSE(trainer.step().has_value());
  const auto report = trainer.step();  // thirty samples, ten each step
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->epoch, 1);
  EXPECT_EQ(trainer.best_epoch(), 1);
  while (!trainer.finished()) trainer.run_epoch();
  const TrainResult expected = run(toy_config());
  EXPECT_EQ(trainer.history().size(), expected.history.size());
  EXPECT_TRUE(std::ranges::equal(trainer.best_parameters(), expected.parameters));
  EXPECT_THROW(trainer.step(), TrainingError);
}

TEST_F(TrainerTest, StopsWhenAskedTo) {
  const GraphModel model = make_graph_model(toy_config());
  const auto stopped_after = [&](int steps) {
    int calls = 0;
    return train(graph_learner(model, graphs_), initial_values<float>(model.layout, 1), data(), options_,
                 TrainHooks{.stop = [&calls, steps] { return calls++ == steps; }});
  };
  const TrainResult early = stopped_after(2);
  EXPECT_TRUE(early.stopped);
  EXPECT_EQ(early.best_epoch, 0);
  EXPECT_EQ(early.parameters.size(), model.layout.total_size());
  const TrainResult later = stopped_after(8);
  EXPECT_TRUE(later.stopped);
  EXPECT_EQ(later.history.size(), 2u);
  options_.epochs = 6;
  EXPECT_FALSE(stopped_after(1000).stopped);
}

}  // namespace
}  // namespace plstm::test
