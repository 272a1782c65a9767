#pragma once

#include <string>

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/shared/linear.hpp>
#include <plstm/stm/graphs/stm_graph.hpp>

namespace plstm {

/// Parameters of path totals along one direction of a DAG. Ours (specification, section 3, "Path totals").
///
/// A head h has a value v_n [V] for each node n and a weight a_e for each edge e; the weights of the edges into a node add
/// up to one. The total of a node is its own value and the weighted mean of the totals of its predecessors,
///
///   y_n = v_n + sum over e = (u -> n) of a_e y_u,      a = softmax over the edges into n of 256 (w . z_u + d . r_e),
///
/// with z the RMS norm of the states x, and v a linear map of z. Take a random path into n that chooses the edge e with
/// probability a_e: y_n is what the values add up to along it, on average. r_e = (1 / rise, rise = 1) says how many levels
/// e rises; with large d, the path is the longest one.
///
/// It is the operator with K = 1, whose source and direct gates are 1 and whose transitions and marks are the a_e. No norm
/// follows, since norms hide how long a path is. So what is learnt on short paths can hold on long ones.
struct PathTotals {
  Index heads = 0;            ///< H; 0: there are none
  Index width = 0;            ///< V
  ParameterId norm = {};      ///< [D], RMS norm of the states that values and weights are made from
  LinearLayer value = {};     ///< [H * V, D] and bias
  LinearLayer from = {};      ///< w, [H, D]
  LinearLayer relative = {};  ///< d, [H, 2]
  double epsilon = 1e-5;
};

/// Adds the parameters under "<name>.", for node states of `states` columns.
PathTotals add_path_totals(ParameterLayout& layout, const std::string& name, Index states, Index heads,
                           Index width, double epsilon);

/// 8 y of the states x: [N, D] -> [N, H * V]. The factor, as that of the weights, makes up for small steps of the optimizer.
/// `graph` is a layout in P-mode, of the DAG or of its reverse; it outlives the pass.
template <class T>
Var<T> apply(Tape<T>& tape, const PathTotals& totals, const StmGraph& graph, Var<T> x);

}  // namespace plstm
