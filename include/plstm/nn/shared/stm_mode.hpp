#pragma once

namespace plstm {

/// The two ways to keep long paths stable (specification, section 3).
enum class StmMode {
  kPropagation,  ///< P: directed propagation; bounded sums of transitions on the whole line graph
  kDiffusion,    ///< D: diffusive distribution; transitions in (-1, 1) on a multitree
};

}  // namespace plstm
