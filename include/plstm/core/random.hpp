#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace plstm {

/// Pseudo-random stream with the same bits on every machine and compiler, which the distributions of <random>
/// do not guarantee. The generator is xoshiro256** (Blackman & Vigna 2018), seeded through splitmix64.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  /// A separate stream for each pair (seed, stream). Streams do not overlap in practice. They share no
  /// state.
  Random(std::uint64_t seed, std::uint64_t stream);

  std::uint64_t next();

  /// Uniform in [0, 1), 53 bits.
  double uniform();

  /// Uniform integer in 0..bound-1, without bias; bound > 0.
  std::uint64_t below(std::uint64_t bound);

  /// Standard normal (Box-Muller; log and cos are those of the C library).
  double normal();

 private:
  std::array<std::uint64_t, 4> state_;
};

/// Mixes a value into a seed. Repeated, it makes one seed of several numbers, such as (seed, epoch, batch).
std::uint64_t mix_seed(std::uint64_t seed, std::uint64_t value);

/// Fisher-Yates shuffle in place.
void shuffle(std::span<std::int32_t> items, Random& random);

/// 0..n-1 in random order.
std::vector<std::int32_t> random_permutation(std::int32_t n, Random& random);

}  // namespace plstm
