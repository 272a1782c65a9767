// The recurrent form of the grid operator: node after node, in plain loops over the rows of states. Whatever
// J widths there are, a node's query, key, value and output are unpacked to rows first.
#include "core/hot_loops.hpp"
#include "stm/grids/grid_kernels.hpp"
#include "stm/shared/head_row.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

// Nodes, states and gates of one sweep.
template <class T>
struct Walk {
  const GridInputs<T>& in;
  const GridSweep<T>& sweep;
  const GridShape& shape = in.shape;
  const TrackingWidths& j = shape.tracking;
  Index keys = shape.key_width;
  Index values = shape.value_width;
  Index state_size = j.state * keys * values;
  Index gate_head = sweep.head * shape.orientations + sweep.orientation;
  // In scratch: zero states of the border, a place for states that leave the grid, and the node's rows.
  T* none = sweep.scratch;
  T* sink = none + state_size;
  T* query = sink + 2 * state_size;                               // [JQ, K]
  T* key = query + j.query * keys;                                // [JK, K]
  T* value = key + j.key * keys;                                  // [JV, V]
  T* output = value + j.value * values;                           // [JO, V]
  T* read_left = output + j.output * values;                      // [JO, JT, K] query through the mark
  T* read_up = read_left + j.output * j.state * keys;             //
  T* write_right = read_up + j.output * j.state * keys;           // [JT, JV, K] key through the source
  T* write_down = write_right + j.state * j.value * keys;         //
  T* read_gradient = write_down + j.state * j.value * keys;       // [JO, JT, K]
  T* write_gradient = read_gradient + j.output * j.state * keys;  // [JT, JV, K]
  T* column_sums = write_gradient + j.state * j.value * keys;     // [4, V]

  void clear_border() const {
    for (Index i = 0; i < state_size; ++i) none[i] = 0;
  }
  Index row(Index a, Index c) const {
    const Index x = (sweep.orientation & 1) != 0 ? shape.size_x - 1 - a : a;
    const Index y = (sweep.orientation & 2) != 0 ? shape.size_y - 1 - c : c;
    return (sweep.batch * shape.size_x + x) * shape.size_y + y;
  }
  T* left(Index a, Index c) const {
    return sweep.left + (a % sweep.left_period * shape.size_y + c) * state_size;
  }
  T* up(Index a, Index c) const {
    return sweep.up + (sweep.up_period == 0 ? a * shape.size_y + c : c % sweep.up_period) * state_size;
  }
  T* left_adjoint(Index a, Index c) const {
    return sweep.left_adjoint + (a % 2 * shape.size_y + c) * state_size;
  }
  T* up_adjoint(Index c) const { return sweep.up_adjoint + c % 2 * state_size; }
  const T* gate(const HeadRows<const T>& rows, Index node) const {
    return rows.data == nullptr ? nullptr : at(rows, node, gate_head);
  }

  // query[j][d] = from[d * JQ + j], and so on.
  static void unpack(const T* __restrict from, Index width, Index tracking, T* __restrict to) {
    if (tracking == 1) {
      for (Index d = 0; d < width; ++d) to[d] = from[d];
      return;
    }
    for (Index i = 0; i < tracking; ++i) {
      for (Index d = 0; d < width; ++d) to[i * width + d] = from[d * tracking + i];
    }
  }
  // Rows of the node, and its query and key through its gates.
  void load(Index node) const {
    unpack(at(in.query, node, sweep.head), keys, j.query, query);
    unpack(at(in.key, node, sweep.head), keys, j.key, key);
    unpack(at(in.value, node, sweep.head), values, j.value, value);
    through_mark(gate(in.mark_left, node), read_left);
    through_mark(gate(in.mark_up, node), read_up);
    through_source(gate(in.source_right, node), write_right);
    through_source(gate(in.source_down, node), write_down);
  }
  void through_mark(const T* mark, T* to) const {
    for (Index o = 0; o < j.output; ++o) {
      for (Index t = 0; t < j.state; ++t, to += keys) {
        for (Index d = 0; d < keys; ++d) to[d] = 0;
        for (Index q = 0; q < j.query; ++q)
          add_scaled(sweep.scale * mark[(o * j.query + q) * j.state + t], query + q * keys, keys, to);
      }
    }
  }
  void through_source(const T* source, T* to) const {
    for (Index t = 0; t < j.state; ++t) {
      for (Index l = 0; l < j.value; ++l, to += keys) {
        for (Index d = 0; d < keys; ++d) to[d] = 0;
        for (Index k = 0; k < j.key; ++k)
          add_scaled(source[(t * j.key + k) * j.value + l], key + k * keys, keys, to);
      }
    }
  }
};

