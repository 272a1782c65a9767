// The closed form: y = (G o (Q K^T)) V with the path sums G = diag(d) + M (I - T)^-1 S. All matrices of one
// part and head are copied into scratch with rows padded to whole vectors, so that every inner loop is a run
// of full vector operations.
#include "core/hot_loops.hpp"
#include "core/small_product.hpp"
#include "stm/head_row.hpp"
#include "stm/kernels.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

// Copies one head's rows into [rows, stride], the rest of each row zero.
template <class T>
void pack_rows(const HeadRows<const T>& from, std::ptrdiff_t head, NodeId begin, std::ptrdiff_t rows,
               std::ptrdiff_t width, std::ptrdiff_t stride, T* __restrict to) {
  for (std::ptrdiff_t i = 0; i < rows; ++i) {
    const T* __restrict row = at(from, begin + i, head);
    for (std::ptrdiff_t j = 0; j < width; ++j) to[i * stride + j] = row[j];
    for (std::ptrdiff_t j = width; j < stride; ++j) to[i * stride + j] = 0;
  }
}

// The same transposed: [width, stride].
template <class T>
void pack_columns(const HeadRows<const T>& from, std::ptrdiff_t head, NodeId begin, std::ptrdiff_t rows,
                  std::ptrdiff_t width, std::ptrdiff_t stride, T* __restrict to) {
  for (std::ptrdiff_t i = 0; i < rows; ++i) {
    const T* __restrict row = at(from, begin + i, head);
    for (std::ptrdiff_t j = 0; j < width; ++j) to[j * stride + i] = row[j];
  }
  for (std::ptrdiff_t j = 0; j < width; ++j) {
    for (std::ptrdiff_t i = rows; i < stride; ++i) to[j * stride + i] = 0;
  }
}

// Sizes of one part's matrices and their places in the scratch memory.
template <class T>
struct Scratch {
  std::ptrdiff_t nodes, edges, node_stride, key_stride, value_stride;
  T *paths, *gate, *scores, *query, *value, *key_columns, *result;
  // Backward only.
  T *path_gradients, *score_gradients, *key, *output_gradient, *value_columns;
  std::size_t size;

  Scratch(const OperatorView<T>& view, const PartRange& range, bool backward, T* memory)
      : nodes(range.node_end - range.node_begin),
        edges(range.edge_end - range.edge_begin),
        node_stride(padded<T>(nodes)),
        key_stride(padded<T>(view.key_width)),
        value_stride(padded<T>(view.value_width)) {
    std::ptrdiff_t next = 0;
    const auto take = [&next, memory](std::ptrdiff_t rows, std::ptrdiff_t stride) {
      T* matrix = memory == nullptr ? nullptr : memory + next;
      next += rows * stride;
      return matrix;
    };
    paths = take(edges, node_stride);
    gate = take(nodes, node_stride);
    scores = take(nodes, node_stride);
    query = take(nodes, key_stride);
    value = take(nodes, value_stride);
    key_columns = take(view.key_width, node_stride);
    result = take(nodes, key_stride > value_stride ? key_stride : value_stride);
    path_gradients = backward ? take(edges, node_stride) : nullptr;
    score_gradients = backward ? take(nodes, node_stride) : nullptr;
    key = backward ? take(nodes, key_stride) : nullptr;
    output_gradient = backward ? take(nodes, value_stride) : nullptr;
    value_columns = backward ? take(view.value_width, node_stride) : nullptr;
    size = static_cast<std::size_t>(next);
  }
};

// Path sums from every node (as writer) to every edge: P_e = s_e [tail(e)] + sum over f -> e of t_{f,e} P_f.
template <class T>
void edge_path_sums(const OperatorView<T>& view, const PartRange& range, std::ptrdiff_t stride, T* paths) {
  for (EdgeId i = range.edge_begin; i < range.edge_end; ++i) {
    const EdgeId edge = view.order[i];
    T* __restrict row = paths + (edge - range.edge_begin) * stride;
    std::int32_t j = view.predecessor_offsets[edge];
    const std::int32_t end = view.predecessor_offsets[edge + 1];
    if (j == end) {
      for (std::ptrdiff_t c = 0; c < stride; ++c) row[c] = 0;
    } else {
      const T t = *at(view.transition, view.predecessor_line_edges[j], range.head);
      const T* __restrict other = paths + (view.predecessors[j] - range.edge_begin) * stride;
      for (std::ptrdiff_t c = 0; c < stride; ++c) row[c] = t * other[c];
      for (++j; j < end; ++j) {
        add_scaled(*at(view.transition, view.predecessor_line_edges[j], range.head),
                   paths + (view.predecessors[j] - range.edge_begin) * stride, stride, row);
      }
    }
    row[view.tail[edge] - range.node_begin] += *at(view.source, edge, range.head);
  }
}

