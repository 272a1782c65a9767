#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <vector>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/graph/subtree_labels.hpp>

#include "any_dag.hpp"

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

using Labels = std::vector<std::uint64_t>;

AttributedGraph bare(NodeId nodes, std::vector<Arc> edges) {
  AttributedGraph graph;
  graph.dag = Dag(nodes, std::move(edges));
  return graph;
}

AttributedGraph with_codes(AttributedGraph graph, std::vector<std::int32_t> nodes,
                           std::vector<std::int32_t> edges) {
  graph.node_code_width = nodes.empty() ? 0 : 1;
  graph.edge_code_width = edges.empty() ? 0 : 1;
  graph.node_codes = std::move(nodes);
  graph.edge_codes = std::move(edges);
  return graph;
}

Labels of_round(const Labels& labels, std::size_t nodes, std::size_t round) {
  const auto rows = std::span(labels).subspan(round * nodes, nodes);
  Labels sorted(rows.begin(), rows.end());
  std::ranges::sort(sorted);
  return sorted;
}

// Path of four nodes: round 0 knows one kind of node, round 1 ends and inner nodes, and so on.
TEST(SubtreeLabels, PathOfFour) {
  const Labels labels = subtree_labels(bare(4, {{0, 1}, {1, 2}, {2, 3}}), {.rounds = 2});
  ASSERT_THAT(labels, SizeIs(12));
  EXPECT_EQ(labels[0], labels[1]);
  EXPECT_EQ(labels[4], labels[7]);
  EXPECT_EQ(labels[5], labels[6]);
  EXPECT_NE(labels[4], labels[5]);
  EXPECT_EQ(labels[8], labels[11]);
  EXPECT_EQ(std::set(labels.begin(), labels.end()).size(), 1u + 2 + 2) << "rounds differ";
}

TEST(SubtreeLabels, RoundsLookOneStepFarther) {
  // One end of each path has another code: the other end learns of it in the round of its distance.
  const auto path = [](std::int32_t last) {
    return with_codes(bare(4, {{0, 1}, {1, 2}, {2, 3}}), {0, 0, 0, last}, {});
  };
  const Labels one = subtree_labels(path(1)), two = subtree_labels(path(2));
  for (std::size_t round = 0; round <= 3; ++round) {
    for (std::size_t node = 0; node < 4; ++node) {
      EXPECT_EQ(one[round * 4 + node] == two[round * 4 + node], round + node < 3) << round << ' ' << node;
    }
  }
}

TEST(SubtreeLabels, CodesOfEdgesCount) {
  const AttributedGraph path = bare(3, {{0, 1}, {1, 2}});
  const Labels same = subtree_labels(with_codes(path, {}, {5, 5}), {.rounds = 1});
  const Labels other = subtree_labels(with_codes(path, {}, {5, 6}), {.rounds = 1});
  EXPECT_EQ(same[3], same[5]);
  EXPECT_EQ(other[3], same[3]);
  EXPECT_NE(other[5], other[3]);
  EXPECT_NE(other[4], same[4]);
}

TEST(SubtreeLabels, DirectionsCountIfAskedFor) {
  const AttributedGraph edge = bare(2, {{0, 1}});
  const Labels undirected = subtree_labels(edge, {.rounds = 1});
  EXPECT_EQ(undirected[2], undirected[3]);
  const Labels directed = subtree_labels(edge, {.rounds = 1, .directed = true});
  EXPECT_NE(directed[2], directed[3]);
}

// The textbook pair that the test cannot tell apart, and a pair that it can.
TEST(SubtreeLabels, HexagonAndTwoTriangles) {
  const AttributedGraph hexagon = bare(6, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {0, 5}});
  const AttributedGraph triangles = bare(6, {{0, 1}, {1, 2}, {0, 2}, {3, 4}, {4, 5}, {3, 5}});
  const AttributedGraph path = bare(6, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}});
  EXPECT_EQ(subtree_labels(hexagon), subtree_labels(triangles));
  EXPECT_NE(of_round(subtree_labels(hexagon), 6, 1), of_round(subtree_labels(path), 6, 1));
}

