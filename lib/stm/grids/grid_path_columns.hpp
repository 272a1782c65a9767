#pragma once

#include "stm/grids/grid_path_walk.hpp"

// Path sums of a whole small grid where every J is 1: rows of at most four vectors. Those that travel down a
// column of the grid stay in registers, and a node's own column is added there too, so that no load waits for
// a store of another size.
namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

constexpr Index kMostVectors = 4;

// Rows of zeros with a one: unit(n)[i] is 1 where i = n and 0 elsewhere.
template <class T>
struct Units {
  static constexpr Index kMost = kMostVectors * kLanes<T>;
  T row[2 * kMost] = {};

  constexpr Units() { row[kMost] = 1; }
  const T* unit(Index n) const { return row + kMost - n; }
};
template <class T>
inline constexpr Units<T> kUnits{};

template <class T>
bool fits_columns(const BlockWalk<T>& w) {
  const GridPaths<T>& b = w.block;
  return is_plain(w) && w.sources == 1 && !b.from_left && !b.from_up && !b.to_right && !b.to_down &&
         b.columns <= kMostVectors * kLanes<T>;
}

// Calls f.operator()<vectors of the range>().
template <class T, class F>
inline void for_vectors(Range range, const F& f) {
  switch ((range.end - range.begin) / kLanes<T>) {
    case 1:
      return f.template operator()<1>();
    case 2:
      return f.template operator()<2>();
    case 3:
      return f.template operator()<3>();
    default:
      return f.template operator()<4>();
  }
}

// The nodes of column a. Without `keep`, states to the right take the places of those from the left.
template <GateRows kRows, int Vectors, class T>
inline void sums_of_column(const BlockWalk<T>& w, Index a, Range reached, Range next) {
  const GridPaths<T>& block = w.block;
  const Range all{0, block.columns};
  const Index begin = reached.begin;
  VectorT<T> up[Vectors] = {};
  for (Index c = 0; c < block.size_y; ++c) {
    const Index n = w.local(a, c);
    const T* f = block.factors + n * kGridFactors;
    const T lr = f[kLeftToRight], ur = f[kUpToRight], ud = f[kUpToDown], ld = f[kLeftToDown];
    const T ml = f[kMarkLeft], mu = f[kMarkUp], sr = f[kSourceRight], sd = f[kSourceDown];
    const T* unit = kUnits<T>.unit(n);
    T* left = block.keep ? w.left(a, c) : w.left(0, c);
    T* right = !block.keep ? left : a + 1 < block.size_x ? w.left(a + 1, c) : w.sink;
    T* kept_up = block.keep ? w.up(a, c) : w.sink;
    T* gate = w.gate_row(a, c);
    if (a == 0) clear(left, reached.begin, reached.end);
#pragma GCC unroll 4
    for (int i = 0; i < Vectors; ++i) {
      const Index j = begin + i * kLanes<T>;
      const VectorT<T> l = vector_at(left, j), u = up[i], own = vector_at(unit, j);
      vector_at(kept_up, j) = u;
      vector_at(right, j) = lr * l + ur * u + sr * own;
      up[i] = ud * u + ld * l + sd * own;
      const VectorT<T> read = ml * l + mu * u;
      if constexpr (kRows == GateRows::kReplace) vector_at(gate, j) = read;
      if constexpr (kRows == GateRows::kAdd) vector_at(gate, j) += read;
    }
    clear_around(right, next, reached);
    if constexpr (kRows == GateRows::kReplace) clear_around(gate, all, reached);
    if (kRows != GateRows::kNone && block.orientation == 0)
      gate[n] += *at(w.in.direct, w.node(a, c), block.head);
  }
}

template <GateRows kRows, class T>
void sums_of_columns(const BlockWalk<T>& w) {
  for (Index a = 0; a < w.block.size_x; ++a) {
    const Range reached = w.reached(a);
    const Range next = a + 1 < w.block.size_x ? w.reached(a + 1) : reached;
    for_vectors<T>(reached, [&]<int Vectors>() { sums_of_column<kRows, Vectors>(w, a, reached, next); });
  }
}

// line[i] = sum of the lanes of products[i], without the loops that any number of them would take.
template <class T>
inline void sum_lanes(VectorT<T>* products, T* line) {
  constexpr int kSize = static_cast<int>(kLanes<T>);
  constexpr int kGroup = kSize < kGridFactors ? kSize : static_cast<int>(kGridFactors);
#pragma GCC unroll 4
  for (int i = 0; i < kGridFactors; i += kGroup) {
    combine_pairs<1, kGroup>(products + i);
    *reinterpret_cast<typename LanesOf<T, kGroup>::Type*>(line + i) = reduce<T, kSize, kGroup>(products[i]);
  }
}

// The way back through column a; a node's factors give way to their gradients.
template <int Vectors, class T>
inline void gradients_of_column(const BlockWalk<T>& w, Index a, Range reached, const HeadRows<T>& direct) {
  const GridPaths<T>& block = w.block;
  VectorT<T> down[Vectors] = {};
  for (Index c = block.size_y; c-- > 0;) {
    const Index n = w.local(a, c);
    T* f = block.factors + n * kGridFactors;
    const T lr = f[kLeftToRight], ur = f[kUpToRight], ud = f[kUpToDown], ld = f[kLeftToDown];
    const T ml = f[kMarkLeft], mu = f[kMarkUp];
    const T* unit = kUnits<T>.unit(n);
    T* left = w.left(a, c);
    const T* up = w.up(a, c);
    const T* right = a + 1 < block.size_x ? w.left(a + 1, c) : w.none;
    const T* gate = w.gate_row(a, c);
    VectorT<T> products[kGridFactors] = {};
#pragma GCC unroll 4
    for (int i = 0; i < Vectors; ++i) {
      const Index j = reached.begin + i * kLanes<T>;
      const VectorT<T> l = vector_at(left, j), u = vector_at(up, j), r = vector_at(right, j), d = down[i];
      const VectorT<T> g = vector_at(gate, j), own = vector_at(unit, j);
      products[kLeftToRight] += r * l;
      products[kUpToRight] += r * u;
      products[kUpToDown] += d * u;
      products[kLeftToDown] += d * l;
      products[kMarkLeft] += g * l;
      products[kMarkUp] += g * u;
      products[kSourceRight] += own * r;
      products[kSourceDown] += own * d;
      vector_at(left, j) = ml * g + lr * r + ld * d;
      down[i] = mu * g + ur * r + ud * d;
    }
    sum_lanes(products, f);
    if (block.orientation == 0) *at(direct, w.node(a, c), block.head) += gate[n];
  }
}

template <class T>
void gradients_of_columns(const BlockWalk<T>& w, const HeadRows<T>& direct) {
  for (Index a = w.block.size_x; a-- > 0;) {
    const Range reached = w.reached(a);
    for_vectors<T>(reached, [&]<int Vectors>() { gradients_of_column<Vectors>(w, a, reached, direct); });
  }
}

}  // namespace

}  // namespace plstm::PLSTM_ISA_NAMESPACE
