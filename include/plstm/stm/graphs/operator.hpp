#pragma once

#include <cstddef>

#include <plstm/core/scratch.hpp>
#include <plstm/stm/graphs/plan.hpp>
#include <plstm/stm/graphs/stm_graph.hpp>
#include <plstm/stm/shared/head_rows.hpp>

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

/// Buffers that calls borrow; reuse one to allocate nothing in steady state. One call at a time.
template <class T>
struct StmWorkspace {
  ScratchPool<T> scratch;
  ScratchPool<std::int32_t> places;
  ScratchPool<std::size_t> sizes;
  StmPlan plan;  ///< of the last call that made its own
};

/// What a forward pass leaves for the backward pass of the same plan and inputs, see StmMemory.
template <class T>
struct StmStates {
  AlignedBuffer<T> data;
};

/// C_e = s_e k_tail(e) v_tail(e)^T + sum over line edges f -> e of t_{f,e} C_f     state of edge e, [K, V]
/// y_n = sum over edges e into n of m_e C_e^T q_n + d_n (q_n . k_n) v_n            output of node n, [V]
///
/// Writes `output` ([N] x V, replaced), as `plan` says; `plan` was made for this graph and these widths.
/// `states`, if not null, receives what the plan's StmMemory keeps; kStore asks for it (ConfigError). The
/// bits do not depend on the number of threads: every value is computed by one task, in an order that the
/// form fixes. Throws ShapeError if the plan was made for other sizes or widths, or if an array that has rows
/// is null. A plan for another graph of the same sizes is not noticed: its results mean nothing.
template <class T>
void stm_forward(const StmGraph& graph, const StmInputs<T>& inputs, HeadRows<T> output, const StmPlan& plan,
                 StmWorkspace<T>& workspace, StmStates<T>* states = nullptr);

/// Adds to `gradients` the gradients of sum(output * output_gradient) for all seven inputs.
template <class T>
void stm_backward(const StmGraph& graph, const StmInputs<T>& inputs, HeadRows<const T> output_gradient,
                  const StmGradients<T>& gradients, const StmPlan& plan, StmWorkspace<T>& workspace,
                  const StmStates<T>* states = nullptr);

/// The same, planned here; StmMemory::kStore needs a plan that is kept and is refused with ConfigError.
template <class T>
void stm_forward(const StmGraph& graph, const StmInputs<T>& inputs, HeadRows<T> output,
                 const StmOptions& options, StmWorkspace<T>& workspace);
template <class T>
void stm_backward(const StmGraph& graph, const StmInputs<T>& inputs, HeadRows<const T> output_gradient,
                  const StmGradients<T>& gradients, const StmOptions& options, StmWorkspace<T>& workspace);

}  // namespace plstm
