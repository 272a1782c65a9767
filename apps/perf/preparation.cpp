// The cost of preparing graphs and of making batches, compared with training, on one thread.
#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include <plstm/core/parallel.hpp>
#include <plstm/train/loop/training_step.hpp>

#include "section.hpp"
#include "support/measure/model.hpp"

namespace plstm::perf {
namespace {

struct Seconds {
  double prepare = 0, append = 0, train = 0;
};

double prepare(std::span<const PreparedGraph> graphs) {
  std::vector<AttributedGraph> copies;
  for (const PreparedGraph& graph : graphs) copies.push_back(graph.graph);
  std::vector<PreparedGraph> results(copies.size());
  return bench::seconds_of([&] {
    for (std::size_t i = 0; i < copies.size(); ++i) results[i] = prepare_graph(std::move(copies[i]));
  });
}

// Cuts the graphs into shards as training does.
double append(std::span<const PreparedGraph> graphs, std::vector<GraphBatch>& shards) {
  const std::size_t shard_size = (graphs.size() + shards.size() - 1) / shards.size();
  return bench::seconds_of([&] {
    for (GraphBatch& shard : shards) shard.clear();
    for (std::size_t i = 0; i < graphs.size(); ++i) shards[i / shard_size].append(graphs[i]);
  });
}

// Measures each in turn on every step, so that all run under the same load of the machine.
Seconds measure(const bench::MoleculeSet& molecules, std::size_t steps) {
  const GraphModel model = bench::make_model(molecules, StmLayerKind::kEdge);
  const std::vector<float> parameters = bench::make_parameters(model);
  const auto rows = bench::first_rows(molecules.graphs.size());
  const bench::Labels labels(molecules.graphs.size());
  const TrainingData data = labels.with(rows);
  TrainingStep training(graph_learner(model, molecules.graphs), LossKind::kSquaredError,
                        TrainOptions{}.shard_size);
  std::vector<GraphBatch> shards(bench::kBatchSize / static_cast<std::size_t>(TrainOptions{}.shard_size));
  Seconds sum;
  for (std::size_t step = 0; step < steps; ++step) {
    const std::size_t begin = step * bench::kBatchSize;
    const std::size_t count = std::min(bench::kBatchSize, rows.size() - begin);
    const auto graphs = std::span<const PreparedGraph>(molecules.graphs).subspan(begin, count);
    sum.prepare += prepare(graphs);
    sum.append += append(graphs, shards);
    sum.train += bench::seconds_of([&] {
      training.run(parameters, data, std::span<const std::int32_t>(rows).subspan(begin, count), 0);
    });
  }
  return sum;
}

void run_preparation(const Context& context, Report& report) {
  const bench::MoleculeSet& molecules = context.molecules;
  const ThreadLimit one(1);
  const std::size_t available = (molecules.graphs.size() + bench::kBatchSize - 1) / bench::kBatchSize;
  const std::size_t steps = std::min(available, context.by_scale<std::size_t>(64, 12, 1));
  const std::size_t graphs = std::min(molecules.graphs.size(), steps * bench::kBatchSize);
  Seconds best = measure(molecules, steps);
  for (int i = context.by_scale(2, 1, 0); i > 0; --i) {
    const Seconds again = measure(molecules, steps);
    best = {std::min(best.prepare, again.prepare), std::min(best.append, again.append),
            std::min(best.train, again.train)};
  }
  const double per_molecule = 1e6 / static_cast<double>(graphs);
  report.add("preparation.us_per_molecule", best.prepare * per_molecule);
  report.add("preparation.training_us_per_molecule", best.train * per_molecule);
  report.add("preparation.share_every_epoch", best.prepare / best.train);
  report.add("preparation.share_once_in_100_epochs", best.prepare / best.train / 100);
  report.add("preparation.append_us_per_step", best.append * 1e6 / static_cast<double>(steps));
  report.add("preparation.append_share", best.append / best.train);
}

}  // namespace

Section preparation_section() {
  return {
      "preparation",
      "preparing graphs and making batches beside the training pass, one thread",
      {{"preparation.us_per_molecule", "us", "prepare_graph: line graphs, levels, pruning, both directions"},
       {"preparation.training_us_per_molecule", "us", "TrainingStep::run, which includes making the batch"},
       {"preparation.share_every_epoch", "1", "of the training pass, if done again in every epoch"},
       {"preparation.share_once_in_100_epochs", "1", "of the training passes, done once for 100 epochs"},
       {"preparation.append_us_per_step", "us", "GraphBatch::append of the 64 molecules of a step"},
       {"preparation.append_share", "1", "of the training pass"}},
      true,
      run_preparation};
}

}  // namespace plstm::perf
