#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/small_product.hpp"

// A few neighbouring columns of a state, kept in vector registers: W of them, W a power of two or whole
// vectors, or one and a half (24 floats in AVX-512). For hot files.
namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

template <class T, int Lanes>
struct LanesOf {
  typedef T Type __attribute__((vector_size(Lanes * sizeof(T)), aligned(alignof(T)), may_alias));
};
template <class T>
struct LanesOf<T, 1> {
  typedef T Type;
};

template <class T>
using VectorT = typename VectorOf<T>::Type;

// The vector that begins at entry i of a row.
template <class T>
inline VectorT<T>& vector_at(T* row, std::ptrdiff_t i) {
  return *reinterpret_cast<VectorT<T>*>(row + i);
}
template <class T>
inline const VectorT<T>& vector_at(const T* row, std::ptrdiff_t i) {
  return *reinterpret_cast<const VectorT<T>*>(row + i);
}

template <class T, int W>
struct Row {
  static constexpr int kFull = W / static_cast<int>(kLanes<T>);
  static constexpr int kRest = W % static_cast<int>(kLanes<T>);
  using Vector = typename VectorOf<T>::Type;
  using Rest = typename LanesOf<T, (kRest > 0 ? kRest : 1)>::Type;

  Vector full[kFull > 0 ? kFull : 1];
  Rest rest;

  // Calls f(a piece of this, the same piece of the others).
  template <class F, class... Rows>
  inline void each(const F& f, Rows&... others) {
#pragma GCC unroll 16
    for (int i = 0; i < kFull; ++i) f(full[i], others.full[i]...);
    if constexpr (kRest > 0) f(rest, others.rest...);
  }

  static inline Row load(const T* from) {
    Row row;
#pragma GCC unroll 16
    for (int i = 0; i < kFull; ++i) row.full[i] = *reinterpret_cast<const Vector*>(from + i * kLanes<T>);
    if constexpr (kRest > 0) row.rest = *reinterpret_cast<const Rest*>(from + kFull * kLanes<T>);
    return row;
  }
  inline void store(T* to) const {
#pragma GCC unroll 16
    for (int i = 0; i < kFull; ++i) *reinterpret_cast<Vector*>(to + i * kLanes<T>) = full[i];
    if constexpr (kRest > 0) *reinterpret_cast<Rest*>(to + kFull * kLanes<T>) = rest;
  }
  inline void add(T factor, const Row& x) {
    each([factor](auto& to, const auto& from) { to += factor * from; }, x);
  }
  inline void add_product(const Row& x, const Row& y) {
    each([](auto& to, const auto& a, const auto& b) { to += a * b; }, x, y);
  }
  static inline Row scaled(T factor, const Row& x) {
    Row row;
    row.each([factor](auto& to, const auto& from) { to = factor * from; }, x);
    return row;
  }
  static inline Row product(const Row& x, const Row& y) {
    Row row;
    row.each([](auto& to, const auto& a, const auto& b) { to = a * b; }, x, y);
    return row;
  }
};

// One piece holding the sums over the pieces of a row: what is left to add up lies in its lanes.
template <class T, int W>
struct Folded {
  static constexpr int kSize = Row<T, W>::kFull > 0 ? static_cast<int>(kLanes<T>) : Row<T, W>::kRest;
  using Type = typename LanesOf<T, kSize>::Type;
};

// Zeros behind a half.
template <class Vector, class Half, std::size_t... I>
inline Vector widen(const Half& half, std::index_sequence<I...>) {
  return __builtin_shufflevector(half, Half{}, I...);
}

template <class T, int W>
inline typename Folded<T, W>::Type fold(const Row<T, W>& row) {
  using R = Row<T, W>;
  if constexpr (R::kFull == 0) {
    return row.rest;
  } else {
    typename R::Vector sum = row.full[0];
#pragma GCC unroll 16
    for (int i = 1; i < R::kFull; ++i) sum += row.full[i];
    if constexpr (R::kRest > 0) {
      static_assert(2 * R::kRest == static_cast<int>(kLanes<T>));
      sum += widen<typename R::Vector>(row.rest, std::make_index_sequence<2 * R::kRest>{});
    }
    return sum;
  }
}

// Lane i of the result: two lanes of a, or of b if bit S of i is set, added up.
template <int S, class Vector, std::size_t... I>
inline Vector combine(const Vector& a, const Vector& b, std::index_sequence<I...>) {
  constexpr int kSize = sizeof...(I);
  const Vector near = __builtin_shufflevector(
      a, b, ((static_cast<int>(I) & S) == 0 ? static_cast<int>(I) : kSize + static_cast<int>(I))...);
  const Vector far = __builtin_shufflevector(
      a, b,
      ((static_cast<int>(I) & S) == 0 ? (static_cast<int>(I) ^ S) : kSize + (static_cast<int>(I) ^ S))...);
  return near + far;
}

