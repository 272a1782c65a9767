#include "plstm/learn/pretraining/encoder.hpp"

#include <cmath>
#include <filesystem>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/pretraining/pretrain.hpp>

#include "learn/pretraining/code_graphs.hpp"
#include "learn/pretraining/small_pretraining.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class EncoderTest : public SmallPretraining {};

// A new decoder learns from few labels what the frozen encoder knows.
TEST_F(EncoderTest, AnEncoderIsAStartForOtherTargets) {
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
  recipe.epochs = 50;
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

TEST_F(EncoderTest, PathTotalsBelongToTheNewModel) {
  options_.epochs = 1;
  const TrainedModel plain = pretrain(PretrainingSet(path_), options_).model;
  GraphModelConfig config = plain.config;
  config.path_totals = 1;
  adopt_encoder(plain.config, config);
  EXPECT_EQ(config.path_totals, 1);

  TrainedModel start = plain;
  start.config.path_totals = 2;
  start.parameters.resize(make_graph_model(start.config).layout.total_size());
  adopt_encoder(start.config, config);
  EXPECT_EQ(config.path_totals, 1);
  const GraphModel model = make_graph_model(config);
  std::vector<float> values(model.layout.total_size());
  copy_encoder(start, model.layout, values);  // does not compare what is not the encoder's
  for (const RateRange& range : encoder_rates(model.layout, 0))
    EXPECT_LE(range.offset + range.size, model.layout[model.totals.norm].offset);
}

TEST_F(EncoderTest, AnEncoderOfAnotherWidthDoesNotFit) {
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
  const auto reads = [&](const char* featurizer) {
    TrainedModel model = start;
    model.featurizer = featurizer;
    return model;
  };
  EXPECT_NO_THROW(check_same_inputs(reads(R"({"orientation": "canonical"})"),
                                    R"({"orientation": "canonical", "standardize": ["charges"]})"));
  EXPECT_THROW(check_same_inputs(reads(R"({"orientation": "canonical"})"),
                                 R"({"orientation": "canonical", "hydrogens": true})"),
               ConfigError);
}

}  // namespace
}  // namespace plstm::test
