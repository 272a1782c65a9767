#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plstm::sequence {

/// A finite group. The task is to give the running product at every position of a sequence of its elements.
struct GroupTask {
  std::string name;
  std::int32_t order = 0;
  std::vector<std::int32_t> product;  ///< [order, order]: first the row's element, then the column's

  std::int32_t multiply(std::int32_t first, std::int32_t second) const {
    return product[static_cast<std::size_t>(first * order + second)];
  }
};

/// "parity" (bits and their sum modulo 2), "s3" or "s5" (all permutations of three or five things). Element 0 is
/// the identity. Throws ConfigError listing the names.
GroupTask make_group_task(std::string_view name);

/// Sequences of uniformly drawn elements. Each begins with the token `order`, which marks its beginning.
struct TrackingSet {
  std::vector<std::int32_t> tokens;   ///< [samples, 1 + length]
  std::vector<std::int64_t> starts;   ///< where each sample begins in `tokens`
  std::vector<float> targets;         ///< [samples, 1 + length], the products; 0 at the first position
  std::vector<std::uint8_t> present;  ///< 0 at the first position, otherwise 1
  std::int64_t positions = 0;         ///< 1 + length
};

/// The sequences of a seed and stream, the same on every machine. Throws ConfigError unless samples and length are
/// positive.
TrackingSet draw_sequences(const GroupTask& task, std::int64_t samples, std::int64_t length,
                           std::uint64_t seed, std::uint64_t stream);

}  // namespace plstm::sequence
