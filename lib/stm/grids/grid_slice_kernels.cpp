// One block of nodes of the sliced form, node after node: pieces of states stay in the nearest cache, and
// sums over their rows in registers.
#include <type_traits>

#include "core/hot_loops.hpp"
#include "stm/grids/grid_kernels.hpp"
#include "stm/shared/row.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

// Vector i of a row.
template <class T>
inline auto& nth(T* row, Index i) {
  return vector_at(row, i * kLanes<std::remove_const_t<T>>);
}

// Calls f.operator()<Vectors>(first column) for strips of the piece's columns, which are whole cache lines.
template <class T, class F>
inline void for_strips(Index columns, const F& f) {
  Index j = 0;
  for (; j + 2 * kLanes<T> <= columns; j += 2 * kLanes<T>) f.template operator()<2>(j);
  if (j < columns) f.template operator()<1>(j);
}

// What a node reads and writes.
template <class T>
struct TileNode {
  const T *query, *key, *value, *factors;

  TileNode(const GridTile<T>& t, Index n)
      : query(t.query + n * t.query_stride),
        key(t.key + n * t.key_stride),
        value(t.value + n * t.values),
        factors(t.factors + n * kGridFactors) {}
};

template <class X>
inline void put(const X& x, bool add, X& to) {
  to = add ? to + x : x;
}

template <class T>
void copy_pieces(const T* from, Index size, T* to) {
  for (Index i = 0; i < size; i += kLanes<T>) vector_at(to, i) = vector_at(from, i);
}

// Fetches what the next tile needs while this one is computed: what is kept of the grid does not fit the
// second cache, and its pieces are too short for the processor to guess. One node's share each.
template <class T>
struct Fetch {
  static constexpr Index kLine = 64 / static_cast<Index>(sizeof(T));
  const GridTile<T>& t;
  Index lines = t.kept_ahead == nullptr ? 0 : (t.size_x + t.size_y) * t.rows * t.columns / kLine;
  Index share = (lines + t.size_x * t.size_y - 1) / (t.size_x * t.size_y);
  Index line = 0;

  template <int ToWrite>
  static void row(const T* from, Index size) {
    for (Index i = 0; i < size; i += kLine) __builtin_prefetch(from + i, ToWrite, 2);
  }
  void operator()(Index n) {
    const Index end = line + share < lines ? line + share : lines;
    for (; line < end; ++line) __builtin_prefetch(t.kept_ahead + line * kLine, 0, 2);
    const Index next = n + t.ahead;
    __builtin_prefetch(t.query + next * t.query_stride, 0, 2);
    __builtin_prefetch(t.key + next * t.key_stride, 0, 2);
    __builtin_prefetch(t.factors + next * kGridFactors, 0, 2);
    row<0>(t.value + next * t.values, t.columns);
    if (t.output != nullptr) row<1>(t.output + next * t.values, t.columns);
    if (t.output_gradient == nullptr) return;
    row<0>(t.output_gradient + next * t.values, t.columns);
    __builtin_prefetch(t.query_gradient + next * t.gradient_rows, 1, 2);
    __builtin_prefetch(t.key_gradient + next * t.gradient_rows, 1, 2);
    __builtin_prefetch(t.factor_gradients + next * kGridFactors, 1, 2);
  }
};

// States from the left and from above give way to those that go right and down.
template <class T, int Vectors>
inline void pass_node(const TileNode<T>& node, Index rows, Index columns, T* left, T* up, T* output,
                      bool add) {
  const T* f = node.factors;
  const T lr = f[kLeftToRight], ur = f[kUpToRight], ud = f[kUpToDown], ld = f[kLeftToDown];
  VectorT<T> to_right[Vectors], to_down[Vectors], from_left[Vectors] = {}, from_up[Vectors] = {};
#pragma GCC unroll 2
  for (int i = 0; i < Vectors; ++i) {
    to_right[i] = f[kSourceRight] * nth(node.value, i);
    to_down[i] = f[kSourceDown] * nth(node.value, i);
  }
  for (Index d = 0; d < rows; ++d, left += columns, up += columns) {
    const T q = node.query[d], k = node.key[d];
#pragma GCC unroll 2
    for (int i = 0; i < Vectors; ++i) {
      const VectorT<T> l = nth(left, i), u = nth(up, i);
      from_left[i] += q * l;
      from_up[i] += q * u;
      nth(left, i) = k * to_right[i] + lr * l + ur * u;
      nth(up, i) = k * to_down[i] + ud * u + ld * l;
    }
  }
  if (output == nullptr) return;
#pragma GCC unroll 2
  for (int i = 0; i < Vectors; ++i)
    put(f[kMarkLeft] * from_left[i] + f[kMarkUp] * from_up[i], add, nth(output, i));
}

