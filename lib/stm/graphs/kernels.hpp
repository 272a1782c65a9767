#pragma once

#include <cstddef>
#include <cstdint>

#include <plstm/core/ids.hpp>
#include <plstm/stm/shared/head_rows.hpp>

// What the forms ask of the hot files recurrent_*_kernels.cpp and chunk_kernels.cpp, which are compiled once
// per instruction set, each time into a namespace of its own. Plain data only.
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
  T* scratch;  ///< backward only: sweep_scratch(K) elements, aligned
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

// sweep_forward    states of the edges out of the nodes; outputs of the nodes unless output.data is null
// sweep_backward   nodes last to first: adjoints of the edges into them, and all gradients
// chunk_scratch    elements of scratch memory of the chunk functions
// chunk_forward    outputs of the nodes as far as the chunk alone decides them, own part of the border
// states,
//                  transition and reads
// chunk_begin_backward  as chunk_forward without outputs, and own part of the adjoints of border_in
// chunk_read       adds what border_in contributes to the outputs
// chunk_backward   all gradients, given the states of border_in and the adjoints of border_out
// border_step      see BorderStep
#define PLSTM_DECLARE_STM_KERNELS_FOR(T)                                                                    \
  void sweep_forward(const OperatorView<T>& view, const NodeSweep<T>& sweep, HeadRows<T> output);           \
  void sweep_backward(const OperatorView<T>& view, const NodeSweep<T>& sweep,                               \
                      HeadRows<const T> output_gradient, const GradientView<T>& gradients);                 \
  std::size_t chunk_scratch(const OperatorView<T>& view, const Chunk& chunk);                               \
  void chunk_forward(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head, T* scratch,      \
                     HeadRows<T> output, const ChunkBorders<T>& borders);                                   \
  void chunk_begin_backward(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head,           \
                            T* scratch, HeadRows<const T> output_gradient, const ChunkBorders<T>& borders); \
  void chunk_read(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head, T* scratch,         \
                  HeadRows<T> output, const ChunkBorders<T>& borders);                                      \
  void chunk_backward(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head, T* scratch,     \
                      HeadRows<const T> output_gradient, const GradientView<T>& gradients,                  \
                      const ChunkBorders<T>& borders);                                                      \
  void border_step(const BorderStep<T>& step);

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

/// The hot functions of one instruction set.
template <class T>
struct StmKernels {
  void (*sweep_forward)(const OperatorView<T>&, const NodeSweep<T>&, HeadRows<T>);
  void (*sweep_backward)(const OperatorView<T>&, const NodeSweep<T>&, HeadRows<const T>,
                         const GradientView<T>&);
  std::size_t (*chunk_scratch)(const OperatorView<T>&, const Chunk&);
  void (*chunk_forward)(const OperatorView<T>&, const Chunk&, std::ptrdiff_t, T*, HeadRows<T>,
                        const ChunkBorders<T>&);
  void (*chunk_begin_backward)(const OperatorView<T>&, const Chunk&, std::ptrdiff_t, T*, HeadRows<const T>,
                               const ChunkBorders<T>&);
  void (*chunk_read)(const OperatorView<T>&, const Chunk&, std::ptrdiff_t, T*, HeadRows<T>,
                     const ChunkBorders<T>&);
  void (*chunk_backward)(const OperatorView<T>&, const Chunk&, std::ptrdiff_t, T*, HeadRows<const T>,
                         const GradientView<T>&, const ChunkBorders<T>&);
  void (*border_step)(const BorderStep<T>&);
};

/// Those of the instruction set in use.
template <class T>
const StmKernels<T>& stm_kernels();

}  // namespace plstm
