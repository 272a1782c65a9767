#include "plstm/train/loop/rank_costs.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/ranks/ranks.hpp>
#include <plstm/train/loop/sum_tree.hpp>

namespace plstm {
namespace {

// An exchange of sums between the owners of some ranges of shards, each of which adds a slice of `floats` numbers.
struct Exchange {
  double most_bytes = 0;     // that one of them sends or receives
  double most_messages = 0;  // in and out
  double adds = 0;           // floats that each adds
};

Exchange exchange_of(std::size_t shards, std::span<const std::size_t> ranges, double floats) {
  Exchange exchange;
  const auto members = static_cast<double>(ranges.size() - 1);
  const double slice = floats / members;
  double all_roots = 0;
  std::vector<double> roots;
  for (std::size_t i = 0; i + 1 < ranges.size(); ++i) {
    roots.push_back(static_cast<double>(sum_tree_roots(shards, ranges[i], ranges[i + 1]).size()));
    all_roots += roots.back();
  }
  for (const double own : roots) {
    const double sent = own * (members - 1) * slice;
    const double received = (all_roots - own) * slice;
    exchange.most_bytes = std::max(exchange.most_bytes, 4 * std::max(sent, received));
    exchange.most_messages = std::max(exchange.most_messages, own * (members - 1) + all_roots - own);
  }
  exchange.adds = static_cast<double>(sum_tree_steps_between(shards, ranges).size()) * slice;
  return exchange;
}

}  // namespace

RankStep simulate_step(std::span<const double> shard_seconds, std::size_t shards, std::size_t parameters,
                       double optimizer_seconds, int ranks, const RankNetwork& network) {
  if (shards == 0 || shard_seconds.empty() || ranks < 1 || network.ranks_of_machine < 1) {
    throw ConfigError(
        fmt::format("simulate_step: {} shards with {} times on {} ranks, expected one of each at least",
                    shards, shard_seconds.size(), ranks));
  }
  RankStep step;
  step.optimizer = optimizer_seconds;
  const auto floats = static_cast<double>(parameters);
  const std::vector<std::size_t> shares = rank_shares(shards, ranks);
  std::size_t most_shards = 0;
  for (std::size_t rank = 0; rank + 1 < shares.size(); ++rank) {
    double seconds = 0;
    for (std::size_t shard = shares[rank]; shard < shares[rank + 1]; ++shard) {
      seconds += shard_seconds[shard % shard_seconds.size()];
    }
    step.shards = std::max(step.shards, seconds);
    most_shards = std::max(most_shards, shares[rank + 1] - shares[rank]);
  }
  step.sums =
      static_cast<double>(std::max<std::size_t>(most_shards, 1) - 1) * floats / network.adds_per_second;
  const int within = std::min(ranks, network.ranks_of_machine);
  const int machines = (ranks + within - 1) / within;
  double slice = floats;
  if (within > 1) {
    const std::span<const std::size_t> first(shares.data(), static_cast<std::size_t>(within) + 1);
    const Exchange exchange = exchange_of(shards, first, floats);
    slice = floats / within;
    // The way back: each rank gets the slices of the others.
    const double back = 4 * floats * (within - 1) / within;
    step.within = (exchange.most_bytes + back) / network.local_bytes_per_second +
                  (exchange.most_messages + 2.0 * (within - 1)) * network.local_seconds_per_message;
    step.sums += exchange.adds / network.adds_per_second;
  }
  if (machines > 1) {
    std::vector<std::size_t> ranges;
    for (int machine = 0; machine <= machines; ++machine) {
      ranges.push_back(shares[static_cast<std::size_t>(std::min(machine * within, ranks))]);
    }
    const Exchange exchange = exchange_of(shards, ranges, slice);
    const double back = 4 * slice * (machines - 1) / machines;
    // All ranks of a machine share its way out.
    step.between = within * (exchange.most_bytes + back) / network.bytes_per_second +
                   within * (exchange.most_messages + 2.0 * (machines - 1)) * network.seconds_per_message +
                   2 * network.latency;
    step.sums += exchange.adds / network.adds_per_second;
  }
  return step;
}

}  // namespace plstm