template <class T>
void tile_forward(const GridTile<T>& t) {
  const Index piece = t.rows * t.columns;
  if (t.kept != nullptr) {
    copy_pieces(t.right, t.size_y * piece, t.kept);
    copy_pieces(t.down, t.size_x * piece, t.kept + t.size_y * piece);
  }
  Fetch<T> fetch{t};
  for (Index a = 0; a < t.size_x; ++a) {
    for (Index c = 0; c < t.size_y; ++c) {
      const Index n = t.first + a * t.step_x + c * t.step_y;
      TileNode<T> node(t, n);
      fetch(n);
      T* left = t.right + c * piece;
      T* up = t.down + a * piece;
      T* output = t.output == nullptr ? nullptr : t.output + n * t.values;
      for_strips<T>(t.columns, [&]<int Vectors>(Index j) {
        TileNode<T> strip = node;
        strip.value += j;
        pass_node<T, Vectors>(strip, t.rows, t.columns, left + j, up + j,
                              output == nullptr ? nullptr : output + j, t.add_output);
      });
    }
  }
}

// to = source key value^T + factor state + other_factor other.
template <class T, int Vectors>
inline void make_state(Index rows, Index columns, const T* key, T source, const T* value, T factor,
                       const T* state, T other_factor, const T* other, T* __restrict to) {
  VectorT<T> written[Vectors];
#pragma GCC unroll 2
  for (int i = 0; i < Vectors; ++i) written[i] = source * nth(value, i);
  for (Index d = 0; d < rows; ++d, state += columns, other += columns, to += columns) {
#pragma GCC unroll 2
    for (int i = 0; i < Vectors; ++i)
      nth(to, i) = key[d] * written[i] + factor * nth(state, i) + other_factor * nth(other, i);
  }
}

// Where the states into node (a, c) of a block lie, the first ones where they were kept.
template <class T>
struct InnerStates {
  const GridTile<T>& t;
  Index piece = t.rows * t.columns;

  T* left(Index a, Index c) const {
    return a == 0 ? t.kept + c * piece : t.inner + (a * t.size_y + c) * 2 * piece;
  }
  T* up(Index a, Index c) const {
    return c == 0 ? t.kept + (t.size_y + a) * piece : t.inner + ((a * t.size_y + c) * 2 + 1) * piece;
  }
};

template <class T>
void make_inner_states(const InnerStates<T>& states) {
  const GridTile<T>& t = states.t;
  for (Index a = 0; a < t.size_x; ++a) {
    for (Index c = 0; c < t.size_y; ++c) {
      const TileNode<T> node(t, t.first + a * t.step_x + c * t.step_y);
      const T* f = node.factors;
      const T* left = states.left(a, c);
      const T* up = states.up(a, c);
      for_strips<T>(t.columns, [&]<int Vectors>(Index j) {
        if (a + 1 < t.size_x)
          make_state<T, Vectors>(t.rows, t.columns, node.key, f[kSourceRight], node.value + j,
                                 f[kLeftToRight], left + j, f[kUpToRight], up + j, states.left(a + 1, c) + j);
        if (c + 1 < t.size_y)
          make_state<T, Vectors>(t.rows, t.columns, node.key, f[kSourceDown], node.value + j, f[kUpToDown],
                                 up + j, f[kLeftToDown], left + j, states.up(a, c + 1) + j);
      });
    }
  }
}

// Most rows of a piece: one kilobyte in rows of a cache line.
constexpr Index kMostRows = 16;

// States that come to a node, and adjoints of those that leave it, which give way to those of the former.
template <class T>
struct Around {
  const T *left, *up;
  T *right, *down;
};

