#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/graph/disjoint_union.hpp>
#include <plstm/graph/edge_order.hpp>
#include <plstm/graph/multitree.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>

#include "nn/model_graphs.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(GraphBatch, PreparesBothModesInBothDirections) {
  Random random(kSeed);
  const Dag dag = random_dag(7, 0.8, random);
  const PreparedGraph prepared = prepare_graph(random_features(dag, random), {.order = EdgeOrder::kListed});
  for (const bool reversed : {false, true}) {
    const Dag directed = reversed ? reverse(dag) : dag;
    const LineGraph line = make_line_graph(directed);
    EXPECT_EQ(prepared.layouts.at(StmMode::kPropagation, reversed), make_stm_graph(directed, line));
    EXPECT_EQ(prepared.layouts.at(StmMode::kDiffusion, reversed),
              make_stm_graph(directed, prune_to_multitree(line)));
  }
  EXPECT_LT(prepared.layouts.at(StmMode::kDiffusion, false).num_line_edges,
            prepared.layouts.at(StmMode::kPropagation, false).num_line_edges);
}

TEST(GraphBatch, EdgesInCanonicalOrderAreLaidOutAsListed) {
  Random random(kSeed);
  const AttributedGraph graph = random_features(grid(4, 3), random);
  AttributedGraph sorted = graph;
  std::vector<Arc> edges;
  for (const EdgeId e : canonical_edge_order(graph.dag))
    edges.push_back(graph.dag.edges()[static_cast<std::size_t>(e)]);
  sorted.dag = Dag(12, edges);
  EXPECT_EQ(prepare_graph(sorted).layouts.graphs,
            prepare_graph(sorted, {.order = EdgeOrder::kListed}).layouts.graphs);
}

TEST(GraphBatch, PreparesOnlyTheLayoutsThatAreAskedFor) {
  Random random(kSeed);
  const AttributedGraph graph = random_features(random_dag(7, 0.8, random), random);
  const PreparedGraph all = prepare_graph(graph);
  PrepareOptions options;
  options.layouts = LayoutSet().add(StmMode::kPropagation, false).add(StmMode::kDiffusion, true);
  const PreparedGraph some = prepare_graph(graph, options);
  EXPECT_EQ(some.max_degree, all.max_degree);
  EXPECT_EQ(some.layouts.at(StmMode::kPropagation, false), all.layouts.at(StmMode::kPropagation, false));
  EXPECT_EQ(some.layouts.at(StmMode::kDiffusion, true), all.layouts.at(StmMode::kDiffusion, true));
  const char* message =
      "StmLayouts: the layout of the D-mode on the DAG is not prepared; add it to PrepareOptions::layouts, "
      "or "
      "take layouts_of(model)";
  EXPECT_THAT([&] { some.layouts.at(StmMode::kDiffusion, false); }, ThrowsMessage<ConfigError>(message));
  GraphBatch batch = make_batch({all, some});
  EXPECT_NO_THROW(batch.layouts.at(StmMode::kDiffusion, true));
  EXPECT_EQ(batch.layouts.at(StmMode::kDiffusion, true).num_parts(), 2);
  EXPECT_THROW(batch.layouts.at(StmMode::kDiffusion, false), ConfigError);
  batch.clear();
  batch.append(all);
  EXPECT_NO_THROW(batch.layouts.at(StmMode::kDiffusion, false));
}

TEST(GraphBatch, ShowsOneGraphWithoutCopyingItsLayouts) {
  Random random(kSeed);
  const PreparedGraph graph = prepare_graph(random_features(grid(3, 3), random));
  const GraphBatch copied = make_batch({graph});
  GraphBatch batch;
  batch.show(graph);
  EXPECT_EQ(batch.num_graphs(), 1);
  EXPECT_EQ(batch.num_edges(), 12);
  EXPECT_EQ(&batch.layouts.at(StmMode::kDiffusion, true), &graph.layouts.at(StmMode::kDiffusion, true));
  EXPECT_EQ(batch.edge_values, copied.edge_values);
  batch.append(graph);  // takes a copy of what was shown
  EXPECT_EQ(batch.layouts.graphs, make_batch({graph, graph}).layouts.graphs);
  batch.show(graph);
  batch.clear();
  EXPECT_EQ(batch.layouts.at(StmMode::kPropagation, false), StmGraph{});
}

TEST(GraphBatch, PreparedGraphsKnowTheirLargestDegree) {
  const auto degree = [](Dag dag) {
    AttributedGraph graph;
    graph.dag = std::move(dag);
    return prepare_graph(std::move(graph)).max_degree;
  };
  EXPECT_EQ(degree(Dag()), 0);
  EXPECT_EQ(degree(Dag(2, {})), 0);
  EXPECT_EQ(degree(Dag(4, {{0, 1}, {0, 2}, {0, 3}})), 3);
  EXPECT_EQ(degree(Dag(4, {{1, 0}, {2, 0}, {3, 0}})), 3);
}

// A star of n edges in and n out has n^2 line edges: gigabytes from a file of some kilobytes.
TEST(GraphBatch, SaysThatAStarIsTooLargeBeforeItIsMade) {
  constexpr NodeId kSide = 5000;
  std::vector<Arc> edges;
  for (NodeId i = 1; i <= kSide; ++i) {
    edges.push_back({i, 0});
    edges.push_back({0, kSide + i});
  }
  AttributedGraph star;
  star.dag = Dag(2 * kSide + 1, edges);
  EXPECT_THAT([&] { prepare_graph(star); },
              ThrowsMessage<GraphError>(AllOf(HasSubstr("25000000 line edges"),
                                              HasSubstr("node 0 with 5000 edges in and 5000 out"))));
  EXPECT_NO_THROW(prepare_graph(star, {.layouts = {}}));
  AttributedGraph small;
  small.dag = Dag(5, {{0, 2}, {1, 2}, {2, 3}, {2, 4}});
  EXPECT_NO_THROW(prepare_graph(small, {.most_line_edges = 4}));
  EXPECT_THROW(prepare_graph(small, {.most_line_edges = 3}), GraphError);
}

