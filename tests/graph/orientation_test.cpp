#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/graph/orientation.hpp>

#include "any_dag.hpp"
#include "support/golden.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StrEq;
using ::testing::ThrowsMessage;
using ::testing::UnorderedElementsAreArray;

std::size_t at(NodeId node) {
  return static_cast<std::size_t>(node);
}

// The edges of a DAG with their directions forgotten: given from head to tail every second time.
UndirectedGraph without_directions(const Dag& dag) {
  UndirectedGraph graph{dag.num_nodes(), {}};
  for (const Arc& edge : dag.edges()) {
    if (graph.edges.size() % 2 == 0) {
      graph.edges.emplace_back(edge.tail, edge.head);
    } else {
      graph.edges.emplace_back(edge.head, edge.tail);
    }
  }
  return graph;
}

std::vector<std::vector<bool>> adjacency_matrix(const UndirectedGraph& graph) {
  std::vector<std::vector<bool>> joined(at(graph.num_nodes), std::vector<bool>(at(graph.num_nodes)));
  for (const auto& [a, b] : graph.edges) joined[at(a)][at(b)] = joined[at(b)][at(a)] = true;
  return joined;
}

std::vector<NodeId> order_of(const std::vector<NodeId>& rank) {
  std::vector<NodeId> order(rank.size(), -1);
  for (std::size_t node = 0; node < rank.size(); ++node) order.at(at(rank[node])) = static_cast<NodeId>(node);
  return order;
}

//  0 - 4 - 2      5 - 3      6
//      |
//      1
const UndirectedGraph kForest{7, {{4, 0}, {2, 4}, {1, 4}, {3, 5}}};

TEST(Orientation, ByIndexPointsToTheLargerNode) {
  EXPECT_THAT(orient_by_index(kForest).edges(), ElementsAre(Arc{0, 4}, Arc{2, 4}, Arc{1, 4}, Arc{3, 5}));
}

TEST(Orientation, OfUndirectedGivesTheDagBack) {
  EXPECT_EQ(undirected(Dag()).num_nodes, 0);
  const UndirectedGraph graph = undirected(Dag(4, {{3, 1}, {0, 3}}));
  EXPECT_EQ(graph.num_nodes, 4);
  EXPECT_THAT(graph.edges, ElementsAre(std::pair(3, 1), std::pair(0, 3)));
  EXPECT_EQ(orient_by_rank(graph, std::vector{0, 2, 3, 1}), Dag(4, {{3, 1}, {0, 3}}));
}

TEST(Orientation, ByRankPointsToTheLargerRank) {
  constexpr NodeId kMost = std::numeric_limits<NodeId>::max();
  const std::vector<NodeId> rank{7, -3, kMost, 0, 5, -kMost, 1};
  EXPECT_THAT(orient_by_rank(kForest, rank).edges(), ElementsAre(Arc{4, 0}, Arc{4, 2}, Arc{1, 4}, Arc{5, 3}));
}

TEST(Orientation, ByBfsAndDfsStartFarOut) {
  // From 0 the farthest nodes are 1 and 2, and nothing is farther from 1. From 4 it is 0 first, then as
  // above.
  EXPECT_EQ(pseudo_peripheral_node(kForest, 0), 1);
  EXPECT_EQ(pseudo_peripheral_node(kForest, 4), 1);
  EXPECT_EQ(pseudo_peripheral_node(kForest, 3), 5);
  EXPECT_EQ(pseudo_peripheral_node(kForest, 6), 6);
  EXPECT_THAT(order_of(bfs_rank(kForest)), ElementsAre(1, 4, 0, 2, 5, 3, 6));
  EXPECT_THAT(orient_by_bfs(kForest).edges(), ElementsAre(Arc{4, 0}, Arc{4, 2}, Arc{1, 4}, Arc{5, 3}));
}

TEST(Orientation, BfsAndDfsDifferOnARing) {
  // 0 - 1 - 2 - 3 - 0: from 0 the farthest is 2, where both searches start.
  const UndirectedGraph ring{4, {{0, 1}, {1, 2}, {2, 3}, {3, 0}}};
  EXPECT_THAT(order_of(bfs_rank(ring)), ElementsAre(2, 1, 3, 0));
  EXPECT_THAT(order_of(dfs_rank(ring)), ElementsAre(2, 1, 0, 3));
  EXPECT_THAT(orient_by_bfs(ring).edges(), ElementsAre(Arc{1, 0}, Arc{2, 1}, Arc{2, 3}, Arc{3, 0}));
  EXPECT_THAT(orient_by_dfs(ring).edges(), ElementsAre(Arc{1, 0}, Arc{2, 1}, Arc{2, 3}, Arc{0, 3}));
}

