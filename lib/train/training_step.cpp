#include <algorithm>

#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/training_step.hpp>

namespace plstm {

TrainingStep::TrainingStep(const GraphModel& model, LossKind loss, std::int64_t shard_size)
    : model_(model), loss_(loss), shard_size_(static_cast<std::size_t>(shard_size)) {
  shards_.emplace_back();
  shards_.front().gradient.resize(model.layout.total_size());
}

LossResult TrainingStep::run(std::span<const float> parameters, const TrainingData& data,
                             std::span<const std::int32_t> rows, std::uint64_t seed) {
  const Index tasks = data.targets.cols();
  std::int64_t labels = 0;
  for (const std::int32_t row : rows) {
    for (Index task = 0; task < tasks; ++task) labels += data.present(row, task) != 0;
  }
  const double scale = labels > 0 ? 1.0 / static_cast<double>(labels) : 0.0;
  const std::size_t num_shards = std::max<std::size_t>(1, (rows.size() + shard_size_ - 1) / shard_size_);
  while (shards_.size() < num_shards) shards_.emplace_back();
  parallel_for(num_shards, 1, [&](std::size_t i) {
    const std::size_t begin = std::min(i * shard_size_, rows.size());
    run_shard(shards_[i], parameters, data, rows.subspan(begin, std::min(shard_size_, rows.size() - begin)),
              scale, mix_seed(seed, i));
  });
  add_gradients(num_shards);
  LossResult total;
  for (std::size_t i = 0; i < num_shards; ++i) {
    total.sum += shards_[i].loss.sum;
    total.count += shards_[i].loss.count;
  }
  return total;
}

void TrainingStep::run_shard(Shard& shard, std::span<const float> parameters, const TrainingData& data,
                             std::span<const std::int32_t> rows, double scale, std::uint64_t seed) const {
  const Index tasks = data.targets.cols();
  shard.gradient.resize(model_.layout.total_size());
  shard.batch.clear();
  shard.targets.clear();
  shard.present.clear();
  for (const std::int32_t row : rows) {
    shard.batch.append(data.graphs[static_cast<std::size_t>(row)]);
    for (Index task = 0; task < tasks; ++task) {
      shard.targets.push_back(data.targets(row, task));
      shard.present.push_back(data.present(row, task));
    }
  }
  shard.tape.start(model_.layout, parameters.data(), shard.gradient.data(), {true, true, seed});
  const Var<float> outputs = forward(shard.tape, model_, shard.batch);
  const auto count = static_cast<Index>(rows.size());
  shard.loss = loss_and_gradient<float>(
      loss_, {outputs.value, outputs.rows, outputs.cols}, {shard.targets.data(), count, tasks},
      {shard.present.data(), count, tasks}, scale, shard.tape.gradient_matrix(outputs));
  shard.tape.backward();
}

// In the order of the shards, whoever computed them.
void TrainingStep::add_gradients(std::size_t num_shards) {
  constexpr std::size_t kGrain = 1 << 14;
  float* total = shards_.front().gradient.data();
  parallel_for_ranges(model_.layout.total_size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t shard = 1; shard < num_shards; ++shard) {
      const float* from = shards_[shard].gradient.data();
      for (std::size_t i = begin; i < end; ++i) total[i] += from[i];
    }
  });
}

}  // namespace plstm
