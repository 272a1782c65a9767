// Training steps on ranks, and what a model of cost says of more of them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/parallel.hpp>
#include <plstm/train/loop/adamw.hpp>
#include <plstm/train/loop/gradient_clip.hpp>
#include <plstm/train/loop/rank_costs.hpp>
#include <plstm/train/loop/rank_sums.hpp>
#include <plstm/train/loop/training_step.hpp>

#include "section.hpp"
#include "support/measure/model.hpp"

namespace plstm::perf {
namespace {

constexpr std::array<std::int64_t, 2> kMeasured{128, 2048};
constexpr std::array<std::int64_t, 3> kSimulated{128, 2048, 32768};
constexpr std::array kRanks{4, 16, 64, 256, 1024, 4096};
constexpr std::int64_t kShardSize = 4;

std::string rate_key(std::int64_t batch) {
  return fmt::format("ranks.molecules_per_s.{}", batch);
}

std::string efficiency_key(std::int64_t batch, int ranks) {
  return fmt::format("ranks.efficiency.{}.{}", batch, ranks);
}

// The network that plstm-mol pretrain teaches by default, with one output.
GraphModel pretraining_model(const bench::MoleculeSet& molecules) {
  GraphModelConfig config = bench::make_model(molecules, StmLayerKind::kEdge).config;
  config.width = 128;
  stm_body(config).heads = 8;
  stm_body(config).blocks = "PDPD";
  return make_graph_model(config);
}

// Molecules 0, 1, ..., and from the beginning again.
std::vector<std::int32_t> batch_of(std::int64_t size, std::size_t molecules) {
  std::vector<std::int32_t> rows;
  for (std::int64_t i = 0; i < size; ++i) {
    rows.push_back(static_cast<std::int32_t>(static_cast<std::size_t>(i) % molecules));
  }
  return rows;
}

// Forward and backward passes of the shards of a batch, one after the other; of each the fastest of some.
std::vector<double> shard_seconds(const Learner& learner, std::span<const float> parameters,
                                  const TrainingData& data, std::span<const std::int32_t> rows, int times) {
  TrainingStep step(learner, LossKind::kSquaredError, kShardSize);
  std::vector<double> best;
  for (int i = 0; i < times; ++i) {
    step.run(parameters, data, rows, 1);
    const std::vector<double> seconds = step.shard_seconds();
    if (best.empty()) best = seconds;
    for (std::size_t shard = 0; shard < best.size(); ++shard)
      best[shard] = std::min(best[shard], seconds[shard]);
  }
  return best;
}

// The fastest call, of the slowest rank; all ranks make equally many.
template <class Body>
double best_of(const Ranks& ranks, Repeats repeats, const Body& body) {
  double best = 1e30, total = 0;
  for (int i = 0; ranks.any(ranks.is_first() && (i < repeats.times || total < repeats.seconds)); ++i) {
    ranks.barrier();
    const double seconds = bench::seconds_of(body);
    std::uint64_t slowest = 0;
    for (const std::uint64_t each : ranks.gather(static_cast<std::uint64_t>(seconds * 1e9))) {
      slowest = std::max(slowest, each);
    }
    best = std::min(best, 1e-9 * static_cast<double>(slowest));
    total += seconds;
  }
  return best;
}

void run_ranks(const Context& context, Report& report) {
  const Ranks& ranks = context.ranks;
  const bench::MoleculeSet& molecules = context.molecules;
  const GraphModel model = pretraining_model(molecules);
  const bench::Labels labels(molecules.graphs.size());
  const Learner learner = graph_learner(model, molecules.graphs);
  std::vector<float> parameters = bench::make_parameters(model);
  const std::size_t size = parameters.size();
  const Repeats repeats{context.by_scale(20, 5, 1), context.by_scale(5.0, 1.0, 0.0)};
  const ThreadLimit limit(ranks.size() == 1 ? context.threads : std::max(1, ranks.threads()));
  report.add("ranks.count", ranks.size());
  report.add("ranks.threads", num_threads());
  report.add("ranks.parameters", static_cast<double>(size));

  AdamW<float> optimizer(size);
  const std::vector<std::int32_t> train{0};
  for (const std::int64_t batch : kMeasured) {
    const std::vector<std::int32_t> rows =
        batch_of(context.scale == Scale::kSmoke ? 8 : batch, molecules.graphs.size());
    const TrainingData data = labels.with(train);
    TrainingStep step(learner, LossKind::kSquaredError, kShardSize, Precision::kFloat, StmMemory::kAuto,
                      ranks);
    std::uint64_t seed = 0;
    const double seconds = best_of(ranks, repeats, [&] {
      step.run(parameters, data, rows, ++seed);
      clip_gradient_norm<float>(step.gradient(), 1.0);
      optimizer.step(parameters, step.gradient(), {}, 1e-6);
    });
    report.add(rate_key(batch), static_cast<double>(rows.size()) / seconds);
  }
  if (ranks.size() > 1) {
    RankSums sums(ranks, size);
    sums.plan(static_cast<std::size_t>(ranks.size()));
    std::vector<float> own(size, 1), result(size);
    std::vector<float*> at(static_cast<std::size_t>(ranks.size()), nullptr);
    for (const std::size_t root : sums.roots()) at[root] = own.data();
    report.add("ranks.sum_seconds", best_of(ranks, repeats, [&] { sums.add(at, result); }));
    return;
  }

  const ThreadLimit one(1);
  const std::vector<std::int32_t> replayed =
      batch_of(context.by_scale(2048, 256, 8), molecules.graphs.size());
  const std::vector<double> seconds =
      shard_seconds(learner, parameters, labels.with(train), replayed, context.by_scale(4, 2, 1));
  double sum = 0;
  for (const double each : seconds) sum += each;
  report.add("ranks.shard_seconds", sum / static_cast<double>(seconds.size()));
  std::vector<float> gradient(size, 1e-3F), transposed(size);
  const double optimizer_seconds = bench::best_seconds(repeats, [&] {
    transpose_parameters<float>(model.layout, parameters, transposed);
    clip_gradient_norm<float>(gradient, 1.0);
    optimizer.step(parameters, gradient, {}, 1e-6);
  });
  report.add("ranks.optimizer_seconds", optimizer_seconds);
  std::vector<float> other(size, 1);
  const double add_seconds = bench::best_seconds(repeats, [&] {
    for (std::size_t i = 0; i < size; ++i) gradient[i] += other[i];
  });
  RankNetwork network;
  network.adds_per_second = static_cast<double>(size) / add_seconds;
  report.add("ranks.adds_per_s", network.adds_per_second);
  for (const std::int64_t batch : kSimulated) {
    const auto count = static_cast<std::size_t>(batch / kShardSize);
    const double alone = simulate_step(seconds, count, size, optimizer_seconds, 1, network).total();
    for (const int many : kRanks) {
      const RankStep step = simulate_step(seconds, count, size, optimizer_seconds, many, network);
      report.add(efficiency_key(batch, many), alone / (many * step.total()));
    }
  }
}

std::vector<Key> keys() {
  std::vector<Key> all{{"ranks.count", "ranks", "of mpirun; 1 without it"},
                       {"ranks.threads", "threads", "of each rank"},
                       {"ranks.parameters", "numbers", "of the network"}};
  for (const std::int64_t batch : kMeasured) {
    all.push_back({rate_key(batch), "molecules/s", "in steps of so many molecules, all ranks together"});
  }
  all.push_back({"ranks.sum_seconds", "s", "of adding one gradient of each rank; several ranks alone"});
  all.push_back({"ranks.shard_seconds", "s", "of a shard of four molecules, one thread; one rank alone"});
  all.push_back({"ranks.optimizer_seconds", "s", "that each rank takes for itself in a step, one thread"});
  all.push_back({"ranks.adds_per_s", "numbers/s", "added to others, one thread"});
  for (const std::int64_t batch : kSimulated) {
    for (const int many : kRanks) {
      all.push_back({efficiency_key(batch, many), "1",
                     fmt::format("simulated: {} ranks of one thread, 16 a machine, 10 Gbit/s", many)});
    }
  }
  return all;
}

}  // namespace

Section ranks_section() {
  return {"ranks",
          "steps of the network of plstm-mol pretrain on the ranks of mpirun; of one rank also a simulation "
          "of more",
          keys(), true, run_ranks};
}

}  // namespace plstm::perf
