#include "plstm/learn/dags/flat_features.hpp"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plstm {
namespace {

using ::testing::ElementsAre;

AttributedGraph some_graph() {
  AttributedGraph graph;
  graph.dag = Dag(3, {{0, 1}, {1, 2}});
  graph.node_value_width = 1;
  graph.node_values = {1, 2, 4};
  graph.node_code_width = 1;
  graph.node_codes = {0, 1, 1};
  graph.edge_value_width = 1;
  graph.edge_values = {10, 20};
  graph.graph_value_width = 1;
  graph.graph_values = {std::numeric_limits<float>::quiet_NaN()};
  return graph;
}

std::vector<float> features_of(Readout level, std::vector<double> targets) {
  LabeledGraphs data(level);
  data.add(some_graph(), targets);
  data.set_vocabularies({2}, {});
  const Matrix<float> features = flat_features(data);
  EXPECT_EQ(features.rows(), std::ssize(targets));
  return {features.data(), features.data() + features.size()};
}

TEST(FlatFeatures, OfNodesAreTheirOwn) {
  EXPECT_THAT(features_of(Readout::kNode, {1, 2, 3}), ElementsAre(1, 1, 0, 2, 0, 1, 4, 0, 1));
}

TEST(FlatFeatures, OfEdgesHaveThoseOfTheirEnds) {
  EXPECT_THAT(features_of(Readout::kEdge, {1, 2}), ElementsAre(10, 1, 1, 0, 2, 0, 1, 20, 2, 0, 1, 4, 0, 1));
}

TEST(FlatFeatures, OfGraphsAreSums) {
  EXPECT_THAT(features_of(Readout::kGraph, {1}), ElementsAre(7, 1, 2, 30, 3, 2, 0));
}

}  // namespace
}  // namespace plstm
