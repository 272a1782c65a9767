#pragma once

#include <cstddef>

#include <plstm/stm/shared/head_rows.hpp>

#include "core/isa.hpp"

// What the forms of the sequence operator ask of the hot files sequence_*_kernels.cpp, see core/isa.hpp. Plain data
// only.
namespace plstm {

/// Raw view of SequenceInputs. States inside the library are [JT, K, V].
template <class T>
struct SequenceView {
  HeadRows<const T> query, key, value, source, transition, mark, direct;
  std::ptrdiff_t key_width, value_width;
  std::ptrdiff_t jt, jk, jv, jo, jq;
  T scale;  ///< c
};

template <class T>
struct SequenceGradientView {
  HeadRows<T> query, key, value, source, transition, mark, direct;
};

/// Consecutive steps of one sequence and head: rows first .. first + count - 1.
struct Steps {
  std::ptrdiff_t head, first, count;
};

/// Steps of the blocks with which merging begins, and lanes of their arrays.
constexpr std::ptrdiff_t kGateBlock = 16;

/// Gates of a chunk: blocks of kGateBlock steps, merged level by level. Columns are those of inner inputs,
/// `stride` of them in memory.
template <class T>
struct ChunkGates {
  Steps steps;
  std::ptrdiff_t levels;  ///< the chunk has at most 2^levels blocks
  std::ptrdiff_t stride;  ///< kGateBlock 2^levels or more
  T* source;              ///< S [levels + 1, JT, JK JV, stride]  inner inputs in the state after their block
  T* mark;                ///< M [levels + 1, stride JO JQ, JT]  the state before their block in inner outputs
  T* transition;   ///< T [2 * 2^levels, JT, JT] of blocks: those of level p from 2 * 2^levels (1 - 2^-p) on
  T* step_source;  ///< [stride, JT, JK JV, kGateBlock]  inputs of a step's block in the state before the step
  T* step_transition;  ///< [stride, JT, JT]  the state before a step's block in that before the step
  T* room;             ///< [2, JT, JK JV, kGateBlock] and [2, JT, JT]
  T* dense;  ///< G [steps JO JQ, JK JV, stride] inner inputs in inner outputs, up to their own; or null
};

/// Rows of a matrix, `stride` apart.
template <class T>
struct SequenceRows {
  T* data;
  std::ptrdiff_t stride;
};

/// Rows begin .. end - 1 of the products inside a chunk, columns 0 .. columns - 1 in every plane, zero above
/// the diagonal. A and dA [steps JQ, JK, stride], B and dB [steps JO, JV, stride]; here each begins with row
/// `begin`.
template <class T>
struct ChunkTile {
  std::ptrdiff_t begin, end, columns;
  const T* scores;    ///< A = q . k
  T* weights;         ///< B = G o A, summed over j and k
  const T* dweights;  ///< backward only
  T* dscores;         ///< backward only
};

/// One slice of  X_to[t] += sum over t' of F[t, t'] X_from[t']  for a state of `planes` planes.
template <class T>
struct StateStep {
  std::ptrdiff_t planes, plane_size, begin, end;
  const T* factor;  ///< F[t, t'] at factor[t * to_stride + t' * from_stride]
  std::ptrdiff_t to_stride, from_stride;
  const T* from;
  T* to;
};

/// The table of sequence_step_kernels.cpp.
template <class T>
struct SequenceStepKernels {
  /// Outputs (unless output.data is null), and the state after the steps in place of that before them. The state
  /// before step n is kept at kept + n JT K V unless `kept` is null.
  void (*steps_forward)(const SequenceView<T>& view, const Steps& steps, T* state, T* kept,
                        const HeadRows<T>& output, T* scratch);

  /// Goes from the last step to the first: all gradients, given the states before every step, and the adjoint of the
  /// state before the steps in place of that after them.
  void (*steps_backward)(const SequenceView<T>& view, const Steps& steps, const T* states, T* adjoint,
                         const HeadRows<const T>& output_gradient, const SequenceGradientView<T>& gradients,
                         T* scratch);