// G_n = d_n [n] + sum over edges e into n of m_e P_e.
template <class T>
void node_path_sums(const OperatorView<T>& view, const PartRange& range, std::ptrdiff_t stride,
                    const T* paths, T* gate) {
  for (NodeId node = range.node_begin; node < range.node_end; ++node) {
    T* __restrict row = gate + (node - range.node_begin) * stride;
    for (std::ptrdiff_t c = 0; c < stride; ++c) row[c] = 0;
    for (std::int32_t i = view.in_offsets[node]; i < view.in_offsets[node + 1]; ++i) {
      const EdgeId edge = view.in_edges[i];
      add_scaled(*at(view.mark, edge, range.head), paths + (edge - range.edge_begin) * stride, stride, row);
    }
    row[node - range.node_begin] += *at(view.direct, node, range.head);
  }
}

template <class T>
void add_rows(const T* __restrict from, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t width,
              const HeadRows<T>& to, std::ptrdiff_t head, NodeId begin) {
  for (std::ptrdiff_t i = 0; i < rows; ++i) {
    T* __restrict row = at(to, begin + i, head);
    for (std::ptrdiff_t j = 0; j < width; ++j) row[j] += from[i * stride + j];
  }
}

// scores = Q K^T and gate = G.
template <class T>
void gate_and_scores(const OperatorView<T>& view, const PartRange& range, const Scratch<T>& s) {
  edge_path_sums(view, range, s.node_stride, s.paths);
  node_path_sums(view, range, s.node_stride, s.paths, s.gate);
  pack_rows(view.query, range.head, range.node_begin, s.nodes, view.key_width, s.key_stride, s.query);
  pack_columns(view.key, range.head, range.node_begin, s.nodes, view.key_width, s.node_stride, s.key_columns);
  small_product<T>(s.nodes, s.node_stride, view.key_width, s.query, s.key_stride, 1, s.key_columns,
                   s.node_stride, s.scores, s.node_stride);
}

template <class T>
void closed_forward_of(const OperatorView<T>& view, const PartRange& range, T* memory, HeadRows<T> output) {
  const Scratch<T> s(view, range, false, memory);
  gate_and_scores(view, range, s);
  for (std::ptrdiff_t i = 0; i < s.nodes * s.node_stride; ++i) s.scores[i] *= s.gate[i];
  pack_rows(view.value, range.head, range.node_begin, s.nodes, view.value_width, s.value_stride, s.value);
  small_product<T>(s.nodes, s.value_stride, s.nodes, s.scores, s.node_stride, 1, s.value, s.value_stride,
                   s.result, s.value_stride);
  for (std::ptrdiff_t i = 0; i < s.nodes; ++i) {
    T* __restrict y = at(output, range.node_begin + i, range.head);
    for (std::ptrdiff_t j = 0; j < view.value_width; ++j) y[j] = s.result[i * s.value_stride + j];
  }
}

