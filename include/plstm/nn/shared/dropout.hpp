#pragma once

#include <cstdint>

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// While training: every entry is zeroed with `probability`, the others are divided by 1 - probability. Else
/// x itself. Throws ConfigError unless 0 <= probability < 1.
template <class T>
Var<T> dropout(Tape<T>& tape, Var<T> x, double probability);

/// Stochastic depth (Huang et al. 2016): the same for whole samples at once. Rows row_offsets[g] ..
/// row_offsets[g+1]-1 belong to sample g; `samples` + 1 offsets.
template <class T>
Var<T> drop_path(Tape<T>& tape, Var<T> x, const std::int32_t* row_offsets, Index samples, double probability);

/// Probability of drop-path in block i of `blocks`: it grows evenly from 0 to that of the last block.
double drop_path_of_block(double last, Index i, Index blocks);

}  // namespace plstm
