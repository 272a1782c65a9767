#pragma once

#include <string>

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/shared/head_gate.hpp>
#include <plstm/nn/tracking/transition_matrix.hpp>

namespace plstm {

/// First values of a transition layer.
struct TransitionInit {
  /// Biases of the eigenvalues: e is evenly spread so that group g starts with e between these two. 0.5 to
  /// 1 are eigenvalues tanh(5 e) of 0.987 to 0.9999.
  double eigenvalue_low = 0.5;
  double eigenvalue_high = 1;
  double weight_std = 0;   ///< of the weights of the eigenvalues
  double matrix_bias = 1;  ///< times the identity: biases of the factors
  double matrix_std = 0;   ///< of the weights of the factors
};

struct TransitionLayerOptions {
  Index in = 0;         ///< D
  Index groups = 1;     ///< G: heads, or heads times orientations
  Index state = 1;      ///< JT
  Index sub_heads = 1;  ///< as of HeadGate
  bool weight = true;   ///< false: the same transitions at every position
  EigenvalueForm eigenvalues = EigenvalueForm::kTanh;
  TransitionNorm norm = TransitionNorm::kExponential;
  TransitionInit init = {};
};

/// Transitions of states (specification, section 6), e = bias + W x: an eigenvalue f(e) if JT = 1, otherwise
/// O diag(f(e)) I with factors O and I from affine maps of x, made orthogonal or limited.
struct TransitionLayer {
  TransitionLayerOptions options;
  HeadGate eigenvalues;            ///< [G, JT]
  HeadGate in_matrix, out_matrix;  ///< [G, JT, JT], if JT > 1
};

/// Adds "<name>.eigenvalues_bias", "<name>.eigenvalues_weight" and, if JT > 1, the same of "inproj" and
/// "outproj". Throws ConfigError as add_head_gate does, or if JT is not positive.
TransitionLayer add_transition_layer(ParameterLayout& layout, const std::string& name,
                                     const TransitionLayerOptions& options);

/// x [N, D] -> [N, G * JT * JT], entry [t, t'] of the matrices says what new column t takes from t'.
template <class T>
Var<T> apply(Tape<T>& tape, const TransitionLayer& layer, Var<T> x);

}  // namespace plstm
