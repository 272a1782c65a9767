// A training that is stopped after some steps and goes on from its checkpoint: it ends with the same bits as one that
// was not stopped.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/files/training_checkpoint.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "random_dags.hpp"

int main() {
  plstm::Random random(5);
  std::vector<plstm::PreparedGraph> graphs;
  std::vector<float> targets;
  for (int i = 0; i < 40; ++i) {
    plstm::examples::RandomDag dag = plstm::examples::make_random_dag(8, random);
    targets.push_back(static_cast<float>(dag.depth.back()));
    graphs.push_back(plstm::prepare_graph(std::move(dag.graph)));
  }
  const std::vector<std::uint8_t> present(40, 1);
  std::vector<std::int32_t> rows(40);
  std::iota(rows.begin(), rows.end(), 0);
  const plstm::TrainingData data{.targets = {targets.data(), 40, 1},
                                 .present = {present.data(), 40, 1},
                                 .train = std::span(rows).first(30),
                                 .validation = std::span(rows).subspan(30)};

  plstm::GraphModelConfig config;
  config.node_value_width = 1;
  config.width = 8;
  config.body = plstm::StmBody{.heads = 2};
  const plstm::GraphModel model = plstm::make_graph_model(config);
  const plstm::Learner learner = plstm::graph_learner(model, graphs);
  const auto start = plstm::initial_values<float>(model.layout, 1);
  plstm::TrainOptions options;
  options.epochs = 6;
  options.batch_size = 8;

  const plstm::TrainResult whole = plstm::train(learner, start, data, options);

  // What a program does that runs for hours: it goes on from its checkpoint, or starts at the beginning.
  std::filesystem::remove("training.state");
  const auto run_until = [&](const std::function<bool()>& stop) {
    plstm::TrainingCheckpoint checkpoint({.file = "training.state", .resume = true});
    plstm::Trainer trainer = checkpoint.start(learner, start, data, options);
    return plstm::run(trainer, {.stop = stop}, checkpoint);
  };
  int steps = 0;
  run_until([&] { return ++steps > 10; });  // in the middle of the third epoch
  const plstm::TrainResult result = run_until({});
  const bool same = result.parameters == whole.parameters && result.best_epoch == whole.best_epoch;
  std::printf("the resumed training ends with %s\n", same ? "the same bits" : "other bits");
  return same ? 0 : 1;
}
