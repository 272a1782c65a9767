#pragma once

#include <cstddef>
#include <span>

namespace plstm {

/// What carries the messages of ranks, as a few numbers that can be measured.
struct RankNetwork {
  int ranks_of_machine = 16;
  double bytes_per_second = 1.25e9;     ///< in and out of each machine, for all of its ranks together
  double latency = 30e-6;               ///< s, of a message between machines
  double seconds_per_message = 2e-6;    ///< that a machine spends on each message in or out
  double local_bytes_per_second = 6e9;  ///< between two ranks of a machine, for each rank
  double local_seconds_per_message = 1e-6;
  double adds_per_second = 2e9;  ///< floats that a rank adds to others
};

/// Where the time of a step goes, in seconds. Each part is that of the slowest rank.
struct RankStep {
  double shards = 0;     ///< forward and backward passes of the shards of a rank
  double sums = 0;       ///< additions of gradients
  double within = 0;     ///< messages between ranks of a machine
  double between = 0;    ///< messages between machines
  double optimizer = 0;  ///< what every rank does for itself

  double total() const noexcept { return shards + sums + within + between + optimizer; }
};

/// A step on `ranks` ranks of one thread, by the plan that RankSums makes: who has which shards, and which sums travel.
/// `shard_seconds` are times that were measured; a batch of `shards` shards takes them in their order, again and again.
/// Messages are counted one by one and their times added; nothing overlaps. Throws ConfigError unless there are shards,
/// times and ranks.
RankStep simulate_step(std::span<const double> shard_seconds, std::size_t shards, std::size_t parameters,
                       double optimizer_seconds, int ranks, const RankNetwork& network);

}  // namespace plstm
