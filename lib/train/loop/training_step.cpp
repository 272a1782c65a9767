#include "plstm/train/loop/training_step.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

// Entries of gradients that one thread adds at a time.
constexpr std::size_t kGrain = 1 << 14;

}  // namespace

TrainingStep::TrainingStep(Learner learner, Objective loss, std::int64_t shard_size, Precision precision,
                           StmMemory memory, Ranks ranks)
    : learner_(std::move(learner)),
      loss_(std::move(loss)),
      offsets_(thing_offsets(learner_)),
      shard_size_(static_cast<std::size_t>(shard_size)),
      precision_(precision),
      tapes_(learner_, memory),
      ranks_(std::move(ranks)),
      rank_sums_(ranks_, learner_.layout->total_size()),
      transposed_(learner_.layout->total_size()),
      gradient_(learner_.layout->total_size()) {}

LossResult TrainingStep::run(std::span<const float> parameters, const TrainingData& data,
                             std::span<const std::int32_t> rows, std::uint64_t seed) {
  const double weight = weight_of(data, rows);
  const double scale = weight > 0 ? 1.0 / weight : 0.0;
  share_out(rows);
  transpose_parameters<float>(*learner_.layout, parameters, transposed_);
  parallel_for(last_shard_ - first_shard_, 1, [&](std::size_t own) {
    const std::size_t i = first_shard_ + own;
    // First, so that few gradients are alive at once; later they may have left the caches.
    add_finished();
    Shard& shard = shards_[i];
    Worker* worker = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (free_workers_.empty()) free_workers_.push_back(&workers_.emplace_back());
      worker = free_workers_.back();
      free_workers_.pop_back();
      if (!free_gradients_.empty()) {
        shard.gradient.swap(free_gradients_.back());
        free_gradients_.pop_back();
      }
    }
    const auto start = std::chrono::steady_clock::now();
    TapeOfThread& pass = tapes_.borrow();
    run_shard(shard, *worker, pass, parameters, data, scale, mix_seed(seed, i));
    tapes_.give_back(pass);
    shard.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const std::lock_guard lock(mutex_);
    free_workers_.push_back(worker);
    shard.finished = true;
  });
  add_rest();
  losses_.resize(num_shards_);
  for (std::size_t i = first_shard_; i < last_shard_; ++i) losses_[i] = shards_[i].loss;
  if (ranks_.size() > 1) {
    add_ranks();
    ranks_.gather_all_values(std::span(losses_), rank_sums_.shares());
  } else {
    gradient_.swap(shards_.front().gradient);
    free_gradients_.emplace_back().swap(shards_.front().gradient);
  }
  LossResult total;
  for (const LossResult& loss : losses_) {
    total.sum += loss.sum;
    total.count += loss.count;
    total.weight += loss.weight;
  }
  return total;
}

// The largest sample first, each into the shard with the least work so far.
void TrainingStep::share_out(std::span<const std::int32_t> rows) {
  num_shards_ = std::max<std::size_t>(1, (rows.size() + shard_size_ - 1) / shard_size_);
  rank_sums_.plan(num_shards_);
  first_shard_ = rank_sums_.first();
  last_shard_ = rank_sums_.last();
  num_added_ = first_shard_;
  free_workers_.clear();  // all are free, also after a run that threw
  for (Worker& worker : workers_) free_workers_.push_back(&worker);
  tapes_.take_all_back();
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

void TrainingStep::run_shard(Shard& shard, Worker& worker, TapeOfThread& pass,
                             std::span<const float> parameters, const TrainingData& data, double scale,
                             std::uint64_t seed) const {
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
  pass.tape.start(*learner_.layout, parameters.data(), shard.gradient.data(), {true, true, seed, precision_},
                  transposed_.data());
  const Index count = tasks == 0 ? 0 : static_cast<Index>(worker.targets.size()) / tasks;
  const Var<float> outputs = pass.forward(pass.tape, shard.rows);
  check_size("Learner", "outputs of some samples", outputs.size(), count * learner_.outputs);
  shard.loss = loss_and_gradient<float>(
      loss_, {outputs.value, count, learner_.outputs}, {worker.targets.data(), count, tasks},
      {worker.present.data(), count, tasks}, scale, {pass.tape.gradient(outputs), count, learner_.outputs},
      worker.weights, worker.bounds);
  pass.tape.backward();
}

std::vector<double> TrainingStep::shard_seconds() const {
  std::vector<double> seconds;
  for (std::size_t i = first_shard_; i < last_shard_; ++i) seconds.push_back(shards_[i].seconds);
  return seconds;
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

// Gradients are added as the sum tree of the shards says, whatever thread computed them and when. Adds those that are
// next and finished, unless another thread is at it.
void TrainingStep::add_finished() {
  std::unique_lock lock(mutex_);
  if (adding_) return;
  adding_ = true;
  while (num_added_ < last_shard_ && shards_[num_added_].finished) {
    lock.unlock();
    const std::vector<SumTreeStep>& steps = rank_sums_.steps(num_added_);
    for (const auto& [left, right, end] : steps) {
      std::vector<float>& sum = shards_[left].gradient;
      const std::vector<float>& from = shards_[right].gradient;
      for (std::size_t i = 0; i < from.size(); ++i) sum[i] += from[i];
    }
    lock.lock();
    release(steps);
    ++num_added_;
  }
  adding_ = false;
}

// The shards that are left, in parallel.
void TrainingStep::add_rest() {
  pending_.clear();
  for (std::size_t shard = num_added_; shard < last_shard_; ++shard) {
    const std::vector<SumTreeStep>& steps = rank_sums_.steps(shard);
    pending_.insert(pending_.end(), steps.begin(), steps.end());
  }
  parallel_for_ranges(learner_.layout->total_size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (const SumTreeStep& step : pending_) {
      float* sum = shards_[step.left].gradient.data();
      const float* from = shards_[step.right].gradient.data();
      for (std::size_t i = begin; i < end; ++i) sum[i] += from[i];
    }
  });
  release(pending_);
}

void TrainingStep::add_ranks() {
  sums_of_shards_.assign(num_shards_, nullptr);
  for (const std::size_t root : rank_sums_.roots()) sums_of_shards_[root] = shards_[root].gradient.data();
  rank_sums_.add(sums_of_shards_, gradient_);
  for (const std::size_t root : rank_sums_.roots()) {
    free_gradients_.emplace_back().swap(shards_[root].gradient);
  }
}

// Gives back the gradients that these additions have used up.
void TrainingStep::release(std::span<const SumTreeStep> added) {
  for (const SumTreeStep& step : added) free_gradients_.emplace_back().swap(shards_[step.right].gradient);
}

}  // namespace plstm
