#pragma once

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/stm/graphs/stm_graph.hpp>

namespace plstm {

// Operations over neighbourhoods. For layers that take edges without a direction, tail and head of every DAG
// edge are neighbours of each other; for those that take them with one, neighbours are those of one side.
// `graph` outlives the pass. Sums run over the edges into a node, then over those out of it, each in ascending
// order. O((N + E) D). All throw ShapeError unless there is a row per node and, of `edges` and `edge_score`, per
// edge.

/// Who the neighbours of a node are.
enum class NeighbourSide {
  kBoth,
  kPredecessors,  ///< the tails of the edges into it
  kSuccessors,    ///< the heads of the edges out of it
};

/// What a sum over neighbours is divided by.
enum class NeighbourSum {
  kSum,        ///< nothing
  kMean,       ///< the number of neighbours; zero for a node without any
  kSymmetric,  ///< a node counts as its own neighbour, each term by sqrt((deg n + 1) (deg u + 1))
  ///< (graph convolution, Kipf & Welling 2017). Of one side: without itself, each term by the root
  ///< of deg n on this side and deg u on the other (Rossi et al., LoG 2023)
};

/// y_n = sum over neighbours u of n of x_u, divided as `kind` says; x [N, D] -> [N, D].
template <class T>
Var<T> sum_neighbours(Tape<T>& tape, const StmGraph& graph, Var<T> x, NeighbourSum kind,
                      NeighbourSide side = NeighbourSide::kBoth);

/// What a message from u to n over edge e is made of. Those that may be missing have a null value.
template <class T>
struct MessageVars {
  Var<T> target = {};  ///< [N, D] what n adds; may be missing
  Var<T> source = {};  ///< [N, D] what u adds
  Var<T> edges = {};   ///< [E, D] what e adds, the same both ways; may be missing
};

/// y_n = sum over edges e between n and a neighbour u of relu(target_n + source_u + edges_e), [N, D].
/// Without a target the sum of GINE (Hu et al. 2020), with one that of a message passing network (Gilmer et
/// al. 2017).
template <class T>
Var<T> sum_messages(Tape<T>& tape, const StmGraph& graph, const MessageVars<T>& vars,
                    NeighbourSide side = NeighbourSide::kBoth);

/// What attention to neighbours is made of, H heads.
template <class T>
struct AttentionVars {
  Var<T> value = {};         ///< [N, H * V]
  Var<T> source_score = {};  ///< [N, H] of the node that is looked at
  Var<T> target_score = {};  ///< [N, H] of the node that looks
  Var<T> edge_score = {};    ///< [E, H] of the edge between them; may be missing
};

/// y_n = sum over u of alpha_nu value_u, head by head, [N, H * V]; u runs over n and its neighbours, and
/// alpha_n is the softmax over them of leaky_relu(target_score_n + source_score_u + edge_score_e), slope 0.2
/// (graph attention, Velickovic et al. 2018). To itself a node has no edge, hence no edge score.
template <class T>
Var<T> attend_neighbours(Tape<T>& tape, const StmGraph& graph, const AttentionVars<T>& vars);

}  // namespace plstm
