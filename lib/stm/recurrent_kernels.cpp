// The recurrent form, edge by edge. Inner loops run over rows of contiguous [K, V] states with widths known
// to the compiler for the common sizes.
#include "core/hot_loops.hpp"
#include "stm/head_row.hpp"
#include "stm/kernels.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

// Fixed widths (0: known at run time only).
template <int K, int V>
struct Widths {
  std::ptrdiff_t dynamic_key, dynamic_value;
  std::ptrdiff_t key() const { return K > 0 ? K : dynamic_key; }
  std::ptrdiff_t value() const { return V > 0 ? V : dynamic_value; }
};

// Calls f(Widths<...>) for square common widths, else with run-time widths.
template <class F>
inline void with_widths(std::ptrdiff_t key, std::ptrdiff_t value, const F& f) {
  if (key == value) {
    switch (key) {
      case 8:
        return f(Widths<8, 8>{key, value});
      case 16:
        return f(Widths<16, 16>{key, value});
      case 24:
        return f(Widths<24, 24>{key, value});
      case 32:
        return f(Widths<32, 32>{key, value});
      case 48:
        return f(Widths<48, 48>{key, value});
      case 64:
        return f(Widths<64, 64>{key, value});
      default:
        break;
    }
  }
  f(Widths<0, 0>{key, value});
}

// state = scale left right^T + sum over the row's neighbours of t * their states; one pass for up to two of
// them.
template <class T, class W>
inline void update_state(const StateRecurrence<T>& r, const W& widths, std::ptrdiff_t head, EdgeId edge,
                         EdgeId edge_begin, T* states) {
  const std::ptrdiff_t rows = widths.key();
  const std::ptrdiff_t cols = widths.value();
  const std::ptrdiff_t size = rows * cols;
  const NodeId node = r.node[edge];
  const T* __restrict left = at(r.left, node, head);
  const T* __restrict right = at(r.right, node, head);
  const T scale = *at(r.scale, edge, head);
  T* __restrict state = states + (edge - edge_begin) * size;
  std::int32_t i = r.offsets[edge];
  const std::int32_t end = r.offsets[edge + 1];
  const auto transition = [&](std::int32_t position) {
    return *at(r.transition, r.line_edges != nullptr ? r.line_edges[position] : position, head);
  };
  const auto neighbour = [&](std::int32_t position) {
    return states + (r.neighbours[position] - edge_begin) * size;
  };
  if (i == end) {
    for (std::ptrdiff_t row = 0; row < rows; ++row) {
      const T factor = scale * left[row];
      for (std::ptrdiff_t col = 0; col < cols; ++col) state[row * cols + col] = factor * right[col];
    }
    return;
  }
  if (i + 1 == end) {
    const T t = transition(i);
    const T* __restrict other = neighbour(i);
    for (std::ptrdiff_t row = 0; row < rows; ++row) {
      const T factor = scale * left[row];
      for (std::ptrdiff_t col = 0; col < cols; ++col) {
        state[row * cols + col] = factor * right[col] + t * other[row * cols + col];
      }
    }
    return;
  }
  const T t0 = transition(i);
  const T t1 = transition(i + 1);
  const T* __restrict other0 = neighbour(i);
  const T* __restrict other1 = neighbour(i + 1);
  for (std::ptrdiff_t row = 0; row < rows; ++row) {
    const T factor = scale * left[row];
    for (std::ptrdiff_t col = 0; col < cols; ++col) {
      const std::ptrdiff_t k = row * cols + col;
      state[k] = factor * right[col] + t0 * other0[k] + t1 * other1[k];
    }
  }
  for (i += 2; i < end; ++i) add_scaled<T>(transition(i), neighbour(i), size, state);
}

template <class T>
void update_states_of(const StateRecurrence<T>& recurrence, std::ptrdiff_t head, const EdgeId* edges,
                      std::ptrdiff_t count, bool backwards, EdgeId edge_begin, T* states) {
  with_widths(recurrence.left_width, recurrence.right_width, [&](const auto& widths) {
    for (std::ptrdiff_t i = 0; i < count; ++i) {
      update_state(recurrence, widths, head, edges[backwards ? count - 1 - i : i], edge_begin, states);
    }
  });
}

template <class T>
void read_outputs_of(const OperatorView<T>& view, const PartRange& range, const T* states,
                     HeadRows<T> output) {
  with_widths(view.key_width, view.value_width, [&](const auto& widths) {
    const std::ptrdiff_t rows = widths.key();
    const std::ptrdiff_t cols = widths.value();
    for (NodeId node = range.node_begin; node < range.node_end; ++node) {
      const T* __restrict query = at(view.query, node, range.head);
      const T* __restrict value = at(view.value, node, range.head);
      T* __restrict y = at(output, node, range.head);
      const T own = *at(view.direct, node, range.head) * dot(query, at(view.key, node, range.head), rows);
      for (std::ptrdiff_t col = 0; col < cols; ++col) y[col] = own * value[col];
      for (std::int32_t i = view.in_offsets[node]; i < view.in_offsets[node + 1]; ++i) {
        const EdgeId edge = view.in_edges[i];
        const T mark = *at(view.mark, edge, range.head);
        const T* __restrict state = states + (edge - range.edge_begin) * rows * cols;
        for (std::ptrdiff_t row = 0; row < rows; ++row)
          add_scaled(mark * query[row], state + row * cols, cols, y);
      }
    }
  });
}

