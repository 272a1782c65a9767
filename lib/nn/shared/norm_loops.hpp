#pragma once

#include <cmath>
#include <cstddef>

#include "core/small_product.hpp"
#include "nn/shared/kernels.hpp"

// Root-mean-square norms of short rows, for the hot file layer_kernels.cpp. Rows consist of whole vectors, of half
// vectors (the heads' 24 columns) or of single entries. A loop with a remainder would cost more than its work.
namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

template <class T, int Lanes>
struct Lane {
  typedef T Vector __attribute__((vector_size(Lanes * sizeof(T)), aligned(alignof(T)), may_alias));

  static const Vector& at(const T* from) { return *reinterpret_cast<const Vector*>(from); }
  static Vector& at(T* to) { return *reinterpret_cast<Vector*>(to); }
  static T sum(const Vector& v) {
    T total = 0;
    for (int i = 0; i < Lanes; ++i) total += v[i];
    return total;
  }
};

template <class T, int Lanes>
void normalize_rows(std::ptrdiff_t rows, std::ptrdiff_t groups, std::ptrdiff_t width, T epsilon, const T* x,
                    const T* scale, T* y, T* inverse) {
  using L = Lane<T, Lanes>;
  std::ptrdiff_t group = 0;
  for (std::ptrdiff_t row = 0; row < rows; ++row) {
    const T* from = x + row * width;
    const T* factor = scale + group * width;
    typename L::Vector squares = {};
    for (std::ptrdiff_t i = 0; i < width; i += Lanes) squares += L::at(from + i) * L::at(from + i);
    const T inv = T(1) / std::sqrt(L::sum(squares) / static_cast<T>(width) + epsilon);
    inverse[row] = inv;
    for (std::ptrdiff_t i = 0; i < width; i += Lanes) {
      L::at(y + row * width + i) = L::at(from + i) * inv * L::at(factor + i);
    }
    if (++group == groups) group = 0;
  }
}

// With n = x / rms:  dx = (scale dy - n mean(scale dy n)) / rms.
template <class T, int Lanes>
void normalize_rows_backward(std::ptrdiff_t rows, std::ptrdiff_t groups, std::ptrdiff_t width, const T* x,
                             const T* scale, const T* inverse, const T* dy, T* dx, bool add, T* dscale) {
  using L = Lane<T, Lanes>;
  std::ptrdiff_t group = 0;
  for (std::ptrdiff_t row = 0; row < rows; ++row) {
    const T* from = x + row * width;
    const T* factor = scale + group * width;
    const T* out = dy + row * width;
    const T inv = inverse[row];
    typename L::Vector along = {};
    for (std::ptrdiff_t i = 0; i < width; i += Lanes) {
      const typename L::Vector product = L::at(out + i) * L::at(from + i);
      along += product * L::at(factor + i);
      if (dscale == nullptr) continue;
      L::at(dscale + group * width + i) += product * inv;
    }
    if (dx != nullptr) {
      T* to = dx + row * width;
      const T shrink = L::sum(along) * inv * inv / static_cast<T>(width);
      for (std::ptrdiff_t i = 0; i < width; i += Lanes) {
        const typename L::Vector d = inv * (L::at(factor + i) * L::at(out + i) - L::at(from + i) * shrink);
        L::at(to + i) = add ? L::at(to + i) + d : d;
      }
    }
    if (++group == groups) group = 0;
  }
}

template <class T>
void normalize(const RmsNormCall<T>& call) {
  const auto [rows, groups, width, epsilon, x, scale, y, inverse] = call;
  constexpr int kWhole = kLanes<T>;
  if (width % kWhole == 0) {
    normalize_rows<T, kWhole>(rows, groups, width, epsilon, x, scale, y, inverse);
  } else if (width % (kWhole / 2) == 0) {
    normalize_rows<T, kWhole / 2>(rows, groups, width, epsilon, x, scale, y, inverse);
  } else {
    normalize_rows<T, 1>(rows, groups, width, epsilon, x, scale, y, inverse);
  }
}

template <class T>
void normalize_backward(const RmsNormGradientCall<T>& call) {
  const auto [rows, groups, width, x, scale, inverse, dy, dx, add, dscale] = call;
  constexpr int kWhole = kLanes<T>;
  if (width % kWhole == 0) {
    normalize_rows_backward<T, kWhole>(rows, groups, width, x, scale, inverse, dy, dx, add, dscale);
  } else if (width % (kWhole / 2) == 0) {
    normalize_rows_backward<T, kWhole / 2>(rows, groups, width, x, scale, inverse, dy, dx, add, dscale);
  } else {
    normalize_rows_backward<T, 1>(rows, groups, width, x, scale, inverse, dy, dx, add, dscale);
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
