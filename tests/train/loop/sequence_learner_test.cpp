#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/loop/sequence_learner.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

LanguageModel tiny_language_model() {
  LanguageModelConfig config;
  config.vocabulary = 3;
  config.width = 8;
  config.blocks = 1;
  config.heads = 1;
  config.tracking = {};
  config.block = SequenceBlockKind::kPostUp;
  return make_language_model(config);
}

TEST(SequenceLearner, PredictsWhatTheModelDoes) {
  const LanguageModel model = tiny_language_model();
  const std::vector<float> parameters = initial_values<float>(model.layout, kSeed);
  const std::vector<std::int32_t> tokens{0, 1, 2, 2, 1, 0};
  const std::vector<std::int64_t> starts{0, 2, 3};
  const std::vector<std::int32_t> rows{2, 1};
  const Learner learner = sequence_learner(model, {tokens, starts, 3});
  EXPECT_EQ(learner.outputs, 9);
  EXPECT_EQ(learner.samples, 3);
  Tape<float> tape;
  tape.start(model.layout, parameters.data(), nullptr, {});
  const std::vector<std::int32_t> expected{2, 1, 0, 2, 2, 1};
  const Matrix<float> logits = forward<float>(tape, model, expected, 3).matrix();
  const std::vector<float> outputs = predict(learner, parameters, rows);
  EXPECT_TRUE(ConstMatrixMap<float>(outputs.data(), 6, 3).isApprox(logits, 1e-5f));
}

// The token that comes next, in a text that goes 0 1 2 0 1 2 ...
TEST(SequenceLearner, Trains) {
  const LanguageModel model = tiny_language_model();
  std::vector<std::int32_t> tokens(61);
  for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<std::int32_t>(i % 3);
  std::vector<std::int64_t> starts;
  std::vector<float> targets;
  for (std::int64_t start = 0; start + 5 < std::ssize(tokens); start += 5) {
    starts.push_back(start);
    for (std::int64_t i = 1; i <= 5; ++i) targets.push_back(static_cast<float>((start + i) % 3));
  }
  const auto count = static_cast<Index>(starts.size());
  const std::vector<std::uint8_t> present(targets.size(), 1);
  std::vector<std::int32_t> rows(starts.size());
  std::iota(rows.begin(), rows.end(), 0);
  TrainOptions options;
  options.loss = LossKind::kCrossEntropy;
  options.metric = Metric::kAccuracy;
  options.epochs = 10;
  options.batch_size = 3;
  options.learning_rate = 0.02;
  const TrainResult result =
      train(sequence_learner(model, {tokens, starts, 5}), initial_values<float>(model.layout, kSeed),
            {{targets.data(), count, 5}, {present.data(), count, 5}, rows, rows}, options);
  EXPECT_EQ(result.history.back().validation_metric, 1);
}

TEST(SequenceLearner, RefusesSequencesBeyondTheTokens) {
  const LanguageModel model = tiny_language_model();
  const std::vector<std::int32_t> tokens{0, 1, 2};
  const std::vector<std::int64_t> starts{0, 1};
  EXPECT_THAT(
      [&] {
        sequence_learner(model, {tokens, starts, 3});
      },
      ThrowsMessage<ShapeError>(
          "sequence_learner: sequence 1 begins at 1, but there are 3 tokens for its 3"));
  EXPECT_THAT(
      [&] {
        sequence_learner(model, {tokens, starts, 0});
      },
      ThrowsMessage<ShapeError>("sequence_learner: the length is 0, expected at least 1"));
}

}  // namespace
}  // namespace plstm::test
