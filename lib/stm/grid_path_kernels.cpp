// Path sums of a block of a grid and the way back through them (docs/operator.md, section 7). Nodes are
// visited along the orientation; a node's row of sums is as long as the columns of x that were reached so
// far, in whole vectors, and the columns of the states that enter the block.
#include "core/hot_loops.hpp"
#include "stm/grid_kernels.hpp"
#include "stm/head_row.hpp"
#include "stm/row.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

struct Range {
  Index begin, end;
};

// The way through a block, and which columns its rows have.
template <class T>
struct BlockWalk {
  const GridInputs<T>& in;
  const GridBlock<T>& block;
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

template <class T>
void clear(T* row, Index begin, Index end) {
  for (Index i = begin; i < end; ++i) row[i] = 0;
}

// Zeros in the columns of `wide` that are not in `narrow`.
template <class T>
void clear_around(T* row, Range wide, Range narrow) {
  clear(row, wide.begin, narrow.begin);
  clear(row, narrow.end, wide.end);
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

// The same where JT = JO = JQ = 1, turned into factors.
template <class T>
struct Factors {
  T lr, ur, ud, ld, ml, mu;

  explicit Factors(const Gates<T>& g)
      : lr(*g.left_to_right),
        ur(g.up_to_right != nullptr ? *g.up_to_right : T(0)),
        ud(*g.up_to_down),
        ld(g.left_to_down != nullptr ? *g.left_to_down : T(0)),
        ml(*g.mark_left),
        mu(*g.mark_up) {}
};

// Rows of one node.
template <class T>
struct Rows {
  T *left, *up, *right, *down, *gate;
};

template <class T>
using VectorT = typename VectorOf<T>::Type;

template <class T>
inline VectorT<T>& vector_at(T* row, Index i) {
  return *reinterpret_cast<VectorT<T>*>(row + i);
}

template <class T, bool Add>
inline void step(const Factors<T>& f, const Rows<T>& rows, Range columns) {
  for (Index i = columns.begin; i < columns.end; i += kLanes<T>) {
    const VectorT<T> l = vector_at(rows.left, i), u = vector_at(rows.up, i);
    vector_at(rows.right, i) = f.lr * l + f.ur * u;
    vector_at(rows.down, i) = f.ud * u + f.ld * l;
    const VectorT<T> g = f.ml * l + f.mu * u;
    if constexpr (Add) {
      vector_at(rows.gate, i) += g;
    } else {
      vector_at(rows.gate, i) = g;
    }
  }
}

// to [JT] rows = a left + b up, for any JT.
template <class T>
void hand_on(const BlockWalk<T>& w, const T* from_left, const T* from_up, const Rows<T>& rows, T* to,
             Range columns) {
  const Index size = columns.end - columns.begin;
  for (Index t = 0; t < w.j.state; ++t) {
    T* row = to + t * w.block.stride + columns.begin;
    clear(row, 0, size);
    for (Index s = 0; s < w.j.state; ++s) {
      const Index from = s * w.block.stride + columns.begin;
      if (from_left != nullptr) add_scaled(from_left[t * w.j.state + s], rows.left + from, size, row);
      if (from_up != nullptr) add_scaled(from_up[t * w.j.state + s], rows.up + from, size, row);
    }
  }
}

template <class T>
void step_tracking(const BlockWalk<T>& w, const Gates<T>& g, const Rows<T>& rows, GateRows gate_rows,
                   Range columns) {
  hand_on(w, g.left_to_right, g.up_to_right, rows, rows.right, columns);
  hand_on(w, g.left_to_down, g.up_to_down, rows, rows.down, columns);
  if (gate_rows == GateRows::kNone) return;
  const Index size = columns.end - columns.begin;
  for (Index i = 0; i < w.j.output * w.j.query; ++i) {
    T* row = rows.gate + i * w.block.stride + columns.begin;
    if (gate_rows == GateRows::kReplace) clear(row, 0, size);
    for (Index t = 0; t < w.j.state; ++t) {
      const Index from = t * w.block.stride + columns.begin;
      add_scaled(g.mark_left[i * w.j.state + t], rows.left + from, size, row);
      add_scaled(g.mark_up[i * w.j.state + t], rows.up + from, size, row);
    }
  }
}

// A state from outside the block, zero or the unit of its border column.
template <class T>
void start(const BlockWalk<T>& w, T* rows, Range reached, bool enters, Index border) {
  for (Index t = 0; t < w.j.state; ++t) {
    T* row = rows + t * w.block.stride;
    clear(row, reached.begin, reached.end);
    clear(row, w.block.columns, w.block.stride);
    if (enters) row[w.block.columns + border * w.j.state + t] = 1;
  }
}

template <class T>
void path_sums_of(const GridInputs<T>& in, const GridBlock<T>& block, GateRows gate_rows) {
  const BlockWalk<T> w{in, block};
  const bool plain = w.j.state == 1 && w.j.output == 1 && w.j.query == 1;
  const Range border{block.columns, block.stride};
  const Range all{0, block.columns};
  for (Index a = 0; a < block.size_x; ++a) {
    const Range reached = w.reached(a);
    const Range next = a + 1 < block.size_x ? w.reached(a + 1) : all;
    for (Index c = 0; c < block.size_y; ++c) {
      const Index node = w.node(a, c);
      if (a == 0) start(w, w.left(a, c), reached, block.from_left, w.local_y(c));
      if (c == 0) start(w, w.up(a, c), reached, block.from_up, w.first_up + w.local_x(a));
      T* right = w.right(a, c);
      T* down = w.down(a, c);
      const Rows<T> rows{w.left(a, c), w.up(a, c), right != nullptr ? right : w.sink,
                         down != nullptr ? down : w.sink,
                         plain && gate_rows == GateRows::kNone ? w.sink : w.gate_row(a, c)};
      const Gates<T> gates(w, node);
      for (const Range columns : {reached, border}) {
        if (!plain) {
          step_tracking(w, gates, rows, gate_rows, columns);
        } else if (gate_rows == GateRows::kAdd) {
          step<T, true>(Factors<T>(gates), rows, columns);
        } else {
          step<T, false>(Factors<T>(gates), rows, columns);
        }
      }
      for (Index i = 0; gate_rows == GateRows::kReplace && i < w.j.output * w.j.query; ++i)
        clear_around(rows.gate + i * block.stride, all, reached);
      const Index own = w.local(a, c) * w.sources;
      const auto write = [&](T* to, const HeadRows<const T>& source, Range wide) {
        const T* s = at(source, node, w.gate_head);
        for (Index t = 0; t < w.j.state; ++t) {
          for (Index i = 0; i < w.sources; ++i) to[t * block.stride + own + i] += s[t * w.sources + i];
          clear_around(to + t * block.stride, wide, reached);
        }
      };
      if (right != nullptr) write(right, in.source_right, next);
      if (down != nullptr) write(down, in.source_down, c + 1 < block.size_y ? reached : all);
      if (block.orientation != 0 || gate_rows == GateRows::kNone) continue;
      const T* direct = at(in.direct, node, block.head);
      for (Index i = 0; i < w.j.output * w.j.query; ++i) {
        for (Index k = 0; k < w.sources; ++k)
          rows.gate[i * block.stride + own + k] += direct[i * w.sources + k];
      }
    }
  }
}

// Products of the adjoints right, down and gate with the path sums left and up, of one node, added up.
template <class T>
struct FactorSums {
  VectorT<T> lr{}, ur{}, ud{}, ld{}, ml{}, mu{};
};

template <class T>
inline void step_back(const Factors<T>& f, const Rows<T>& rows, bool to_left, bool to_up, Range columns,
                      FactorSums<T>& sums) {
  for (Index i = columns.begin; i < columns.end; i += kLanes<T>) {
    const VectorT<T> l = vector_at(rows.left, i), u = vector_at(rows.up, i);
    const VectorT<T> r = vector_at(rows.right, i), d = vector_at(rows.down, i), g = vector_at(rows.gate, i);
    sums.lr += r * l;
    sums.ur += r * u;
    sums.ud += d * u;
    sums.ld += d * l;
    sums.ml += g * l;
    sums.mu += g * u;
    if (to_left) vector_at(rows.left, i) = f.ml * g + f.lr * r + f.ld * d;
    if (to_up) vector_at(rows.up, i) = f.mu * g + f.ur * r + f.ud * d;
  }
}

template <class T>
void add_factor_gradients(const BlockWalk<T>& w, const FactorSums<T>& sums, const GridGradients<T>& gradients,
                          Index node) {
  const VectorT<T> rows[8] = {sums.lr, sums.ud, sums.ml, sums.mu, sums.ur, sums.ld, {}, {}};
  T totals[8] = {};
  add_lane_sums<T, static_cast<int>(kLanes<T>)>(rows, 8, totals);
  *w.gradient(gradients.left_to_right, node) += totals[0];
  *w.gradient(gradients.up_to_down, node) += totals[1];
  *w.gradient(gradients.mark_left, node) += totals[2];
  *w.gradient(gradients.mark_up, node) += totals[3];
  if (w.in.up_to_right.data != nullptr) *w.gradient(gradients.up_to_right, node) += totals[4];
  if (w.in.left_to_down.data != nullptr) *w.gradient(gradients.left_to_down, node) += totals[5];
}

template <class T>
T sum_of_products(const T* a, const T* b, Range reached, Range border) {
  return dot(a + reached.begin, b + reached.begin, reached.end - reached.begin) +
         dot(a + border.begin, b + border.begin, border.end - border.begin);
}

// For any widths: gradient [rows, JT] of the factors that took the path sums `from` [JT] to rows whose
// adjoints are `to` [rows].
template <class T>
void add_products(const BlockWalk<T>& w, const T* to, Index rows, const T* from, Range reached, Range border,
                  T* gradient) {
  for (Index i = 0; i < rows; ++i) {
    for (Index t = 0; t < w.j.state; ++t)
      gradient[i * w.j.state + t] +=
          sum_of_products(to + i * w.block.stride, from + t * w.block.stride, reached, border);
  }
}

template <class T>
void take_back(const BlockWalk<T>& w, const T* factors, Index rows, const T* adjoint, T* to, Range columns) {
  if (factors == nullptr) return;
  for (Index i = 0; i < rows; ++i) {
    for (Index t = 0; t < w.j.state; ++t)
      add_scaled(factors[i * w.j.state + t], adjoint + i * w.block.stride + columns.begin,
                 columns.end - columns.begin, to + t * w.block.stride + columns.begin);
  }
}

template <class T>
void step_back_tracking(const BlockWalk<T>& w, const Gates<T>& g, const Rows<T>& rows, bool to_left,
                        bool to_up, Range reached, Range border, const GridGradients<T>& gradients,
                        Index node) {
  const Index states = w.j.state;
  const Index reads = w.j.output * w.j.query;
  const auto products = [&](const T* gate, const HeadRows<T>& gradient, const T* to, Index count,
                            const T* from) {
    if (gate != nullptr) add_products(w, to, count, from, reached, border, w.gradient(gradient, node));
  };
  products(g.left_to_right, gradients.left_to_right, rows.right, states, rows.left);
  products(g.up_to_right, gradients.up_to_right, rows.right, states, rows.up);
  products(g.up_to_down, gradients.up_to_down, rows.down, states, rows.up);
  products(g.left_to_down, gradients.left_to_down, rows.down, states, rows.left);
  products(g.mark_left, gradients.mark_left, rows.gate, reads, rows.left);
  products(g.mark_up, gradients.mark_up, rows.gate, reads, rows.up);
  for (const Range columns : {reached, border}) {
    const auto gather = [&](T* to, const T* mark, const T* to_right, const T* to_down) {
      for (Index t = 0; t < states; ++t) clear(to + t * w.block.stride, columns.begin, columns.end);
      take_back(w, mark, reads, rows.gate, to, columns);
      take_back(w, to_right, states, rows.right, to, columns);
      take_back(w, to_down, states, rows.down, to, columns);
    };
    if (to_left) gather(rows.left, g.mark_left, g.left_to_right, g.left_to_down);
    if (to_up) gather(rows.up, g.mark_up, g.up_to_right, g.up_to_down);
  }
}

template <class T>
void path_gradients_of(const GridInputs<T>& in, const GridBlock<T>& block,
                       const GridGradients<T>& gradients) {
  const BlockWalk<T> w{in, block};
  const bool plain = w.j.state == 1 && w.j.output == 1 && w.j.query == 1;
  const Range border{block.columns, block.stride};
  clear(w.none, 0, w.rows);
  for (Index a = block.size_x; a-- > 0;) {
    const Range reached = w.reached(a);
    for (Index c = block.size_y; c-- > 0;) {
      const Index node = w.node(a, c);
      T* right = w.right(a, c);
      T* down = w.down(a, c);
      const Rows<T> rows{w.left(a, c), w.up(a, c), right != nullptr ? right : w.none,
                         down != nullptr ? down : w.none, w.gate_row(a, c)};
      const Gates<T> gates(w, node);
      if (plain) {
        const Factors<T> factors(gates);
        FactorSums<T> sums;
        step_back(factors, rows, a > 0, c > 0, reached, sums);
        step_back(factors, rows, a > 0, c > 0, border, sums);
        add_factor_gradients(w, sums, gradients, node);
      } else {
        step_back_tracking(w, gates, rows, a > 0, c > 0, reached, border, gradients, node);
      }
      const Index own = w.local(a, c) * w.sources;
      const auto written = [&](const T* adjoint, const HeadRows<T>& gradient) {
        T* s = w.gradient(gradient, node);
        for (Index t = 0; t < w.j.state; ++t) {
          for (Index i = 0; i < w.sources; ++i) s[t * w.sources + i] += adjoint[t * block.stride + own + i];
        }
      };
      if (right != nullptr) written(right, gradients.source_right);
      if (down != nullptr) written(down, gradients.source_down);
      if (block.orientation != 0) continue;
      T* direct = at(gradients.direct, node, block.head);
      for (Index i = 0; i < w.j.output * w.j.query; ++i) {
        for (Index k = 0; k < w.sources; ++k)
          direct[i * w.sources + k] += rows.gate[i * block.stride + own + k];
      }
    }
  }
}

}  // namespace

#define PLSTM_DEFINE_GRID_PATHS(T)                                                                  \
  void grid_path_sums(const GridInputs<T>& inputs, const GridBlock<T>& block, GateRows gate_rows) { \
    path_sums_of<T>(inputs, block, gate_rows);                                                      \
  }                                                                                                 \
  void grid_path_gradients(const GridInputs<T>& inputs, const GridBlock<T>& block,                  \
                           const GridGradients<T>& gradients) {                                     \
    path_gradients_of<T>(inputs, block, gradients);                                                 \
  }
PLSTM_DEFINE_GRID_PATHS(float)
PLSTM_DEFINE_GRID_PATHS(double)

}  // namespace plstm::PLSTM_ISA_NAMESPACE