template <class T>
T dot(const T* __restrict a, const T* __restrict b, Index size) {
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (Index i = 0; i < size; ++i) sum += a[i] * b[i];
  return sum;
}

// What one node reads and writes of the states around it.
template <class T>
struct Around {
  const T *left, *up;  // [JT, K, V]
  T *right, *down;
  const T *left_to_right, *up_to_right, *up_to_down, *left_to_down;
};

// All widths 1: every state is read and written once.
template <class T>
void forward_plain(const Walk<T>& w, const Around<T>& s) {
  const Index values = w.values;
  const T lr = *s.left_to_right, ud = *s.up_to_down;
  const T ur = s.up_to_right != nullptr ? *s.up_to_right : T(0);
  const T ld = s.left_to_down != nullptr ? *s.left_to_down : T(0);
  const T* __restrict value = w.value;
  T* __restrict y = w.output;
  for (Index d = 0; d < w.keys; ++d) {
    const T* __restrict left = s.left + d * values;
    const T* __restrict up = s.up + d * values;
    T* __restrict right = s.right + d * values;
    T* __restrict down = s.down + d * values;
    const T wr = w.write_right[d], wd = w.write_down[d], ml = w.read_left[d], mu = w.read_up[d];
#pragma omp simd
    for (Index v = 0; v < values; ++v) {
      const T l = left[v], u = up[v];
      y[v] += ml * l + mu * u;
      right[v] = wr * value[v] + lr * l + ur * u;
      down[v] = wd * value[v] + ud * u + ld * l;
    }
  }
}

template <class T>
void hand_on(const Walk<T>& w, const T* transition, Index t, Index d, const T* from, T* to) {
  if (transition == nullptr) return;
  for (Index s = 0; s < w.j.state; ++s)
    add_scaled(transition[t * w.j.state + s], from + (s * w.keys + d) * w.values, w.values, to);
}

template <class T>
void forward_tracking(const Walk<T>& w, const Around<T>& s) {
  for (Index t = 0; t < w.j.state; ++t) {
    for (Index d = 0; d < w.keys; ++d) {
      const Index place = (t * w.keys + d) * w.values;
      T* right = s.right + place;
      T* down = s.down + place;
      for (Index v = 0; v < w.values; ++v) right[v] = down[v] = 0;
      for (Index l = 0; l < w.j.value; ++l) {
        const Index from = (t * w.j.value + l) * w.keys + d;
        add_scaled(w.write_right[from], w.value + l * w.values, w.values, right);
        add_scaled(w.write_down[from], w.value + l * w.values, w.values, down);
      }
      hand_on(w, s.left_to_right, t, d, s.left, right);
      hand_on(w, s.up_to_right, t, d, s.up, right);
      hand_on(w, s.up_to_down, t, d, s.up, down);
      hand_on(w, s.left_to_down, t, d, s.left, down);
      for (Index o = 0; o < w.j.output; ++o) {
        const Index read = (o * w.j.state + t) * w.keys + d;
        add_scaled(w.read_left[read], s.left + place, w.values, w.output + o * w.values);
        add_scaled(w.read_up[read], s.up + place, w.values, w.output + o * w.values);
      }
    }
  }
}

// Calls f(direct gate's index, o, l, q, k) for all its entries.
template <class F>
void for_direct(const TrackingWidths& j, const F& f) {
  Index i = 0;
  for (Index o = 0; o < j.output; ++o) {
    for (Index q = 0; q < j.query; ++q) {
      for (Index k = 0; k < j.key; ++k) {
        for (Index l = 0; l < j.value; ++l) f(i++, o, l, q, k);
      }
    }
  }
}

