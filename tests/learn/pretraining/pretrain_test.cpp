#include "plstm/learn/pretraining/pretrain.hpp"

#include <cmath>
#include <filesystem>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/pretraining/encoder.hpp>

#include "learn/pretraining/code_graphs.hpp"
#include "support/seed.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::Each;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class PretrainTest : public ::testing::Test {
 protected:
  PretrainTest() : random_(kSeed), path_(folder_ / "a.set") {
    write_set(path_, make_code_graphs(700, random_));
    options_.model.body = StmBody{.blocks = "PD", .heads = 2};
    options_.model.width = 8;
    options_.model.edge_encoder = true;
    options_.model.pooling = Pooling::kSum;
    options_.epochs = 15;
    options_.batch_size = 32;
    options_.learning_rate = 2e-2;
    options_.validation_blocks = 1;
  }

  Random random_;
  TemporaryFolder folder_;
  std::filesystem::path path_;
  PretrainOptions options_;
};

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

// A new decoder learns from few labels what the frozen encoder knows.
TEST_F(PretrainTest, AnEncoderIsAStartForOtherTargets) {
  const PretrainingSet set(path_);
  const auto start = std::make_shared<const TrainedModel>(pretrain(set, options_).model);
  const auto labeled = [](const CodeGraphs& graphs) {
    LabeledGraphs data;
    data.set_vocabularies({3}, {2});
    for (std::size_t i = 0; i < graphs.graphs.size(); ++i) {
      data.add(graphs.graphs[i], {100 + 10 * static_cast<double>(graphs.targets[3 * i + 1])});
    }
    return data;
  };
  const LabeledGraphs few = labeled(make_code_graphs(30, random_)),
                      others = labeled(make_code_graphs(100, random_));
  Recipe recipe = recipe::regression();
  recipe.start = start;
  recipe.members = 2;
  recipe.epochs = 100;
  recipe.learning_rate = 1e-2;
  recipe.change = [](Settings& settings) { settings.encoder_rate = 0; };
  const Predictions predictions = fit(few, recipe).predict(others.graphs());
  double error = 0, spread = 0, mean = 0;
  for (const double target : others.targets()) mean += target / 100;
  for (std::int64_t i = 0; i < 100; ++i) {
    const double target = others.targets()[static_cast<std::size_t>(i)];
    error += std::pow(predictions(i) - target, 2);
    spread += std::pow(target - mean, 2);
  }
  EXPECT_LT(error, 0.25 * spread);

  const Predictor predictor = fit(few, recipe);
  const GraphModel model = make_graph_model(predictor.members().front().config);
  std::vector<float> values(model.layout.total_size());
  copy_encoder(*start, model.layout, values);
  const std::vector<RateRange> encoder = encoder_rates(model.layout, 0);
  ASSERT_FALSE(encoder.empty());
  for (const RateRange& range : encoder) {
    for (std::size_t i = range.offset; i < range.offset + range.size; ++i) {
      ASSERT_EQ(predictor.members().front().parameters[i], values[i]) << "the encoder is frozen";
    }
  }
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

TEST_F(PretrainTest, AnEncoderOfAnotherWidthDoesNotFit) {
  options_.epochs = 1;
  const TrainedModel start = pretrain(PretrainingSet(path_), options_).model;
  GraphModelConfig wider = start.config;
  wider.width = 16;
  const GraphModel model = make_graph_model(wider);
  std::vector<float> values(model.layout.total_size());
  EXPECT_THAT([&] { copy_encoder(start, model.layout, values); },
              ThrowsMessage<ConfigError>(HasSubstr("another shape")));
  GraphModelConfig adopted = wider;
  adopt_encoder(start.config, adopted);
  EXPECT_EQ(adopted.width, 8);
  EXPECT_THROW(check_same_inputs(start, R"({"orientation": "canonical"})"), ConfigError);
}

}  // namespace
}  // namespace plstm::test
