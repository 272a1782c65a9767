#pragma once

#include <string>

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/sequences/causal_convolution.hpp>
#include <plstm/nn/shared/head_gate.hpp>
#include <plstm/nn/shared/head_projection.hpp>
#include <plstm/nn/shared/linear.hpp>
#include <plstm/nn/tracking/transition_layer.hpp>
#include <plstm/stm/sequences/sequence_operator.hpp>

namespace plstm {

/// First values of the gates; those of the transitions are in TransitionInit.
struct SequenceGateInit {
  double source_bias = 0;
  double mark_bias = 0;
  double direct_bias = 0;
  double weight_std = 0;  ///< of the weights of all three, if there are any
};

struct SequenceLayerOptions {
  Index width = 0;               ///< D
  Index heads = 1;               ///< H; must divide D unless key_width and value_width are given
  Index key_width = 0;           ///< K; 0: D / H
  Index value_width = 0;         ///< V; 0: D / (H JO)
  TrackingWidths tracking = {};  ///< JT, JK, JV, JO, JQ
  Index sub_heads = 1;           ///< of query, key and value, see HeadProjection
  Index taps = 0;                ///< of the convolution; 0: none
  bool gate_weights = true;      ///< source, mark and direct depend on the input
  bool passthrough = false;      ///< add passthrough.scale * c
  bool out = true;               ///< project to D; otherwise H V JO must be D
  EigenvalueForm eigenvalues = EigenvalueForm::kTanh;
  TransitionNorm norm = TransitionNorm::kExponential;
  SequenceGateInit gates = {};
  TransitionInit transition = {};
  double epsilon = 1e-5;
  SequenceOptions form = {};
};

/// pLSTM on sequences (specification, section 6, "1D layer"), with c = conv(x), or x without a convolution:
///
///     q, k = projections of c,  v = projection of x,  gates and transitions from c
///     y = out(norm(operator(q, k, v, ...))) + scale * c
///
/// where the norm is the root-mean-square one over the V JO values of each head.
struct SequenceLayer {
  SequenceLayerOptions options;
  CausalConvolution convolution;
  HeadProjection query, key, value;
  HeadGate source, mark, direct;
  TransitionLayer transition;
  ParameterId norm_scale;  ///< [H, V * JO]
  LinearLayer out;
  ParameterId passthrough;  ///< [D]
};

/// Adds the layer's parameters under "<name>.": conv._conv, query, key, value_, source, mark, direct,
/// transition, mhnorm.scale, outprojection.weight, passthrough.scale. The scale of the passthrough starts at
/// one, that of the norm too. Throws ConfigError if sizes are missing or do not fit.
SequenceLayer add_sequence_layer(ParameterLayout& layout, const std::string& name,
                                 SequenceLayerOptions options);

/// x [B * length, D], sequence by sequence -> the same shape, for any length. Throws ShapeError if `length`
/// does not divide the rows.
template <class T>
Var<T> apply(Tape<T>& tape, const SequenceLayer& layer, Var<T> x, Index length);

/// The operator on a tape, without initial and final states: every Var is [B * length, H * entries of
/// SequenceInputs], the result [B * length, H * V * JO].
template <class T>
struct SequenceVars {
  Var<T> query, key, value, source, transition, mark, direct;
};
template <class T>
Var<T> run_sequence(Tape<T>& tape, const SequenceVars<T>& vars, const SequenceShape& shape,
                    const SequenceOptions& options);

}  // namespace plstm