RC_GTEST_PROP(SubtreeLabels, KnowNoOrderOfNodesAndEdges, ()) {
  const Dag dag = test::any_dag();
  const auto n = static_cast<std::size_t>(dag.num_nodes());
  Random random(*rc::gen::arbitrary<std::uint64_t>().as("seed"));
  const std::vector<std::int32_t> place = random_permutation(dag.num_nodes(), random);
  const std::vector<std::int32_t> order = random_permutation(dag.num_edges(), random);
  std::vector<Arc> edges;
  std::vector<std::int32_t> node_codes(n), codes(order.size()), moved_nodes(n), moved_edges;
  for (std::int32_t& code : node_codes) code = static_cast<std::int32_t>(random.below(3));
  for (std::int32_t& code : codes) code = static_cast<std::int32_t>(random.below(2));
  for (std::size_t i = 0; i < n; ++i) moved_nodes[static_cast<std::size_t>(place[i])] = node_codes[i];
  for (const std::int32_t e : order) {
    edges.push_back(
        {place[static_cast<std::size_t>(dag.tail(e))], place[static_cast<std::size_t>(dag.head(e))]});
    moved_edges.push_back(codes[static_cast<std::size_t>(e)]);
  }
  const AttributedGraph graph =
      with_codes(bare(dag.num_nodes(), {dag.edges().begin(), dag.edges().end()}), node_codes, codes);
  const AttributedGraph moved = with_codes(bare(dag.num_nodes(), edges), moved_nodes, moved_edges);
  for (const bool directed : {false, true}) {
    const Labels labels = subtree_labels(graph, {.directed = directed});
    const Labels of_moved = subtree_labels(moved, {.directed = directed});
    for (std::size_t i = 0; i < labels.size(); ++i) {
      RC_ASSERT(labels[i] == of_moved[i / n * n + static_cast<std::size_t>(place[i % n])]);
    }
  }
}

// The literature's definition, with exact labels: numbers given to (own label, sorted neighbours).
RC_GTEST_PROP(SubtreeLabels, PartitionNodesAsExactLabelsDo, ()) {
  const Dag dag = test::any_dag(10);
  const auto n = static_cast<std::size_t>(dag.num_nodes());
  const Labels labels = subtree_labels(bare(dag.num_nodes(), {dag.edges().begin(), dag.edges().end()}));
  std::vector<std::size_t> exact(n, 0);
  for (std::size_t round = 0; round <= 3; ++round) {
    for (std::size_t a = 0; a < n; ++a) {
      for (std::size_t b = 0; b < n; ++b) {
        RC_ASSERT((labels[round * n + a] == labels[round * n + b]) == (exact[a] == exact[b]));
      }
    }
    std::vector<std::vector<std::size_t>> seen(n);
    for (const Arc& edge : dag.edges()) {
      seen[static_cast<std::size_t>(edge.tail)].push_back(exact[static_cast<std::size_t>(edge.head)]);
      seen[static_cast<std::size_t>(edge.head)].push_back(exact[static_cast<std::size_t>(edge.tail)]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      std::ranges::sort(seen[i]);
      seen[i].push_back(exact[i]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      exact[i] = static_cast<std::size_t>(std::ranges::find(seen, seen[i]) - seen.begin());
    }
  }
}

TEST(SubtreeLabels, EmptyGraphsAndBadOptions) {
  EXPECT_THAT(subtree_labels(AttributedGraph{}), IsEmpty());
  EXPECT_THAT(subtree_labels(bare(2, {}), {.rounds = 0}), SizeIs(2));
  const Labels alone = subtree_labels(bare(1, {}));
  EXPECT_EQ(std::set(alone.begin(), alone.end()).size(), 4u) << "rounds differ without neighbours, too";
  EXPECT_THAT([] { subtree_labels(bare(1, {}), {.rounds = -1}); },
              ThrowsMessage<ConfigError>(HasSubstr("-1 rounds")));
  AttributedGraph wrong = bare(2, {{0, 1}});
  wrong.node_code_width = 1;
  EXPECT_THAT([&] { subtree_labels(wrong); }, ThrowsMessage<ShapeError>(HasSubstr("node_codes")));
}

}  // namespace
}  // namespace plstm
