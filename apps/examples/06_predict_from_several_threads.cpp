// Save, load, and predict from several threads: one Predictor serves them all, and each gets the same bits.

#include <cstdio>
#include <thread>
#include <vector>

#include <plstm/plstm.hpp>

#include "random_dags.hpp"

int main() {
  plstm::Random random(3);
  plstm::LabeledGraphs data;
  std::vector<plstm::AttributedGraph> graphs;
  for (int i = 0; i < 40; ++i) {
    plstm::examples::RandomDag dag = plstm::examples::make_random_dag(8, random);
    data.add(dag.graph, {dag.depth.back()});
    graphs.push_back(std::move(dag.graph));
  }
  plstm::Recipe recipe = plstm::recipe::regression();
  recipe.members = 2;
  recipe.epochs = 3;
  plstm::fit(data, recipe).save("shared.safetensors");

  const plstm::Predictor predictor = plstm::Predictor::load("shared.safetensors");
  std::vector<plstm::Predictions> results(4);
  std::vector<std::thread> threads;
  for (plstm::Predictions& result : results) {
    threads.emplace_back([&] { result = predictor.predict(graphs); });
  }
  for (std::thread& thread : threads) thread.join();

  for (const plstm::Predictions& result : results) {
    if (result.values != results.front().values) return 1;
  }
  std::printf("four threads predicted %lld graphs each and agree to the bit\n",
              static_cast<long long>(results.front().num_rows()));
  return 0;
}
