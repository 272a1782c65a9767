#pragma once

#include <array>
#include <string>

#include <plstm/nn/shared/head_gate.hpp>
#include <plstm/nn/shared/head_projection.hpp>
#include <plstm/nn/shared/linear.hpp>
#include <plstm/nn/shared/stm_mode.hpp>
#include <plstm/nn/tracking/transition_layer.hpp>
#include <plstm/stm/grids/grid_operator.hpp>

namespace plstm {

/// Which turn a D-mode layer has.
enum class Chirality {
  kLeft,   ///< up to right
  kRight,  ///< left to down
};

/// First values of the gates of a grid layer. The defaults are nearly closed gates (specification, section
/// 3); with bias -1 or above much passes from the first step on.
struct GridGateInit {
  double gate_bias = -5;  ///< source, mark and direct gates
  /// Of the biases of source and mark gates. With equal ones the layer starts the same from all four corners.
  double gate_bias_std = 0;
  double gate_weight_std = 0;  ///< of their weights
  /// P-mode: biases of the angles are evenly spread between these two, so that heads prefer different
  /// directions; from -2 to 2 a goes from 0.12 to 0.88.
  double angle_low = -2;
  double angle_high = 2;
  double angle_weight_std = 0;
  TransitionInit transition = {};
};

struct GridLayerOptions {
  StmMode mode = StmMode::kPropagation;
  Chirality chirality = Chirality::kLeft;  ///< D-mode
  Index width = 0;                         ///< D
  Index heads = 1;                         ///< H; must divide D unless key_width and value_width are given
  Index key_width = 0;                     ///< K; 0: D / H
  Index value_width = 0;                   ///< V; 0: D / H
  Index sub_heads = 0;                     ///< blocks of query, key and value; 0: H
  TrackingWidths tracking = {};
  bool gate_weights = true;  ///< source, mark and direct read the node; false: they are learned constants
  EigenvalueForm eigenvalues = EigenvalueForm::kTanh;
  TransitionNorm transition_norm = TransitionNorm::kExponential;  ///< JT > 1
  GridGateInit init = {};
  double epsilon = 1e-5;
  GridOptions grid = {};
};

/// The 2D layer (specification, section 6): four orientations of the grid, gate index 4 h + o.
///
/// P-mode: a = sigma(b + w . x / (2 D)) turns each head's and orientation's flow between right and down:
///   s_right = a s,  s_down = 1 - s_right,  T_left_to_right = T_up_to_right = a T,
///   T_left_to_down = T_up_to_down = 1 - a T (the identity minus a T if JT > 1), one mark.
/// D-mode: gates of their own for each direction, and one turn.
///
/// Then per-head RMS norm over V * JO values, and a linear map without bias. Any size of grid.
struct GridLayer {
  GridLayerOptions options;
  ParameterId angle_bias, angle_weight;  ///< P: "orientation_bias" [4, H], "orientation_weight" [4, H, D]
  std::array<HeadGate, 2> source, mark;  ///< P: one each; D: right, down and left, up
  std::array<TransitionLayer, 3> transition;  ///< P: one; D: right, down and the turn
  HeadGate direct;
  HeadProjection query, key, value;
  ParameterId norm_scale;  ///< [H, V * JO]
  LinearLayer out;         ///< "outprojection"
};

/// Adds the layer's parameters under "<name>.". Throws ConfigError if sizes are missing or do not fit.
GridLayer add_grid_layer(ParameterLayout& layout, const std::string& name, GridLayerOptions options);

/// x [B * size_x * size_y, D], node (x, y) of a grid in its row x * size_y + y -> the same shape. Throws
/// ShapeError if the rows of x are no whole grids.
template <class T>
Var<T> apply(Tape<T>& tape, const GridLayer& layer, Var<T> x, Index size_x, Index size_y);

}  // namespace plstm
