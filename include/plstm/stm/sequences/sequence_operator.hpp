#pragma once

#include <plstm/core/scratch.hpp>
#include <plstm/stm/shared/head_rows.hpp>
#include <plstm/stm/shared/tracking.hpp>

namespace plstm {

/// Sizes of one call of the operator on sequences of one length.
struct SequenceShape {
  Index batch = 0;        ///< B, may be zero
  Index length = 0;       ///< T, may be zero
  Index heads = 0;        ///< H
  Index key_width = 0;    ///< K
  Index value_width = 0;  ///< V
  TrackingWidths tracking = {};
};

/// What the operator reads (specification, section 6). Row b * length + i is step i of sequence b; the
/// entries of one row and head are contiguous, in the order given.
template <class T>
struct SequenceInputs {
  SequenceShape shape;
  HeadRows<const T> query;           ///< [K, JQ]
  HeadRows<const T> key;             ///< [K, JK]
  HeadRows<const T> value;           ///< [V, JV]
  HeadRows<const T> source;          ///< [JT, JK, JV]
  HeadRows<const T> transition;      ///< [JT, JT], from the second index to the first
  HeadRows<const T> mark;            ///< [JO, JQ, JT]
  HeadRows<const T> direct;          ///< [JO, JQ, JK, JV]
  const T* initial_state = nullptr;  ///< [B, H, K, V, JT]; null: zero
};

/// Where sequence_backward adds the gradients of the inputs; shapes as in SequenceInputs.
template <class T>
struct SequenceGradients {
  HeadRows<T> query, key, value, source, transition, mark, direct;
  T* initial_state = nullptr;  ///< null: not wanted
};

enum class SequenceForm {
  kAuto,       ///< chosen from the sizes, never from the number of threads
  kRecurrent,  ///< step by step, sequences and heads in parallel
  kChunkwise,  ///< dense products inside chunks, a recurrence between them; chunks in parallel too
};

struct SequenceOptions {
  SequenceForm form = SequenceForm::kAuto;
  /// Chunks of 2^levels steps, merged in so many levels (0 to 12); negative: chosen from the sizes. The
  /// recurrent form keeps a state for its backward pass every 2^levels steps. The result depends on it only
  /// in rounding.
  int levels = -1;
};

/// Buffers that calls borrow; reuse one to allocate nothing in steady state. One call at a time.
template <class T>
struct SequenceWorkspace {
  ScratchPool<T> scratch;
  AlignedBuffer<T> borders, adjoints, transitions;  ///< of chunks
};

/// What a forward pass leaves for the backward pass of the same inputs and options: states at the borders of
/// chunks.
template <class T>
struct SequenceStates {
  AlignedBuffer<T> data;
};

///   y_i[v,o] = c q_i[d,j] (m_i[o,j,t] C_i[d,v,t] + D_i[o,j,k,l] k_i[d,k] v_i[v,l])
///   C_{i+1}[d,v,t] = T_i[t,t'] C_i[d,v,t'] + s_i[t,k,l] k_i[d,k] v_i[v,l]
///
/// with sums over repeated indices and c = K^(-1/2); y_i reads the state before step i writes. Writes
/// `output` (rows [V, JO], replaced) and, if not null, `final_state` [B, H, K, V, JT]. `states`, if not null,
/// receives what the backward pass wants. The bits do not depend on the number of threads. Throws ShapeError
/// for sizes that make no sense or inputs that are missing, ConfigError for levels out of range.
template <class T>
void sequence_forward(const SequenceInputs<T>& inputs, HeadRows<T> output, T* final_state,
                      const SequenceOptions& options, SequenceWorkspace<T>& workspace,
                      SequenceStates<T>* states = nullptr);

/// Adds to `gradients` the gradients of sum(output * output_gradient) + sum(final_state *
/// final_state_gradient); the latter gradient may be null (zero). Without `states` the border states are made
/// again. Throws as sequence_forward, and ConfigError if `states` are not those of these sizes and options.
template <class T>
void sequence_backward(const SequenceInputs<T>& inputs, HeadRows<const T> output_gradient,
                       const T* final_state_gradient, const SequenceGradients<T>& gradients,
                       const SequenceOptions& options, SequenceWorkspace<T>& workspace,
                       const SequenceStates<T>* states = nullptr);

}  // namespace plstm