TEST(GraphBatch, PreparingChecksTheArrays) {
  AttributedGraph graph;
  graph.dag = Dag(2, {{0, 1}});
  graph.node_value_width = 3;
  graph.node_values.resize(5);
  EXPECT_THAT([&] { prepare_graph(graph); },
              ThrowsMessage<ShapeError>("check_attributed_graph: node_values has 5 entries, expected 6"));
}

TEST(GraphBatch, IsTheDisjointUnionOfItsGraphs) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = sample_graphs(random);
  const GraphBatch batch = make_batch(graphs);
  EXPECT_EQ(batch.num_graphs(), 6);
  EXPECT_THAT(batch.node_offsets, ElementsAre(0, 4, 5, 5, 8, 13, 18));
  EXPECT_EQ(batch.num_nodes(), 18);
  EXPECT_EQ(batch.num_edges(), 4 + 4 + 10);
  std::vector<const Dag*> dags;
  std::vector<float> node_values, edge_values;
  std::vector<std::int32_t> node_codes, edge_codes;
  for (const PreparedGraph& g : graphs) {
    dags.push_back(&g.graph.dag);
    node_values.insert(node_values.end(), g.graph.node_values.begin(), g.graph.node_values.end());
    edge_values.insert(edge_values.end(), g.graph.edge_values.begin(), g.graph.edge_values.end());
    node_codes.insert(node_codes.end(), g.graph.node_codes.begin(), g.graph.node_codes.end());
    edge_codes.insert(edge_codes.end(), g.graph.edge_codes.begin(), g.graph.edge_codes.end());
  }
  EXPECT_EQ(batch.node_values, node_values);
  EXPECT_EQ(batch.edge_values, edge_values);
  EXPECT_EQ(batch.node_codes, node_codes);
  EXPECT_EQ(batch.edge_codes, edge_codes);
  AttributedGraph whole;
  whole.dag = disjoint_union(dags);
  const PreparedGraph prepared = prepare_graph(whole);
  for (const bool reversed : {false, true}) {
    const StmGraph& expected = prepared.layouts.at(StmMode::kPropagation, reversed);
    const StmGraph& actual = batch.layouts.at(StmMode::kPropagation, reversed);
    EXPECT_EQ(actual.num_parts(), 6);
    EXPECT_EQ(actual.tail, expected.tail);
    EXPECT_EQ(actual.head, expected.head);
    EXPECT_EQ(actual.predecessors, expected.predecessors);
    EXPECT_EQ(actual.in_slot, expected.in_slot);
  }
}

TEST(GraphBatch, ClearsToTheEmptyBatch) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = sample_graphs(random);
  GraphBatch batch = make_batch(graphs);
  batch.clear();
  EXPECT_EQ(batch.num_graphs(), 0);
  EXPECT_EQ(batch.num_nodes(), 0);
  EXPECT_EQ(batch.num_edges(), 0);
  EXPECT_TRUE(batch.node_values.empty() && batch.edge_codes.empty());
  batch.append(graphs[4]);
  EXPECT_THAT(batch.node_offsets, ElementsAre(0, 5));
  EXPECT_EQ(batch.layouts.graphs, graphs[4].layouts.graphs);
  EXPECT_EQ(batch.node_values, graphs[4].graph.node_values);
  EXPECT_EQ(batch.node_codes, graphs[4].graph.node_codes);
  EXPECT_EQ(batch.edge_values, graphs[4].graph.edge_values);
  EXPECT_EQ(batch.edge_codes, graphs[4].graph.edge_codes);
}

TEST(GraphBatch, KeepsTheValuesOfEachGraph) {
  AttributedGraph graph;
  graph.graph_value_width = 2;
  graph.graph_values = {1, 2};
  const PreparedGraph empty = prepare_graph(graph);
  graph.dag = chain(3);
  graph.graph_values = {3, 4};
  GraphBatch batch = make_batch({prepare_graph(graph), empty});
  EXPECT_EQ(batch.graph_value_width, 2);
  EXPECT_THAT(batch.graph_values, ElementsAre(3, 4, 1, 2));
  graph.graph_values = {5};
  graph.graph_value_width = 1;
  EXPECT_THROW(batch.append(prepare_graph(graph)), ShapeError);
  batch.clear();
  EXPECT_TRUE(batch.graph_values.empty());
  batch.append(empty);
  EXPECT_THAT(batch.graph_values, ElementsAre(1, 2));
}

TEST(GraphBatch, TakesGraphsOfEqualWidthsOnly) {
  Random random(kSeed);
  const PreparedGraph graph = prepare_graph(random_features(chain(3), random));
  AttributedGraph bare;
  bare.dag = chain(3);
  const PreparedGraph other = prepare_graph(bare);
  GraphBatch batch;
  batch.append(graph);
  EXPECT_THAT([&] { batch.append(other); },
              ThrowsMessage<ShapeError>(
                  "GraphBatch::append: feature widths has shape [0, 0, 0, 0, 0], expected [3, 2, 2, 1, 0]"));
  EXPECT_EQ(batch.num_graphs(), 1);  // and is as it was
  EXPECT_EQ(batch.layouts.graphs, graph.layouts.graphs);
  batch.clear();
  EXPECT_NO_THROW(batch.append(other));  // an empty batch takes any widths
}

}  // namespace
}  // namespace plstm::test