template <int S, int Count, class Vector>
inline void combine_pairs(Vector* rows) {
  if constexpr (Count > 1) {
#pragma GCC unroll 16
    for (int i = 0; i < Count / 2; ++i)
      rows[i] = combine<S>(rows[2 * i], rows[2 * i + 1],
                           std::make_index_sequence<sizeof(Vector) / sizeof(rows[0][0])>{});
    combine_pairs<2 * S, Count / 2>(rows);
  }
}

// A vector of half as many lanes: lane i of the lower half plus lane i of the upper one.
template <class T, int Lanes, std::size_t... I>
inline typename LanesOf<T, Lanes / 2>::Type halve(const typename LanesOf<T, Lanes>::Type& x,
                                                  std::index_sequence<I...>) {
  if constexpr (Lanes == 2) {
    return x[0] + x[1];
  } else {
    return __builtin_shufflevector(x, x, static_cast<int>(I)...) +
           __builtin_shufflevector(x, x, (Lanes / 2 + static_cast<int>(I))...);
  }
}

// The same until `Left` lanes are left.
template <class T, int Lanes, int Left>
inline typename LanesOf<T, Left>::Type reduce(const typename LanesOf<T, Lanes>::Type& x) {
  if constexpr (Lanes == Left) {
    return x;
  } else {
    return reduce<T, Lanes / 2, Left>(halve<T, Lanes>(x, std::make_index_sequence<Lanes / 2>{}));
  }
}

// to[r] += sum of the lanes of rows[r], Group rows at a time by a tree of shuffles, the rest in smaller
// groups.
template <class T, int Lanes, int Group>
inline void add_lane_sums_in_groups(const typename LanesOf<T, Lanes>::Type* rows, std::ptrdiff_t count,
                                    T* to) {
  std::ptrdiff_t r = 0;
  for (; r + Group <= count; r += Group) {
    typename LanesOf<T, Lanes>::Type group[Group];
#pragma GCC unroll 16
    for (int i = 0; i < Group; ++i) group[i] = rows[r + i];
    if constexpr (Group > 1) combine_pairs<1, Group>(group);
    *reinterpret_cast<typename LanesOf<T, Group>::Type*>(to + r) += reduce<T, Lanes, Group>(group[0]);
  }
  if constexpr (Group > 1) add_lane_sums_in_groups<T, Lanes, Group / 2>(rows + r, count - r, to + r);
}
template <class T, int Lanes>
inline void add_lane_sums(const typename LanesOf<T, Lanes>::Type* rows, std::ptrdiff_t count, T* to) {
  add_lane_sums_in_groups<T, Lanes, Lanes>(rows, count, to);
}

// a . b, vector by vector.
template <class T>
inline T dot(const T* a, const T* b, std::ptrdiff_t size) {
  constexpr int kSize = static_cast<int>(kLanes<T>);
  using Vector = typename VectorOf<T>::Type;
  Vector sums{};
  std::ptrdiff_t i = 0;
  for (; i + kSize <= size; i += kSize)
    sums += *reinterpret_cast<const Vector*>(a + i) * *reinterpret_cast<const Vector*>(b + i);
  T sum = reduce<T, kSize, 1>(sums);
  if (i + kSize / 2 <= size) {
    using Half = typename LanesOf<T, kSize / 2>::Type;
    sum += reduce<T, kSize / 2, 1>(*reinterpret_cast<const Half*>(a + i) *
                                   *reinterpret_cast<const Half*>(b + i));
    i += kSize / 2;
  }
  for (; i < size; ++i) sum += a[i] * b[i];
  return sum;
}

// One step of turning a square round: rows a and b, S apart, exchange lanes S apart.
template <int S, class Vector, std::size_t... I>
inline void exchange(Vector& a, Vector& b, std::index_sequence<I...>) {
  constexpr int kSize = sizeof...(I);
  const Vector upper = __builtin_shufflevector(
      a, b, ((static_cast<int>(I) & S) == 0 ? static_cast<int>(I) : kSize + (static_cast<int>(I) ^ S))...);
  b = __builtin_shufflevector(
      a, b, ((static_cast<int>(I) & S) == 0 ? (static_cast<int>(I) ^ S) : kSize + static_cast<int>(I))...);
  a = upper;
}

