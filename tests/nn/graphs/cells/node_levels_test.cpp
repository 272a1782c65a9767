#include "plstm/nn/graphs/cells/node_levels.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <gmock/gmock.h>

#include "support/random_graph.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

StmGraph layout_of(const Dag& dag) {
  return make_stm_graph(dag, make_line_graph(dag));
}

TEST(NodeLevels, DiamondHasThreeLevels) {
  //     1
  //   /   \       edges  0: 0->1   1: 0->2   2: 1->3   3: 2->3
  //  0     3      and node 4 alone
  //   \   /
  //     2
  const StmGraph graph = layout_of(Dag(5, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}));
  const NodeLevels levels = make_node_levels(graph);
  EXPECT_THAT(levels.nodes, ElementsAre(0, 4, 1, 2, 3));
  EXPECT_THAT(levels.level_offsets, ElementsAre(0, 2, 4, 5));
  EXPECT_THAT(levels.edge_offsets, ElementsAre(0, 0, 0, 1, 2, 4));
  EXPECT_THAT(levels.edges, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(levels.sources, ElementsAre(0, 0, 2, 3));
  EXPECT_EQ(levels.num_levels(), 3);
  EXPECT_EQ(levels.num_nodes(), 5);
  EXPECT_EQ(levels.num_edges(), 4);

  const NodeLevels back = make_node_levels(graph, EdgeDirection::kBackward);
  EXPECT_THAT(back.nodes, ElementsAre(3, 4, 1, 2, 0));
  EXPECT_THAT(back.level_offsets, ElementsAre(0, 2, 4, 5));
  EXPECT_THAT(back.edges, ElementsAre(2, 3, 0, 1));
  EXPECT_THAT(back.sources, ElementsAre(0, 0, 2, 3));
}

TEST(NodeLevels, OfNoNodesAndOfNoEdges) {
  const NodeLevels none = make_node_levels(layout_of(Dag()));
  EXPECT_EQ(none.num_levels(), 0);
  EXPECT_THAT(none.edge_offsets, ElementsAre(0));
  const NodeLevels three = make_node_levels(layout_of(Dag(3, {})));
  EXPECT_THAT(three.level_offsets, ElementsAre(0, 3));
  EXPECT_THAT(three.edge_offsets, ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(three.edges, IsEmpty());
}

// Every node lies one above its highest predecessor, and every edge is there once.
void expect_sound(const NodeLevels& levels, const Dag& dag) {
  std::vector<std::int32_t> level_of_place(levels.nodes.size());
  for (std::int32_t l = 0; l < levels.num_levels(); ++l) {
    const auto begin = levels.level_offsets[static_cast<std::size_t>(l)];
    const auto end = levels.level_offsets[static_cast<std::size_t>(l) + 1];
    ASSERT_LT(begin, end);
    for (auto i = begin; i < end; ++i) level_of_place[static_cast<std::size_t>(i)] = l;
  }
  std::vector<int> seen(dag.edges().size(), 0);
  for (std::size_t i = 0; i < levels.nodes.size(); ++i) {
    std::int32_t highest = -1;
    for (auto j = static_cast<std::size_t>(levels.edge_offsets[i]);
         j < static_cast<std::size_t>(levels.edge_offsets[i + 1]); ++j) {
      const Arc edge = dag.edges()[static_cast<std::size_t>(levels.edges[j])];
      const auto source = static_cast<std::size_t>(levels.sources[j]);
      EXPECT_EQ(edge.head, levels.nodes[i]);
      EXPECT_EQ(edge.tail, levels.nodes[source]);
      highest = std::max(highest, level_of_place[source]);
      ++seen[static_cast<std::size_t>(levels.edges[j])];
    }
    EXPECT_EQ(level_of_place[i], highest + 1);
  }
  EXPECT_THAT(seen, testing::Each(1));
}

TEST(NodeLevels, LieOneAboveTheHighestPredecessor) {
  Random random(kSeed);
  NodeLevels used;  // memory of one graph serves the next
  for (int i = 0; i < 20; ++i) {
    const Dag dag = random_dag(1 + 3 * i % 40, 0.2, random);
    const StmGraph graph = layout_of(dag);
    make_node_levels(graph, EdgeDirection::kForward, used);
    expect_sound(used, dag);
    EXPECT_EQ(used, make_node_levels(graph));
    std::vector<Arc> edges;
    for (const Arc& edge : dag.edges()) edges.push_back({edge.head, edge.tail});
    make_node_levels(graph, EdgeDirection::kBackward, used);
    expect_sound(used, Dag(dag.num_nodes(), edges));
  }
}

TEST(NodeLevels, OfABatchJoinThoseOfItsGraphs) {
  StmGraph batch = layout_of(chain(3));
  batch.append(layout_of(Dag(2, {{1, 0}})));
  const NodeLevels levels = make_node_levels(batch);
  EXPECT_THAT(levels.nodes, ElementsAre(0, 4, 1, 3, 2));
  EXPECT_THAT(levels.level_offsets, ElementsAre(0, 2, 4, 5));
  EXPECT_THAT(make_node_levels(batch, EdgeDirection::kBackward).nodes, ElementsAre(2, 3, 1, 4, 0));
}

}  // namespace
}  // namespace plstm::test
