#pragma once

#include <cstddef>

#include <plstm/stm/sequences/sequence_operator.hpp>

#include "stm/sequences/sequence_kernels.hpp"

// What one call of the sequence operator needs in every step, and the forms.
namespace plstm {

template <class T>
struct SequenceCall {
  const SequenceShape& shape;
  const SequenceKernels<T>& k;
  SequenceWorkspace<T>& workspace;
  SequenceView<T> view;
  std::size_t chunk;   ///< steps of a chunk, but for the last
  std::size_t chunks;  ///< of one sequence
  bool chunkwise;

  std::size_t heads() const { return static_cast<std::size_t>(shape.heads); }
  std::size_t sequences() const { return static_cast<std::size_t>(shape.batch) * heads(); }
  std::size_t state_size() const {
    return static_cast<std::size_t>(shape.tracking.state * shape.key_width * shape.value_width);
  }
  std::size_t transition_size() const {
    return static_cast<std::size_t>(shape.tracking.state * shape.tracking.state);
  }
  /// Elements of the states at the beginnings of chunks and after the last, [B H, chunks + 1, JT, K, V].
  std::size_t borders_size() const { return sequences() * (chunks + 1) * state_size(); }
  std::size_t border(std::size_t s, std::size_t c) const { return (s * (chunks + 1) + c) * state_size(); }

  /// Chunk `c` of sequence and head `s` = b * H + h.
  Steps steps(std::size_t s, std::size_t c) const {
    const auto length = static_cast<std::size_t>(shape.length);
    const std::size_t begin = c * chunk;
    return {static_cast<std::ptrdiff_t>(s % heads()),
            static_cast<std::ptrdiff_t>(s / heads() * length + begin),
            static_cast<std::ptrdiff_t>(length - begin < chunk ? length - begin : chunk)};
  }
};

/// Multiply-adds below which a task costs more than it saves.
constexpr std::size_t kSequenceGrain = std::size_t{1} << 15;

/// States at border `c` of all sequences from [B, H, K, V, JT], as callers have them; null: zero. And back.
template <class T>
void load_states(const SequenceCall<T>& call, const T* from, std::size_t c, T* borders);
template <class T>
void store_states(const SequenceCall<T>& call, const T* borders, std::size_t c, T* to, bool add);

/// Fills `borders`, but for what lies after the last chunk.
template <class T>
void recurrent_states(const SequenceCall<T>& call, const T* initial_state, T* borders);
template <class T>
void chunkwise_states(const SequenceCall<T>& call, const T* initial_state, T* borders);

/// `borders`, if not null, is filled as above.
template <class T>
void recurrent_forward(const SequenceCall<T>& call, const T* initial_state, HeadRows<T> output,
                       T* final_state, T* borders);
template <class T>
void chunkwise_forward(const SequenceCall<T>& call, const T* initial_state, HeadRows<T> output,
                       T* final_state, T* borders);

/// The rest as in sequence_backward; `borders` as above.
template <class T>
void recurrent_backward(const SequenceCall<T>& call, HeadRows<const T> output_gradient,
                        const T* final_state_gradient, const SequenceGradientView<T>& gradients,
                        T* initial_state_gradient, const T* borders);
template <class T>
void chunkwise_backward(const SequenceCall<T>& call, bool has_initial_state,
                        HeadRows<const T> output_gradient, const T* final_state_gradient,
                        const SequenceGradientView<T>& gradients, T* initial_state_gradient,
                        const T* borders);

}  // namespace plstm
