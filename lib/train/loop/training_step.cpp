#include "plstm/train/loop/training_step.hpp"

#include <algorithm>
#include <utility>

#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/graphs/stm_layer.hpp>

namespace plstm {

TrainingStep::TrainingStep(Learner learner, Objective loss, std::int64_t shard_size, Precision precision,
                           StmMemory memory)
    : learner_(std::move(learner)),
      loss_(std::move(loss)),
      offsets_(thing_offsets(learner_)),
      shard_size_(static_cast<std::size_t>(shard_size)),
      precision_(precision),
      memory_(memory),
      transposed_(learner_.layout->total_size()),
      gradient_(learner_.layout->total_size()) {}

LossResult TrainingStep::run(std::span<const float> parameters, const TrainingData& data,
                             std::span<const std::int32_t> rows, std::uint64_t seed) {
  const double weight = weight_of(data, rows);
  const double scale = weight > 0 ? 1.0 / weight : 0.0;
  share_out(rows);
  transpose_parameters<float>(*learner_.layout, parameters, transposed_);
  parallel_for(num_shards_, 1, [&](std::size_t i) {
    // First, so that few gradients are alive at once; later they may have left the caches.
    add_finished();
    Shard& shard = shards_[i];
    Worker* worker = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (free_workers_.empty()) {
        free_workers_.push_back(&workers_.emplace_back());
        free_workers_.back()->forward = learner_.make_forward();
        set_stm_memory(free_workers_.back()->tape, memory_);
      }
      worker = free_workers_.back();
      free_workers_.pop_back();
      if (!free_gradients_.empty()) {
        shard.gradient.swap(free_gradients_.back());
        free_gradients_.pop_back();
      }
    }
    run_shard(shard, *worker, parameters, data, scale, mix_seed(seed, i));
    const std::lock_guard lock(mutex_);
    free_workers_.push_back(worker);
    shard.finished = true;
  });
  add_rest();
  LossResult total;
  for (std::size_t i = 0; i < num_shards_; ++i) {
    total.sum += shards_[i].loss.sum;
    total.count += shards_[i].loss.count;
    total.weight += shards_[i].loss.weight;
  }
  return total;
}

// The largest sample first, each into the shard with the least work so far.
void TrainingStep::share_out(std::span<const std::int32_t> rows) {
  num_shards_ = std::max<std::size_t>(1, (rows.size() + shard_size_ - 1) / shard_size_);
  num_added_ = 0;
  free_workers_.clear();  // all are free, also after a run that threw
  for (Worker& worker : workers_) free_workers_.push_back(&worker);
  if (shards_.size() < num_shards_) shards_.resize(num_shards_);
  const auto shards = std::span(shards_).first(num_shards_);
  for (Shard& shard : shards) {
    shard.rows.clear();
    shard.rows.reserve(rows.size());
    shard.size = 0;
    shard.finished = false;
  }
  by_size_.clear();
  for (const std::int32_t row : rows) by_size_.push_back({learner_.size(row), row});
  std::ranges::sort(by_size_, [](const Sized& a, const Sized& b) {
    return a.size != b.size ? a.size > b.size : a.row < b.row;
  });
  for (const auto& [size, row] : by_size_) {
    Shard& shard = *std::ranges::min_element(shards, {}, &Shard::size);
    shard.rows.push_back(row);
    shard.size += std::max<std::int64_t>(1, size);
  }
}

