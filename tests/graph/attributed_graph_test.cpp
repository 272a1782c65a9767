#include <algorithm>
#include <numeric>
#include <string>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/graph/attributed_graph.hpp>

#include "any_dag.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Three nodes, two edges, and an array of each kind.
AttributedGraph sample() {
  return {.dag = Dag(3, {{0, 1}, {1, 2}}),
          .node_value_width = 2,
          .node_code_width = 1,
          .edge_value_width = 3,
          .edge_code_width = 2,
          .graph_value_width = 2,
          .node_values = std::vector<float>(6),
          .node_codes = std::vector<std::int32_t>(3),
          .edge_values = std::vector<float>(6),
          .edge_codes = std::vector<std::int32_t>(4),
          .graph_values = std::vector<float>(2)};
}

std::string complaint(const AttributedGraph& graph) {
  try {
    check_attributed_graph(graph);
  } catch (const ShapeError& error) {
    return error.what();
  }
  return "none";
}

TEST(AttributedGraph, AcceptsArraysThatFit) {
  EXPECT_EQ(complaint(sample()), "none");
  EXPECT_EQ(complaint(AttributedGraph{}), "none");
  AttributedGraph bare;
  bare.dag = Dag(2, {{0, 1}});
  EXPECT_EQ(complaint(bare), "none");
}

TEST(AttributedGraph, NamesTheArrayThatDoesNotFit) {
  AttributedGraph graph = sample();
  graph.node_values.pop_back();
  EXPECT_THAT(complaint(graph), AllOf(HasSubstr("node_values"), HasSubstr("5"), HasSubstr("6")));
  graph = sample();
  graph.node_codes.push_back(0);
  EXPECT_THAT(complaint(graph), AllOf(HasSubstr("node_codes"), HasSubstr("4"), HasSubstr("3")));
  graph = sample();
  graph.edge_values.clear();
  EXPECT_THAT(complaint(graph), AllOf(HasSubstr("edge_values"), HasSubstr("0"), HasSubstr("6")));
  graph = sample();
  graph.edge_code_width = 0;
  EXPECT_THAT(complaint(graph), AllOf(HasSubstr("edge_codes"), HasSubstr("4"), HasSubstr("0")));
  graph = sample();
  graph.graph_values.push_back(1);
  EXPECT_EQ(complaint(graph), "check_attributed_graph: graph_values has 3 entries, expected 2");
}

TEST(AttributedGraph, NamesANegativeWidth) {
  AttributedGraph graph = sample();
  graph.edge_value_width = -3;
  EXPECT_EQ(complaint(graph), "check_attributed_graph: edge_value_width is -3, expected 0 or more");
}

TEST(AttributedGraph, ReorientedGraphsKeepEdgeIdsAndAttributes) {
  AttributedGraph graph = sample();
  std::iota(graph.node_values.begin(), graph.node_values.end(), 0.0f);
  std::iota(graph.edge_codes.begin(), graph.edge_codes.end(), 5);
  AttributedGraph expected = graph;
  expected.dag = Dag(3, {{1, 0}, {1, 2}});
  EXPECT_EQ(reorient(graph, std::vector{1, 0, 2}), expected);
  EXPECT_EQ(reorient(graph, std::vector{0, 1, 2}), graph);
  EXPECT_EQ(reorient(AttributedGraph{}, {}), AttributedGraph{});
}

TEST(AttributedGraph, ReorientNamesWhatIsWrong) {
  EXPECT_THAT(
      [] {
        reorient(sample(), std::vector{0, 1});
      },
      ThrowsMessage<GraphError>(HasSubstr("2 ranks for 3 nodes")));
  EXPECT_THAT(
      [] {
        reorient(sample(), std::vector{4, 1, 4});
      },
      ThrowsMessage<GraphError>(HasSubstr("nodes 0 and 2 both have rank 4")));
  AttributedGraph graph = sample();
  graph.edge_values.clear();
  EXPECT_THROW(reorient(graph, std::vector{0, 1, 2}), ShapeError);
}

RC_GTEST_PROP(AttributedGraph, ReorientedEdgesGoUpInRank, ()) {
  AttributedGraph graph;
  graph.dag = test::any_dag();
  graph.edge_code_width = 1;
  graph.edge_codes.resize(graph.dag.edges().size());
  std::iota(graph.edge_codes.begin(), graph.edge_codes.end(), 0);
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  const std::vector<NodeId> rank = random_permutation(graph.dag.num_nodes(), random);
  const AttributedGraph result = reorient(graph, rank);
  RC_ASSERT(result.dag.num_edges() == graph.dag.num_edges());
  for (std::size_t e = 0; e < graph.dag.edges().size(); ++e) {
    const auto [tail, head] = result.dag.edges()[e];
    const Arc before = graph.dag.edges()[e];
    RC_ASSERT(rank[static_cast<std::size_t>(tail)] < rank[static_cast<std::size_t>(head)]);
    RC_ASSERT(std::minmax(tail, head) == std::minmax(before.tail, before.head));
  }
  RC_ASSERT(result.edge_codes == graph.edge_codes);
}

}  // namespace
}  // namespace plstm
