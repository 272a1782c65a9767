// Path sums of a block of a grid and the way back through them (docs/operator.md, section 8). Nodes are
// visited along the orientation; a node's row of sums is as long as the columns of x that were reached so
// far, in whole vectors, and the columns of the states that enter the block.
#include "stm/grids/grid_path_columns.hpp"
#include "stm/grids/grid_path_factors.hpp"
#include "stm/grids/grid_path_walk.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

// Rows of one node.
template <class T>
struct Rows {
  T *left, *up, *right, *down, *gate;
};

template <GateRows kRows, class T>
inline void step(const T* f, const Rows<T>& rows, Range columns) {
  const T lr = f[kLeftToRight], ur = f[kUpToRight], ud = f[kUpToDown], ld = f[kLeftToDown];
  const T ml = f[kMarkLeft], mu = f[kMarkUp];
  for (Index i = columns.begin; i < columns.end; i += kLanes<T>) {
    const VectorT<T> l = vector_at(rows.left, i), u = vector_at(rows.up, i);
    vector_at(rows.right, i) = lr * l + ur * u;
    vector_at(rows.down, i) = ud * u + ld * l;
    if constexpr (kRows == GateRows::kReplace) vector_at(rows.gate, i) = ml * l + mu * u;
    if constexpr (kRows == GateRows::kAdd) vector_at(rows.gate, i) += ml * l + mu * u;
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

// What a node writes of its own into the state that leaves it, and zeros in the columns of `wide` that no
// path of it reaches.
template <class T>
void write(const BlockWalk<T>& w, T* to, const HeadRows<const T>& source, Index node, Index own, Range wide,
           Range reached) {
  const T* s = at(source, node, w.gate_head);
  for (Index t = 0; t < w.j.state; ++t) {
    for (Index i = 0; i < w.sources; ++i) to[t * w.block.stride + own + i] += s[t * w.sources + i];
    clear_around(to + t * w.block.stride, wide, reached);
  }
}

template <class T>
void add_direct(const BlockWalk<T>& w, T* gate, Index node, Index own) {
  const T* direct = at(w.in.direct, node, w.block.head);
  for (Index i = 0; i < w.j.output * w.j.query; ++i) {
    for (Index k = 0; k < w.sources; ++k) gate[i * w.block.stride + own + k] += direct[i * w.sources + k];
  }
}

template <GateRows kRows, class T>
void path_sums_in(const BlockWalk<T>& w) {
  const GridPaths<T>& block = w.block;
  const bool plain = is_plain(w);
  const bool one_source = plain && w.sources == 1;
  const Range border{block.columns, block.stride};
  const Range all{0, block.columns};
  if (plain && !block.packed) pack_factors(w);
  if (fits_columns(w)) return sums_of_columns<kRows>(w);
  for (Index a = 0; a < block.size_x; ++a) {
    const Range reached = w.reached(a);
    const Range next = a + 1 < block.size_x ? w.reached(a + 1) : all;
    for (Index c = 0; c < block.size_y; ++c) {
      if (a == 0) start(w, w.left(a, c), reached, block.from_left, w.local_y(c));
      if (c == 0) start(w, w.up(a, c), reached, block.from_up, w.first_up + w.local_x(a));
      const Index n = w.local(a, c);
      const Index own = n * w.sources;
      T* right = w.right(a, c);
      T* down = w.down(a, c);
      const Rows<T> rows{block.left + n * w.rows, block.up + n * w.rows, right != nullptr ? right : w.sink,
                         down != nullptr ? down : w.sink, w.gate_row(a, c)};
      const Range down_wide = c + 1 < block.size_y ? reached : all;
      if (plain) {
        step<kRows>(block.factors + n * kGridFactors, rows, reached);
        step<kRows>(block.factors + n * kGridFactors, rows, border);
      } else {
        const Gates<T> gates(w, w.node(a, c));
        step_tracking(w, gates, rows, kRows, reached);
        step_tracking(w, gates, rows, kRows, border);
      }
      if (one_source) {
        rows.right[own] += block.factors[n * kGridFactors + kSourceRight];
        clear_around(rows.right, next, reached);
        rows.down[own] += block.factors[n * kGridFactors + kSourceDown];
        clear_around(rows.down, down_wide, reached);
      } else {
        write(w, rows.right, w.in.source_right, w.node(a, c), own, next, reached);
        write(w, rows.down, w.in.source_down, w.node(a, c), own, down_wide, reached);
      }
      if constexpr (kRows == GateRows::kReplace) {
        for (Index i = 0; i < w.j.output * w.j.query; ++i)
          clear_around(rows.gate + i * block.stride, all, reached);
      }
      if (kRows != GateRows::kNone && block.orientation == 0) add_direct(w, rows.gate, w.node(a, c), own);
    }
  }
}

template <class T>
void path_sums(const GridInputs<T>& in, const GridPaths<T>& block, GateRows gate_rows) {
  const BlockWalk<T> w{in, block};
  switch (gate_rows) {
    case GateRows::kReplace:
      return path_sums_in<GateRows::kReplace>(w);
    case GateRows::kAdd:
      return path_sums_in<GateRows::kAdd>(w);
    case GateRows::kNone:
      return path_sums_in<GateRows::kNone>(w);
  }
}

// Overwrites the path sums left and up of a node with their adjoints and adds, vector by vector, the products
// of both, in the order of GridFactor.
template <class T>
inline void step_back(const T* f, const Rows<T>& rows, Range columns, VectorT<T>* products) {
  const T lr = f[kLeftToRight], ur = f[kUpToRight], ud = f[kUpToDown], ld = f[kLeftToDown];
  const T ml = f[kMarkLeft], mu = f[kMarkUp];
  VectorT<T> sums[6] = {products[0], products[1], products[2], products[3], products[4], products[5]};
  for (Index i = columns.begin; i < columns.end; i += kLanes<T>) {
    const VectorT<T> l = vector_at(rows.left, i), u = vector_at(rows.up, i);
    const VectorT<T> r = vector_at(rows.right, i), d = vector_at(rows.down, i), g = vector_at(rows.gate, i);
    sums[kLeftToRight] += r * l;
    sums[kUpToRight] += r * u;
    sums[kUpToDown] += d * u;
    sums[kLeftToDown] += d * l;
    sums[kMarkLeft] += g * l;
    sums[kMarkUp] += g * u;
    vector_at(rows.left, i) = ml * g + lr * r + ld * d;
    vector_at(rows.up, i) = mu * g + ur * r + ud * d;
  }
  for (int i = 0; i < 6; ++i) products[i] = sums[i];
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
void step_back_tracking(const BlockWalk<T>& w, const Gates<T>& g, const Rows<T>& rows, Range reached,
                        Range border, const GridGradients<T>& gradients, Index node) {
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
    gather(rows.left, g.mark_left, g.left_to_right, g.left_to_down);
    gather(rows.up, g.mark_up, g.up_to_right, g.up_to_down);
  }
}

template <class T>
void add_written(const BlockWalk<T>& w, const T* adjoint, const HeadRows<T>& gradient, Index node,
                 Index own) {
  T* s = w.gradient(gradient, node);
  for (Index t = 0; t < w.j.state; ++t) {
    for (Index i = 0; i < w.sources; ++i) s[t * w.sources + i] += adjoint[t * w.block.stride + own + i];
  }
}

template <class T>
void gradients_of_nodes(const BlockWalk<T>& w, const GridGradients<T>& gradients) {
  const GridPaths<T>& block = w.block;
  const bool plain = is_plain(w);
  const Range border{block.columns, block.stride};
  for (Index a = block.size_x; a-- > 0;) {
    const Range reached = w.reached(a);
    for (Index c = block.size_y; c-- > 0;) {
      const Index n = w.local(a, c);
      const Index own = n * w.sources;
      T* right = w.right(a, c);
      T* down = w.down(a, c);
      const Rows<T> rows{block.left + n * w.rows, block.up + n * w.rows, right != nullptr ? right : w.none,
                         down != nullptr ? down : w.none, w.gate_row(a, c)};
      if (plain) {
        // The node's factors give way to their gradients.
        T* line = block.factors + n * kGridFactors;
        VectorT<T> products[kGridFactors] = {};
        step_back(line, rows, reached, products);
        step_back(line, rows, border, products);
        for (Index i = 0; i < kGridFactors; ++i) line[i] = 0;
        add_lane_sums<T, static_cast<int>(kLanes<T>)>(products, kGridFactors, line);
        line[kSourceRight] = rows.right[own];
        line[kSourceDown] = rows.down[own];
      } else {
        step_back_tracking(w, Gates<T>(w, w.node(a, c)), rows, reached, border, gradients, w.node(a, c));
      }
      if (w.sources != 1 || !plain) {
        add_written(w, rows.right, gradients.source_right, w.node(a, c), own);
        add_written(w, rows.down, gradients.source_down, w.node(a, c), own);
      }
      if (block.orientation != 0) continue;
      T* direct = at(gradients.direct, w.node(a, c), block.head);
      for (Index i = 0; i < w.j.output * w.j.query; ++i) {
        for (Index k = 0; k < w.sources; ++k)
          direct[i * w.sources + k] += rows.gate[i * block.stride + own + k];
      }
    }
  }
}

template <class T>
void path_gradients(const GridInputs<T>& in, const GridPaths<T>& block, const GridGradients<T>& gradients) {
  const BlockWalk<T> w{in, block};
  clear(w.none, 0, w.rows);
  if (fits_columns(w)) {
    gradients_of_columns(w, gradients.direct);
  } else {
    gradients_of_nodes(w, gradients);
  }
  if (is_plain(w) && !block.packed) add_factors(w, gradients);
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
GridPathKernels<T> GridPathKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.path_sums = isa::path_sums<T>,
          .path_gradients = isa::path_gradients<T>,
          .pack_factors = isa::pack_all_factors<T>,
          .add_factors = isa::add_all_factors<T>};
}

template GridPathKernels<float> GridPathKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template GridPathKernels<double> GridPathKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