  template <class Isa>
  static SequenceStepKernels make();
};

/// The table of sequence_gate_kernels.cpp.
template <class T>
struct SequenceGateKernels {
  /// Fills ChunkGates; marks and direct gates are multiplied by c.
  void (*merge_gates)(const SequenceView<T>& view, const ChunkGates<T>& gates);

  /// Gradients of the gates, given those of G (in gates.dense), of S and M of the highest level (overwritten), and of
  /// T (at its place in an array like gates.transition).
  void (*merge_backward)(const SequenceView<T>& view, const ChunkGates<T>& gates, T* dsource, T* dmark,
                         T* dtransition, const SequenceGradientView<T>& gradients);

  template <class Isa>
  static SequenceGateKernels make();
};

/// The table of sequence_chunk_kernels.cpp.
template <class T>
struct SequenceChunkKernels {
  /// folded [steps JO, JT K] = sum over j of M q, with queries [steps JQ, K].
  void (*fold_queries)(const SequenceView<T>& view, const ChunkGates<T>& gates, SequenceRows<const T> queries,
                       T* folded);
  /// dM given dfolded; the gradients of the queries are added to dqueries.
  void (*unfold_queries)(const SequenceView<T>& view, const ChunkGates<T>& gates,
                         SequenceRows<const T> queries, const T* dfolded, T* dmark, SequenceRows<T> dqueries);

  /// folded [JV, steps, JT K] = sum over k of S k, with keys [JK, steps, K].
  void (*fold_keys)(const SequenceView<T>& view, const ChunkGates<T>& gates, SequenceRows<const T> keys,
                    T* folded);
  /// dS given dfolded; the gradients of the keys are added to dkeys.
  void (*unfold_keys)(const SequenceView<T>& view, const ChunkGates<T>& gates, SequenceRows<const T> keys,
                      const T* dfolded, T* dsource, SequenceRows<T> dkeys);

  /// See ChunkTile. The second one replaces G by its gradient.
  void (*combine_forward)(const SequenceView<T>& view, const ChunkGates<T>& gates, const ChunkTile<T>& tile);
  void (*combine_backward)(const SequenceView<T>& view, const ChunkGates<T>& gates, const ChunkTile<T>& tile);

  /// to [steps, planes, width], or [planes, steps, width] with planes_first, = rows [width, planes] of the steps.
  void (*gather_planes)(const HeadRows<const T>& rows, const Steps& steps, std::ptrdiff_t width,
                        std::ptrdiff_t planes, bool planes_first, T* to);
  /// The other way round: adds to the rows, or replaces them.
  void (*scatter_planes)(const T* from, const Steps& steps, std::ptrdiff_t width, std::ptrdiff_t planes,
                         bool planes_first, bool add, const HeadRows<T>& rows);

  /// to [width, stride] = the transpose of rows [count, width]; columns from `count` on are zero.
  void (*transpose_rows)(SequenceRows<const T> rows, std::ptrdiff_t count, std::ptrdiff_t width,
                         std::ptrdiff_t stride, T* to);

  void (*state_step)(const StateStep<T>& step);

  /// to[t, t'] = <a[t], b[t']> for states of `planes` planes.
  void (*state_dots)(std::ptrdiff_t planes, std::ptrdiff_t plane_size, const T* a, const T* b, T* to);

  template <class Isa>
  static SequenceChunkKernels make();
};

/// All of them, for kernels<SequenceKernels<T>>() in core/dispatch.hpp.
template <class T>
struct SequenceKernels : SequenceStepKernels<T>, SequenceGateKernels<T>, SequenceChunkKernels<T> {
  template <class Isa>
  static SequenceKernels make() {
    return {SequenceStepKernels<T>::template make<Isa>(), SequenceGateKernels<T>::template make<Isa>(),
            SequenceChunkKernels<T>::template make<Isa>()};
  }
};

}  // namespace plstm
