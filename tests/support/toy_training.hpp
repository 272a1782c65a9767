#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "support/seed.hpp"
#include "support/toy_graphs.hpp"

namespace plstm::test {

/// Twenty toy graphs, a model with dropout and options with all that a training remembers: averaging, patience, dropout
/// and a last batch that is smaller than the others.
struct ToyTraining {
  explicit ToyTraining(std::uint64_t seed = 0) : random(kSeed), graphs(toy_graphs(20, random)) {
    for (const PreparedGraph& graph : graphs) targets.push_back(toy_target(graph));
    GraphModelConfig config = toy_config();
    config.dropout = 0.2;
    model = make_graph_model(config);
    rows.resize(20);
    std::iota(rows.begin(), rows.end(), 0);
    options.epochs = 4;
    options.batch_size = 5;
    options.shard_size = 2;
    options.warmup_epochs = 1;
    options.learning_rate = 0.01;
    options.average_epochs = 0.5;
    options.patience = 2;
    options.seed = seed;
  }

  Learner learner() const { return graph_learner(model, graphs); }
  TrainingData data() const {
    return {{targets.data(), 20, 1},
            {present.data(), 20, 1},
            std::span(rows).first(13),
            std::span(rows).subspan(13)};
  }
  Trainer start() const {
    return {learner(), initial_values<float>(model.layout, options.seed), data(), options};
  }
  Trainer start(const TrainOptions& own) const {
    return {learner(), initial_values<float>(model.layout, own.seed), data(), own};
  }
  Trainer resume(TrainerState state) const { return {learner(), data(), options, std::move(state)}; }

  Random random;
  std::vector<PreparedGraph> graphs;
  std::vector<float> targets;
  std::vector<std::uint8_t> present = std::vector<std::uint8_t>(20, 1);
  std::vector<std::int32_t> rows;
  GraphModel model;
  TrainOptions options;
};

/// All numbers of the reports but times.
inline bool same_history(std::span<const EpochReport> a, std::span<const EpochReport> b) {
  return std::ranges::equal(a, b, [](const EpochReport& x, const EpochReport& y) {
    return x.epoch == y.epoch && x.learning_rate == y.learning_rate && x.train_loss == y.train_loss &&
           x.validation_loss == y.validation_loss && x.validation_metric == y.validation_metric &&
           x.best == y.best;
  });
}

}  // namespace plstm::test
