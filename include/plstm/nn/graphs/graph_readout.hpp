#pragma once

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

// The last part of forward() for models of whole graphs, apart: explanations ask for gradients of what it reads.
namespace plstm {

/// The values of whole graphs as the decoder reads them: standardised, [B, V], without gradient. Throws ShapeError for a
/// value that is not finite unless the model standardises values, which puts the mean in its place.
template <class T>
Var<T> graph_value_inputs(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch);

/// What the hidden layer of the decoder makes of them, W v [B, D].
template <class T>
Var<T> graph_value_part(Tape<T>& tape, const GraphModel& model, Var<T> values);

/// The pooled states of the nodes, [B, D]: what the decoder reads beside the values of graphs. For models with
/// Readout::kGraph. Throws ShapeError unless `nodes` is [N, D].
template <class T>
Var<T> pooled_states(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch, Var<T> nodes);

/// What the path totals add to the outputs, U t of forward(): a row for each graph, node or edge. For models with
/// path_totals. `nodes` [N, D].
template <class T>
Var<T> totals_part(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch, Var<T> nodes);

/// Outputs [B, outputs] of a model with Readout::kGraph, from states of nodes [N, D] as encode_nodes() gives them and
/// from graph_value_inputs(), which are not read without values of graphs: forward() is
/// decode_graphs(tape, model, batch, encode_nodes(...), graph_value_inputs(...)). Both may be Vars with gradients. Of the
/// batch only the DAGs and the numbers of nodes are read. Throws ShapeError for other shapes.
template <class T>
Var<T> decode_graphs(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch, Var<T> nodes,
                     Var<T> values);

}  // namespace plstm
