// One big graph: some of its nodes are labelled, the others are to be predicted. The split goes over nodes.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <vector>

#include <plstm/plstm.hpp>

#include "random_dags.hpp"

int main() {
  constexpr plstm::NodeId kNodes = 4000;
  plstm::Random random(4);
  const plstm::examples::RandomDag dag = plstm::examples::make_random_dag(kNodes, random);

  // Every fourth node has no label. Of the others, every tenth chooses the epoch.
  std::vector<double> targets = dag.depth;
  plstm::FitSplit split{.train = {}, .validation = {}, .over_things = true};
  for (plstm::NodeId node = 0; node < kNodes; ++node) {
    if (node % 4 == 0) {
      targets[static_cast<std::size_t>(node)] = std::numeric_limits<double>::quiet_NaN();
    } else {
      (node % 10 == 1 ? split.validation : split.train).push_back(node);
    }
  }
  plstm::LabeledGraphs data(plstm::Readout::kNode);
  data.add(dag.graph, targets);

  plstm::Recipe recipe = plstm::recipe::regression();
  recipe.members = 1;
  recipe.epochs = 60;
  const plstm::Predictor predictor = plstm::fit(data, recipe, {.split = split});

  const plstm::Predictions predictions = predictor.predict(dag.graph);
  double error = 0, spread = 0;
  for (plstm::NodeId node = 0; node < kNodes; node += 4) {
    error += std::abs(predictions(node) - dag.depth[static_cast<std::size_t>(node)]);
    spread += std::abs(dag.depth[static_cast<std::size_t>(node)] - 14);  // about the mean depth
  }
  std::printf("mean error on nodes without a label: %.2f, of a constant %.2f\n", error / (kNodes / 4),
              spread / (kNodes / 4));
  return error < 0.5 * spread ? 0 : 1;
}