void TrainingStep::run_shard(Shard& shard, Worker& worker, std::span<const float> parameters,
                             const TrainingData& data, double scale, std::uint64_t seed) const {
  const Index tasks = data.targets.cols();
  shard.gradient.resize(learner_.layout->total_size());
  worker.targets.clear();
  worker.present.clear();
  worker.weights.clear();
  worker.bounds.clear();
  for (const std::int32_t sample : shard.rows) {
    for (std::int64_t thing = first_thing(sample); thing < first_thing(sample + 1); ++thing) {
      const auto at = static_cast<std::size_t>(thing);
      const bool trains = data.train_mask.empty() || data.train_mask[at] != 0;
      for (Index task = 0; task < tasks; ++task) {
        worker.targets.push_back(data.targets(thing, task));
        worker.present.push_back(trains ? data.present(thing, task) : std::uint8_t{0});
      }
      if (!data.weights.empty()) worker.weights.push_back(data.weights[at]);
      if (!data.bounds.empty()) {
        const auto bounds =
            data.bounds.subspan(at * static_cast<std::size_t>(tasks), static_cast<std::size_t>(tasks));
        worker.bounds.insert(worker.bounds.end(), bounds.begin(), bounds.end());
      }
    }
  }
  worker.tape.start(*learner_.layout, parameters.data(), shard.gradient.data(),
                    {true, true, seed, precision_}, transposed_.data());
  const Index count = tasks == 0 ? 0 : static_cast<Index>(worker.targets.size()) / tasks;
  const Var<float> outputs = worker.forward(worker.tape, shard.rows);
  check_size("Learner", "outputs of some samples", outputs.size(), count * learner_.outputs);
  shard.loss = loss_and_gradient<float>(
      loss_, {outputs.value, count, learner_.outputs}, {worker.targets.data(), count, tasks},
      {worker.present.data(), count, tasks}, scale, {worker.tape.gradient(outputs), count, learner_.outputs},
      worker.weights, worker.bounds);
  worker.tape.backward();
}

std::int64_t TrainingStep::first_thing(std::int32_t sample) const {
  return offsets_.empty() ? sample : offsets_[static_cast<std::size_t>(sample)];
}

// Of all labels of these samples that train.
double TrainingStep::weight_of(const TrainingData& data, std::span<const std::int32_t> samples) const {
  double weight = 0;
  for (const std::int32_t sample : samples) {
    for (std::int64_t thing = first_thing(sample); thing < first_thing(sample + 1); ++thing) {
      const auto at = static_cast<std::size_t>(thing);
      if (!data.train_mask.empty() && data.train_mask[at] == 0) continue;
      const double of_thing = data.weights.empty() ? 1.0 : static_cast<double>(data.weights[at]);
      for (Index task = 0; task < data.targets.cols(); ++task) {
        if (data.present(thing, task) == 0) continue;
        const double of_label = loss_.tasks.empty()
                                    ? 1.0
                                    : label_weight(loss_.tasks[static_cast<std::size_t>(task)],
                                                   static_cast<double>(data.targets(thing, task)));
        weight += of_thing * of_label;
      }
    }
  }
  return weight;
}

// Shards are added in ascending order, whatever thread computed them and when. Adds those that are next and
// finished, unless another thread is at it.
void TrainingStep::add_finished() {
  std::unique_lock lock(mutex_);
  if (adding_) return;
  adding_ = true;
  while (num_added_ < num_shards_ && shards_[num_added_].finished) {
    std::vector<float>& from = shards_[num_added_].gradient;
    lock.unlock();
    if (num_added_ == 0) {
      gradient_.swap(from);
    } else {
      for (std::size_t i = 0; i < from.size(); ++i) gradient_[i] += from[i];
    }
    lock.lock();
    free_gradients_.emplace_back().swap(from);
    ++num_added_;
  }
  adding_ = false;
}

// The shards that are left, in parallel.
void TrainingStep::add_rest() {
  constexpr std::size_t kGrain = 1 << 14;
  const std::size_t first = num_added_;
  if (first == 0) gradient_.swap(shards_.front().gradient);
  parallel_for_ranges(learner_.layout->total_size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t shard = std::max<std::size_t>(first, 1); shard < num_shards_; ++shard) {
      const float* from = shards_[shard].gradient.data();
      for (std::size_t i = begin; i < end; ++i) gradient_[i] += from[i];
    }
  });
  for (std::size_t shard = first; shard < num_shards_; ++shard) {
    free_gradients_.emplace_back().swap(shards_[shard].gradient);
  }
}

}  // namespace plstm