template <class T>
void node_gradients_of(const OperatorView<T>& view, const PartRange& range, const T* states,
                       const T* adjoints, HeadRows<const T> output_gradient,
                       const GradientView<T>& gradients) {
  const std::ptrdiff_t head = range.head;
  with_widths(view.key_width, view.value_width, [&](const auto& widths) {
    const std::ptrdiff_t rows = widths.key();
    const std::ptrdiff_t cols = widths.value();
    for (NodeId node = range.node_begin; node < range.node_end; ++node) {
      const T* __restrict query = at(view.query, node, head);
      const T* __restrict key = at(view.key, node, head);
      const T* __restrict value = at(view.value, node, head);
      const T* __restrict dy = at(output_gradient, node, head);
      T* __restrict query_gradient = at(gradients.query, node, head);
      T* __restrict key_gradient = at(gradients.key, node, head);
      T* __restrict value_gradient = at(gradients.value, node, head);
      const T direct = *at(view.direct, node, head);
      const T query_key = dot(query, key, rows);
      const T value_dy = dot(value, dy, cols);
      *at(gradients.direct, node, head) += query_key * value_dy;
      add_scaled(direct * value_dy, key, rows, query_gradient);
      add_scaled(direct * value_dy, query, rows, key_gradient);
      add_scaled(direct * query_key, dy, cols, value_gradient);
      for (std::int32_t i = view.in_offsets[node]; i < view.in_offsets[node + 1]; ++i) {
        const EdgeId edge = view.in_edges[i];
        const T mark = *at(view.mark, edge, head);
        const T* __restrict state = states + (edge - range.edge_begin) * rows * cols;
        T mark_gradient = 0;
        for (std::ptrdiff_t row = 0; row < rows; ++row) {
          const T read = dot(state + row * cols, dy, cols);
          mark_gradient += read * query[row];
          query_gradient[row] += mark * read;
        }
        *at(gradients.mark, edge, head) += mark_gradient;
      }
      for (std::int32_t i = view.out_offsets[node]; i < view.out_offsets[node + 1]; ++i) {
        const EdgeId edge = view.out_edges[i];
        const T source = *at(view.source, edge, head);
        const T* __restrict adjoint = adjoints + (edge - range.edge_begin) * rows * cols;
        T source_gradient = 0;
        for (std::ptrdiff_t row = 0; row < rows; ++row) {
          const T written = dot(adjoint + row * cols, value, cols);
          source_gradient += written * key[row];
          key_gradient[row] += source * written;
          add_scaled(source * key[row], adjoint + row * cols, cols, value_gradient);
        }
        *at(gradients.source, edge, head) += source_gradient;
      }
    }
  });
}

template <class T>
void transition_gradients_of(const OperatorView<T>& view, const PartRange& range, const EdgeId* edges,
                             std::ptrdiff_t count, const T* states, const T* adjoints, HeadRows<T> gradient) {
  with_widths(view.key_width, view.value_width, [&](const auto& widths) {
    const std::ptrdiff_t size = widths.key() * widths.value();
    for (std::ptrdiff_t j = 0; j < count; ++j) {
      const EdgeId edge = edges[j];
      const T* adjoint = adjoints + (edge - range.edge_begin) * size;
      for (std::int32_t i = view.predecessor_offsets[edge]; i < view.predecessor_offsets[edge + 1]; ++i) {
        *at(gradient, view.predecessor_line_edges[i], range.head) +=
            dot(states + (view.predecessors[i] - range.edge_begin) * size, adjoint, size);
      }
    }
  });
}

}  // namespace

#define PLSTM_DEFINE_RECURRENT_KERNELS(T)                                                             \
  void update_states(const StateRecurrence<T>& recurrence, std::ptrdiff_t head, const EdgeId* edges,  \
                     std::ptrdiff_t count, bool backwards, EdgeId edge_begin, T* states) {            \
    update_states_of<T>(recurrence, head, edges, count, backwards, edge_begin, states);               \
  }                                                                                                   \
  void read_outputs(const OperatorView<T>& view, const PartRange& range, const T* states,             \
                    HeadRows<T> output) {                                                             \
    read_outputs_of<T>(view, range, states, output);                                                  \
  }                                                                                                   \
  void node_gradients(const OperatorView<T>& view, const PartRange& range, const T* states,           \
                      const T* adjoints, HeadRows<const T> output_gradient,                           \
                      const GradientView<T>& gradients) {                                             \
    node_gradients_of<T>(view, range, states, adjoints, output_gradient, gradients);                  \
  }                                                                                                   \
  void transition_gradients(const OperatorView<T>& view, const PartRange& range, const EdgeId* edges, \
                            std::ptrdiff_t count, const T* states, const T* adjoints,                 \
                            HeadRows<T> gradient) {                                                   \
    transition_gradients_of<T>(view, range, edges, count, states, adjoints, gradient);                \
  }

PLSTM_DEFINE_RECURRENT_KERNELS(float)
PLSTM_DEFINE_RECURRENT_KERNELS(double)

}  // namespace plstm::PLSTM_ISA_NAMESPACE