template <class T>
void read_directly(const Walk<T>& w, Index node) {
  const T* direct = at(w.in.direct, node, w.sweep.head);
  for_direct(w.j, [&](Index i, Index o, Index l, Index q, Index k) {
    const T score = w.sweep.scale * dot(w.query + q * w.keys, w.key + k * w.keys, w.keys);
    add_scaled(direct[i] * score, w.value + l * w.values, w.values, w.output + o * w.values);
  });
}

bool all_one(const TrackingWidths& j) {
  return j.state == 1 && j.key == 1 && j.value == 1 && j.output == 1 && j.query == 1;
}

template <class T>
void sweep_forward(const GridInputs<T>& in, const GridSweep<T>& sweep, T* output) {
  const Walk<T> w{in, sweep};
  w.clear_border();
  const bool plain = all_one(w.j);
  const Index size = w.j.output * w.values;
  const Index first = sweep.batch * w.shape.size_x * w.shape.size_y;
  for (Index a = 0; a < w.shape.size_x; ++a) {
    for (Index c = 0; c < w.shape.size_y; ++c) {
      const Index node = w.row(a, c);
      w.load(node);
      for (Index i = 0; i < size; ++i) w.output[i] = 0;
      const Around<T> around{a > 0 ? w.left(a, c) : w.none,
                             c > 0 ? w.up(a, c) : w.none,
                             a + 1 < w.shape.size_x ? w.left(a + 1, c) : w.sink,
                             c + 1 < w.shape.size_y ? w.up(a, c + 1) : w.sink + w.state_size,
                             w.gate(in.left_to_right, node),
                             w.gate(in.up_to_right, node),
                             w.gate(in.up_to_down, node),
                             w.gate(in.left_to_down, node)};
      plain ? forward_plain(w, around) : forward_tracking(w, around);
      if (sweep.orientation == 0) read_directly(w, node);
      T* y = output + (node - first) * size;
      for (Index i = 0; i < size; ++i) y[i] = w.output[i];
    }
  }
}

// Adjoints of the four states around a node, and the gradients of the transitions.
template <class T>
struct Back {
  const T *right, *down;
  T *left, *up;
  T *left_to_right, *up_to_right, *up_to_down, *left_to_down;
};

template <class T>
void take_back(const Walk<T>& w, const T* transition, T* gradient, Index t, Index d, const T* from,
               const T* adjoint, T* to) {
  if (transition == nullptr) return;
  for (Index s = 0; s < w.j.state; ++s) {
    const Index place = (s * w.keys + d) * w.values;
    gradient[t * w.j.state + s] += dot(adjoint, from + place, w.values);
    add_scaled(transition[t * w.j.state + s], adjoint, w.values, to + place);
  }
}

// Adjoints of the states into the node.
template <class T>
void backward_states(const Walk<T>& w, const Around<T>& s, const Back<T>& b) {
  for (Index t = 0; t < w.j.state; ++t) {
    for (Index d = 0; d < w.keys; ++d) {
      const Index place = (t * w.keys + d) * w.values;
      for (Index v = 0; v < w.values; ++v) b.left[place + v] = b.up[place + v] = 0;
      for (Index o = 0; o < w.j.output; ++o) {
        const Index read = (o * w.j.state + t) * w.keys + d;
        add_scaled(w.read_left[read], w.output + o * w.values, w.values, b.left + place);
        add_scaled(w.read_up[read], w.output + o * w.values, w.values, b.up + place);
      }
    }
  }
  for (Index t = 0; t < w.j.state; ++t) {
    for (Index d = 0; d < w.keys; ++d) {
      const T* right = b.right + (t * w.keys + d) * w.values;
      const T* down = b.down + (t * w.keys + d) * w.values;
      take_back(w, s.left_to_right, b.left_to_right, t, d, s.left, right, b.left);
      take_back(w, s.up_to_right, b.up_to_right, t, d, s.up, right, b.up);
      take_back(w, s.up_to_down, b.up_to_down, t, d, s.up, down, b.up);
      take_back(w, s.left_to_down, b.left_to_down, t, d, s.left, down, b.left);
    }
  }
}

