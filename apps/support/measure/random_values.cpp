#include "support/measure/random_values.hpp"

#include <algorithm>
#include <cstddef>

#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>

namespace plstm::bench {

std::vector<float> random_values(Index size, double low, double high, std::uint64_t seed) {
  constexpr std::size_t kBlock = 1 << 14;
  std::vector<float> values(static_cast<std::size_t>(size));
  parallel_for((values.size() + kBlock - 1) / kBlock, 1, [&](std::size_t block) {
    Random random(seed, block);
    const std::size_t end = std::min(values.size(), (block + 1) * kBlock);
    for (std::size_t i = block * kBlock; i < end; ++i) {
      values[i] = static_cast<float>(low + (high - low) * random.uniform());
    }
  });
  return values;
}

}  // namespace plstm::bench
