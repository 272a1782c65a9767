#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <plstm/nn/autodiff/parameters.hpp>
#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// Sizes and first values of gates (specification, section 6).
struct HeadGateOptions {
  Index in = 0;                         ///< D
  Index groups = 1;                     ///< G: heads, or heads times orientations
  std::vector<std::int64_t> dims = {};  ///< of the values of one group; empty: one value
  Index sub_heads = 1;                  ///< S; group a S + s reads part s of the input cut into S
  bool weight = true;                   ///< false: the same values at every position
  bool sigmoid = true;                  ///< false: just the affine map
  Initializer bias_init = ConstantInit{0};
  Initializer weight_init = ConstantInit{0};
};

/// sigma(bias + W x) for every group.
struct HeadGate {
  HeadGateOptions options;
  ParameterId bias;    ///< [G, dims...]
  ParameterId weight;  ///< [G / S, S, dims..., D / S]; not valid: none
};

/// Adds "<prefix>bias" and, if wanted, "<prefix>weight"; a prefix ends with a point or an underscore. Throws
/// ConfigError unless all sizes are positive and S divides both D and G.
HeadGate add_head_gate(ParameterLayout& layout, const std::string& prefix, HeadGateOptions options);

/// x [N, D] -> [N, G * product of dims]. Without a weight the values are computed once and copied; x then
/// only tells the number of rows.
template <class T>
Var<T> apply(Tape<T>& tape, const HeadGate& gate, Var<T> x);

}  // namespace plstm