// The same where all widths are 1, in one pass.
template <class T>
void backward_states_plain(const Walk<T>& w, const Around<T>& s, const Back<T>& b) {
  const Index values = w.values;
  const T lr = *s.left_to_right, ud = *s.up_to_down;
  const T ur = s.up_to_right != nullptr ? *s.up_to_right : T(0);
  const T ld = s.left_to_down != nullptr ? *s.left_to_down : T(0);
  const T* __restrict dy = w.output;
  // A sum for each column, so that rows need not be added up one by one.
  T* __restrict lr_sums = w.column_sums;
  T* __restrict ur_sums = lr_sums + values;
  T* __restrict ud_sums = ur_sums + values;
  T* __restrict ld_sums = ud_sums + values;
  for (Index i = 0; i < 4 * values; ++i) w.column_sums[i] = 0;
  for (Index d = 0; d < w.keys; ++d) {
    const T* __restrict left = s.left + d * values;
    const T* __restrict up = s.up + d * values;
    const T* __restrict right_adjoint = b.right + d * values;
    const T* __restrict down_adjoint = b.down + d * values;
    T* __restrict left_adjoint = b.left + d * values;
    T* __restrict up_adjoint = b.up + d * values;
    const T ml = w.read_left[d], mu = w.read_up[d];
#pragma omp simd
    for (Index v = 0; v < values; ++v) {
      const T r = right_adjoint[v], o = down_adjoint[v], l = left[v], u = up[v];
      lr_sums[v] += r * l;
      ur_sums[v] += r * u;
      ud_sums[v] += o * u;
      ld_sums[v] += o * l;
      left_adjoint[v] = ml * dy[v] + lr * r + ld * o;
      up_adjoint[v] = mu * dy[v] + ur * r + ud * o;
    }
  }
  T totals[4] = {};
  for (Index i = 0; i < 4; ++i) {
    for (Index v = 0; v < values; ++v) totals[i] += w.column_sums[i * values + v];
  }
  *b.left_to_right += totals[0];
  if (s.up_to_right != nullptr) *b.up_to_right += totals[1];
  *b.up_to_down += totals[2];
  if (s.left_to_down != nullptr) *b.left_to_down += totals[3];
}

// Gradients of a mark and, through it, of the query, given the state that was read.
template <class T>
void backward_read(const Walk<T>& w, const T* state, const T* mark, T* mark_gradient, T* query_gradient) {
  for (Index o = 0; o < w.j.output; ++o) {
    for (Index t = 0; t < w.j.state; ++t) {
      T* __restrict read = w.read_gradient;
      for (Index d = 0; d < w.keys; ++d)
        read[d] = w.sweep.scale * dot(state + (t * w.keys + d) * w.values, w.output + o * w.values, w.values);
      for (Index q = 0; q < w.j.query; ++q) {
        const Index i = (o * w.j.query + q) * w.j.state + t;
        mark_gradient[i] += dot(w.query + q * w.keys, read, w.keys);
        add_scaled(mark[i], read, w.keys, query_gradient + q * w.keys);
      }
    }
  }
}

// Gradients of a source, the key and the value, given the adjoint of the state that was written.
template <class T>
void backward_write(const Walk<T>& w, const T* adjoint, const T* source, const T* written, T* source_gradient,
                    T* key_gradient, T* value_gradient) {
  for (Index t = 0; t < w.j.state; ++t) {
    for (Index l = 0; l < w.j.value; ++l) {
      T* __restrict write = w.write_gradient;
      for (Index d = 0; d < w.keys; ++d) {
        const T* row = adjoint + (t * w.keys + d) * w.values;
        write[d] = dot(row, w.value + l * w.values, w.values);
        add_scaled(written[(t * w.j.value + l) * w.keys + d], row, w.values, value_gradient + l * w.values);
      }
      for (Index k = 0; k < w.j.key; ++k) {
        const Index i = (t * w.j.key + k) * w.j.value + l;
        source_gradient[i] += dot(w.key + k * w.keys, write, w.keys);
        add_scaled(source[i], write, w.keys, key_gradient + k * w.keys);
      }
    }
  }
}

