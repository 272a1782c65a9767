// One target a graph: learn the depth of random DAGs, save the model, predict new ones.

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <plstm/plstm.hpp>

#include "random_dags.hpp"

int main() {
  plstm::Random random(1);
  const auto random_dag = [&random] {
    return plstm::examples::make_random_dag(4 + static_cast<plstm::NodeId>(random.below(12)), random);
  };

  plstm::LabeledGraphs data;
  for (int i = 0; i < 200; ++i) {
    const plstm::examples::RandomDag dag = random_dag();
    data.add(dag.graph, {*std::ranges::max_element(dag.depth)});
  }
  plstm::Recipe recipe = plstm::recipe::regression();
  recipe.members = 1;  // one network is enough to show it
  const plstm::Predictor predictor = plstm::fit(data, recipe);
  predictor.save("depth.safetensors");

  const plstm::Predictor loaded = plstm::Predictor::load("depth.safetensors");
  double error = 0;
  for (int i = 0; i < 50; ++i) {
    const plstm::examples::RandomDag dag = random_dag();
    error += std::abs(loaded.predict(dag.graph)(0) - *std::ranges::max_element(dag.depth)) / 50;
  }
  std::printf("mean error of the depth of 50 new graphs: %.2f\n", error);
  return error < 0.75 ? 0 : 1;
}