template <int S, int Size, class Vector>
inline void transpose_square(Vector* rows) {
  if constexpr (S < Size) {
#pragma GCC unroll 8
    for (int i = 0; i < Size; ++i) {
      if ((i & S) == 0) exchange<S>(rows[i], rows[i + S], std::make_index_sequence<Size>{});
    }
    transpose_square<2 * S, Size>(rows);
  }
}

// to[j * stride + i] = row i of `from`, column j; rows are found by from(i). Squares of half a cache line at
// a time.
template <class T, class From>
inline void transpose_rows(const From& from, std::ptrdiff_t rows, std::ptrdiff_t cols, T* to,
                           std::ptrdiff_t stride) {
  constexpr int kSize = 32 / static_cast<int>(sizeof(T));
  using Vector = typename LanesOf<T, kSize>::Type;
  std::ptrdiff_t i = 0;
  for (; i + kSize <= rows; i += kSize) {
    std::ptrdiff_t j = 0;
    for (; j + kSize <= cols; j += kSize) {
      Vector square[kSize];
#pragma GCC unroll 8
      for (int r = 0; r < kSize; ++r) square[r] = *reinterpret_cast<const Vector*>(from(i + r) + j);
      transpose_square<1, kSize>(square);
#pragma GCC unroll 8
      for (int c = 0; c < kSize; ++c) *reinterpret_cast<Vector*>(to + (j + c) * stride + i) = square[c];
    }
    for (; j < cols; ++j) {
      for (int r = 0; r < kSize; ++r) to[j * stride + i + r] = from(i + r)[j];
    }
  }
  for (; i < rows; ++i) {
    const T* row = from(i);
    for (std::ptrdiff_t j = 0; j < cols; ++j) to[j * stride + i] = row[j];
  }
}

// W columns of one row of a state at a time.
template <class T, int W>
struct OneRow {
  static constexpr int kWidth = W;
  static constexpr std::ptrdiff_t kRows = 1;
  using R = Row<T, W>;
  using Lanes = typename Folded<T, W>::Type;
  using Factor = T;

  static inline Factor factor(const T* scalars) { return *scalars; }
  static inline R scaled(Factor f, const R& x) { return R::scaled(f, x); }
  static inline void add(R& to, Factor f, const R& x) { to.add(f, x); }
  static inline R repeat(const T* columns) { return R::load(columns); }
  static inline void sum_columns(Lanes* rows, const R& x) { rows[0] = fold(x); }
  static inline void add_sum_of_rows(const R& x, T* to) {
    R sum = R::load(to);
    sum.add(T(1), x);
    sum.store(to);
  }
};

// All W columns of two rows at a time, where W is one and a half vectors: three whole vectors, of which the
// middle one holds the end of the first row and the beginning of the second.
template <class T, int W>
struct TwoRows {
  static constexpr int kWidth = W;
  static constexpr std::ptrdiff_t kRows = 2;
  using R = Row<T, 2 * W>;
  using Lanes = typename R::Vector;
  static constexpr int kLanesInt = static_cast<int>(kLanes<T>);
  static_assert(2 * W == 3 * kLanesInt);

  struct Factor {
    Lanes piece[3];
  };

  template <std::size_t... I>
  static inline Lanes halves(const Lanes& low, const Lanes& high, std::index_sequence<I...>) {
    return __builtin_shufflevector(
        low, high,
        (2 * static_cast<int>(I) < kLanesInt ? static_cast<int>(I) : kLanesInt + static_cast<int>(I))...);
  }
  static inline Factor factor(const T* scalars) {
    const Lanes first = Lanes{} + scalars[0];
    const Lanes second = Lanes{} + scalars[1];
    return {{first, halves(first, second, std::make_index_sequence<kLanesInt>{}), second}};
  }
  static inline R scaled(const Factor& f, const R& x) {
    R row;
    for (int i = 0; i < 3; ++i) row.full[i] = f.piece[i] * x.full[i];
    return row;
  }
  static inline void add(R& to, const Factor& f, const R& x) {
    for (int i = 0; i < 3; ++i) to.full[i] += f.piece[i] * x.full[i];
  }
  static inline R repeat(const T* columns) {
    T twice[2 * W];
    for (int i = 0; i < W; ++i) twice[i] = twice[W + i] = columns[i];
    return R::load(twice);
  }
  static inline void sum_columns(Lanes* rows, const R& x) {
    const auto all = std::make_index_sequence<kLanesInt>{};
    rows[0] = x.full[0] + halves(x.full[1], Lanes{}, all);
    rows[1] = x.full[2] + halves(Lanes{}, x.full[1], all);
  }
  static inline void add_sum_of_rows(const R& x, T* to) {
    T both[2 * W];
    x.store(both);
    for (int i = 0; i < W; ++i) to[i] += both[i] + both[W + i];
  }
};

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
