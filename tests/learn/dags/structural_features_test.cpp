#include "plstm/learn/dags/structural_features.hpp"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/random_graph.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

//     1 - 3
//   /   /        edges  0: 0->1   1: 0->2   2: 1->3   3: 2->3
//  0 - 2         and node 4 alone
AttributedGraph diamond_and_loner() {
  AttributedGraph graph;
  graph.dag = Dag(5, {{0, 1}, {0, 2}, {1, 3}, {2, 3}});
  graph.node_value_width = 1;
  graph.node_values = {1, 2, 4, 8, 16};
  return graph;
}

Matrix<float> structure_of(Readout level, const std::vector<double>& targets) {
  LabeledGraphs data(level);
  data.add(diamond_and_loner(), targets);
  data.add(diamond_and_loner(), targets);
  return structural_features(data);
}

std::vector<float> row_of(const Matrix<float>& features, Index row) {
  return {features.row(row).data(), features.row(row).data() + features.cols()};
}

TEST(StructuralFeatures, OfNodesSayWhereTheyAre) {
  const Matrix<float> features = structure_of(Readout::kNode, {1, 2, 3, 4, 5});
  ASSERT_EQ(features.rows(), 10);
  // Value; degrees in and out, depth, height, nodes, edges; values of predecessors, of successors.
  EXPECT_THAT(row_of(features, 0), ElementsAre(1, 0, 2, 0, 2, 5, 4, 0, 6));
  EXPECT_THAT(row_of(features, 1), ElementsAre(2, 1, 1, 1, 1, 5, 4, 1, 8));
  EXPECT_THAT(row_of(features, 5 + 3), ElementsAre(8, 2, 0, 2, 0, 5, 4, 6, 0));
  EXPECT_THAT(row_of(features, 5 + 4), ElementsAre(16, 0, 0, 0, 0, 5, 4, 0, 0));
}

TEST(StructuralFeatures, OfEdgesAreThoseOfTheirEnds) {
  const Matrix<float> features = structure_of(Readout::kEdge, {1, 2, 3, 4});
  ASSERT_EQ(features.rows(), 8);
  EXPECT_THAT(row_of(features, 4 + 3), ElementsAre(4, 8, 1, 1, 1, 1, 5, 4, 2, 0, 2, 0, 5, 4));
}

TEST(StructuralFeatures, OfGraphsCountEndsAndDegrees) {
  const Matrix<float> features = structure_of(Readout::kGraph, {1});
  ASSERT_EQ(features.rows(), 2);
  // Sum of values, nodes, edges; sources, sinks, longest path, largest degrees.
  EXPECT_THAT(row_of(features, 1), ElementsAre(31, 5, 4, 2, 2, 2, 2, 2));
}

TEST(StructuralFeatures, OfNothingAreNone) {
  EXPECT_EQ(structural_features(LabeledGraphs(Readout::kNode)).size(), 0);
  EXPECT_THAT(subtree_counts({}), IsEmpty());
  EXPECT_THAT(node_depths(Dag()), IsEmpty());
}

// Names of nodes that do not follow the edges.
TEST(NodeDepths, AreOnePlusThoseOfTheDeepestPredecessor) {
  EXPECT_THAT(node_depths(Dag(4, {{3, 1}, {1, 0}, {3, 0}, {0, 2}})), ElementsAre(2, 1, 3, 0));
  Random random(kSeed);
  const Dag dag = random_dag(40, 0.2, random);
  const std::vector<std::int32_t> depths = node_depths(dag);
  for (NodeId node = 0; node < 40; ++node) {
    std::int32_t expected = 0;
    for (const EdgeId edge : dag.in_edges(node))
      expected = std::max(expected, 1 + depths[static_cast<std::size_t>(dag.tail(edge))]);
    EXPECT_EQ(depths[static_cast<std::size_t>(node)], expected) << node;
  }
}

TEST(SubtreeCounts, CountEachNodeOnceARound) {
  LabeledGraphs data(Readout::kGraph);
  AttributedGraph chain;
  chain.dag = Dag(3, {{0, 1}, {1, 2}});
  data.add(chain, std::vector<double>{1});
  const auto counts = subtree_counts(data.graphs());
  ASSERT_EQ(counts.size(), 1U);
  std::vector<std::int32_t> found;
  for (const LabelCount& each : counts.front()) found.push_back(each.count);
  std::ranges::sort(found);
  // Round 0 has one label for all three; later rounds tell the first, the middle and the last apart.
  EXPECT_THAT(found, ElementsAre(1, 1, 1, 1, 1, 1, 1, 1, 1, 3));
}

}  // namespace
}  // namespace plstm::test
