#include "plstm/learn/predictor.hpp"

#include <limits>
#include <optional>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/cpu.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "learn/learn_graphs.hpp"
#include "support/seed.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class PredictorTest : public ::testing::Test {
 protected:
  PredictorTest() : random_(kSeed) {
    for (LearnGraph& g : make_learn_graphs(40, random_)) {
      data_.add(g.graph, {g.graph_target, g.graph_target / 2});
      graphs_.push_back(std::move(g.graph));
    }
    Recipe recipe = quick(recipe::regression());
    recipe.epochs = 2;
    predictor_.emplace(fit(data_, recipe));
  }

  Random random_;
  LabeledGraphs data_;
  std::vector<AttributedGraph> graphs_;
  std::optional<Predictor> predictor_;
  TemporaryFolder folder_;
};

TEST_F(PredictorTest, ComesBackFromAFileAndPredictsTheSame) {
  const auto path = folder_ / "model.safetensors";
  predictor_->save(path);
  const Predictor loaded = Predictor::load(path);
  EXPECT_EQ(loaded.members().size(), 2u);
  const Predictions expected = predictor_->predict(graphs_), predictions = loaded.predict(graphs_);
  EXPECT_EQ(predictions.values, expected.values);
  EXPECT_EQ(predictions.columns, (std::vector<std::string>{"target_1", "target_2"}));
  EXPECT_EQ(predictions.num_rows(), 40);
  EXPECT_THROW(Predictor::load(folder_ / "absent.safetensors"), FileError);
}

TEST_F(PredictorTest, IsTheMeanOfItsMembers) {
  const auto member = [&](std::size_t i) { return Predictor({predictor_->members()[i]}).predict(graphs_); };
  const Predictions both = predictor_->predict(graphs_), first = member(0), second = member(1);
  for (std::size_t i = 0; i < both.values.size(); ++i) {
    EXPECT_DOUBLE_EQ(both.values[i], (first.values[i] + second.values[i]) / 2);
  }
}

TEST_F(PredictorTest, AGraphHasTheSamePredictionAloneAndAmongOthers) {
  const Predictions together = predictor_->predict(graphs_);
  for (std::size_t g = 0; g < graphs_.size(); ++g) {
    const Predictions alone = predictor_->predict(graphs_[g]);
    const double first = together(static_cast<std::int64_t>(g), 0);
    const double second = together.of_graph(static_cast<std::int64_t>(g))[1];
    if (instruction_set() == InstructionSet::kBaseline) {  // Eigen rounds a row by its place in the matrix
      EXPECT_NEAR(alone(0, 0), first, 1e-4) << g;
      EXPECT_NEAR(alone(0, 1), second, 1e-4) << g;
    } else {
      EXPECT_EQ(alone(0, 0), first) << g;
      EXPECT_EQ(alone(0, 1), second) << g;
    }
  }
  EXPECT_THROW(together.of_graph(40), ShapeError);
  EXPECT_THROW(together.of_graph(-1), ShapeError);
}

TEST_F(PredictorTest, PreparesOnlyWhatItsModelsRead) {
  const PreparedGraph prepared = predictor_->prepare(graphs_[0]);  // of a model with the blocks PD
  EXPECT_TRUE(prepared.layouts.prepared.contains(StmMode::kDiffusion, false));
  EXPECT_FALSE(prepared.layouts.prepared.contains(StmMode::kDiffusion, true));
  EXPECT_EQ(predictor_->predict(std::span(&prepared, 1)).values, predictor_->predict(graphs_[0]).values);
}

TEST_F(PredictorTest, PredictsChosenGraphsInTheirOrder) {
  const Predictions all = predictor_->predict(data_.graphs());
  const std::vector<std::int32_t> chosen{7, 0, 7}, beyond{0, 40};
  const Predictions some = predictor_->predict(data_.graphs(), chosen);
  ASSERT_EQ(some.num_rows(), 3);
  for (std::int64_t i = 0; i < 3; ++i) EXPECT_EQ(some(i), all(chosen[static_cast<std::size_t>(i)]));
  EXPECT_THAT([&] { predictor_->predict(data_.graphs(), beyond); },
              ThrowsMessage<ConfigError>(HasSubstr("there is no graph 40, expected 0 .. 39")));
}