TEST(Orientation, OfNoNodesAndOfOneNode) {
  for (const auto orient : {orient_by_index, orient_by_bfs, orient_by_dfs}) {
    EXPECT_EQ(orient({}), Dag());
    EXPECT_EQ(orient({1, {}}), Dag(1, {}));
  }
  EXPECT_EQ(orient_by_rank({}, {}), Dag());
  EXPECT_THAT(bfs_rank({}), IsEmpty());
  EXPECT_THAT(dfs_rank({1, {}}), ElementsAre(0));
  EXPECT_EQ(pseudo_peripheral_node({1, {}}, 0), 0);
}

TEST(Orientation, KeepsParallelEdgesWhereToldTo) {
  const UndirectedGraph graph{3, {{0, 1}, {2, 1}, {1, 0}}, ParallelEdges::kKeep};
  const Dag expected(3, {{0, 1}, {1, 2}, {0, 1}}, ParallelEdges::kKeep);
  for (const auto orient : {orient_by_index, orient_by_bfs}) {
    EXPECT_EQ(reverse(reverse(orient(graph))), orient(graph));
    EXPECT_TRUE(has_parallel_edges(orient(graph)));
  }
  EXPECT_EQ(orient_by_index(graph), expected);
  EXPECT_EQ(orient_by_rank(undirected(expected), std::vector{2, 1, 0}), reverse(expected));
}

TEST(Orientation, NamesWhatIsWrong) {
  const UndirectedGraph outside{2, {{0, 1}, {2, 1}}};
  const auto message = HasSubstr("edge 1 joins 2 and 1, but the graph has 2 nodes");
  for (const auto orient : {orient_by_index, orient_by_bfs, orient_by_dfs}) {
    EXPECT_THAT([&] { orient(outside); }, ThrowsMessage<GraphError>(message));
    EXPECT_THAT([&] { orient({-2, {}}); }, ThrowsMessage<GraphError>(HasSubstr("-2 nodes")));
    EXPECT_THAT([&] { orient({2, {{1, 1}}}); }, ThrowsMessage<GraphError>(HasSubstr("self-loop 1 -> 1")));
    EXPECT_THAT(
        [&] {
          orient({2, {{0, 1}, {1, 0}}});
        },
        ThrowsMessage<GraphError>(HasSubstr("edge 1 repeats edge 0")));
  }
  EXPECT_THAT([&] { bfs_rank(outside); }, ThrowsMessage<GraphError>(message));
  EXPECT_THAT([&] { dfs_rank(outside); }, ThrowsMessage<GraphError>(message));
  EXPECT_THAT([&] { orient_by_rank(outside, std::vector{0, 1}); }, ThrowsMessage<GraphError>(message));
  EXPECT_THAT(
      [&] {
        orient_by_rank(kForest, std::vector{0, 1});
      },
      ThrowsMessage<GraphError>(StrEq("orient_by_rank: 2 ranks for 7 nodes, expected one each")));
  EXPECT_THAT(
      [&] {
        orient_by_rank(kForest, std::vector{0, 1, 2, 3, 1, 5, 6});
      },
      ThrowsMessage<GraphError>(
          StrEq("orient_by_rank: nodes 1 and 4 both have rank 1, expected different ranks")));
  for (const NodeId start : {-1, 7}) {
    EXPECT_THAT([&] { pseudo_peripheral_node(kForest, start); },
                ThrowsMessage<GraphError>(HasSubstr("in a graph of 7 nodes")));
  }
}

