#include <cstdint>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/loop/prediction.hpp>

#include "support/seed.hpp"
#include "support/toy_graphs.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Twenty toy graphs, more than one shard of prediction.
struct Sample {
  Random random{kSeed};
  std::vector<PreparedGraph> graphs = toy_graphs(20, random);
};

GraphModelConfig config_of(Readout readout) {
  GraphModelConfig config = toy_config();
  config.readout = readout;
  config.outputs = 2;
  return config;
}

TEST(Prediction, KeepsTheOrderOfTheSamples) {
  const Sample sample;
  const GraphModel model = make_graph_model(toy_config());
  const std::vector<float> parameters = initial_values<float>(model.layout, 1);
  const Learner learner = graph_learner(model, sample.graphs);
  const std::vector<float> a = predict(learner, parameters, std::vector<std::int32_t>{0, 7});
  const std::vector<float> b = predict(learner, parameters, std::vector<std::int32_t>{7, 0});
  EXPECT_NEAR(a[0], b[1], 1e-6);
  EXPECT_NEAR(a[1], b[0], 1e-6);
  EXPECT_NE(a[0], a[1]);
  EXPECT_TRUE(predict(learner, parameters, {}).empty());
}

// Rows of nodes or edges, graph after graph: each graph alone gives its part.
TEST(Prediction, GivesARowForEachThing) {
  const Sample sample;
  for (const Readout readout : {Readout::kNode, Readout::kEdge}) {
    const GraphModel model = make_graph_model(config_of(readout));
    const std::vector<float> parameters = initial_values<float>(model.layout, 1);
    const Learner learner = graph_learner(model, sample.graphs);
    std::vector<std::int32_t> all;
    for (std::int32_t i = 19; i >= 0; --i) all.push_back(i);
    const std::vector<float> together = predict(learner, parameters, all);
    std::size_t at = 0;
    for (const std::int32_t i : all) {
      const std::vector<float> alone = predict(learner, parameters, std::vector<std::int32_t>{i});
      ASSERT_EQ(std::ssize(alone), 2 * learner.things(i));
      for (const float value : alone) ASSERT_NEAR(together[at++], value, 1e-5);
    }
    EXPECT_EQ(at, together.size());
  }
}

TEST(Prediction, SamplesThatDoNotExistAreErrors) {
  const Sample sample;
  const GraphModel model = make_graph_model(toy_config());
  const std::vector<float> parameters = initial_values<float>(model.layout, 1);
  const Learner learner = graph_learner(model, sample.graphs);
  EXPECT_THAT(
      [&] {
        predict(learner, parameters, std::vector<std::int32_t>{3, 20});
      },
      ThrowsMessage<ConfigError>(HasSubstr("predict: there is no sample 20, expected 0..19")));
  EXPECT_THAT([&] { predict(learner, parameters, std::vector<std::int32_t>{-1}); },
              ThrowsMessage<ConfigError>(HasSubstr("predict: there is no sample -1")));
}

TEST(Prediction, SamplesThatTheModelCannotTakeAreErrors) {
  const Sample sample;
  GraphModelConfig config = toy_config();
  config.node_value_width = 2;
  const GraphModel model = make_graph_model(config);
  EXPECT_THROW(predict(graph_learner(model, sample.graphs), initial_values<float>(model.layout, 1),
                       std::vector<std::int32_t>{3}),
               ShapeError);
}

TEST(Prediction, OutputsThatAreNotFiniteAreErrors) {
  const Sample sample;
  const GraphModel model = make_graph_model(config_of(Readout::kNode));
  std::vector<float> parameters = initial_values<float>(model.layout, 1);
  const Learner learner = graph_learner(model, sample.graphs);
  const std::vector<std::int32_t> samples{4, 9};
  EXPECT_NO_THROW(predict(learner, parameters, samples));
  parameters[model.layout[model.head.bias].offset + 1] = std::numeric_limits<float>::infinity();
  EXPECT_THAT([&] { predict(learner, parameters, samples); },
              ThrowsMessage<TrainingError>(HasSubstr("the output of sample 4 is inf")));
}

}  // namespace
}  // namespace plstm::test
