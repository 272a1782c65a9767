#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <plstm/graph/level_schedule.hpp>
#include <plstm/graph/multitree.hpp>

#include "any_dag.hpp"
#include "support/golden.hpp"
#include "support/seed.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

LineGraph pruned(const Dag& dag) {
  return prune_to_multitree(make_line_graph(dag));
}

// The rule of the specification word by word, with a set of ancestors for every edge; E^2 bits. Edges count
// as their own ancestors here, so that "an ancestor of f already reaches e" is one test for f and those
// before it.
std::vector<Arc> plain_pruning(const LineGraph& line_graph) {
  const auto num_edges = static_cast<std::size_t>(line_graph.num_nodes());
  const LevelSchedule schedule = make_level_schedule(line_graph);
  std::vector<std::vector<bool>> ancestors(num_edges, std::vector<bool>(num_edges));
  std::vector<bool> kept(static_cast<std::size_t>(line_graph.num_edges()));
  for (const EdgeId e : schedule.order()) {
    std::vector<bool>& reached_from = ancestors[static_cast<std::size_t>(e)];
    for (const EdgeId f : schedule.order()) {
      const auto row = line_graph.in_edges(e);
      const auto line_edge = std::ranges::find(row, f, [&](LineEdgeId id) { return line_graph.from(id); });
      if (line_edge == row.end()) continue;
      const std::vector<bool>& candidates = ancestors[static_cast<std::size_t>(f)];
      bool meets = false;
      for (std::size_t a = 0; a < num_edges; ++a) meets = meets || (candidates[a] && reached_from[a]);
      if (meets) continue;
      kept[static_cast<std::size_t>(*line_edge)] = true;
      for (std::size_t a = 0; a < num_edges; ++a) reached_from[a] = reached_from[a] || candidates[a];
    }
    reached_from[static_cast<std::size_t>(e)] = true;
  }
  std::vector<Arc> survivors;
  for (LineEdgeId id = 0; id < line_graph.num_edges(); ++id) {
    if (kept[static_cast<std::size_t>(id)]) survivors.push_back({line_graph.from(id), line_graph.to(id)});
  }
  return survivors;
}

// Largest number of paths between two edges.
double most_paths(const LineGraph& line_graph) {
  const auto num_edges = static_cast<std::size_t>(line_graph.num_nodes());
  const LevelSchedule schedule = make_level_schedule(line_graph);
  double most = 0;
  for (std::size_t start = 0; start < num_edges; ++start) {
    std::vector<double> paths(num_edges);
    paths[start] = 1;
    for (const EdgeId e : schedule.order()) {
      for (const LineEdgeId line_edge : line_graph.in_edges(e)) {
        paths[static_cast<std::size_t>(e)] += paths[static_cast<std::size_t>(line_graph.from(line_edge))];
      }
    }
    most = std::max(most, std::ranges::max(paths));
  }
  return most;
}

TEST(Multitree, SecondWayRoundADiamondIsCut) {
  //         2
  //       /   \            edges  0: 0->1   1: 1->2   2: 1->3   3: 2->4   4: 3->4   5: 4->5
  //  0 - 1     4 - 5
  //       \   /            edge 0 reaches edge 5 through 1, 3 and through 2, 4: the later, 4 -> 5, goes
  //         3
  const LineGraph multitree = pruned(Dag(6, {{0, 1}, {1, 2}, {1, 3}, {2, 4}, {3, 4}, {4, 5}}));
  EXPECT_EQ(multitree.num_nodes(), 6);
  EXPECT_THAT(multitree.edges(), ElementsAre(Arc{0, 1}, Arc{0, 2}, Arc{1, 3}, Arc{2, 4}, Arc{3, 5}));
}

TEST(Multitree, DiamondFromASourceStays) {
  // Edges 0 and 1 start in the same node, but no edge reaches both.
  const LineGraph line_graph = make_line_graph(Dag(5, {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {3, 4}}));
  EXPECT_EQ(prune_to_multitree(line_graph), line_graph);
}

TEST(Multitree, PredecessorsAreTakenInTopologicalOrderNotById) {
  // As the first test, with edges 0 and 1 into the last junction; 1 has its turn before 0 as its level is
  // lower.
  const LineGraph multitree = pruned(Dag(6, {{3, 4}, {1, 4}, {0, 1}, {1, 3}, {4, 5}}));
  EXPECT_THAT(multitree.edges(), ElementsAre(Arc{1, 4}, Arc{2, 1}, Arc{2, 3}, Arc{3, 0}));
}

