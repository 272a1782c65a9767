#pragma once

#include <array>
#include <string>
#include <vector>

#include <plstm/core/named.hpp>
#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/cells/node_levels.hpp>
#include <plstm/nn/shared/linear.hpp>

namespace plstm {

/// Recurrent cells over the nodes of a DAG, in topological order. With z = rms(x), a the edge features and sums over the
/// predecessors u of n, h is:
///
/// - kDagnn     GRU(W z_n + b, m_n), m_n = sum alpha_u v_u, alpha = softmax(w . v_u), v_u = h_u + C a_un
///              (DAGNN, Thost & Chen 2021. The score of n itself is the same for all its predecessors, so that the
///              softmax takes it away; the linear map C of edge features is ours)
/// - kDvae      GRU(W z_n + b, m_n), m_n = sum sigma(A h_u + a) * M h_u   (D-VAE, Zhang et al. 2019)
/// - kTreeLstm  child-sum Tree-LSTM (Tai et al. 2015): with s_n = sum h_u,
///              c_n = sigma(i) tanh(g) + sum sigma(f_u) c_u,  h_n = sigma(o) tanh(c_n),
///              [i, o, g] = W z_n + b + U s_n,  f_u = V z_n + d + F h_u
/// - kMaxPlus   W z_n + b + max (h_u + C a_un), the maximum of nothing being 0
///
/// GRU(x, m) = n + z (m - n), r = sigma(x_r + U_r m), z = sigma(x_z + U_z m), n = tanh(x_n + r (U_n m + u))
/// (Cho et al. 2014, with the reset gate behind the product).
///
/// Sums over predecessors can grow with the number of paths, beyond all numbers where a graph is deep and its nodes have
/// many in-edges: kDvae and kTreeLstm are for graphs of moderate depth.
enum class CellKind { kDagnn, kDvae, kTreeLstm, kMaxPlus };

/// Which way a layer runs. With kBoth it runs both ways, with parameters of their own.
enum class CellDirections { kForward, kBackward, kBoth };

/// Names in files and settings.
inline constexpr std::array<Named<CellDirections>, 3> kCellDirectionNames{
    {{CellDirections::kForward, "forward"},
     {CellDirections::kBackward, "backward"},
     {CellDirections::kBoth, "both"}}};

struct CellLayerOptions {
  CellKind kind = CellKind::kDagnn;
  CellDirections directions = CellDirections::kBoth;
  Index width = 0;       ///< D
  Index edge_width = 0;  ///< of the edge features; 0: none. Must be 0 unless reads_edges(kind).
  double dropout = 0;    ///< on what is added to x
  double epsilon = 1e-5;
};

/// Whether layers of this kind can read edge features: kDagnn and kMaxPlus.
bool reads_edges(CellKind kind);

/// The parameters of one direction. Those that the kind lacks are not valid.
struct CellParameters {
  EdgeDirection direction = EdgeDirection::kForward;
  LinearLayer input;      ///< W, b; kTreeLstm: V, d too
  LinearLayer edge;       ///< C
  LinearLayer recurrent;  ///< U, u; kTreeLstm: no bias
  ParameterId score;      ///< w
  LinearLayer gate;       ///< A, a; kTreeLstm: F without bias
  LinearLayer message;    ///< M
};

/// x_n + B [h_n, h'_n] + b: each of the directions that there are gives its columns.
struct CellLayer {
  CellLayerOptions options;
  ParameterId norm;
  std::vector<CellParameters> cells;
  LinearLayer out;  ///< B, b
};

/// Adds parameters "<name>.norm.scale", "<name>.forward.input.weight", ... Throws ConfigError naming the option that
/// makes no sense.
CellLayer add_cell_layer(ParameterLayout& layout, const std::string& name, const CellLayerOptions& options);

/// Levels in both directions; those that no layer reads may be null.
struct LevelsOfBatch {
  const NodeLevels* forward = nullptr;
  const NodeLevels* backward = nullptr;
};

/// x [N, D] -> [N, D]; edge_features [E, edge_width], not read if edge_width is 0. Levels outlive the pass. The products
/// between levels are made in float also where the tape's precision is bfloat16. Throws ShapeError unless there is a row
/// per node and edge.
template <class T>
Var<T> apply(Tape<T>& tape, const CellLayer& layer, const LevelsOfBatch& levels, Var<T> x,
             Var<T> edge_features);

}  // namespace plstm
