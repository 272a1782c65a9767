#pragma once

#include <cstddef>
#include <cstdint>

#include <plstm/core/ids.hpp>
#include <plstm/stm/head_rows.hpp>

// What operator.cpp asks of the hot files recurrent_kernels.cpp and closed_kernels.cpp, which are compiled
// once per instruction set, each time into a namespace of its own. Plain data only.
namespace plstm {

/// One head of  X_e = scale_e left_n right_n^T + sum over neighbours f of t_{f,e} X_f,  n = node[e]:
/// the states (n = tail, neighbours = predecessors) and, with the roles turned round, their adjoints.
template <class T>
struct StateRecurrence {
  const NodeId* node;
  const std::int32_t* offsets;  ///< row of e in neighbours
  const EdgeId* neighbours;
  const LineEdgeId* line_edges;  ///< of each neighbour; null: the position itself
  HeadRows<const T> scale, left, right, transition;
  std::ptrdiff_t left_width, right_width;
};

/// Raw view of a StmGraph and StmInputs.
template <class T>
struct OperatorView {
  const NodeId *tail, *head;
  const std::int32_t *in_offsets, *out_offsets, *predecessor_offsets, *successor_offsets;
  const EdgeId *in_edges, *out_edges, *predecessors, *successors;
  const LineEdgeId* predecessor_line_edges;
  const EdgeId* order;
  HeadRows<const T> query, key, value, source, transition, mark, direct;
  std::ptrdiff_t key_width, value_width;
};

template <class T>
struct GradientView {
  HeadRows<T> query, key, value, source, transition, mark, direct;
};

/// One head of a contiguous range of nodes and edges; per-edge arrays (states, adjoints) start at edge_begin.
struct PartRange {
  std::ptrdiff_t head;
  NodeId node_begin, node_end;
  EdgeId edge_begin, edge_end;
};

// update_states      states of `count` edges, listed so that neighbours come first; states are [edges, K * V]
// read_outputs       y of the range's nodes from the states
// node_gradients     gradients of q, k, v, d at the range's nodes, of the marks of edges into and the sources
// of edges out of them transition_gradients  of the line edges into the listed edges closed_*           one
// head of one part by path sums; scratch sizes in elements
#define PLSTM_DECLARE_STM_KERNELS_FOR(T)                                                                     \
  void update_states(const StateRecurrence<T>& recurrence, std::ptrdiff_t head, const EdgeId* edges,         \
                     std::ptrdiff_t count, bool backwards, EdgeId edge_begin, T* states);                    \
  void read_outputs(const OperatorView<T>& view, const PartRange& range, const T* states,                    \
                    HeadRows<T> output);                                                                     \
  void node_gradients(const OperatorView<T>& view, const PartRange& range, const T* states,                  \
                      const T* adjoints, HeadRows<const T> output_gradient,                                  \
                      const GradientView<T>& gradients);                                                     \
  void transition_gradients(const OperatorView<T>& view, const PartRange& range, const EdgeId* edges,        \
                            std::ptrdiff_t count, const T* states, const T* adjoints, HeadRows<T> gradient); \
  std::size_t closed_scratch(const OperatorView<T>& view, const PartRange& range, bool backward);            \
  void closed_forward(const OperatorView<T>& view, const PartRange& range, T* scratch, HeadRows<T> output);  \
  void closed_backward(const OperatorView<T>& view, const PartRange& range, T* scratch,                      \
                       HeadRows<const T> output_gradient, const GradientView<T>& gradients);

#define PLSTM_DECLARE_STM_KERNELS(isa)  \
  namespace isa {                       \
  PLSTM_DECLARE_STM_KERNELS_FOR(float)  \
  PLSTM_DECLARE_STM_KERNELS_FOR(double) \
  }

PLSTM_DECLARE_STM_KERNELS(isa_baseline)
#if defined(PLSTM_DISPATCH)
PLSTM_DECLARE_STM_KERNELS(isa_avx2)
PLSTM_DECLARE_STM_KERNELS(isa_avx512)
#endif

}  // namespace plstm
