#include "plstm/learn/pretraining/pretrain.hpp"

#include <cmath>
#include <filesystem>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/ranks/thread_ranks.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/pretraining/encoder.hpp>

#include "learn/pretraining/code_graphs.hpp"
#include "learn/pretraining/small_pretraining.hpp"

namespace plstm::test {
namespace {

using ::testing::Each;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class PretrainTest : public SmallPretraining {};

TEST_F(PretrainTest, LearnsToSayTheTargets) {
  const PretrainingSet set(path_);
  const PretrainResult result = pretrain(set, options_);
  ASSERT_EQ(result.history.size(), 15u);
  EXPECT_LT(result.history.back().validation_loss, 0.5 * result.history.front().validation_loss);
  EXPECT_THAT(explained_variance(set, result.model, 1), Each(Gt(0.5)));
  const CodeGraphs graphs = make_code_graphs(20, random_);
  const Predictor predictor({result.model});
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_NEAR(predictor.predict(graphs.graphs[i])(0, 0), graphs.targets[3 * i], 2)
        << "in the units of the targets";
  }
}

TEST_F(PretrainTest, BitsDoNotDependOnThreadsOrOnWhereItWasLeft) {
  const PretrainingSet set(path_);
  options_.epochs = 2;
  const PretrainResult whole = pretrain(set, options_);
  {
    const ThreadLimit one(1);
    EXPECT_EQ(pretrain(set, options_).model.parameters, whole.model.parameters);
  }
  PretrainHooks hooks;
  hooks.state = folder_ / "state.safetensors";
  int left = 0, stops = 0;
  PretrainResult result;
  do {
    left = 5;
    hooks.stop = [&] { return left-- == 0; };
    result = pretrain(set, options_, hooks);
    hooks.resume = true;
  } while (result.stopped && ++stops < 100);
  EXPECT_GT(stops, 3);
  EXPECT_EQ(result.model.parameters, whole.model.parameters);
  EXPECT_EQ(result.history.size(), 2u);
}

TEST_F(PretrainTest, BitsDoNotDependOnTheRanks) {
  const PretrainingSet set(path_);
  options_.epochs = 2;
  const PretrainResult alone = pretrain(set, options_);
  for (const int size : {2, 3}) {
    std::vector<std::vector<float>> parameters(static_cast<std::size_t>(size));
    run_thread_ranks(size, [&](const Ranks& ranks) {
      const PretrainingSet own(path_);
      PretrainOptions options = options_;
      options.ranks = ranks;
      parameters[static_cast<std::size_t>(ranks.rank())] = pretrain(own, options).model.parameters;
    });
    EXPECT_THAT(parameters, Each(alone.model.parameters)) << size << " ranks";
  }
}

TEST_F(PretrainTest, AStateOfOtherOptionsIsRefused) {
  const PretrainingSet set(path_);
  PretrainHooks hooks;
  hooks.state = folder_ / "state.safetensors";
  options_.epochs = 1;
  pretrain(set, options_, hooks);
  hooks.resume = true;
  options_.learning_rate = 1e-3;
  EXPECT_THAT([&] { pretrain(set, options_, hooks); },
              ThrowsMessage<ConfigError>(HasSubstr("learning_rate")));
  options_.most_asked = 2;
  EXPECT_THROW(pretrain(set, options_), ConfigError);
}

TEST_F(PretrainTest, GoesOnFromAModelOfTheSameTargets) {
  const PretrainingSet set(path_);
  options_.epochs = 4;
  const PretrainResult first = pretrain(set, options_);
  options_.start = std::make_shared<const TrainedModel>(first.model);
  options_.epochs = 1;
  options_.learning_rate = 1e-3;
  const PretrainResult second = pretrain(set, options_);
  EXPECT_LT(second.history.back().validation_loss, 1.1 * first.history.back().validation_loss);
  EXPECT_NE(second.model.parameters, first.model.parameters);
  options_.model.width = 16;
  EXPECT_THROW(pretrain(set, options_), ConfigError);
}

}  // namespace
}  // namespace plstm::test
