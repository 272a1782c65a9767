#include "plstm/learn/labeled_graphs.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

#include "learn/learn_graphs.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// 0 -> 1 -> 2 with one value a node.
AttributedGraph chain(std::vector<float> values = {1, 2, 3}) {
  AttributedGraph graph;
  graph.dag = Dag(3, {{0, 1}, {1, 2}});
  graph.node_value_width = 1;
  graph.node_values = std::move(values);
  return graph;
}

TEST(LabeledGraphs, TargetsMayBeBounds) {
  Random random(kSeed);
  const AttributedGraph graph = make_learn_graph(random).graph;
  LabeledGraphs data;
  const std::vector<double> targets{1, std::numeric_limits<double>::quiet_NaN(), 3};
  data.add(graph, targets, 1, std::vector<std::int8_t>{0, 0, 0});
  EXPECT_TRUE(data.bounds().empty());
  data.add(graph, targets, 1, std::vector<std::int8_t>{1, 1, -1});
  data.add(graph, targets);
  EXPECT_THAT(data.bounds(), ::testing::ElementsAre(0, 0, 0, 1, 0, -1, 0, 0, 0))
      << "what is missing is no bound";
  EXPECT_THAT(data.present(), ::testing::ElementsAre(1, 0, 1, 1, 0, 1, 1, 0, 1));
  EXPECT_THROW(data.add(graph, targets, 1, std::vector<std::int8_t>{1, 2, 0}), ConfigError);
  EXPECT_THROW(data.add(graph, targets, 1, std::vector<std::int8_t>{1, 0}), ShapeError);
  EXPECT_EQ(data.num_graphs(), 3);
}

TEST(LabeledGraphs, TargetsOfGraphs) {
  LabeledGraphs data;
  data.add(chain(), {1.5, kMissing});
  data.add(chain(), {2.5, -40499.97872}, 2.0f);
  EXPECT_EQ(data.num_graphs(), 2);
  EXPECT_EQ(data.num_things(), 2);
  EXPECT_EQ(data.num_tasks(), 2);
  EXPECT_THAT(data.offsets(), ElementsAre(0, 1, 2));
  EXPECT_THAT(data.targets(), ElementsAre(1.5, 0.0, 2.5, -40499.97872));
  EXPECT_THAT(data.present(), ElementsAre(1, 0, 1, 1));
  EXPECT_THAT(data.weights(), ElementsAre(1.0f, 2.0f));
  EXPECT_THAT(data.task_names(), ElementsAre("target_1", "target_2"));
}

TEST(LabeledGraphs, TargetsOfNodesAndEdges) {
  LabeledGraphs nodes(Readout::kNode);
  nodes.add(chain(), {1, kMissing, 3});
  nodes.add(chain(), {4, 5, 6});
  EXPECT_EQ(nodes.num_tasks(), 1);
  EXPECT_THAT(nodes.offsets(), ElementsAre(0, 3, 6));
  EXPECT_THAT(nodes.present(), ElementsAre(1, 0, 1, 1, 1, 1));
  EXPECT_THAT(nodes.task_names(), ElementsAre("target"));

  LabeledGraphs edges(Readout::kEdge);
  edges.add(chain(), {1, 2, 3, 4});
  EXPECT_EQ(edges.num_tasks(), 2);
  EXPECT_EQ(edges.num_things(), 2);
}

TEST(LabeledGraphs, AGraphWithoutEdgesHasNoLabeledEdges) {
  LabeledGraphs edges(Readout::kEdge);
  AttributedGraph lonely;
  lonely.dag = Dag(1, {});
  lonely.node_value_width = 1;
  lonely.node_values = {1};
  edges.add(lonely, {});
  edges.add(chain(), {1, 2});
  EXPECT_THAT(edges.offsets(), ElementsAre(0, 0, 2));
  EXPECT_THAT(
      [&] { edges.add(lonely, {1}); },
      ThrowsMessage<ShapeError>(HasSubstr("graph 2 has 1 targets for 0 things, expected 1 for each")));
}