TEST(Multitree, ALaterEdgeMayStayAfterAnEarlierOneWasCut) {
  // Into node 6 come, in this order, edges from 2 and 3 (both behind 1) and from 5 (behind 4).
  const LineGraph multitree =
      pruned(Dag(8, {{0, 1}, {1, 2}, {1, 3}, {4, 5}, {2, 6}, {3, 6}, {5, 6}, {6, 7}}));
  EXPECT_THAT(multitree.edges(),
              ElementsAre(Arc{0, 1}, Arc{0, 2}, Arc{1, 4}, Arc{2, 5}, Arc{3, 6}, Arc{4, 7}, Arc{6, 7}));
}

TEST(Multitree, WithoutLineEdgesNothingChanges) {
  EXPECT_EQ(prune_to_multitree(LineGraph()), LineGraph());
  EXPECT_EQ(pruned(Dag(2, {{0, 1}})), make_line_graph(Dag(2, {{0, 1}})));
}

TEST(Multitree, ChainOfAMillionNodesStays) {
  const LineGraph line_graph = make_line_graph(reverse(test::chain(1'000'000)));
  EXPECT_EQ(prune_to_multitree(line_graph), line_graph);
}

TEST(Multitree, LongGridNeedsNoQuadraticMemory) {
  // E^2 bits would be 20 GB. Beyond the first row and column only one predecessor of each junction is left,
  // except at (1, 1), where the two ways from the source have no edge in common.
  const LineGraph multitree = pruned(test::grid(1000, 200));
  std::size_t junctions_with_two = 0;
  for (EdgeId edge = 0; edge < multitree.num_nodes(); ++edge) {
    ASSERT_LE(multitree.in_edges(edge).size(), 2u);
    if (multitree.in_edges(edge).size() == 2) ++junctions_with_two;
  }
  EXPECT_EQ(junctions_with_two, 2u);  // the two edges out of (1, 1)
}

TEST(Multitree, WideRandomGraphsFollowTheRule) {
  // Sparse enough that many junctions join sets of several roots, some disjoint and some not.
  Random random(test::kSeed);
  for (int i = 0; i < 20; ++i) {
    const LineGraph line_graph = make_line_graph(test::random_dag(70, 0.045, random));
    EXPECT_THAT(prune_to_multitree(line_graph).edges(), ElementsAreArray(plain_pruning(line_graph)));
  }
}

RC_GTEST_PROP(MultitreeLaws, FollowsTheRuleAndLeavesOnePathAtMost, ()) {
  const LineGraph line_graph = make_line_graph(test::any_dag(16));
  const LineGraph multitree = prune_to_multitree(line_graph);
  RC_ASSERT(multitree.adjacency() == Adjacency(line_graph.num_nodes(), plain_pruning(line_graph)));
  RC_ASSERT(most_paths(multitree) <= 1);
  RC_ASSERT(prune_to_multitree(multitree) == multitree);
}

RC_GTEST_PROP(MultitreeLaws, HoldsWithParallelEdges, ()) {
  const LineGraph line_graph = make_line_graph(test::any_dag_with_parallel_edges());
  const LineGraph multitree = prune_to_multitree(line_graph);
  RC_ASSERT(multitree.adjacency() == Adjacency(line_graph.num_nodes(), plain_pruning(line_graph)));
  RC_ASSERT(most_paths(multitree) <= 1);
}

TEST(GoldenStructures, Multitrees) {
  const nlohmann::json vectors = test::read_golden("stm_op.json");
  for (const auto& [name, golden] : vectors.at("structures").items()) {
    const Dag dag(golden.at("num_nodes").get<NodeId>(), test::golden_arcs(golden.at("dag_edges")));
    const LineGraph multitree = pruned(dag);
    EXPECT_THAT(multitree.edges(), ElementsAreArray(test::golden_arcs(golden.at("multitree_line_edges"))))
        << name;
    EXPECT_THAT(make_level_schedule(multitree).order(),
                ElementsAreArray(golden.at("multitree_topological_order").get<std::vector<EdgeId>>()))
        << name;
  }
}

}  // namespace
}  // namespace plstm
