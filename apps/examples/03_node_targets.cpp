// One target a node: learn the depth of every node of random DAGs.

#include <cmath>
#include <cstdio>

#include <plstm/plstm.hpp>

#include "random_dags.hpp"

int main() {
  plstm::Random random(2);

  plstm::LabeledGraphs data(plstm::Readout::kNode);
  for (int i = 0; i < 200; ++i) {
    const plstm::examples::RandomDag dag = plstm::examples::make_random_dag(12, random);
    data.add(dag.graph, dag.depth);  // NaN would mark a node without a label
  }
  plstm::Recipe recipe = plstm::recipe::regression();
  recipe.members = 1;
  const plstm::Predictor predictor = plstm::fit(data, recipe);

  const plstm::examples::RandomDag dag = plstm::examples::make_random_dag(12, random);
  const plstm::Predictions predictions = predictor.predict(dag.graph);
  double error = 0;
  for (std::size_t node = 0; node < dag.depth.size(); ++node) {
    const double predicted = predictions(static_cast<std::int64_t>(node));
    std::printf("node %2zu: depth %g, predicted %.2f\n", node, dag.depth[node], predicted);
    error += std::abs(predicted - dag.depth[node]) / 12;
  }
  return error < 0.75 ? 0 : 1;
}
