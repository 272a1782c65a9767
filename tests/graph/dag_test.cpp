#include <set>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/graph/dag.hpp>

#include "any_dag.hpp"
#include "support/golden.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string complaint(NodeId num_nodes, std::vector<Arc> edges) {
  try {
    const Dag dag(num_nodes, std::move(edges));
  } catch (const GraphError& error) {
    return error.what();
  }
  return "none";
}

TEST(Dag, WithoutNodes) {
  const Dag dag;
  EXPECT_EQ(dag.num_nodes(), 0);
  EXPECT_EQ(dag.num_edges(), 0);
  EXPECT_EQ(dag, Dag(0, {}));
  EXPECT_EQ(reverse(dag), dag);
}

TEST(Dag, OneNode) {
  const Dag dag(1, {});
  EXPECT_EQ(dag.num_nodes(), 1);
  EXPECT_THAT(dag.in_edges(0), IsEmpty());
  EXPECT_THAT(dag.out_edges(0), IsEmpty());
}

TEST(Dag, TwoComponentsKeepTheirEdgeIds) {
  const Dag dag(5, {{3, 4}, {2, 0}, {1, 0}});
  EXPECT_EQ(dag.tail(0), 3);
  EXPECT_EQ(dag.head(0), 4);
  EXPECT_THAT(dag.in_edges(0), ElementsAre(1, 2));
  EXPECT_THAT(dag.out_edges(3), ElementsAre(0));
}

TEST(Dag, RefusesEdgesThatAreNotAllowed) {
  EXPECT_EQ(complaint(-1, {}), "Dag: -1 nodes, expected 0 or more");
  EXPECT_EQ(complaint(0, {{0, 1}}), "Dag: edge 0 is 0 -> 1, but the graph has no nodes");
  EXPECT_EQ(complaint(2, {{0, 1}, {1, 2}}), "Dag: edge 1 is 1 -> 2, but nodes are numbered 0 to 1");
  EXPECT_EQ(complaint(2, {{-1, 1}}), "Dag: edge 0 is -1 -> 1, but nodes are numbered 0 to 1");
  EXPECT_EQ(complaint(3, {{0, 1}, {2, 2}}), "Dag: edge 1 is the self-loop 2 -> 2; remove it");
  EXPECT_EQ(
      complaint(3, {{0, 1}, {1, 2}, {0, 2}, {0, 1}}),
      "Dag: edge 3 repeats edge 0, 0 -> 1; remove one of them, or ask for ParallelEdges::kKeep (in a graph "
      "file: the line parallel_edges)");
}

TEST(Dag, NamesTheFirstOfSeveralBadEdges) {
  EXPECT_THAT(complaint(3, {{0, 1}, {0, 1}, {2, 2}}), StartsWith("Dag: edge 1 repeats edge 0"));
  EXPECT_THAT(complaint(3, {{0, 1}, {2, 2}, {0, 1}, {5, 5}}), StartsWith("Dag: edge 1 is the self-loop"));
  EXPECT_THAT(complaint(3, {{1, 2}, {0, 1}, {1, 2}, {0, 1}}), StartsWith("Dag: edge 2 repeats edge 0"));
  EXPECT_THAT(complaint(3, {{0, 1}, {1, 2}, {0, 1}, {1, 2}}), StartsWith("Dag: edge 2 repeats edge 0"));
  EXPECT_THAT(complaint(3, {{0, 2}, {1, 2}, {1, 2}}), StartsWith("Dag: edge 2 repeats edge 1"));
  EXPECT_THAT(complaint(3, {{1, 0}, {0, 1}, {1, 0}}), StartsWith("Dag: edge 2 repeats edge 0"));
}

TEST(Dag, KeepsParallelEdgesWhereToldTo) {
  const Dag dag(3, {{0, 1}, {1, 2}, {0, 1}}, ParallelEdges::kKeep);
  EXPECT_THAT(dag.edges(), ElementsAre(Arc{0, 1}, Arc{1, 2}, Arc{0, 1}));
  EXPECT_THAT(dag.in_edges(1), ElementsAre(0, 2));
  EXPECT_THAT(dag.out_edges(0), ElementsAre(0, 2));
  EXPECT_THAT(reverse(dag).edges(), ElementsAre(Arc{1, 0}, Arc{2, 1}, Arc{1, 0}));
  EXPECT_TRUE(has_parallel_edges(dag));
  EXPECT_TRUE(has_parallel_edges(reverse(dag)));
  EXPECT_FALSE(has_parallel_edges(Dag(3, {{0, 1}, {1, 2}, {0, 2}}, ParallelEdges::kKeep)));
  EXPECT_FALSE(has_parallel_edges(Dag()));
}

