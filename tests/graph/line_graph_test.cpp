#include <vector>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/graph/line_graph.hpp>

#include "any_dag.hpp"
#include "support/golden.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

TEST(LineGraph, JoinsEdgesAtTheirSharedNode) {
  //  0       3
  //    \   /       edges  0: 2->4   1: 0->2   2: 1->2   3: 2->3
  //      2
  //    /   \       line edges in ascending (from, to)
  //  1       4
  const LineGraph line_graph = make_line_graph(Dag(5, {{2, 4}, {0, 2}, {1, 2}, {2, 3}}));
  EXPECT_EQ(line_graph.num_nodes(), 4);
  EXPECT_EQ(line_graph.num_edges(), 4);
  EXPECT_THAT(line_graph.edges(), ElementsAre(Arc{1, 0}, Arc{1, 3}, Arc{2, 0}, Arc{2, 3}));
  EXPECT_THAT(line_graph.in_edges(3), ElementsAre(1, 3));
  EXPECT_THAT(line_graph.out_edges(2), ElementsAre(2, 3));
  EXPECT_EQ(line_graph.from(2), 2);
  EXPECT_EQ(line_graph.to(2), 0);
}

TEST(LineGraph, SmallestGraphs) {
  EXPECT_EQ(make_line_graph(Dag()), LineGraph());
  EXPECT_EQ(make_line_graph(Dag(1, {})).num_nodes(), 0);
  const LineGraph one_edge = make_line_graph(Dag(2, {{1, 0}}));
  EXPECT_EQ(one_edge.num_nodes(), 1);
  EXPECT_THAT(one_edge.edges(), IsEmpty());
}

TEST(LineGraph, RefusesMoreLineEdgesThanIdsCount) {
  constexpr NodeId kDegree = 46341;  // 46341^2 = 2^31 + 4633
  std::vector<Arc> edges;
  for (NodeId i = 1; i <= kDegree; ++i) {
    edges.push_back({i, 0});
    edges.push_back({0, kDegree + i});
  }
  const Dag dag(2 * kDegree + 1, std::move(edges));
  EXPECT_THAT([&] { make_line_graph(dag); },
              ThrowsMessage<GraphError>(AllOf(HasSubstr("2147488281 line edges"),
                                              HasSubstr("node 0 with 46341 in-edges and 46341 out-edges"))));
}

TEST(LineGraph, OfAChainOfAMillionNodesIsAChain) {
  const LineGraph line_graph = make_line_graph(test::chain(1'000'001));
  EXPECT_EQ(line_graph.adjacency(), test::chain(1'000'000).adjacency());
}

RC_GTEST_PROP(LineGraphLaws, HoldsEveryPairOfConsecutiveEdgesInAscendingOrder, ()) {
  const Dag dag = test::any_dag();
  std::vector<Arc> expected;
  for (EdgeId f = 0; f < dag.num_edges(); ++f) {
    for (EdgeId e = 0; e < dag.num_edges(); ++e) {
      if (dag.head(f) == dag.tail(e)) expected.push_back({f, e});
    }
  }
  RC_ASSERT(make_line_graph(dag).adjacency() == Adjacency(dag.num_edges(), expected));
}

TEST(GoldenStructures, LineEdges) {
  const nlohmann::json vectors = test::read_golden("stm_op.json");
  for (const auto& [name, golden] : vectors.at("structures").items()) {
    const Dag dag(golden.at("num_nodes").get<NodeId>(), test::golden_arcs(golden.at("dag_edges")));
    EXPECT_THAT(make_line_graph(dag).edges(), ElementsAreArray(test::golden_arcs(golden.at("line_edges"))))
        << name;
  }
}

}  // namespace
}  // namespace plstm
