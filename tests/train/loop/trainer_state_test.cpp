#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/ranks/thread_ranks.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "support/toy_training.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Stopped after any step and resumed, at some number of threads: the same bits as a training that nobody stopped.
TEST(TrainerState, AStoppedTrainingEndsWithTheSameBits) {
  for (const std::uint64_t seed : {0u, 1u, 2u}) {
    const ToyTraining training(seed);
    const TrainResult expected = train(training.learner(), initial_values<float>(training.model.layout, seed),
                                       training.data(), training.options);
    for (int stop = 0; stop < 12; ++stop) {
      TrainerState state;
      {
        const ThreadLimit limit(1 + stop % 2);
        Trainer trainer = training.start();
        for (int i = 0; i < stop && !trainer.finished(); ++i) trainer.step();
        state = trainer.state();
      }
      Trainer resumed = training.resume(std::move(state));
      const TrainResult result = run(resumed);
      ASSERT_EQ(result.parameters, expected.parameters) << "seed " << seed << ", step " << stop;
      ASSERT_EQ(result.best_epoch, expected.best_epoch);
      ASSERT_TRUE(same_history(result.history, expected.history));
    }
  }
}

// Without averaging and patience, and with dropout alone, other parts of the state decide.
TEST(TrainerState, AStoppedTrainingWithoutAverageEndsWithTheSameBits) {
  ToyTraining training(3);
  training.options.average_epochs = 0;
  training.options.patience = 0;
  Trainer whole = training.start();
  const TrainResult expected = run(whole);
  for (const int stop : {1, 3, 5, 11}) {
    Trainer trainer = training.start();
    for (int i = 0; i < stop; ++i) trainer.step();
    Trainer resumed = training.resume(trainer.state());
    ASSERT_EQ(run(resumed).parameters, expected.parameters) << stop;
  }
}

// A training that five ranks began goes on with two.
TEST(TrainerState, ATrainingOfRanksGoesOnWithOtherRanks) {
  const ToyTraining training(1);
  const TrainResult expected = train(training.learner(), initial_values<float>(training.model.layout, 1),
                                     training.data(), training.options);
  TrainerState state;
  run_thread_ranks(5, [&](const Ranks& ranks) {
    TrainOptions options = training.options;
    options.ranks = ranks;
    Trainer trainer(training.learner(), initial_values<float>(training.model.layout, 1), training.data(),
                    options);
    for (int i = 0; i < 5; ++i) trainer.step();
    if (ranks.is_first()) state = trainer.state();
  });
  std::vector<TrainResult> results(2);
  run_thread_ranks(2, [&](const Ranks& ranks) {
    TrainOptions options = training.options;
    options.ranks = ranks;
    Trainer trainer(training.learner(), training.data(), options, state);
    results[static_cast<std::size_t>(ranks.rank())] = run(trainer);
  });
  for (const TrainResult& result : results) {
    EXPECT_EQ(result.parameters, expected.parameters);
    EXPECT_EQ(result.best_epoch, expected.best_epoch);
    EXPECT_TRUE(same_history(result.history, expected.history));
  }
}

TEST(TrainerState, RanksThatDifferAreNamed) {
  const ToyTraining training;
  const auto start = [&](const Ranks& ranks) {
    TrainOptions options = training.options;
    options.ranks = ranks;
    if (ranks.rank() == 2) options.learning_rate *= 2;
    training.start(options);
  };
  EXPECT_THAT([&] { run_thread_ranks(4, start); },
              ThrowsMessage<ConfigError>(AllOf(HasSubstr("rank 2"), HasSubstr("learning_rate"))));
}

TEST(TrainerState, NamesWhatDiffers) {
  const ToyTraining training;
  const TrainerState state = training.start().state();
  const auto resume = [&](const auto& change) {
    ToyTraining other;
    change(other);
    return [state, other = std::move(other)] { other.resume(state); };
  };
  EXPECT_NO_THROW(resume([](ToyTraining&) {})());
  EXPECT_THAT(resume([](ToyTraining& t) { t.options.learning_rate = 0.02; }),
              ThrowsMessage<ConfigError>(HasSubstr("another learning_rate: 0.01, now 0.02")));
  EXPECT_THAT(resume([](ToyTraining& t) { t.options.epochs = 5; }),
              ThrowsMessage<ConfigError>(HasSubstr("another epochs: 4, now 5")));
  EXPECT_THAT(resume([](ToyTraining& t) { t.options.seed = 9; }),
              ThrowsMessage<ConfigError>(HasSubstr("another seed")));
  EXPECT_THAT(resume([](ToyTraining& t) { t.targets[2] += 1; }),
              ThrowsMessage<ConfigError>(HasSubstr("another labels")));
  EXPECT_THAT(resume([](ToyTraining& t) { std::swap(t.rows[0], t.rows[19]); }),
              ThrowsMessage<ConfigError>(HasSubstr("another split")));
  EXPECT_THAT(resume([](ToyTraining& t) {
                GraphModelConfig config = toy_config();
                config.width = 16;
                t.model = make_graph_model(config);
              }),
              ThrowsMessage<ConfigError>(HasSubstr("another number of parameters")));
}

TEST(TrainerState, StatesThatDoNotFitAreErrors) {
  const ToyTraining training;
  const auto resume = [&](const auto& change) {
    TrainerState state = training.start().state();
    change(state);
    return [&training, state] { training.resume(state); };
  };
  EXPECT_THROW(resume([](TrainerState& s) { s.parameters.pop_back(); })(), ShapeError);
  EXPECT_THROW(resume([](TrainerState& s) { s.optimizer.second_moment.pop_back(); })(), ShapeError);
  EXPECT_THROW(resume([](TrainerState& s) { s.order[0] = 1 << 20; })(), ShapeError);
  EXPECT_THROW(resume([](TrainerState& s) { s.steps = 3; })(), ShapeError);
  EXPECT_THROW(resume([](TrainerState& s) { s.steps = -1; })(), ShapeError);
  EXPECT_THROW(resume([](TrainerState& s) { s.epochs = 1; })(), ShapeError);
}

}  // namespace
}  // namespace plstm::test
