// Prediction from the text of SMILES, and the share of reading the text.
#include <plstm/chem/featurizer.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "benchmarks.hpp"
#include "support/measure/model.hpp"

namespace plstm::bench {
namespace {

constexpr std::size_t kGrain = 8;

void describe(benchmark::State& state, const MoleculeSet& molecules) {
  state.counters["molecules/s"] = rate(static_cast<double>(molecules.smiles.size()));
  state.SetLabel(molecules.source);
}

void parsing(benchmark::State& state, const MoleculeSet& molecules) {
  for (auto _ : state) {
    parallel_for(molecules.smiles.size(), kGrain, [&](std::size_t i) {
      benchmark::DoNotOptimize(parse_smiles(molecules.smiles[i]).num_atoms());
    });
  }
  describe(state, molecules);
}

std::vector<PreparedGraph> graphs_from(const std::vector<std::string>& smiles) {
  std::vector<PreparedGraph> graphs(smiles.size());
  parallel_for(smiles.size(), kGrain,
               [&](std::size_t i) { graphs[i] = prepare_graph(featurize(parse_smiles(smiles[i])).graph); });
  return graphs;
}

void parsing_and_preparing(benchmark::State& state, const MoleculeSet& molecules) {
  for (auto _ : state) benchmark::DoNotOptimize(graphs_from(molecules.smiles));
  describe(state, molecules);
}

void prediction(benchmark::State& state, const MoleculeSet& molecules) {
  const GraphModel model = make_model(molecules, StmLayerKind::kEdge);
  const std::vector<float> parameters = make_parameters(model);
  const auto rows = first_rows(molecules.smiles.size());
  for (auto _ : state) {
    const std::vector<PreparedGraph> graphs = graphs_from(molecules.smiles);
    benchmark::DoNotOptimize(predict(graph_learner(model, graphs), parameters, rows));
  }
  describe(state, molecules);
}

}  // namespace

void register_smiles(const Workload& workload) {
  const MoleculeSet& molecules = workload.molecules;
  if (molecules.smiles.empty()) return;
  const auto add = [&](const std::string& name, const auto& run) {
    add_benchmark("smiles/" + name, [&molecules, run](benchmark::State& state) { run(state, molecules); });
  };
  add("parsing", parsing);
  add("parsing_and_preparing", parsing_and_preparing);
  add("prediction", prediction);
}

}  // namespace plstm::bench
