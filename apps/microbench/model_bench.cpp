// Training and prediction on molecules.
#include <algorithm>

#include <plstm/core/cpu.hpp>
#include <plstm/train/loop/trainer.hpp>
#include <plstm/train/loop/training_step.hpp>

#include "benchmarks.hpp"
#include "support/measure/model.hpp"

namespace plstm::bench {
namespace {

void describe(benchmark::State& state, const Workload& workload, double multiply_adds, double seconds,
              double molecules) {
  state.counters["molecules/s"] = rate(molecules);
  count_multiply_adds(state, workload, multiply_adds, seconds);
  state.SetLabel(workload.molecules.source);
}

void step(benchmark::State& state, const Workload& workload, const GraphModel& model, Precision precision) {
  const MoleculeSet& molecules = workload.molecules;
  const std::vector<float> parameters = make_parameters(model);
  const auto rows = first_rows(std::min(kBatchSize, molecules.graphs.size()));
  const Labels labels(molecules.graphs.size());
  TrainingStep training(graph_learner(model, molecules.graphs), LossKind::kSquaredError,
                        TrainOptions{}.shard_size, precision);
  const double seconds =
      time_iterations(state, [&] { training.run(parameters, labels.with(rows), rows, 0); });
  describe(state, workload, 3 * forward_multiply_adds(model, molecules, rows), seconds,
           static_cast<double>(rows.size()));
}

// Whole calls of train(). They have several epochs, so that work that is done once hardly counts.
void epochs(benchmark::State& state, const Workload& workload, const GraphModel& model, Precision precision) {
  const MoleculeSet& molecules = workload.molecules;
  const std::vector<float> parameters = make_parameters(model);
  const auto rows = first_rows(molecules.graphs.size());
  const Labels labels(molecules.graphs.size());
  TrainOptions options;
  options.epochs = 4;
  options.precision = precision;
  const double seconds = time_iterations(
      state, [&] { train(graph_learner(model, molecules.graphs), parameters, labels.with(rows), options); });
  const auto passes = static_cast<double>(options.epochs);
  describe(state, workload, passes * 3 * forward_multiply_adds(model, molecules, rows), seconds,
           passes * static_cast<double>(rows.size()));
}

void prediction(benchmark::State& state, const Workload& workload, const GraphModel& model,
                Precision precision) {
  const MoleculeSet& molecules = workload.molecules;
  const std::vector<float> parameters = make_parameters(model);
  const auto rows = first_rows(molecules.graphs.size());
  const double seconds = time_iterations(state, [&] {
    benchmark::DoNotOptimize(predict(graph_learner(model, molecules.graphs), parameters, rows, precision));
  });
  describe(state, workload, forward_multiply_adds(model, molecules, rows), seconds,
           static_cast<double>(rows.size()));
}

}  // namespace

void register_model(const Workload& workload) {
  for (const StmLayerKind layer : {StmLayerKind::kEdge, StmLayerKind::kNode}) {
    const std::string suffix = layer == StmLayerKind::kEdge ? "/edge_layer" : "/node_layer";
    const auto add = [&](const std::string& name, const auto& run) {
      for (const Precision precision : {Precision::kFloat, Precision::kBfloat16}) {
        if (precision == Precision::kBfloat16 && bfloat16_products() == Bfloat16Products::kNone) continue;
        const std::string end = precision == Precision::kBfloat16 ? "/bfloat16" : "";
        add_benchmark(name + suffix + end, [&workload, layer, run, precision](benchmark::State& state) {
          run(state, workload, make_model(workload.molecules, layer), precision);
        });
      }
    };
    add("model/training_step", step);
    add("model/training_epochs", epochs);
    add("model/prediction", prediction);
  }
}

}  // namespace plstm::bench