// Adds vectors whose lanes are yet to be added up: products of rows with queries, with keys, and `sums` in
// the order of GridFactor.
template <class T, int Vectors>
inline void take_back(const TileNode<T>& node, const T* output_gradient, Index rows, Index columns,
                      Around<T> s, VectorT<T>* queries, VectorT<T>* keys, VectorT<T>* sums, T* value_gradient,
                      bool add_value) {
  const T* f = node.factors;
  const T lr = f[kLeftToRight], ur = f[kUpToRight], ud = f[kUpToDown], ld = f[kLeftToDown];
  VectorT<T> read_left[Vectors], read_up[Vectors], wrote_right[Vectors], wrote_down[Vectors];
  VectorT<T> from_left[Vectors] = {}, from_up[Vectors] = {}, to_right[Vectors] = {}, to_down[Vectors] = {};
#pragma GCC unroll 2
  for (int i = 0; i < Vectors; ++i) {
    read_left[i] = f[kMarkLeft] * nth(output_gradient, i);
    read_up[i] = f[kMarkUp] * nth(output_gradient, i);
    wrote_right[i] = f[kSourceRight] * nth(node.value, i);
    wrote_down[i] = f[kSourceDown] * nth(node.value, i);
  }
  VectorT<T> lr_sum{}, ur_sum{}, ud_sum{}, ld_sum{};
  for (Index d = 0; d < rows; ++d) {
    const T q = node.query[d], k = node.key[d];
    VectorT<T> of_query{}, of_key{};
#pragma GCC unroll 2
    for (int i = 0; i < Vectors; ++i) {
      const VectorT<T> l = nth(s.left, i), u = nth(s.up, i);
      const VectorT<T> r = nth(s.right, i), w = nth(s.down, i);
      lr_sum += r * l;
      ur_sum += r * u;
      ud_sum += w * u;
      ld_sum += w * l;
      from_left[i] += q * l;
      from_up[i] += q * u;
      to_right[i] += k * r;
      to_down[i] += k * w;
      of_query += read_left[i] * l;
      of_query += read_up[i] * u;
      of_key += wrote_right[i] * r;
      of_key += wrote_down[i] * w;
      nth(s.right, i) = q * read_left[i] + lr * r + ld * w;
      nth(s.down, i) = q * read_up[i] + ur * r + ud * w;
    }
    queries[d] += of_query;
    keys[d] += of_key;
    s.left += columns;
    s.up += columns;
    s.right += columns;
    s.down += columns;
  }
  sums[kLeftToRight] += lr_sum;
  sums[kUpToRight] += ur_sum;
  sums[kUpToDown] += ud_sum;
  sums[kLeftToDown] += ld_sum;
#pragma GCC unroll 2
  for (int i = 0; i < Vectors; ++i) {
    sums[kMarkLeft] += nth(output_gradient, i) * from_left[i];
    sums[kMarkUp] += nth(output_gradient, i) * from_up[i];
    sums[kSourceRight] += nth(node.value, i) * to_right[i];
    sums[kSourceDown] += nth(node.value, i) * to_down[i];
    put(f[kSourceRight] * to_right[i] + f[kSourceDown] * to_down[i], add_value, nth(value_gradient, i));
  }
}

template <class T>
void tile_backward(const GridTile<T>& t) {
  const InnerStates<T> states{t};
  const Index piece = states.piece;
  make_inner_states(states);
  Fetch<T> fetch{t};
  for (Index a = t.size_x; a-- > 0;) {
    for (Index c = t.size_y; c-- > 0;) {
      const Index n = t.first + a * t.step_x + c * t.step_y;
      const TileNode<T> node(t, n);
      fetch(n);
      const Around<T> around{states.left(a, c), states.up(a, c), t.right + c * piece, t.down + a * piece};
      VectorT<T> rows[2 * kMostRows];
      VectorT<T> sums[kGridFactors] = {};
      for (Index i = 0; i < 2 * t.rows; ++i) rows[i] = VectorT<T>{};
      for_strips<T>(t.columns, [&]<int Vectors>(Index j) {
        TileNode<T> strip = node;
        strip.value += j;
        take_back<T, Vectors>(strip, t.output_gradient + n * t.values + j, t.rows, t.columns,
                              {around.left + j, around.up + j, around.right + j, around.down + j}, rows,
                              rows + t.rows, sums, t.output + n * t.values + j, t.add_output);
      });
      T lanes[2 * kMostRows] = {};
      add_lane_sums<T, static_cast<int>(kLanes<T>)>(rows, 2 * t.rows, lanes);
      for (Index d = 0; d < t.rows; ++d) {
        put(lanes[d], t.add_query, t.query_gradient[n * t.gradient_rows + d]);
        put(lanes[t.rows + d], t.add_query, t.key_gradient[n * t.gradient_rows + d]);
      }
      T gates[kGridFactors] = {};
      add_lane_sums<T, static_cast<int>(kLanes<T>)>(sums, kGridFactors, gates);
      for (Index i = 0; i < kGridFactors; ++i)
        put(gates[i], t.add_factors, t.factor_gradients[n * kGridFactors + i]);
    }
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
GridTileKernels<T> GridTileKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.tile_forward = isa::tile_forward<T>, .tile_backward = isa::tile_backward<T>};
}

template GridTileKernels<float> GridTileKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template GridTileKernels<double> GridTileKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
