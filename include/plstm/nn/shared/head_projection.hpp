#pragma once

#include <string>

#include <plstm/nn/autodiff/parameters.hpp>
#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// Sizes of a projection to queries, keys or values (specification, section 6).
struct HeadProjectionOptions {
  Index in = 0;         ///< D
  Index heads = 1;      ///< H
  Index width = 0;      ///< K or V
  Index tracking = 1;   ///< J, the state-tracking width of the same name
  Index sub_heads = 1;  ///< S, blocks of the block-diagonal weight; 1: every head reads the whole input
};

/// y[n, h, w, j] = bias[h, w, j] + sum_i weight[h, w, j, i] x[n, i], where the input is cut into S parts and
/// every head reads one of them, or, if S > H, every part of a head's width reads one:
///
///     S <= H, H = A S:  head a S + s reads part s;  weight [A, width, J, S, D / S]
///     S >  H, S = B H:  the entries w of head h with w / (width / B) = b read part h B + b;
///                       weight [1, width / B, J, S, D / S]
struct HeadProjection {
  HeadProjectionOptions options;
  ParameterId weight;
  ParameterId bias;  ///< [H, width, J]
};

/// Adds "<name>.weight", normal with the standard deviation sqrt(2 / (5 D / S)), and "<name>.bias", zero.
/// Throws ConfigError if sizes are missing or do not divide each other.
HeadProjection add_head_projection(ParameterLayout& layout, const std::string& name,
                                   const HeadProjectionOptions& options);

/// x [N, D] -> [N, H * width * J]; the entries [width, J] of one head are contiguous.
template <class T>
Var<T> apply(Tape<T>& tape, const HeadProjection& projection, Var<T> x);

}  // namespace plstm
