#include "plstm/learn/embedder.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/cpu.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/predictor.hpp>
#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/nn/graphs/graph_readout.hpp>

#include "learn/learn_graphs.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

class EmbedderTest : public ::testing::Test {
 protected:
  EmbedderTest() : random_(kSeed) {
    LabeledGraphs data;
    for (LearnGraph& g : make_learn_graphs(40, random_)) {
      data.add(g.graph, {g.graph_target});
      graphs_.push_back(prepare_graph(g.graph));
      all_.push_back(static_cast<std::int32_t>(all_.size()));
    }
    Recipe recipe = quick(recipe::regression());
    recipe.epochs = 2;
    predictor_.emplace(fit(data, recipe));
  }

  Random random_;
  std::vector<PreparedGraph> graphs_;
  std::vector<std::int32_t> all_;
  std::optional<Predictor> predictor_;
};

// The decoder of the first network makes the network's prediction of the first 8 values.
TEST_F(EmbedderTest, IsWhatTheDecoderReads) {
  const Embedder embedder(predictor_->members());
  ASSERT_EQ(embedder.width(), 16);
  const std::vector<float> rows = embedder.embed(graphs_, all_);
  ASSERT_THAT(rows, SizeIs(40 * 16));
  const TrainedModel& trained = predictor_->members()[0];
  const GraphModel model = make_graph_model(trained.config);
  const auto parameter = [&](ParameterId id, std::size_t index) {
    return double{trained.parameters[model.layout[id].offset + index]};
  };
  const Predictions expected = Predictor({trained}).predict(graphs_);
  for (std::size_t g = 0; g < 40; ++g) {
    double output = parameter(model.head.bias, 0);
    for (std::size_t i = 0; i < 8; ++i) {
      double hidden = parameter(model.hidden.bias, i);
      for (std::size_t j = 0; j < 8; ++j)
        hidden += parameter(model.hidden.weight, i * 8 + j) * rows[g * 16 + j];
      output += parameter(model.head.weight, i) * std::max(hidden, 0.0);
    }
    output = output * trained.scaler->scale()[0] + trained.scaler->mean()[0];
    EXPECT_NEAR(output, expected(static_cast<std::int64_t>(g)), 1e-3) << g;
  }
}

TEST_F(EmbedderTest, MembersStandOneAfterTheOther) {
  const std::vector<float> both = Embedder(predictor_->members()).embed(graphs_, all_);
  for (std::size_t member = 0; member < 2; ++member) {
    const std::vector<float> one = Embedder(predictor_->members().subspan(member, 1)).embed(graphs_, all_);
    ASSERT_THAT(one, SizeIs(40 * 8));
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i], both[i / 8 * 16 + member * 8 + i % 8]);
  }
}

TEST_F(EmbedderTest, DoesNotDependOnThreadsAndCompany) {
  const Embedder embedder(predictor_->members());
  const std::vector<float> expected = embedder.embed(graphs_, all_);
  for (const int threads : {1, 2, 3}) {
    const ThreadLimit limit(threads);
    EXPECT_EQ(embedder.embed(graphs_, all_), expected) << threads;
  }
  if (instruction_set() == InstructionSet::kBaseline)
    return;  // Eigen rounds a row by its place in the matrix
  const std::vector<std::int32_t> some{39, 3, 3};
  const std::vector<float> rows = embedder.embed(graphs_, some);
  for (std::size_t i = 0; i < some.size(); ++i) {
    for (std::size_t c = 0; c < 16; ++c)
      EXPECT_EQ(rows[i * 16 + c], expected[static_cast<std::size_t>(some[i]) * 16 + c]);
  }
}

TEST_F(EmbedderTest, RefusesWhatItCannotTake) {
  const Embedder embedder(predictor_->members());
  EXPECT_TRUE(embedder.embed(graphs_, {}).empty());
  const std::vector<std::int32_t> outside{40};
  EXPECT_THAT([&] { embedder.embed(graphs_, outside); },
              ThrowsMessage<ConfigError>(HasSubstr("no graph 40, expected 0 .. 39")));
  graphs_[1].graph.node_values[0] = std::numeric_limits<float>::infinity();
  EXPECT_THROW(embedder.check(graphs_[1]), Error);
  EXPECT_THAT([&] { embedder.embed(graphs_, all_); }, ThrowsMessage<ConfigError>(HasSubstr("graph 1: ")));
  EXPECT_THROW(Embedder({}), ConfigError);
}

TEST_F(EmbedderTest, NodesHaveNone) {
  LabeledGraphs data(Readout::kNode);
  for (const LearnGraph& g : make_learn_graphs(10, random_)) data.add(g.graph, g.node_targets);
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 1;
  const Predictor predictor = fit(data, recipe);
  EXPECT_THAT([&] { Embedder{predictor.members()}; },
              ThrowsMessage<ConfigError>(HasSubstr("only whole graphs")));
}

}  // namespace
}  // namespace plstm::test
