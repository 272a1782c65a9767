#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/loop/rank_costs.hpp>

namespace plstm::test {
namespace {

TEST(RankCosts, OneRankComputesAllAndSendsNothing) {
  const std::vector<double> seconds{1, 3};
  const RankStep step = simulate_step(seconds, 5, 1000, 0.5, 1, {.adds_per_second = 1000});
  EXPECT_DOUBLE_EQ(step.shards, 1 + 3 + 1 + 3 + 1);
  EXPECT_DOUBLE_EQ(step.sums, 4);
  EXPECT_DOUBLE_EQ(step.within, 0);
  EXPECT_DOUBLE_EQ(step.between, 0);
  EXPECT_DOUBLE_EQ(step.total(), 9 + 4 + 0.5);
}

// Two ranks with two shards each: each sends half of its sum, and gets half of the other's; and the same back.
TEST(RankCosts, CountsBytesAndMessages) {
  const std::vector<double> seconds{1};
  const RankNetwork one_machine{.ranks_of_machine = 2,
                                .local_bytes_per_second = 1000,
                                .local_seconds_per_message = 0.25,
                                .adds_per_second = 1e30};
  const RankStep near = simulate_step(seconds, 4, 1000, 0, 2, one_machine);
  EXPECT_DOUBLE_EQ(near.shards, 2);
  EXPECT_DOUBLE_EQ(near.within, (2000.0 + 2000.0) / 1000 + 4 * 0.25);
  EXPECT_DOUBLE_EQ(near.between, 0);
  RankNetwork two_machines = one_machine;
  two_machines.ranks_of_machine = 1;
  two_machines.bytes_per_second = 500;
  two_machines.latency = 2;
  two_machines.seconds_per_message = 0;
  const RankStep far = simulate_step(seconds, 4, 1000, 0, 2, two_machines);
  EXPECT_DOUBLE_EQ(far.within, 0);
  EXPECT_DOUBLE_EQ(far.between, 4000.0 / 500 + 2 * 2);
}

// A share that cuts the tree in the middle has several sums to send.
TEST(RankCosts, OddSharesCostMore) {
  const std::vector<double> seconds{1};
  const RankNetwork network{.ranks_of_machine = 4};
  EXPECT_GT(simulate_step(seconds, 20, 1'000'000, 0, 4, network).within,
            simulate_step(seconds, 16, 1'000'000, 0, 4, network).within);
}

TEST(RankCosts, MoreRanksThanShardsHelpNobody) {
  const std::vector<double> seconds{1};
  EXPECT_DOUBLE_EQ(simulate_step(seconds, 8, 10, 0, 64, {}).shards, 1);
  EXPECT_THROW(simulate_step(seconds, 0, 10, 0, 1, {}), ConfigError);
  EXPECT_THROW(simulate_step({}, 1, 10, 0, 1, {}), ConfigError);
  EXPECT_THROW(simulate_step(seconds, 1, 10, 0, 0, {}), ConfigError);
}

}  // namespace
}  // namespace plstm::test
