#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/graph/disjoint_union.hpp>
#include <plstm/graph/level_schedule.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/graph/multitree.hpp>

#include "any_dag.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(DisjointUnion, ShiftsNodesAndEdges) {
  const Dag first(3, {{2, 0}, {0, 1}});
  const Dag none;
  const Dag single(1, {});
  const Dag last(2, {{1, 0}});
  const Dag all = disjoint_union(std::vector{&first, &none, &single, &last});
  EXPECT_EQ(all.num_nodes(), 6);
  EXPECT_THAT(all.edges(), ElementsAre(Arc{2, 0}, Arc{0, 1}, Arc{5, 4}));
  EXPECT_THAT(all.in_edges(4), ElementsAre(2));
}

TEST(DisjointUnion, KeepsParallelEdges) {
  const Dag dag(2, {{0, 1}, {0, 1}}, ParallelEdges::kKeep);
  EXPECT_THAT(disjoint_union(std::vector{&dag, &dag}).edges(),
              ElementsAre(Arc{0, 1}, Arc{0, 1}, Arc{2, 3}, Arc{2, 3}));
}

TEST(DisjointUnion, OfNothingHasNoNodes) {
  EXPECT_EQ(disjoint_union({}), Dag());
}

TEST(DisjointUnion, RefusesMoreNodesThanIdsCount) {
  const Dag big(1 << 20, {});
  const std::vector<const Dag*> dags(1 << 11, &big);
  EXPECT_THAT([&] { disjoint_union(dags); },
              ThrowsMessage<GraphError>(HasSubstr("2048 graphs have 2147483648 nodes and 0 edges")));
}

// The part of a list of line edges that lies in edges begin..end-1, moved back to 0.
std::vector<Arc> part_of(const LineGraph& line_graph, EdgeId begin, EdgeId end) {
  std::vector<Arc> part;
  for (const Arc& line_edge : line_graph.edges()) {
    if (line_edge.tail >= begin && line_edge.tail < end) {
      part.push_back({line_edge.tail - begin, line_edge.head - begin});
    }
  }
  return part;
}

RC_GTEST_PROP(DisjointUnionLaws, EqualsItsParts, ()) {
  std::vector<Dag> parts;
  for (int i = test::any_up_to(4, "parts"); i > 0; --i) parts.push_back(test::any_dag(8));
  std::vector<const Dag*> pointers;
  for (const Dag& part : parts) pointers.push_back(&part);

  const Dag all = disjoint_union(pointers);
  RC_ASSERT(all == Dag(all.num_nodes(), {all.edges().begin(), all.edges().end()}));
  const LineGraph line_graph = make_line_graph(all);
  const LineGraph pruned = prune_to_multitree(line_graph);
  NodeId node = 0;
  EdgeId edge = 0;
  std::size_t depth = 0;
  for (const Dag& part : parts) {
    for (EdgeId e = 0; e < part.num_edges(); ++e) {
      RC_ASSERT(all.tail(edge + e) == node + part.tail(e));
      RC_ASSERT(all.head(edge + e) == node + part.head(e));
    }
    const LineGraph of_part = make_line_graph(part);
    const LineGraph pruned_part = prune_to_multitree(of_part);
    RC_ASSERT(part_of(line_graph, edge, edge + part.num_edges()) ==
              std::vector<Arc>(of_part.edges().begin(), of_part.edges().end()));
    RC_ASSERT(part_of(pruned, edge, edge + part.num_edges()) ==
              std::vector<Arc>(pruned_part.edges().begin(), pruned_part.edges().end()));
    depth = std::max(depth, make_level_schedule(of_part).num_levels());
    node += part.num_nodes();
    edge += part.num_edges();
  }
  RC_ASSERT(node == all.num_nodes());
  RC_ASSERT(edge == all.num_edges());
  RC_ASSERT(make_level_schedule(line_graph).num_levels() == depth);
}

}  // namespace
}  // namespace plstm
