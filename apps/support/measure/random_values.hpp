#pragma once

#include <cstdint>
#include <vector>

#include <plstm/core/matrix.hpp>

namespace plstm::bench {

/// Uniform in [low, high), filled in blocks with a stream each: the same values in every run.
std::vector<float> random_values(Index size, double low, double high, std::uint64_t seed);

}  // namespace plstm::bench
