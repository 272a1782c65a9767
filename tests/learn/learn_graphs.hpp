#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <plstm/core/random.hpp>
#include <plstm/graph/attributed_graph.hpp>
#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/learn/recipe.hpp>

namespace plstm::test {

/// A DAG with two values and a code for each node, and what there is to learn of it.
struct LearnGraph {
  AttributedGraph graph;
  std::vector<double> node_targets;  ///< [nodes] first value less the second
  double graph_target = 0;           ///< their mean, far from zero
  double label = 0;                  ///< 1 where the mean is positive
};

inline LearnGraph make_learn_graph(Random& random) {
  const auto nodes = static_cast<NodeId>(3 + random.below(4));
  LearnGraph result;
  std::vector<Arc> arcs;
  for (NodeId n = 1; n < nodes; ++n) {
    arcs.push_back({static_cast<NodeId>(random.below(static_cast<std::uint64_t>(n))), n});
  }
  result.graph.dag = Dag(nodes, std::move(arcs));
  result.graph.node_value_width = 2;
  result.graph.node_code_width = 1;
  double sum = 0;
  for (NodeId n = 0; n < nodes; ++n) {
    const double a = random.normal(), b = random.normal();
    result.graph.node_values.push_back(static_cast<float>(a));
    result.graph.node_values.push_back(static_cast<float>(b));
    result.graph.node_codes.push_back(static_cast<std::int32_t>(random.below(3)));
    result.node_targets.push_back(a - b);
    sum += a - b;
  }
  result.graph_target = 1000 + sum / nodes;
  result.label = sum > 0 ? 1 : 0;
  return result;
}

inline std::vector<LearnGraph> make_learn_graphs(std::size_t count, Random& random) {
  std::vector<LearnGraph> graphs;
  for (std::size_t i = 0; i < count; ++i) graphs.push_back(make_learn_graph(random));
  return graphs;
}

/// Quick to train.
inline Recipe quick(Recipe recipe) {
  recipe.members = 2;
  recipe.width = 8;
  recipe.batch_size = 16;
  recipe.learning_rate = 1e-2;
  recipe.change = [](Settings& settings) {
    stm_body(settings.model).blocks = "PD";
    stm_body(settings.model).heads = 2;
  };
  return recipe;
}

}  // namespace plstm::test
