#pragma once

#include <string>

#include <plstm/nn/autodiff/parameters.hpp>
#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// y[t, d] = bias[d] + sum_j weight[d, 0, j] x[t - (taps - 1 - j), d] within each sequence, zero before its
/// start: every channel on its own, nothing from the future (specification, section 6).
struct CausalConvolution {
  ParameterId weight;  ///< [D, 1, taps]
  ParameterId bias;    ///< [D]
};

/// Adds "<name>.weight", the last tap one and the others zero, so that at first y = x, and "<name>.bias",
/// zero. Throws ConfigError unless both sizes are positive.
CausalConvolution add_causal_convolution(ParameterLayout& layout, const std::string& name, Index width,
                                         Index taps);

/// x [B * length, D], sequence by sequence -> the same shape. Throws ShapeError if `length` does not divide
/// the rows.
template <class T>
Var<T> apply(Tape<T>& tape, const CausalConvolution& convolution, Var<T> x, Index length);

}  // namespace plstm
