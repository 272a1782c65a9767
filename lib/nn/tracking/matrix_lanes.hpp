#pragma once

#include <cmath>
#include <cstddef>

#include "core/small_product.hpp"

// Small square matrices, as many at once as a vector has lanes: entry (i, j) of all of them is one vector.
// For the hot file transition_kernels.cpp.
namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

template <class T>
using Lanes = typename VectorOf<T>::Type;

template <class T>
inline Lanes<T> splat(T x) {
  return x - Lanes<T>{};
}

template <class T>
inline Lanes<T> square_root(Lanes<T> x) {
  Lanes<T> y;
  for (std::ptrdiff_t l = 0; l < kLanes<T>; ++l) y[l] = std::sqrt(x[l]);
  return y;
}

/// `count` lists of `size` entries that lie one after the other -> `size` vectors; lanes beyond `count`
/// repeat the last list.
template <class T>
inline void load_lanes(std::ptrdiff_t count, std::ptrdiff_t size, const T* from, Lanes<T>* to) {
  T* flat = reinterpret_cast<T*>(to);
  for (std::ptrdiff_t l = 0; l < kLanes<T>; ++l) {
    const T* list = from + (l < count ? l : count - 1) * size;
    for (std::ptrdiff_t e = 0; e < size; ++e) flat[e * kLanes<T> + l] = list[e];
  }
}

template <class T>
inline void store_lanes(std::ptrdiff_t count, std::ptrdiff_t size, const Lanes<T>* from, T* to, bool add) {
  const T* flat = reinterpret_cast<const T*>(from);
  for (std::ptrdiff_t l = 0; l < count; ++l) {
    T* list = to + l * size;
    for (std::ptrdiff_t e = 0; e < size; ++e) {
      list[e] = (add ? list[e] : T(0)) + flat[e * kLanes<T> + l];
    }
  }
}

/// Square matrices of one size; what an operation makes may not lie where it reads. The letter t stands
/// before a transposed factor.
template <class T>
struct MatrixLanes {
  using V = Lanes<T>;
  std::ptrdiff_t n;

  std::ptrdiff_t entries() const { return n * n; }

  /// c = from + a b, or just a b if `from` is null.
  void product(const V* a, std::ptrdiff_t a_row, std::ptrdiff_t a_col, const V* b, std::ptrdiff_t b_row,
               std::ptrdiff_t b_col, const V* from, V* c) const {
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      for (std::ptrdiff_t j = 0; j < n; ++j) {
        V sum = from != nullptr ? from[i * n + j] : V{};
        for (std::ptrdiff_t k = 0; k < n; ++k) sum += a[i * a_row + k * a_col] * b[k * b_row + j * b_col];
        c[i * n + j] = sum;
      }
    }
  }
  void ab(const V* a, const V* b, V* c, const V* from = nullptr) const { product(a, n, 1, b, n, 1, from, c); }
  void tab(const V* a, const V* b, V* c, const V* from = nullptr) const {
    product(a, 1, n, b, n, 1, from, c);
  }
  void atb(const V* a, const V* b, V* c, const V* from = nullptr) const {
    product(a, n, 1, b, 1, n, from, c);
  }

  void clear(V* a) const {
    for (std::ptrdiff_t e = 0; e < entries(); ++e) a[e] = V{};
  }
  void copy(const V* a, V* c) const {
    for (std::ptrdiff_t e = 0; e < entries(); ++e) c[e] = a[e];
  }
  void identity(V* a) const {
    clear(a);
    for (std::ptrdiff_t i = 0; i < n; ++i) a[i * n + i] = splat<T>(1);
  }
  void add(T factor, const V* a, V* c) const {
    for (std::ptrdiff_t e = 0; e < entries(); ++e) c[e] += factor * a[e];
  }
};

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
