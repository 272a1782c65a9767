#pragma once

#include <cstddef>

#include <plstm/core/scratch.hpp>
#include <plstm/stm/head_rows.hpp>
#include <plstm/stm/stm_graph.hpp>

namespace plstm {

/// What the operator reads (specification, section 2). H heads, K key width, V value width.
template <class T>
struct StmInputs {
  std::ptrdiff_t heads = 0;
  std::ptrdiff_t key_width = 0;
  std::ptrdiff_t value_width = 0;
  HeadRows<const T> query;       ///< [N] x K
  HeadRows<const T> key;         ///< [N] x K
  HeadRows<const T> value;       ///< [N] x V
  HeadRows<const T> source;      ///< [E] x 1   the tail node writes into the edge
  HeadRows<const T> transition;  ///< [L] x 1   an edge hands its state on to a successor
  HeadRows<const T> mark;        ///< [E] x 1   the head node reads the edge
  HeadRows<const T> direct;      ///< [N] x 1   a node reads its own input
};

/// Where stm_backward adds the gradients of the seven inputs; shapes as in StmInputs.
template <class T>
struct StmGradients {
  HeadRows<T> query, key, value, source, transition, mark, direct;
};

/// How the operator is computed; all forms agree to rounding.
enum class StmForm {
  kAuto,       ///< per part of the graph, whichever is expected to be faster
  kRecurrent,  ///< states [K, V] carried from edge to edge: O((E + L) K V) per head
  kClosed,     ///< path sums G [N, N] and no states: O((E + L) N + N^2 (K + V)) per head, N^2 memory
};

/// Buffers that calls borrow; reuse one to allocate nothing in steady state. May serve several calls at once.
template <class T>
struct StmWorkspace {
  ScratchPool<T> scratch;
};

/// C_e = s_e k_tail(e) v_tail(e)^T + sum over line edges f -> e of t_{f,e} C_f     state of edge e, [K, V]
/// y_n = sum over edges e into n of m_e C_e^T q_n + d_n (q_n . k_n) v_n            output of node n, [V]
///
/// Writes `output` ([N] x V, replaced). Parts run side by side; a large part runs level by level, its edges x
/// heads in parallel. Each state is computed by one task from earlier levels only, in ascending order of
/// predecessors: the bits do not depend on the number of threads. States are not kept: stm_backward computes
/// them again.
template <class T>
void stm_forward(const StmGraph& graph, const StmInputs<T>& inputs, HeadRows<T> output, StmForm form,
                 StmWorkspace<T>& workspace);

/// Adds to `gradients` the gradients of sum(output * output_gradient) for all seven inputs.
template <class T>
void stm_backward(const StmGraph& graph, const StmInputs<T>& inputs, HeadRows<const T> output_gradient,
                  const StmGradients<T>& gradients, StmForm form, StmWorkspace<T>& workspace);

extern template void stm_forward<float>(const StmGraph&, const StmInputs<float>&, HeadRows<float>, StmForm,
                                        StmWorkspace<float>&);
extern template void stm_forward<double>(const StmGraph&, const StmInputs<double>&, HeadRows<double>, StmForm,
                                         StmWorkspace<double>&);
extern template void stm_backward<float>(const StmGraph&, const StmInputs<float>&, HeadRows<const float>,
                                         const StmGradients<float>&, StmForm, StmWorkspace<float>&);
extern template void stm_backward<double>(const StmGraph&, const StmInputs<double>&, HeadRows<const double>,
                                          const StmGradients<double>&, StmForm, StmWorkspace<double>&);

}  // namespace plstm
