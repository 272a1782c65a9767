#include "plstm/train/loop/rank_sums.hpp"

#include <algorithm>

#include <plstm/core/parallel.hpp>

namespace plstm {
namespace {

// Ranks of each machine where these are equal blocks, else 1.
int block_size(const Ranks& ranks) {
  const std::vector<std::uint64_t> machines = ranks.gather(static_cast<std::uint64_t>(ranks.machine()));
  const auto first_block = std::ranges::find_if(machines, [&](auto m) { return m != machines.front(); });
  const auto size = static_cast<std::size_t>(first_block - machines.begin());
  if (machines.size() % size != 0) return 1;
  for (std::size_t i = 0; i < machines.size(); ++i) {
    if (machines[i] != machines[i / size * size]) return 1;
    if (i % size == 0 && i > 0 && machines[i] == machines[i - 1]) return 1;
  }
  return static_cast<int>(size);
}

// Divides begin .. end - 1 into equal slices of whole cache lines, so that no two ranks add in one.
std::vector<std::size_t> slices_of(std::size_t begin, std::size_t end, int count) {
  constexpr std::size_t kLine = 16;
  std::vector<std::size_t> slices = rank_shares((end - begin + kLine - 1) / kLine, count);
  for (std::size_t& slice : slices) slice = std::min(begin + slice * kLine, end);
  return slices;
}

}  // namespace

RankSums::RankSums(const Ranks& ranks, std::size_t size) : ranks_(ranks) {
  if (ranks.size() == 1) return;
  ranks_of_machine_ = block_size(ranks);
  const int within = ranks_of_machine_;
  const auto add_stage = [&](const Ranks& of_stage, std::size_t begin, std::size_t end) {
    if (of_stage.size() > 1)
      stages_.push_back({of_stage, slices_of(begin, end, of_stage.size()), {}, {}, {}});
  };
  const Ranks machine = ranks.split(ranks.rank() / within);
  const Ranks between = ranks.split(ranks.rank() % within);
  add_stage(machine, 0, size);
  const std::vector<std::size_t> slices = slices_of(0, size, machine.size());
  const auto own = static_cast<std::size_t>(machine.rank());
  add_stage(between, slices[own], slices[own + 1]);
}

void RankSums::plan(std::size_t shards) {
  if (!shares_.empty() && shares_.back() == shards) return;
  shares_ = rank_shares(shards, ranks_.size());
  steps_.clear();
  for (std::size_t shard = first(); shard < last(); ++shard) {
    steps_.push_back(sum_tree_steps(shards, shard, first()));
  }
  roots_ = sum_tree_roots(shards, first(), last());
  const auto within = static_cast<std::size_t>(ranks_of_machine_);
  const std::size_t machine = static_cast<std::size_t>(ranks_.rank()) / within;
  for (Stage& stage : stages_) {
    const bool in_machine = within > 1 && &stage == &stages_.front();
    std::vector<std::size_t> ranges;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(stage.ranks.size()); ++i) {
      ranges.push_back(shares_[in_machine ? machine * within + i : i * within]);
    }
    plan_stage(stage, shards, ranges);
  }
}

void RankSums::plan_stage(Stage& stage, std::size_t shards, std::span<const std::size_t> ranges) {
  stage.roots.clear();
  for (std::size_t i = 0; i + 1 < ranges.size(); ++i) {
    stage.roots.push_back(sum_tree_roots(shards, ranges[i], ranges[i + 1]));
  }
  stage.steps = sum_tree_steps_between(shards, ranges);
}

// Each rank gets its slice of what all have, and adds it.
void RankSums::exchange(Stage& stage) {
  const auto rank = static_cast<std::size_t>(stage.ranks.rank());
  const std::size_t all = stage.slices.front();
  const std::size_t begin = stage.slices[rank];
  const std::size_t size = stage.slices[rank + 1] - begin;
  std::size_t foreign = 0;
  for (std::size_t other = 0; other < stage.roots.size(); ++other) {
    if (other != rank) foreign += stage.roots[other].size();
  }
  stage.received.resize(foreign * size);
  sends_.clear();
  receives_.clear();
  float* free = stage.received.data();
  for (std::size_t other = 0; other < stage.roots.size(); ++other) {
    if (other == rank) continue;
    const auto peer = static_cast<int>(other);
    const std::size_t length = stage.slices[other + 1] - stage.slices[other];
    for (const std::size_t root : stage.roots[rank]) {
      const float* sum = at_[root] + (stage.slices[other] - all);
      sends_.push_back({peer, std::as_bytes(std::span(sum, length))});
    }
    for (const std::size_t root : stage.roots[other]) {
      receives_.push_back({peer, std::as_writable_bytes(std::span(free, size))});
      at_[root] = free;
      free += size;
    }
  }
  for (const std::size_t root : stage.roots[rank]) at_[root] += begin - all;
  stage.ranks.exchange(sends_, receives_);
  constexpr std::size_t kGrain = 1 << 14;
  parallel_for_ranges(size, kGrain, [&](std::size_t from, std::size_t to) {
    for (const SumTreeStep& step : stage.steps) {
      float* sum = at_[step.left];
      const float* part = at_[step.right];
      for (std::size_t i = from; i < to; ++i) sum[i] += part[i];
    }
  });
}

void RankSums::add(std::span<float* const> sums, std::span<float> result) {
  at_.assign(sums.begin(), sums.end());
  std::size_t begin = 0;
  std::size_t end = result.size();
  for (Stage& stage : stages_) {
    exchange(stage);
    const auto rank = static_cast<std::size_t>(stage.ranks.rank());
    begin = stage.slices[rank];
    end = stage.slices[rank + 1];
  }
  std::copy_n(at_[0], end - begin, result.begin() + static_cast<std::ptrdiff_t>(begin));
  for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) {
    std::vector<std::size_t> offsets = stage->slices;
    for (std::size_t& offset : offsets) offset -= stage->slices.front();
    stage->ranks.gather_all_values(result.subspan(stage->slices.front(), offsets.back()),
                                   std::span<const std::size_t>(offsets));
  }
}

}  // namespace plstm
