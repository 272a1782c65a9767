#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <vector>

#include <plstm/core/precision.hpp>
#include <plstm/core/ranks/ranks.hpp>
#include <plstm/stm/graphs/plan.hpp>
#include <plstm/train/loop/learner.hpp>
#include <plstm/train/loop/rank_sums.hpp>
#include <plstm/train/loop/sum_tree.hpp>
#include <plstm/train/loop/tape_pool.hpp>
#include <plstm/train/loop/training_data.hpp>
#include <plstm/train/objectives/loss.hpp>

namespace plstm {

/// Forward and backward pass over one batch, shard by shard in parallel, with all memory kept for the next
/// batch: after the first batches a step allocates nothing.
class TrainingStep {
 public:
  /// A batch is cut into shards of about `shard_size` samples and equal work. Each of the ranks computes some of them;
  /// all get the sum.
  TrainingStep(Learner learner, Objective loss, std::int64_t shard_size,
               Precision precision = Precision::kFloat, StmMemory memory = StmMemory::kAuto,
               Ranks ranks = {});

  /// Loss over the given samples of the data and gradient() of its weighted mean over the present labels. `seed` is that
  /// of dropout in this step. Bits do not depend on the number of threads
  /// and ranks. Collective.
  LossResult run(std::span<const float> parameters, const TrainingData& data,
                 std::span<const std::int32_t> rows, std::uint64_t seed);

  /// What each shard of this rank took in the last run, in seconds, in their order.
  std::vector<double> shard_seconds() const;

  /// The tapes of the passes, which others may borrow between two runs.
  TapePool& tapes() { return tapes_; }

  /// Of the last run; flat, in the model's layout.
  std::span<float> gradient() { return gradient_; }

 private:
  struct Shard {
    std::vector<std::int32_t> rows;
    std::int64_t size = 0;
    std::vector<float> gradient;  // from its backward pass until it is added up
    bool finished = false;
    LossResult loss;
    double seconds = 0;
  };
  // The labels of a shard, in memory that a thread needs for one after the other.
  struct Worker {
    std::vector<float> targets;  // [things, tasks]
    std::vector<std::uint8_t> present;
    std::vector<float> weights;
    std::vector<std::int8_t> bounds;
  };

  std::int64_t first_thing(std::int32_t sample) const;
  double weight_of(const TrainingData& data, std::span<const std::int32_t> samples) const;
  void share_out(std::span<const std::int32_t> rows);
  void run_shard(Shard& shard, Worker& worker, TapeOfThread& pass, std::span<const float> parameters,
                 const TrainingData& data, double scale, std::uint64_t seed) const;
  void add_finished();
  void add_rest();
  void add_ranks();
  void release(std::span<const SumTreeStep> added);

  Learner learner_;
  Objective loss_;
  std::vector<std::int64_t> offsets_;  // [samples + 1] of their things; empty: one thing a sample
  std::size_t shard_size_;
  Precision precision_;
  TapePool tapes_;
  Ranks ranks_;
  RankSums rank_sums_;
  std::vector<Shard> shards_;
  std::size_t num_shards_ = 0;                    // of this batch
  std::size_t first_shard_ = 0, last_shard_ = 0;  // of this rank
  struct Sized {
    std::int64_t size;
    std::int32_t row;
  };
  std::vector<Sized> by_size_;
  std::vector<float> transposed_;  // parameters
  std::vector<float> gradient_;

  std::mutex mutex_;  // of what follows, and of Shard::finished
  std::deque<Worker> workers_;
  std::vector<Worker*> free_workers_;
  std::vector<std::vector<float>> free_gradients_;
  std::size_t num_added_ = 0;  // shards before it have been added
  bool adding_ = false;

  std::vector<SumTreeStep> pending_;

  std::vector<LossResult> losses_;  // of the shards
  std::vector<float*> sums_of_shards_;
};

}  // namespace plstm