TEST(Orientation, OfAChainOfAMillionNodesRunsFromEndToEnd) {
  const Dag chain = test::chain(1'000'000);
  const UndirectedGraph graph = without_directions(chain);
  EXPECT_EQ(orient_by_index(graph), chain);
  EXPECT_EQ(pseudo_peripheral_node(graph, 300'000), 0);
  EXPECT_EQ(orient_by_bfs(graph), reverse(chain));  // a search from 0 starts at the other end
  EXPECT_EQ(orient_by_dfs(graph), reverse(chain));
}

RC_GTEST_PROP(OrientationLaws, EdgesKeepTheirIdsAndPointAlongTheRank, ()) {
  const UndirectedGraph graph = without_directions(test::any_dag());
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  const std::vector<NodeId> any_rank = random_permutation(graph.num_nodes, random);
  const std::pair<Dag, std::vector<NodeId>> cases[] = {{orient_by_rank(graph, any_rank), any_rank},
                                                       {orient_by_bfs(graph), bfs_rank(graph)},
                                                       {orient_by_dfs(graph), dfs_rank(graph)}};
  for (const auto& [dag, rank] : cases) {  // that it is acyclic, Dag has checked
    RC_ASSERT(dag.num_nodes() == graph.num_nodes);
    RC_ASSERT(at(dag.num_edges()) == graph.edges.size());
    for (EdgeId e = 0; e < dag.num_edges(); ++e) {
      const auto [a, b] = graph.edges[at(e)];
      RC_ASSERT(std::minmax(dag.tail(e), dag.head(e)) == std::minmax(a, b));
      RC_ASSERT(rank[at(dag.tail(e))] < rank[at(dag.head(e))]);
    }
  }
}

RC_GTEST_PROP(OrientationLaws, BfsMeetsNeighboursInTheOrderOfTheirFirstFinder, ()) {
  const UndirectedGraph graph = without_directions(test::any_dag());
  const auto joined = adjacency_matrix(graph);
  const std::vector<NodeId> order = order_of(bfs_rank(graph));
  // The plain search, started wherever the queue runs dry.
  std::vector<NodeId> queue;
  std::vector<bool> met(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == queue.size()) {
      const auto smallest = static_cast<NodeId>(std::ranges::find(met, false) - met.begin());
      RC_ASSERT(order[i] == pseudo_peripheral_node(graph, smallest));
      queue.push_back(order[i]);
      met[at(order[i])] = true;
    }
    RC_ASSERT(order[i] == queue[i]);
    for (NodeId other = 0; other < graph.num_nodes; ++other) {
      if (!joined[at(queue[i])][at(other)] || met[at(other)]) continue;
      met[at(other)] = true;
      queue.push_back(other);
    }
  }
}

void visit(NodeId node, const std::vector<std::vector<bool>>& joined, std::vector<NodeId>& order) {
  order.push_back(node);
  for (NodeId other = 0; at(other) < joined.size(); ++other) {
    if (joined[at(node)][at(other)] && std::ranges::find(order, other) == order.end()) {
      visit(other, joined, order);
    }
  }
}

RC_GTEST_PROP(OrientationLaws, DfsIsTheRecursiveSearch, ()) {
  const UndirectedGraph graph = without_directions(test::any_dag());
  const auto joined = adjacency_matrix(graph);
  std::vector<NodeId> expected;
  for (NodeId node = 0; node < graph.num_nodes; ++node) {
    if (std::ranges::find(expected, node) != expected.end()) continue;
    visit(pseudo_peripheral_node(graph, node), joined, expected);
  }
  RC_ASSERT(order_of(dfs_rank(graph)) == expected);
}

RC_GTEST_PROP(OrientationLaws, PseudoPeripheralNodeIsThatOfTheDefinition, ()) {
  const UndirectedGraph graph = without_directions(test::any_dag());
  RC_PRE(graph.num_nodes > 0);
  const auto n = at(graph.num_nodes);
  // Distances by Floyd and Warshall; n means not connected.
  std::vector<std::vector<std::size_t>> distance(n, std::vector<std::size_t>(n, n));
  for (std::size_t i = 0; i < n; ++i) distance[i][i] = 0;
  for (const auto& [a, b] : graph.edges) distance[at(a)][at(b)] = distance[at(b)][at(a)] = 1;
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        distance[i][j] = std::min(distance[i][j], distance[i][k] + distance[k][j]);
      }
    }
  }
  const auto eccentricity = [&](NodeId node) {
    std::size_t most = 0;
    for (const std::size_t d : distance[at(node)]) most = d < n ? std::max(most, d) : most;
    return most;
  };
  const auto farthest = [&](NodeId node) {  // the smallest
    const auto& row = distance[at(node)];
    return static_cast<NodeId>(std::ranges::find(row, eccentricity(node)) - row.begin());
  };
  const NodeId start = test::any_up_to(graph.num_nodes - 1, "start");
  NodeId node = start;
  while (eccentricity(farthest(node)) > eccentricity(node)) node = farthest(node);
  RC_ASSERT(pseudo_peripheral_node(graph, start) == farthest(node));
}

TEST(GoldenStructures, OrientationByIndex) {
  const nlohmann::json vectors = test::read_golden("stm_op.json");
  for (const auto& [name, golden] : vectors.at("structures").items()) {
    UndirectedGraph graph{golden.at("num_nodes").get<NodeId>(), {}};
    for (const Arc& edge : test::golden_arcs(golden.at("undirected_edges"))) {
      graph.edges.emplace_back(edge.tail, edge.head);
    }
    // The vectors list the edges by tail, we keep the order given.
    EXPECT_THAT(orient_by_index(graph).edges(),
                UnorderedElementsAreArray(test::golden_arcs(golden.at("dag_edges"))))
        << name;
  }
}

}  // namespace
}  // namespace plstm
