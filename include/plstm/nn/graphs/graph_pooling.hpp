#pragma once

#include <cstdint>

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/shared/pooling.hpp>
#include <plstm/stm/graphs/stm_graph.hpp>

namespace plstm {

/// One row per graph of a batch, from the states x [N, D] of its nodes:
///
///   kMean, kSum, kMax   over all nodes, as pool_segments has them
///   kSinks              mean over the nodes without an edge out of them
///   kSources            mean over the nodes without an edge into them
///   kAttention          sum_n a_n x_n with a = softmax over the graph's nodes of score . x_n
///
/// Sinks and sources are those of `graph` as it is, not of its reverse; a node without edges is both. A graph without
/// nodes gives zeros. `node_offsets` [graphs + 1] delimit the nodes of each graph. They and `graph` outlive the pass.
/// `score` [1, D] is read by kAttention alone. Throws ShapeError if x or score do not fit.
template <class T>
Var<T> pool_nodes(Tape<T>& tape, Var<T> x, const StmGraph& graph, const std::int32_t* node_offsets,
                  Index graphs, Pooling pooling, Var<T> score = {});

}  // namespace plstm
