#pragma once

#include <cstddef>
#include <cstdint>

#include <plstm/core/ids.hpp>
#include <plstm/stm/shared/head_rows.hpp>

#include "core/isa.hpp"

// What the forms ask of the hot files recurrent_*_kernels.cpp and chunk_kernels.cpp, see core/isa.hpp. Plain data only.
namespace plstm {

/// Raw view of a StmGraph and StmInputs.
template <class T>
struct OperatorView {
  const NodeId *tail, *head;
  const std::int32_t *in_offsets, *out_offsets, *predecessor_offsets, *successor_offsets;
  const EdgeId *in_edges, *out_edges, *predecessors, *successors;
  const LineEdgeId* predecessor_line_edges;
  const std::int32_t* in_slot;
  HeadRows<const T> query, key, value, source, transition, mark, direct;
  std::ptrdiff_t key_width, value_width;
};

template <class T>
struct GradientView {
  HeadRows<T> query, key, value, source, transition, mark, direct;
};

/// One head of some nodes in topological order, with the states of the edges around them. The state [K, V] of
/// edge e lies at states + place[e] * K * V, its adjoint at adjoints + adjoint_place[e] * K * V.
template <class T>
struct NodeSweep {
  std::ptrdiff_t head;
  const NodeId* nodes;
  std::ptrdiff_t count;
  const std::int32_t* place;
  T* states;
  const std::int32_t* adjoint_place;  ///< backward only
  T* adjoints;
  T* scratch;         ///< backward only: sweep_scratch(K) elements, aligned
  bool adds = false;  ///< forward only: add to the outputs instead of replacing them
};

constexpr std::size_t sweep_scratch(std::ptrdiff_t key_width) {
  return 2 * 16 * static_cast<std::size_t>(key_width);
}

/// Some nodes of one part and the edges out of them, of which path sums are made: a chunk of consecutive
/// levels, or a whole part (the closed form), then without borders. Positions are ranks in topological order.
struct Chunk {
  const NodeId* nodes;                ///< [num_nodes]
  const std::int32_t* node_position;  ///< of every node; null: nodes are node_base, node_base + 1, ...
  const EdgeId* edges;                ///< [num_edges] edges out of the nodes, in topological order
  const std::int32_t* edge_position;  ///< of every edge; null: edge_base, edge_base + 1, ... in any order
  std::int32_t node_base, edge_base;  ///< position of the first of them
  std::int32_t num_nodes, num_edges;
  const EdgeId* border_in;      ///< edges from earlier chunks into this one
  const std::int32_t* in_rank;  ///< of every edge: its index in border_in of the chunk it enters
  std::int32_t num_in;
  const EdgeId* border_out;  ///< edges from here into later chunks
  std::int32_t num_out;
};

/// What a chunk exchanges with others, of one head.
template <class T>
struct ChunkBorders {
  const std::int32_t* place;  ///< where the state of a border edge lies, in units of [K, V]
  T* states;
  bool states_known;  ///< states are final already: chunk_begin_backward leaves them alone
  T* adjoints;        ///< backward only
  T* transition;      ///< [num_out, num_in] path sums from border to border
  T* reads;           ///< [num_nodes, num_in] path sums from border to output; forward only
};

/// One head of  X_to += sum over from of F[to, from] X_from  on elements begin .. end-1 of each X.
template <class T>
struct BorderStep {
  const EdgeId *to, *from;
  std::int32_t num_to, num_from;
  const T* factor;  ///< F[i, j] at factor[i * to_stride + j * from_stride]
  std::ptrdiff_t to_stride, from_stride;
  const std::int32_t* place;
  T* states;
  std::ptrdiff_t size;  ///< K V
  std::ptrdiff_t begin, end;
};

/// The table of recurrent_forward_kernels.cpp.
template <class T>
struct RecurrentForwardKernels {
  /// States of the edges out of the nodes, and outputs of the nodes unless output.data is null.
  void (*sweep_forward)(const OperatorView<T>& view, const NodeSweep<T>& sweep, const HeadRows<T>& output);

  template <class Isa>
  static RecurrentForwardKernels make();
};

/// The table of recurrent_backward_kernels.cpp.
template <class T>
struct RecurrentBackwardKernels {
  /// Goes from the last node to the first: adjoints of the edges into them, and all gradients.
  void (*sweep_backward)(const OperatorView<T>& view, const NodeSweep<T>& sweep,
                         const HeadRows<const T>& output_gradient, const GradientView<T>& gradients);

  template <class Isa>
  static RecurrentBackwardKernels make();
};

/// The table of chunk_kernels.cpp.
template <class T>
struct ChunkKernels {
  /// Elements of scratch memory that the other functions of a chunk need.
  std::size_t (*chunk_scratch)(const OperatorView<T>& view, const Chunk& chunk);

  /// Outputs of the nodes as far as the chunk alone decides them, the chunk's own part of the border states, and the
  /// path sums `transition` and `reads`.
  void (*chunk_forward)(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head, T* scratch,
                        const HeadRows<T>& output, const ChunkBorders<T>& borders);

  /// The same without outputs, and the chunk's own part of the adjoints of border_in.
  void (*chunk_begin_backward)(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head,
                               T* scratch, const HeadRows<const T>& output_gradient,
                               const ChunkBorders<T>& borders);

  /// Adds what border_in contributes to the outputs.
  void (*chunk_read)(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head, T* scratch,
                     const HeadRows<T>& output, const ChunkBorders<T>& borders);

  /// All gradients, given the states of border_in and the adjoints of border_out.
  void (*chunk_backward)(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head, T* scratch,
                         const HeadRows<const T>& output_gradient, const GradientView<T>& gradients,
                         const ChunkBorders<T>& borders);

  void (*border_step)(const BorderStep<T>& step);

  template <class Isa>
  static ChunkKernels make();
};

/// All of them, for kernels<StmKernels<T>>() in core/dispatch.hpp.
template <class T>
struct StmKernels : RecurrentForwardKernels<T>, RecurrentBackwardKernels<T>, ChunkKernels<T> {
  template <class Isa>
  static StmKernels make() {
    return {RecurrentForwardKernels<T>::template make<Isa>(),
            RecurrentBackwardKernels<T>::template make<Isa>(), ChunkKernels<T>::template make<Isa>()};
  }
};

}  // namespace plstm
