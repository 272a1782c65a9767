// The recurrent form of the sequence operator: every sequence and head is a task.
#include <algorithm>

#include <plstm/core/parallel.hpp>

#include "stm/sequences/sequence_call.hpp"

namespace plstm {

namespace {

// Of the inputs of a step with their gates folded in, and of what is computed from them.
template <class T>
std::size_t step_scratch(const SequenceView<T>& v) {
  const std::ptrdiff_t folded = (v.jo * v.jt + v.jt * v.jv + v.jq + v.jk) * v.key_width + v.jo * v.jv +
                                v.jv * v.value_width + v.jq * v.jk + v.jt * v.jt;
  return static_cast<std::size_t>(2 * folded + (v.jo + v.jt) * v.value_width);
}

template <class T, class Body>
void for_sequences(const SequenceCall<T>& call, const Body& body) {
  const std::size_t work = static_cast<std::size_t>(call.shape.length) * call.state_size() * 3;
  parallel_for(call.sequences(), std::max<std::size_t>(1, kSequenceGrain / std::max<std::size_t>(1, work)),
               body);
}

// One state, [K, V, JT] outside and [JT, K, V] inside.
template <class T>
void load_state(const SequenceShape& shape, const T* from, T* to) {
  const Index size = shape.key_width * shape.value_width, planes = shape.tracking.state;
  for (Index t = 0; t < planes; ++t) {
    for (Index i = 0; i < size; ++i) to[t * size + i] = from == nullptr ? T(0) : from[i * planes + t];
  }
}

template <class T>
void store_state(const SequenceShape& shape, const T* from, T* to, bool add) {
  const Index size = shape.key_width * shape.value_width, planes = shape.tracking.state;
  for (Index t = 0; t < planes; ++t) {
    for (Index i = 0; i < size; ++i)
      to[i * planes + t] = add ? to[i * planes + t] + from[t * size + i] : from[t * size + i];
  }
}

}  // namespace

template <class T>
void load_states(const SequenceCall<T>& call, const T* from, std::size_t c, T* borders) {
  for (std::size_t s = 0; s < call.sequences(); ++s)
    load_state(call.shape, from == nullptr ? nullptr : from + s * call.state_size(),
               borders + call.border(s, c));
}

template <class T>
void store_states(const SequenceCall<T>& call, const T* borders, std::size_t c, T* to, bool add) {
  for (std::size_t s = 0; s < call.sequences(); ++s)
    store_state(call.shape, borders + call.border(s, c), to + s * call.state_size(), add);
}

template <class T>
void recurrent_states(const SequenceCall<T>& call, const T* initial_state, T* borders) {
  recurrent_forward(call, initial_state, HeadRows<T>{}, static_cast<T*>(nullptr), borders);
}

template <class T>
void recurrent_forward(const SequenceCall<T>& call, const T* initial_state, HeadRows<T> output,
                       T* final_state, T* borders) {
  const std::size_t size = call.state_size();
  for_sequences(call, [&](std::size_t s) {
    auto loan = call.workspace.scratch.borrow();
    T* state = loan.reserve(size + step_scratch(call.view));
    load_state(call.shape, initial_state == nullptr ? nullptr : initial_state + s * size, state);
    for (std::size_t c = 0; c < call.chunks; ++c) {
      if (borders != nullptr) std::copy_n(state, size, borders + call.border(s, c));
      call.k.steps_forward(call.view, call.steps(s, c), state, nullptr, output, state + size);
    }
    if (final_state != nullptr) store_state(call.shape, state, final_state + s * size, false);
  });
}

template <class T>
void recurrent_backward(const SequenceCall<T>& call, HeadRows<const T> output_gradient,
                        const T* final_state_gradient, const SequenceGradientView<T>& gradients,
                        T* initial_state_gradient, const T* borders) {
  const std::size_t size = call.state_size();
  for_sequences(call, [&](std::size_t s) {
    auto loan = call.workspace.scratch.borrow();
    T* adjoint = loan.reserve((2 + call.chunk) * size + step_scratch(call.view));
    T* state = adjoint + size;
    T* states = state + size;  // before every step of a chunk
    T* scratch = states + call.chunk * size;
    load_state(call.shape, final_state_gradient == nullptr ? nullptr : final_state_gradient + s * size,
               adjoint);
    for (std::size_t c = call.chunks; c-- > 0;) {
      const Steps steps = call.steps(s, c);
      std::copy_n(borders + call.border(s, c), size, state);
      call.k.steps_forward(call.view, steps, state, states, {}, scratch);
      call.k.steps_backward(call.view, steps, states, adjoint, output_gradient, gradients, scratch);
    }
    if (initial_state_gradient != nullptr)
      store_state(call.shape, adjoint, initial_state_gradient + s * size, true);
  });
}

#define PLSTM_INSTANTIATE(T)                                                                 \
  template void load_states<T>(const SequenceCall<T>&, const T*, std::size_t, T*);           \
  template void store_states<T>(const SequenceCall<T>&, const T*, std::size_t, T*, bool);    \
  template void recurrent_states<T>(const SequenceCall<T>&, const T*, T*);                   \
  template void recurrent_forward<T>(const SequenceCall<T>&, const T*, HeadRows<T>, T*, T*); \
  template void recurrent_backward<T>(const SequenceCall<T>&, HeadRows<const T>, const T*,   \
                                      const SequenceGradientView<T>&, T*, const T*);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
