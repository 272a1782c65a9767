#pragma once

#include <type_traits>

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/shared/columns.hpp>
#include <plstm/nn/shared/stm_mode.hpp>
#include <plstm/stm/graphs/stm_graph.hpp>

namespace plstm {

/// What the gates are made from: a Var, or some columns of one.
template <class T>
using GateInput = std::type_identity_t<Columns<T>>;

/// Every operation here outlives no graph: the StmGraph must live until the tape is run backwards.

/// gate[n, h] = sigma(z[n, h]); z [N, H] -> [N, H].
template <class T>
Var<T> node_gate(Tape<T>& tape, GateInput<T> z);

/// Which end of an edge a gate belongs to: sources to the tail, marks to the head.
enum class EdgeEnd { kTail, kHead };

/// Node layer: gate[e, h] = sigma(z[n, h * M + slot of e at n]), n the end of e; z [N, H * M] -> [E, H].
template <class T>
Var<T> slot_gate(Tape<T>& tape, const StmGraph& graph, EdgeEnd end, GateInput<T> z, Index heads);

/// Node layer: t[f -> e, h] from z[n, h, in_slot(f), out_slot(e)] of the shared node n;
/// z [N, H * M * M] -> [L, H].
/// P: z / (1/2 + sum over all M out-slots of |z|);  D: tanh(z).
template <class T>
Var<T> slot_transition(Tape<T>& tape, const StmGraph& graph, StmMode mode, GateInput<T> z, Index heads);

/// Edge layer: gate[e, h] = sigma(node_part[n, h] + edge_part[e, h]), n the end of e;
/// [N, H], [E, H] -> [E, H].
template <class T>
Var<T> end_gate(Tape<T>& tape, const StmGraph& graph, EdgeEnd end, GateInput<T> node_part,
                GateInput<T> edge_part);

/// Edge layer: z[f -> e] = from_part[f] + to_part[e] + node_part[shared node];
/// [E, H], [E, H], [N, H] -> [L, H].
/// P: z / (1/2 + sum over f' -> e of |z|);  D: tanh(z).
template <class T>
Var<T> edge_transition(Tape<T>& tape, const StmGraph& graph, StmMode mode, GateInput<T> from_part,
                       GateInput<T> to_part, GateInput<T> node_part);

}  // namespace plstm
