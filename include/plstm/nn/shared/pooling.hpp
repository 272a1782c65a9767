#pragma once

#include <array>
#include <cstdint>

#include <plstm/core/named.hpp>
#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// How states of nodes become one of the graph. The last three need more than the rows, see graph_pooling.hpp.
enum class Pooling {
  kMean,
  kSum,
  kScaledSum,  ///< sum / 16: knows sizes as a sum does, and is no larger than a mean where training starts
  kMax,
  kSinks,
  kSources,
  kAttention,
};

/// As flags and files of models say them.
inline constexpr std::array<Named<Pooling>, 7> kPoolingNames{{{Pooling::kMean, "mean"},
                                                              {Pooling::kSum, "sum"},
                                                              {Pooling::kScaledSum, "scaled_sum"},
                                                              {Pooling::kMax, "max"},
                                                              {Pooling::kSinks, "sinks"},
                                                              {Pooling::kSources, "sources"},
                                                              {Pooling::kAttention, "attention"}}};

/// One row per segment: mean, (scaled) sum or maximum over rows offsets[g] .. offsets[g+1]-1; zero for an empty
/// segment. Throws ConfigError for another pooling. The gradient of a maximum goes to the first row that has it. `offsets` has `segments` + 1 entries
/// and outlives the pass.
template <class T>
Var<T> pool_segments(Tape<T>& tape, Var<T> x, const std::int32_t* offsets, Index segments, Pooling pooling);

}  // namespace plstm
