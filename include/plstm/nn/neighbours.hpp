#pragma once

#include <plstm/nn/tape.hpp>
#include <plstm/stm/stm_graph.hpp>

namespace plstm {

// Operations over neighbourhoods for layers that take edges without a direction: tail and head of every DAG
// edge are neighbours of each other. `graph` outlives the pass. Sums run over the edges into a node, then
// over those out of it, each in ascending order. O((N + E) D).

/// What a sum over neighbours is divided by.
enum class NeighbourSum {
  kSum,        ///< nothing
  kMean,       ///< the number of neighbours; zero for a node without any
  kSymmetric,  ///< a node counts as its own neighbour, each term by sqrt((deg n + 1) (deg u + 1))
               ///< (graph convolution, Kipf & Welling 2017)
};

/// y_n = sum over neighbours u of n of x_u, divided as `kind` says; x [N, D] -> [N, D]. Throws ShapeError
/// unless x has a row per node.
template <class T>
Var<T> sum_neighbours(Tape<T>& tape, const StmGraph& graph, Var<T> x, NeighbourSum kind);

}  // namespace plstm