// Through G to the gates: dG is in `gate_gradient`; the adjoint of the paths runs against the order.
template <class T>
void gate_gradients(const OperatorView<T>& view, const PartRange& range, const Scratch<T>& s,
                    const T* gate_gradient, const GradientView<T>& gradients) {
  const std::ptrdiff_t stride = s.node_stride;
  for (NodeId node = range.node_begin; node < range.node_end; ++node) {
    const std::ptrdiff_t i = node - range.node_begin;
    *at(gradients.direct, node, range.head) += gate_gradient[i * stride + i];
  }
  for (EdgeId i = range.edge_end - 1; i >= range.edge_begin; --i) {
    const EdgeId edge = view.order[i];
    T* __restrict row = s.path_gradients + (edge - range.edge_begin) * stride;
    const T* read = gate_gradient + (view.head[edge] - range.node_begin) * stride;
    const T mark = *at(view.mark, edge, range.head);
    for (std::ptrdiff_t c = 0; c < stride; ++c) row[c] = mark * read[c];
    for (std::int32_t j = view.successor_offsets[edge]; j < view.successor_offsets[edge + 1]; ++j) {
      add_scaled(*at(view.transition, j, range.head),
                 s.path_gradients + (view.successors[j] - range.edge_begin) * stride, stride, row);
    }
    *at(gradients.mark, edge, range.head) += dot(read, s.paths + (edge - range.edge_begin) * stride, stride);
    *at(gradients.source, edge, range.head) += row[view.tail[edge] - range.node_begin];
    for (std::int32_t j = view.predecessor_offsets[edge]; j < view.predecessor_offsets[edge + 1]; ++j) {
      *at(gradients.transition, view.predecessor_line_edges[j], range.head) +=
          dot(s.paths + (view.predecessors[j] - range.edge_begin) * stride, row, stride);
    }
  }
}

template <class T>
void closed_backward_of(const OperatorView<T>& view, const PartRange& range, T* memory,
                        HeadRows<const T> output_gradient, const GradientView<T>& gradients) {
  const Scratch<T> s(view, range, true, memory);
  const std::ptrdiff_t size = s.nodes * s.node_stride;
  gate_and_scores(view, range, s);
  pack_rows(view.key, range.head, range.node_begin, s.nodes, view.key_width, s.key_stride, s.key);
  pack_rows(output_gradient, range.head, range.node_begin, s.nodes, view.value_width, s.value_stride,
            s.output_gradient);
  pack_columns(view.value, range.head, range.node_begin, s.nodes, view.value_width, s.node_stride,
               s.value_columns);

  // B = dY V^T is the gradient of the weights G o scores; from it dG, dscores and the weights themselves,
  // each in the place of one that is used up.
  small_product<T>(s.nodes, s.node_stride, view.value_width, s.output_gradient, s.value_stride, 1,
                   s.value_columns, s.node_stride, s.score_gradients, s.node_stride);
  for (std::ptrdiff_t i = 0; i < size; ++i) {
    const T weight_gradient = s.score_gradients[i];
    const T gate = s.gate[i];
    const T score = s.scores[i];
    s.score_gradients[i] = gate * weight_gradient;
    s.scores[i] = gate * score;
    s.gate[i] = score * weight_gradient;
  }
  gate_gradients(view, range, s, s.gate, gradients);

  small_product<T>(s.nodes, s.key_stride, s.nodes, s.score_gradients, s.node_stride, 1, s.key, s.key_stride,
                   s.result, s.key_stride);
  add_rows(s.result, s.key_stride, s.nodes, view.key_width, gradients.query, range.head, range.node_begin);
  small_product<T>(s.nodes, s.key_stride, s.nodes, s.score_gradients, 1, s.node_stride, s.query, s.key_stride,
                   s.result, s.key_stride);
  add_rows(s.result, s.key_stride, s.nodes, view.key_width, gradients.key, range.head, range.node_begin);
  small_product<T>(s.nodes, s.value_stride, s.nodes, s.scores, 1, s.node_stride, s.output_gradient,
                   s.value_stride, s.result, s.value_stride);
  add_rows(s.result, s.value_stride, s.nodes, view.value_width, gradients.value, range.head,
           range.node_begin);
}

}  // namespace

#define PLSTM_DEFINE_CLOSED_KERNELS(T)                                                                       \
  std::size_t closed_scratch(const OperatorView<T>& view, const PartRange& range, bool backward) {           \
    return Scratch<T>(view, range, backward, nullptr).size;                                                  \
  }                                                                                                          \
  void closed_forward(const OperatorView<T>& view, const PartRange& range, T* scratch, HeadRows<T> output) { \
    closed_forward_of<T>(view, range, scratch, output);                                                      \
  }                                                                                                          \
  void closed_backward(const OperatorView<T>& view, const PartRange& range, T* scratch,                      \
                       HeadRows<const T> output_gradient, const GradientView<T>& gradients) {                \
    closed_backward_of<T>(view, range, scratch, output_gradient, gradients);                                 \
  }

PLSTM_DEFINE_CLOSED_KERNELS(float)
PLSTM_DEFINE_CLOSED_KERNELS(double)

}  // namespace plstm::PLSTM_ISA_NAMESPACE