TEST(LabeledGraphs, RefusesWhatDoesNotFitAndStaysAsItWas) {
  LabeledGraphs data(Readout::kNode);
  EXPECT_THAT(
      [&] {
        data.add(chain(), {1, 2});
      },
      ThrowsMessage<ShapeError>(HasSubstr("graph 0 has 2 targets for 3 things")));
  EXPECT_THAT([&] { data.add(chain(), {}); }, ThrowsMessage<ShapeError>(HasSubstr("0 targets")));
  data.add(chain(), {1, 2, 3});
  EXPECT_THAT(
      [&] {
        data.add(chain(), {1, 2, 3, 4, 5, 6});
      },
      ThrowsMessage<ShapeError>(HasSubstr("graph 1 has 6 targets for 3 things, expected 1 for each")));
  EXPECT_THAT(
      [&] {
        data.add(chain({1, std::numeric_limits<float>::quiet_NaN(), 3}), {1, 2, 3});
      },
      ThrowsMessage<ConfigError>(HasSubstr("graph 1: node 1, column 0, is nan")));
  EXPECT_THAT(
      [&] {
        data.add(chain(), {1, INFINITY, 3});
      },
      ThrowsMessage<ConfigError>(HasSubstr("thing 1, task 0, is infinite")));
  EXPECT_THAT(
      [&] {
        data.add(chain(), {1, 2, 3}, -1.0f);
      },
      ThrowsMessage<ConfigError>(HasSubstr("weight -1")));
  AttributedGraph wider = chain({1, 2, 3, 4, 5, 6});
  wider.node_value_width = 2;
  EXPECT_THAT(
      [&] {
        data.add(wider, {1, 2, 3});
      },
      ThrowsMessage<ShapeError>(
          HasSubstr("graph 1 has node values of width 2, the first graph has width 1")));
  AttributedGraph coded = chain();
  coded.node_values.pop_back();
  EXPECT_THAT(
      [&] {
        data.add(coded, {1, 2, 3});
      },
      ThrowsMessage<ShapeError>(
          AllOf(HasSubstr("LabeledGraphs: graph 1: "), HasSubstr("node_values has 2"))));
  EXPECT_EQ(data.num_graphs(), 1);
  EXPECT_EQ(data.num_things(), 3);
}

TEST(LabeledGraphs, NamesOfTasks) {
  LabeledGraphs data;
  data.add(chain(), {1, 2});
  data.name_tasks({"logP", "logS"});
  EXPECT_THAT(data.task_names(), ElementsAre("logP", "logS"));
  EXPECT_THROW(data.name_tasks({"logP"}), ConfigError);
  EXPECT_THROW(data.name_tasks({"logP", "logP"}), ConfigError);
}

TEST(LabeledGraphs, TakesAFingerprintForEachGraph) {
  Random random(kSeed);
  LabeledGraphs data;
  for (LearnGraph& g : make_learn_graphs(2, random)) data.add(std::move(g.graph), {g.graph_target});
  EXPECT_THROW(data.set_fingerprints({{1, 2}}, {7, 8}), ShapeError);
  EXPECT_THROW(data.set_fingerprints({{1, 2}, {3}}, {7}), ShapeError);
  EXPECT_THROW(data.set_fingerprints({{1, 2}, {3, 3}}, {7, 8}), ConfigError);
  EXPECT_THROW(data.set_fingerprints({{1, 2}, {70000}}, {7, 8}), ConfigError);
  EXPECT_TRUE(data.fingerprints().empty());
  data.set_fingerprints({{1, 2}, {}}, {7, 8});
  EXPECT_EQ(data.fingerprints().size(), 2u);
  EXPECT_EQ(data.numbers()[1], 8);
  LearnGraph more = make_learn_graph(random);
  EXPECT_THROW(data.add(std::move(more.graph), {1.0}), ConfigError);
}

TEST(LabeledGraphs, TheLastValuesMayStandBesideTheGraphs) {
  AttributedGraph graph;
  graph.dag = Dag(1, {});
  graph.graph_value_width = 2;
  graph.graph_values = {1, 300};
  LabeledGraphs data;
  EXPECT_EQ(data.num_columns(), 0);
  data.add(graph, {1.0});
  data.set_num_columns(1);
  EXPECT_EQ(data.num_columns(), 1);
  EXPECT_THROW(data.set_num_columns(3), ShapeError);
  EXPECT_THROW(data.set_num_columns(-1), ShapeError);
}

}  // namespace
}  // namespace plstm::test