TEST_F(PredictorTest, SeveralThreadsMayAskAtTheSameTime) {
  const std::vector<double> expected = predictor_->predict(graphs_).values;
  std::vector<std::vector<double>> results(8);
  std::vector<std::thread> threads;
  for (auto& result : results) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) result = predictor_->predict(graphs_).values;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, expected);
}

TEST_F(PredictorTest, AcceptsNoGraphs) {
  EXPECT_EQ(predictor_->predict(std::vector<AttributedGraph>()).num_rows(), 0);
}

TEST_F(PredictorTest, ValuesThatAreNotThereAreErrors) {
  const Predictions y = predictor_->predict(graphs_);
  EXPECT_EQ(y(0), y.of_graph(0)[0]);
  EXPECT_THAT([&] { y(40); },
              ThrowsMessage<ShapeError>(HasSubstr("no value (40, 0) among 40 rows and 2 columns")));
  EXPECT_THROW(y(-1), ShapeError);
  EXPECT_THROW(y(0, 2), ShapeError);
  EXPECT_THROW(y.of_graph(40), ShapeError);
  EXPECT_EQ(Predictions().num_rows(), 0);
}

TEST_F(PredictorTest, NamesTheGraphThatItCannotTake) {
  std::vector<AttributedGraph> graphs{graphs_[0], graphs_[1]};
  graphs[1].node_value_width = 1;
  graphs[1].node_values.resize(graphs[1].node_values.size() / 2);
  EXPECT_THAT([&] { predictor_->predict(graphs); }, ThrowsMessage<ConfigError>(HasSubstr("graph 1")));
  graphs[1] = graphs_[1];
  graphs[1].node_codes[0] = 99;
  EXPECT_THAT([&] { predictor_->predict(graphs); }, ThrowsMessage<ConfigError>(HasSubstr("code 99")));
  graphs[1] = graphs_[1];
  graphs[1].node_values.pop_back();
  EXPECT_THAT(
      [&] { predictor_->predict(graphs); },
      ThrowsMessage<ConfigError>(HasSubstr("Predictor: graph 1: check_attributed_graph: node_values")));
  // The object is as good as before.
  EXPECT_EQ(predictor_->predict(graphs_).num_rows(), 40);
}

TEST_F(PredictorTest, RefusesFeaturesAndOutputsThatAreNotFinite) {
  AttributedGraph graph = graphs_[0];
  graph.node_values[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT([&] { predictor_->predict(graph); },
              ThrowsMessage<ConfigError>(HasSubstr("graph 0: node 0: value nan in column 0 is not finite")));
  std::vector<TrainedModel> members{predictor_->members()[0]};
  const GraphModel model = make_graph_model(members[0].config);
  members[0].parameters[model.layout[model.head.bias].offset] = std::numeric_limits<float>::infinity();
  const Predictor broken(members);
  EXPECT_THAT([&] { broken.predict(graphs_[0]); },
              ThrowsMessage<TrainingError>(HasSubstr("graph 0: the prediction is inf")));
}

TEST_F(PredictorTest, RefusesMembersThatDoNotFitTogether) {
  EXPECT_THROW(Predictor({}), ConfigError);
  std::vector<TrainedModel> members(predictor_->members().begin(), predictor_->members().end());
  members[1].target_names = {"a", "b"};
  EXPECT_THAT([&] { Predictor p(members); }, ThrowsMessage<ConfigError>(HasSubstr("different targets")));
  members = {predictor_->members()[0]};
  members[0].parameters.pop_back();
  EXPECT_THROW(Predictor p(members), ShapeError);
}

}  // namespace
}  // namespace plstm::test
