#pragma once

#include "core/hot_loops.hpp"
#include "stm/grids/grid_kernels.hpp"
#include "stm/shared/head_row.hpp"
#include "stm/shared/row.hpp"

// The way through a block of a grid along an orientation, for the hot files of path sums.
namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

struct Range {
  Index begin, end;
};

// The way through a block, and which columns its rows have.
template <class T>
struct BlockWalk {
  const GridInputs<T>& in;
  const GridPaths<T>& block;
  const TrackingWidths& j = in.shape.tracking;
  bool flip_x = (block.orientation & 1) != 0;
  bool flip_y = (block.orientation & 2) != 0;
  Index gate_head = block.head * in.shape.orientations + block.orientation;
  Index sources = j.key * j.value;      // columns of a node
  Index rows = j.state * block.stride;  // of one state
  Index first_up = block.from_left ? block.size_y : 0;
  Index first_down = block.to_right ? block.size_y : 0;
  T* sink = block.spare;
  T* none = block.spare + rows;

  Index local_x(Index a) const { return flip_x ? block.size_x - 1 - a : a; }
  Index local_y(Index c) const { return flip_y ? block.size_y - 1 - c : c; }
  Index local(Index a, Index c) const { return local_x(a) * block.size_y + local_y(c); }
  Index node(Index a, Index c) const {
    return (block.batch * in.shape.size_x + block.x + local_x(a)) * in.shape.size_y + block.y + local_y(c);
  }
  // Columns of the nodes that reach column a, rounded outwards to whole cache lines.
  Range reached(Index a) const {
    constexpr Index kLine = 64 / static_cast<Index>(sizeof(T));
    const Index width = block.size_y * sources;
    const Index begin = flip_x ? (block.size_x - 1 - a) * width : 0;
    const Index end = flip_x ? block.size_x * width : (a + 1) * width;
    return {begin / kLine * kLine, (end + kLine - 1) / kLine * kLine};
  }
  T* left(Index a, Index c) const { return block.left + local(a, c) * rows; }
  T* up(Index a, Index c) const { return block.up + local(a, c) * rows; }
  T* out_right(Index c) const { return block.out + local_y(c) * rows; }
  T* out_down(Index a) const { return block.out + (first_down + local_x(a)) * rows; }
  T* gate_row(Index a, Index c) const { return block.gate + local(a, c) * j.output * j.query * block.stride; }
  // Where the state to the right goes, or its adjoint comes from; null: nowhere.
  T* right(Index a, Index c) const {
    return a + 1 < block.size_x ? left(a + 1, c) : block.to_right ? out_right(c) : nullptr;
  }
  T* down(Index a, Index c) const {
    return c + 1 < block.size_y ? up(a, c + 1) : block.to_down ? out_down(a) : nullptr;
  }
  const T* gate(const HeadRows<const T>& gates, Index node) const {
    return gates.data == nullptr ? nullptr : at(gates, node, gate_head);
  }
  T* gradient(const HeadRows<T>& gradients, Index node) const { return at(gradients, node, gate_head); }
};

// Whole vectors.
template <class T>
inline void clear(T* row, Index begin, Index end) {
  for (Index i = begin; i < end; i += kLanes<T>) vector_at(row, i) = VectorT<T>{};
}

// Zeros in the columns of `wide` that are not in `narrow`.
template <class T>
inline void clear_around(T* row, Range wide, Range narrow) {
  clear(row, wide.begin, narrow.begin);
  clear(row, narrow.end, wide.end);
}

template <class T>
bool is_plain(const BlockWalk<T>& w) {
  return w.j.state == 1 && w.j.output == 1 && w.j.query == 1;
}

// The gates of one node; a turn that is absent has null.
template <class T>
struct Gates {
  const T *left_to_right, *up_to_right, *up_to_down, *left_to_down, *mark_left, *mark_up;

  Gates(const BlockWalk<T>& w, Index node)
      : left_to_right(w.gate(w.in.left_to_right, node)),
        up_to_right(w.gate(w.in.up_to_right, node)),
        up_to_down(w.gate(w.in.up_to_down, node)),
        left_to_down(w.gate(w.in.left_to_down, node)),
        mark_left(w.gate(w.in.mark_left, node)),
        mark_up(w.gate(w.in.mark_up, node)) {}
};

// The same where JT = JO = JQ = 1 is packed for the whole block: a line of GridFactor a node, sources only
// where JK = JV = 1, marks without c.

// Calls f(place in a line, gates or gradients) for those that there are.
template <class T, class Arrays, class F>
void for_factors(const BlockWalk<T>& w, const Arrays& arrays, const F& f) {
  f(kLeftToRight, arrays.left_to_right);
  f(kUpToDown, arrays.up_to_down);
  f(kMarkLeft, arrays.mark_left);
  f(kMarkUp, arrays.mark_up);
  if (w.in.up_to_right.data != nullptr) f(kUpToRight, arrays.up_to_right);
  if (w.in.left_to_down.data != nullptr) f(kLeftToDown, arrays.left_to_down);
  if (w.sources != 1) return;
  f(kSourceRight, arrays.source_right);
  f(kSourceDown, arrays.source_down);
}

// Calls f(line of the node, gate of the node) for all nodes of the block.
template <class T, class X, class F>
void for_nodes(const BlockWalk<T>& w, const HeadRows<X>& array, T* lines, const F& f) {
  for (Index x = 0; x < w.block.size_x; ++x) {
    const Index first = (w.block.batch * w.in.shape.size_x + w.block.x + x) * w.in.shape.size_y + w.block.y;
    X* entry = at(array, first, w.gate_head);
    for (Index y = 0; y < w.block.size_y; ++y, entry += array.row_stride, lines += kGridFactors)
      f(*lines, *entry);
  }
}

template <class T>
void pack_factors(const BlockWalk<T>& w) {
  T* lines = w.block.factors;
  for (Index i = 0; i < w.block.size_x * w.block.size_y * kGridFactors; ++i) lines[i] = 0;
  for_factors(w, w.in, [&](Index place, const HeadRows<const T>& gates) {
    for_nodes(w, gates, lines + place, [](T& factor, const T& gate) { factor = gate; });
  });
}

// The way back: lines hold gradients.
template <class T>
void add_factors(const BlockWalk<T>& w, const GridGradients<T>& gradients) {
  for_factors(w, gradients, [&](Index place, const HeadRows<T>& array) {
    for_nodes(w, array, w.block.factors + place, [](const T& factor, T& gradient) { gradient += factor; });
  });
}

}  // namespace

}  // namespace plstm::PLSTM_ISA_NAMESPACE
