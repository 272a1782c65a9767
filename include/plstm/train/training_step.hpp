#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include <plstm/nn/graph_batch.hpp>
#include <plstm/nn/graph_model.hpp>
#include <plstm/nn/tape.hpp>
#include <plstm/train/loss.hpp>
#include <plstm/train/trainer.hpp>

namespace plstm {

/// Forward and backward pass over one batch, shard by shard in parallel, with all memory kept for the next
/// batch: after the first batches a step allocates nothing.
class TrainingStep {
 public:
  /// `model` must outlive the object.
  TrainingStep(const GraphModel& model, LossKind loss, std::int64_t shard_size);

  /// Loss over the given rows of the data and gradient() of its mean over the present labels. `seed` is that
  /// of dropout in this step. Bits do not depend on the number of threads.
  LossResult run(std::span<const float> parameters, const TrainingData& data,
                 std::span<const std::int32_t> rows, std::uint64_t seed);

  /// Of the last run; flat, in the model's layout.
  std::span<float> gradient() { return shards_.front().gradient; }

 private:
  struct Shard {
    GraphBatch batch;
    Tape<float> tape;
    std::vector<float> gradient;
    std::vector<float> targets;  // [graphs, tasks]
    std::vector<std::uint8_t> present;
    LossResult loss;
  };

  void run_shard(Shard& shard, std::span<const float> parameters, const TrainingData& data,
                 std::span<const std::int32_t> rows, double scale, std::uint64_t seed) const;
  void add_gradients(std::size_t num_shards);

  const GraphModel& model_;
  LossKind loss_;
  std::size_t shard_size_;
  std::deque<Shard> shards_;  // a tape cannot be moved
};

}  // namespace plstm
