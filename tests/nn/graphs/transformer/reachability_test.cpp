#include "plstm/nn/graphs/transformer/reachability.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>

#include "support/random_graph.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<NodeId> seen_by(const Reachability& reach, NodeId n) {
  std::vector<NodeId> list;
  reach.for_each(n, [&](NodeId u) { list.push_back(u); });
  return list;
}

Reachability reach_of(const StmGraph& graph, std::int32_t hops = 0) {
  Reachability reach;
  reach.find(graph, hops);
  return reach;
}

StmGraph layout(const Dag& dag) {
  return make_stm_graph(dag, make_line_graph(dag));
}

TEST(Reachability, OfADiamond) {
  //     1
  //   /   \       and node 4 alone
  //  0     3
  //   \   /
  //     2
  const Reachability all = reach_of(layout(Dag(5, {{0, 1}, {0, 2}, {1, 3}, {2, 3}})));
  EXPECT_THAT(seen_by(all, 0), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(seen_by(all, 1), ElementsAre(0, 1, 3));
  EXPECT_THAT(seen_by(all, 3), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(seen_by(all, 4), ElementsAre(4));
  const Reachability near = reach_of(layout(Dag(5, {{0, 1}, {0, 2}, {1, 3}, {2, 3}})), 1);
  EXPECT_THAT(seen_by(near, 0), ElementsAre(0, 1, 2));
  EXPECT_THAT(seen_by(near, 3), ElementsAre(1, 2, 3));
}

// As a search from every node finds them.
TEST(Reachability, FollowsPathsOfLimitedLength) {
  Random random(kSeed);
  Reachability reach;
  for (const NodeId nodes : {1, 63, 64, 65, 150}) {
    const Dag dag = random_dag(nodes, 3.0 / nodes, random);
    for (const std::int32_t hops : {0, 1, 2, 5}) {
      reach.find(layout(dag), hops);
      std::set<std::pair<NodeId, NodeId>> expected;
      for (NodeId start = 0; start < nodes; ++start) {
        std::set<NodeId> seen{start}, edge_of_search{start};
        for (std::int32_t hop = 0; !edge_of_search.empty() && (hops == 0 || hop < hops); ++hop) {
          std::set<NodeId> next;
          for (const Arc& edge : dag.edges()) {
            if (edge_of_search.contains(edge.tail) && seen.insert(edge.head).second) next.insert(edge.head);
          }
          edge_of_search = next;
        }
        for (const NodeId node : seen) {
          expected.insert({start, node});
          expected.insert({node, start});
        }
      }
      std::set<std::pair<NodeId, NodeId>> found;
      for (NodeId n = 0; n < nodes; ++n) {
        for (const NodeId u : seen_by(reach, n)) found.insert({n, u});
      }
      EXPECT_EQ(found, expected) << nodes << " " << hops;
    }
  }
}

TEST(Reachability, StaysInsideTheGraphsOfABatch) {
  StmGraph batch = layout(chain(3));
  batch.append(layout(Dag()));
  batch.append(layout(chain(2)));
  const Reachability reach = reach_of(batch);
  EXPECT_EQ(reach.num_nodes(), 5);
  EXPECT_THAT(seen_by(reach, 1), ElementsAre(0, 1, 2));
  EXPECT_THAT(seen_by(reach, 4), ElementsAre(3, 4));
  EXPECT_EQ(reach_of(StmGraph()).num_nodes(), 0);
}

TEST(Reachability, RefusesWhatWouldTakeTooMuch) {
  Reachability reach;
  StmGraph batch = layout(chain(3));
  batch.append(layout(chain(Reachability::kMostNodes + 1)));
  EXPECT_THAT([&] { reach.find(batch, 0); },
              ThrowsMessage<GraphError>(HasSubstr("a graph has 8193 nodes, attention to all that a node "
                                                  "reaches is made for at most 8192")));
  EXPECT_THAT([&] { reach.find(batch, -1); },
              ThrowsMessage<ConfigError>("reachability: hops is -1, expected at least 0"));
}

}  // namespace
}  // namespace plstm::test
