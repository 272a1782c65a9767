#include <atomic>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/random.hpp>
#include <plstm/core/ranks/thread_ranks.hpp>
#include <plstm/train/loop/rank_sums.hpp>

#include "support/seed.hpp"
#include "support/vectors.hpp"

namespace plstm::test {
namespace {

std::vector<float> gradient_of(std::size_t shard, std::size_t size) {
  Random random(mix_seed(kSeed, shard));
  return random_normal<float>(static_cast<std::int64_t>(size), random);
}

// What one rank gets: its own shards by their steps, the rest by add().
std::vector<float> sum_of(RankSums& sums, std::size_t shards, std::size_t size) {
  sums.plan(shards);
  std::vector<std::vector<float>> gradients(shards);
  for (std::size_t shard = sums.first(); shard < sums.last(); ++shard) {
    gradients[shard] = gradient_of(shard, size);
    for (const SumTreeStep& step : sums.steps(shard)) {
      for (std::size_t i = 0; i < size; ++i) gradients[step.left][i] += gradients[step.right][i];
    }
  }
  std::vector<float*> at(shards, nullptr);
  for (const std::size_t root : sums.roots()) at[root] = gradients[root].data();
  std::vector<float> result(size);
  sums.add(at, result);
  return result;
}

// Any number of ranks, on any machines, for batches that get smaller and larger.
TEST(RankSums, BitsDoNotDependOnRanksAndMachines) {
  constexpr std::size_t kSize = 103;
  const std::vector<std::size_t> batches{16, 5, 1, 16, 37};
  std::vector<std::vector<float>> expected;
  RankSums alone({}, kSize);
  for (const std::size_t shards : batches) expected.push_back(sum_of(alone, shards, kSize));
  struct Case {
    int ranks, of_machine;
  };
  for (const auto [ranks, of_machine] :
       {Case{2, 0}, Case{3, 0}, Case{4, 2}, Case{6, 2}, Case{6, 3}, Case{5, 2}, Case{12, 4}, Case{3, 1}}) {
    std::atomic<int> equal{0};
    run_thread_ranks(
        ranks,
        [&](const Ranks& own) {
          RankSums sums(own, kSize);
          for (std::size_t i = 0; i < batches.size(); ++i) {
            if (sum_of(sums, batches[i], kSize) == expected[i]) ++equal;
          }
        },
        of_machine);
    EXPECT_EQ(equal, ranks * std::ssize(batches)) << ranks << " ranks, " << of_machine << " of a machine";
  }
}

}  // namespace
}  // namespace plstm::test
