// Training and prediction on molecules.
#include <algorithm>
#include <numeric>

#include <plstm/core/random.hpp>
#include <plstm/train/trainer.hpp>
#include <plstm/train/training_step.hpp>

#include "benchmarks.hpp"
#include "model.hpp"
#include "multiply_adds.hpp"

namespace plstm::microbench {
namespace {

// Random targets, one a molecule.
struct Labels {
  Matrix<float> targets;
  Matrix<std::uint8_t> present;

  explicit Labels(std::size_t rows)
      : targets(static_cast<Index>(rows), 1), present(Matrix<std::uint8_t>::Ones(targets.rows(), 1)) {
    Random random(4);
    for (Index i = 0; i < targets.rows(); ++i) targets(i, 0) = static_cast<float>(random.normal());
  }

  TrainingData with(std::span<const PreparedGraph> graphs, std::span<const std::int32_t> train) const {
    return {graphs, {targets.data(), targets.rows(), 1}, {present.data(), present.rows(), 1}, train, {}};
  }
};

// Of one forward pass over these molecules.
double forward_multiply_adds(const GraphModel& model, const MoleculeSet& molecules,
                             std::span<const std::int32_t> rows) {
  GraphBatch batch;
  for (const std::int32_t row : rows) batch.append(molecules.graphs[static_cast<std::size_t>(row)]);
  return model_multiply_adds(model, batch);
}

void describe(benchmark::State& state, const Workload& workload, double multiply_adds, double seconds,
              double molecules) {
  state.counters["molecules/s"] = rate(molecules);
  count_multiply_adds(state, workload, multiply_adds, seconds);
  state.SetLabel(workload.molecules.source);
}

void step(benchmark::State& state, const Workload& workload, const GraphModel& model) {
  const MoleculeSet& molecules = workload.molecules;
  const std::vector<float> parameters = make_parameters(model);
  const auto rows = first_rows(std::min(kBatchSize, molecules.graphs.size()));
  const Labels labels(molecules.graphs.size());
  TrainingStep training(model, LossKind::kSquaredError, TrainOptions{}.shard_size);
  const double seconds =
      time_iterations(state, [&] { training.run(parameters, labels.with(molecules.graphs, rows), rows, 0); });
  describe(state, workload, 3 * forward_multiply_adds(model, molecules, rows), seconds,
           static_cast<double>(rows.size()));
}

// Whole calls of train(), of some epochs so that what is set up once hardly counts.
void epochs(benchmark::State& state, const Workload& workload, const GraphModel& model) {
  const MoleculeSet& molecules = workload.molecules;
  const std::vector<float> parameters = make_parameters(model);
  const auto rows = first_rows(molecules.graphs.size());
  const Labels labels(molecules.graphs.size());
  TrainOptions options;
  options.epochs = 4;
  const double seconds =
      time_iterations(state, [&] { train(model, parameters, labels.with(molecules.graphs, rows), options); });
  const auto passes = static_cast<double>(options.epochs);
  describe(state, workload, passes * 3 * forward_multiply_adds(model, molecules, rows), seconds,
           passes * static_cast<double>(rows.size()));
}

void prediction(benchmark::State& state, const Workload& workload, const GraphModel& model) {
  const MoleculeSet& molecules = workload.molecules;
  const std::vector<float> parameters = make_parameters(model);
  const auto rows = first_rows(molecules.graphs.size());
  const double seconds = time_iterations(
      state, [&] { benchmark::DoNotOptimize(predict_graphs(model, parameters, molecules.graphs, rows)); });
  describe(state, workload, forward_multiply_adds(model, molecules, rows), seconds,
           static_cast<double>(rows.size()));
}

}  // namespace

GraphModel make_model(const MoleculeSet& molecules, StmLayerKind layer) {
  GraphModelConfig config;
  config.node_vocabulary_sizes = molecules.node_vocabulary_sizes;
  config.edge_vocabulary_sizes = molecules.edge_vocabulary_sizes;
  config.layer = layer;
  config.edge_encoder = layer == StmLayerKind::kEdge;
  config.max_degree = molecules.max_degree;
  return make_graph_model(config);
}

std::vector<float> make_parameters(const GraphModel& model) {
  return initial_values<float>(model.layout, 5);
}

std::vector<std::int32_t> first_rows(std::size_t count) {
  std::vector<std::int32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

void register_model(const Workload& workload) {
  for (const StmLayerKind layer : {StmLayerKind::kEdge, StmLayerKind::kNode}) {
    const std::string suffix = layer == StmLayerKind::kEdge ? "/edge_layer" : "/node_layer";
    const auto add = [&](const std::string& name, const auto& run) {
      add_benchmark(name + suffix, [&workload, layer, run](benchmark::State& state) {
        run(state, workload, make_model(workload.molecules, layer));
      });
    };
    add("model/training_step", step);
    add("model/training_epochs", epochs);
    add("model/prediction", prediction);
  }
}

}  // namespace plstm::microbench