TEST(Dag, ParallelEdgesMakeNoOtherFlawGood) {
  EXPECT_THROW(Dag(2, {{0, 1}, {0, 1}, {1, 0}}, ParallelEdges::kKeep), GraphError);
  EXPECT_THROW(Dag(2, {{0, 1}, {1, 1}}, ParallelEdges::kKeep), GraphError);
}

TEST(Dag, NamesTheNodesOfACycle) {
  // 4 leads into the cycle, 0 and 1 hang behind it.
  EXPECT_EQ(complaint(6, {{4, 5}, {3, 2}, {2, 5}, {5, 3}, {2, 0}, {0, 1}}),
            "Dag: directed cycle 2 -> 5 -> 3 -> 2; remove or flip one of its edges");
  EXPECT_EQ(complaint(2, {{0, 1}, {1, 0}}),
            "Dag: directed cycle 0 -> 1 -> 0; remove or flip one of its edges");
}

TEST(Dag, AbbreviatesALongCycle) {
  constexpr NodeId kNodes = 1'000'000;
  std::vector<Arc> edges;
  for (NodeId i = 0; i < kNodes; ++i) edges.push_back({i, (i + 1) % kNodes});
  EXPECT_EQ(
      complaint(kNodes, std::move(edges)),
      "Dag: directed cycle 0 -> 1 -> 2 -> 3 -> 4 -> 5 -> 6 -> 7 -> 8 -> 9 -> ... -> 999999 -> 0 (1000000 "
      "nodes); remove or flip one of its edges");
}

TEST(Dag, HoldsAChainOfAMillionNodes) {
  const Dag dag = reverse(test::chain(1'000'000));
  std::vector<Arc> edges(dag.edges().begin(), dag.edges().end());
  EXPECT_EQ(edges.back(), (Arc{999'999, 999'998}));
  EXPECT_EQ(Dag(1'000'000, std::move(edges)), dag);  // no edge ascends: the cycle check has to look
}

RC_GTEST_PROP(DagLaws, ReversingFlipsEveryEdgeAndTwiceGivesTheGraphBack, ()) {
  const Dag dag = test::any_dag();
  const Dag reversed = reverse(dag);
  for (EdgeId e = 0; e < dag.num_edges(); ++e) {
    RC_ASSERT(reversed.tail(e) == dag.head(e));
    RC_ASSERT(reversed.head(e) == dag.tail(e));
  }
  RC_ASSERT(reversed == Dag(dag.num_nodes(), {reversed.edges().begin(), reversed.edges().end()}));
  RC_ASSERT(reverse(reversed) == dag);
}

RC_GTEST_PROP(DagLaws, AnEdgeBackAlongAPathIsRefused, ()) {
  const Dag dag = test::any_dag();
  RC_PRE(dag.num_edges() > 0);
  // A walk along the edges from some edge on, and its end tied to its start.
  const EdgeId start = test::any_up_to(dag.num_edges() - 1, "edge");
  NodeId node = dag.head(start);
  for (int steps = test::any_up_to(4, "steps"); steps > 0 && !dag.out_edges(node).empty(); --steps) {
    node = dag.head(dag.out_edges(node).back());
  }
  std::vector<Arc> edges(dag.edges().begin(), dag.edges().end());
  edges.push_back({node, dag.tail(start)});
  RC_ASSERT(complaint(dag.num_nodes(), edges).starts_with("Dag: directed cycle "));
}

TEST(GoldenStructures, ReversedEdges) {
  const nlohmann::json vectors = test::read_golden("stm_op.json");
  for (const auto& [name, golden] : vectors.at("structures").items()) {
    const std::vector<Arc> edges = test::golden_arcs(golden.at("dag_edges"));
    const Dag reversed = reverse(Dag(golden.at("num_nodes").get<NodeId>(), edges));
    // Every edge is there once: edge ids stay, while the vectors list the edges by their new tail.
    const auto ids = golden.at("reversed_dag_edges_as_original_ids").get<std::vector<EdgeId>>();
    EXPECT_EQ(std::set<EdgeId>(ids.begin(), ids.end()).size(), edges.size()) << name;
    for (const EdgeId id : ids) {
      const auto e = static_cast<std::size_t>(id);
      EXPECT_EQ(reversed.edges()[e], (Arc{edges[e].head, edges[e].tail})) << name << ", edge " << id;
    }
  }
}

}  // namespace
}  // namespace plstm
