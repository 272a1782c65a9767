#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/stm/graphs/stm_graph.hpp>

#include "support/random_graph.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;

TEST(StmGraph, LaysOutADiamond) {
  //     1
  //   /   \       edges  0: 0->1   1: 0->2   2: 1->3   3: 2->3
  //  0     3
  //   \   /
  //     2
  const Dag dag(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}});
  const StmGraph graph = make_stm_graph(dag, make_line_graph(dag));
  EXPECT_THAT(graph.in_edges, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(graph.in_offsets, ElementsAre(0, 0, 1, 2, 4));
  EXPECT_THAT(graph.in_slot, ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(graph.out_slot, ElementsAre(0, 1, 0, 0));
  EXPECT_EQ(graph.max_degree(), 2);
  EXPECT_THAT(graph.predecessors, ElementsAre(0, 1));
  EXPECT_THAT(graph.predecessor_offsets, ElementsAre(0, 0, 0, 1, 2));
  EXPECT_THAT(graph.successors, ElementsAre(2, 3));
  EXPECT_THAT(graph.order, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(graph.level_offsets, ElementsAre(2, 4));
  EXPECT_EQ(graph.num_parts(), 1);
}

TEST(StmGraph, AppendShiftsEveryId) {
  const Dag a(2, {{0, 1}});
  const Dag b(3, {{0, 1}, {1, 2}});
  StmGraph graph = make_stm_graph(a, make_line_graph(a));
  graph.append(make_stm_graph(b, make_line_graph(b)));
  EXPECT_EQ(graph.num_parts(), 2);
  EXPECT_THAT(graph.tail, ElementsAre(0, 2, 3));
  EXPECT_THAT(graph.head, ElementsAre(1, 3, 4));
  EXPECT_THAT(graph.predecessors, ElementsAre(1));
  EXPECT_THAT(graph.predecessor_offsets, ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(graph.level_offsets, ElementsAre(1, 2, 3));
  EXPECT_EQ(graph.parts.back(), (StmGraph::Part{5, 3, 1, 3}));
}

TEST(StmGraph, ClearGivesTheEmptyGraph) {
  Random random(kSeed);
  const Dag dag = random_dag(9, 0.5, random);
  StmGraph graph = make_stm_graph(dag, make_line_graph(dag));
  graph.clear();
  EXPECT_EQ(graph, StmGraph{});
}

TEST(StmGraph, RenamingEdgesKeepsTheOrderOfRows) {
  // Edges 0: 0->2, 1: 1->2, 2: 2->3 become 2, 0, 1.
  const Dag dag(4, {{0, 2}, {1, 2}, {2, 3}});
  const StmGraph graph =
      rename_edges(make_stm_graph(dag, make_line_graph(dag)), std::vector<EdgeId>{2, 0, 1});
  EXPECT_THAT(graph.tail, ElementsAre(1, 2, 0));
  EXPECT_THAT(graph.head, ElementsAre(2, 3, 2));
  EXPECT_THAT(graph.in_edges, ElementsAre(2, 0, 1));
  EXPECT_THAT(graph.in_slot, ElementsAre(1, 0, 0));
  EXPECT_THAT(graph.order, ElementsAre(2, 0, 1));
  EXPECT_THAT(graph.predecessor_offsets, ElementsAre(0, 0, 2, 2));
  EXPECT_THAT(graph.predecessors, ElementsAre(2, 0));
  EXPECT_THAT(graph.successor_offsets, ElementsAre(0, 1, 1, 2));
  EXPECT_THAT(graph.successors, ElementsAre(1, 1));
  EXPECT_THAT(graph.predecessor_line_edges, ElementsAre(1, 0));
}

TEST(StmGraph, RenamingThereAndBackGivesTheGraph) {
  Random random(kSeed);
  const Dag dag = random_dag(12, 0.5, random);
  const StmGraph graph = make_stm_graph(dag, make_line_graph(dag));
  const std::vector<EdgeId> ids = random_permutation(dag.num_edges(), random);
  std::vector<EdgeId> back(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    back[static_cast<std::size_t>(ids[i])] = static_cast<EdgeId>(i);
  EXPECT_EQ(rename_edges(rename_edges(graph, ids), back), graph);
}

TEST(StmGraph, RefusesNewIdsThatAreNoPermutation) {
  const Dag dag(3, {{0, 1}, {1, 2}});
  const StmGraph graph = make_stm_graph(dag, make_line_graph(dag));
  for (const std::vector<EdgeId>& ids : {std::vector<EdgeId>{0}, {0, 0}, {0, 2}, {-1, 0}, {0, 1, 2}})
    EXPECT_THROW(rename_edges(graph, ids), GraphError);
  StmGraph two = graph;
  two.append(graph);
  EXPECT_THROW(rename_edges(two, std::vector<EdgeId>{2, 3, 0, 1}), GraphError);
}

TEST(StmGraph, RefusesTheLineGraphOfAnotherDag) {
  const Dag a(2, {{0, 1}});
  const Dag b(3, {{0, 1}, {1, 2}});
  EXPECT_THROW(make_stm_graph(a, make_line_graph(b)), GraphError);
}

}  // namespace
}  // namespace plstm::test
