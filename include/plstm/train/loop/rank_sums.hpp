#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <plstm/core/ranks/ranks.hpp>
#include <plstm/train/loop/sum_tree.hpp>

namespace plstm {

/// Adds the gradients of all shards of a batch over ranks, as the sum tree of the shards says: the bits are those that one
/// rank would get. Each rank adds a slice of the parameters and hands it to the others. Where ranks share machines, those of
/// a machine do so first, so that each sum leaves a machine once and not once a rank.
///
/// Machines must have equally many ranks with numbers that follow each other, as launchers number them by default;
/// otherwise all ranks are treated as if each had a machine of its own. Memory is kept from call to call. One thread at a
/// time.
class RankSums {
 public:
  /// Of gradients with `size` numbers. Collective.
  RankSums(const Ranks& ranks, std::size_t size);

  /// Shares out so many shards. Not collective, but all ranks must ask for equally many.
  void plan(std::size_t shards);

  /// The shards of this rank are first() .. last() - 1.
  std::size_t first() const noexcept { return shares_[static_cast<std::size_t>(ranks_.rank())]; }
  std::size_t last() const noexcept { return shares_[static_cast<std::size_t>(ranks_.rank()) + 1]; }
  /// [ranks + 1] Those of all.
  std::span<const std::size_t> shares() const noexcept { return shares_; }
  /// What this rank adds itself once shard `shard`, one of its own, has arrived (sum_tree_steps).
  const std::vector<SumTreeStep>& steps(std::size_t shard) const { return steps_[shard - first()]; }
  /// The shards where the sums of this rank begin after that.
  std::span<const std::size_t> roots() const noexcept { return roots_; }

  /// sums[shard] is the sum that begins at a shard of roots(); it is written over. `result` gets the sum of all. Collective.
  void add(std::span<float* const> sums, std::span<float> result);

 private:
  // An exchange between some ranks, each of which has the sums of a range of shards for the same slice of parameters.
  struct Stage {
    Ranks ranks;
    std::vector<std::size_t> slices;              // [ranks + 1] parameters: what each of them adds
    std::vector<std::vector<std::size_t>> roots;  // the sums that each of them brings
    std::vector<SumTreeStep> steps;               // what is added
    std::vector<float> received;
  };

  void plan_stage(Stage& stage, std::size_t shards, std::span<const std::size_t> ranges);
  void exchange(Stage& stage);

  Ranks ranks_;
  std::vector<std::size_t> shares_;
  std::vector<std::vector<SumTreeStep>> steps_;
  std::vector<std::size_t> roots_;
  std::vector<Stage> stages_;  // none of one rank
  int ranks_of_machine_ = 1;   // of equal machines
  std::vector<float*> at_;     // [shards] the slice of the sum that begins there, so far
  std::vector<RankSend> sends_;
  std::vector<RankReceive> receives_;
};

}  // namespace plstm