template <class T>
void backward_directly(const Walk<T>& w, Index node, const GridGradients<T>& gradients, T* query_gradient,
                       T* key_gradient, T* value_gradient) {
  const T* direct = at(w.in.direct, node, w.sweep.head);
  T* direct_gradient = at(gradients.direct, node, w.sweep.head);
  for_direct(w.j, [&](Index i, Index o, Index l, Index q, Index k) {
    const T* query = w.query + q * w.keys;
    const T* key = w.key + k * w.keys;
    const T* dy = w.output + o * w.values;
    const T score = w.sweep.scale * dot(query, key, w.keys);
    const T back = w.sweep.scale * dot(dy, w.value + l * w.values, w.values);
    direct_gradient[i] += dot(query, key, w.keys) * back;
    add_scaled(direct[i] * back, key, w.keys, query_gradient + q * w.keys);
    add_scaled(direct[i] * back, query, w.keys, key_gradient + k * w.keys);
    add_scaled(direct[i] * score, dy, w.values, value_gradient + l * w.values);
  });
}

template <class T>
void sweep_backward(const GridInputs<T>& in, const GridSweep<T>& sweep,
                    const HeadRows<const T>& output_gradient, const GridGradients<T>& gradients,
                    const GridNodeGradients<T>& nodes) {
  const Walk<T> w{in, sweep};
  w.clear_border();
  const bool plain = all_one(w.j);
  const Index first = sweep.batch * w.shape.size_x * w.shape.size_y;
  const auto gradient = [&](const HeadRows<T>& rows, Index node) {
    return rows.data == nullptr ? nullptr : at(rows, node, w.gate_head);
  };
  for (Index a = w.shape.size_x; a-- > 0;) {
    for (Index c = w.shape.size_y; c-- > 0;) {
      const Index node = w.row(a, c);
      w.load(node);
      w.unpack(at(output_gradient, node, sweep.head), w.values, w.j.output, w.output);
      const Around<T> around{a > 0 ? w.left(a, c) : w.none,
                             c > 0 ? w.up(a, c) : w.none,
                             nullptr,
                             nullptr,
                             w.gate(in.left_to_right, node),
                             w.gate(in.up_to_right, node),
                             w.gate(in.up_to_down, node),
                             w.gate(in.left_to_down, node)};
      const Back<T> back{a + 1 < w.shape.size_x ? w.left_adjoint(a + 1, c) : w.none,
                         c + 1 < w.shape.size_y ? w.up_adjoint(c + 1) : w.none,
                         a > 0 ? w.left_adjoint(a, c) : w.sink,
                         c > 0 ? w.up_adjoint(c) : w.sink + w.state_size,
                         gradient(gradients.left_to_right, node),
                         gradient(gradients.up_to_right, node),
                         gradient(gradients.up_to_down, node),
                         gradient(gradients.left_to_down, node)};
      plain ? backward_states_plain(w, around, back) : backward_states(w, around, back);
      const Index n = node - first;
      T* dq = nodes.query + n * w.j.query * w.keys;
      T* dk = nodes.key + n * w.j.key * w.keys;
      T* dv = nodes.value + n * w.j.value * w.values;
      for (Index i = 0; i < w.j.query * w.keys; ++i) dq[i] = 0;
      for (Index i = 0; i < w.j.key * w.keys; ++i) dk[i] = 0;
      for (Index i = 0; i < w.j.value * w.values; ++i) dv[i] = 0;
      if (a > 0)
        backward_read(w, around.left, w.gate(in.mark_left, node), gradient(gradients.mark_left, node), dq);
      if (c > 0) backward_read(w, around.up, w.gate(in.mark_up, node), gradient(gradients.mark_up, node), dq);
      if (a + 1 < w.shape.size_x)
        backward_write(w, back.right, w.gate(in.source_right, node), w.write_right,
                       gradient(gradients.source_right, node), dk, dv);
      if (c + 1 < w.shape.size_y)
        backward_write(w, back.down, w.gate(in.source_down, node), w.write_down,
                       gradient(gradients.source_down, node), dk, dv);
      if (sweep.orientation == 0) backward_directly(w, node, gradients, dq, dk, dv);
    }
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
GridSweepKernels<T> GridSweepKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.sweep_forward = isa::sweep_forward<T>, .sweep_backward = isa::sweep_backward<T>};
}

template GridSweepKernels<float> GridSweepKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template GridSweepKernels<double> GridSweepKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
