#pragma once

#include <cstddef>

// Inner loops of the hot files. Everything lies in an unnamed namespace inside the namespace of one
// instruction set, so that no copy is ever shared with code compiled for another.
namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

template <class T>
inline void add_scaled(T scale, const T* __restrict from, std::ptrdiff_t size, T* __restrict to) {
  for (std::ptrdiff_t i = 0; i < size; ++i) to[i] += scale * from[i];
}

// dx (+)= dy f'(x). `derivative` takes x and y = f(x).
template <class T, class F>
inline void map_backward(std::ptrdiff_t size, const T* __restrict x, const T* __restrict y,
                         const T* __restrict dy, T* __restrict dx, bool add, const F& derivative) {
  if (add) {
    for (std::ptrdiff_t i = 0; i < size; ++i) dx[i] += dy[i] * derivative(x[i], y[i]);
  } else {
    for (std::ptrdiff_t i = 0; i < size; ++i) dx[i] = dy[i] * derivative(x[i], y[i]);
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
