#pragma once

#include "core/hot_loops.hpp"
#include "stm/graphs/kernels.hpp"
#include "stm/shared/head_row.hpp"
#include "stm/shared/row.hpp"

// A chunk's matrices in scratch memory, its path sums, and the way back through them (docs/operator.md,
// sections 3 and 4). For hot files.
namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

inline NodeId node_of(const Chunk& c, std::ptrdiff_t i) {
  return c.nodes != nullptr ? c.nodes[i] : c.node_base + static_cast<NodeId>(i);
}
inline std::int32_t row_of_node(const Chunk& c, NodeId node) {
  return (c.node_position != nullptr ? c.node_position[node] : node) - c.node_base;
}
// Negative: the edge comes from an earlier chunk.
inline std::int32_t row_of_edge(const Chunk& c, EdgeId edge) {
  return (c.edge_position != nullptr ? c.edge_position[edge] : edge) - c.edge_base;
}
// Whether the edge ends inside the chunk, given that it starts there.
inline bool ends_inside(const Chunk& c, NodeId head) {
  return row_of_node(c, head) < c.num_nodes;
}

// Copies one head's rows into [rows, stride], the rest of each row zero.
template <class T>
void pack_rows(const HeadRows<const T>& from, const Chunk& c, std::ptrdiff_t head, std::ptrdiff_t width,
               std::ptrdiff_t stride, T* __restrict to) {
  for (std::ptrdiff_t i = 0; i < c.num_nodes; ++i) {
    const T* __restrict row = at(from, node_of(c, i), head);
    for (std::ptrdiff_t j = 0; j < width; ++j) to[i * stride + j] = row[j];
    for (std::ptrdiff_t j = width; j < stride; ++j) to[i * stride + j] = 0;
  }
}

// The same transposed: [width, stride].
template <class T>
void pack_columns(const HeadRows<const T>& from, const Chunk& c, std::ptrdiff_t head, std::ptrdiff_t width,
                  std::ptrdiff_t stride, T* __restrict to) {
  transpose_rows([&](std::ptrdiff_t i) { return at(from, node_of(c, i), head); }, c.num_nodes, width, to,
                 stride);
  for (std::ptrdiff_t j = 0; j < width; ++j) {
    for (std::ptrdiff_t i = c.num_nodes; i < stride; ++i) to[j * stride + i] = 0;
  }
}

// to [cols, stride] = from [rows, cols] transposed, padded with zeros.
template <class T>
void transpose(const T* from, std::ptrdiff_t rows, std::ptrdiff_t cols, std::ptrdiff_t stride,
               T* __restrict to) {
  transpose_rows([=](std::ptrdiff_t i) { return from + i * cols; }, rows, cols, to, stride);
  for (std::ptrdiff_t j = 0; j < cols; ++j) {
    for (std::ptrdiff_t i = rows; i < stride; ++i) to[j * stride + i] = 0;
  }
}

// Sizes of one chunk's matrices and their places in the scratch memory.
template <class T>
struct Scratch {
  std::ptrdiff_t nodes, edges, in, node_stride, path_stride, key_stride, value_stride;
  T *paths, *gate;  // [edges | nodes, path_stride]: columns of nodes, then of border_in
  T *scores, *query, *value, *key_columns, *result;
  T *path_gradients, *score_gradients, *key, *output_gradient, *value_columns;
  T *border, *scaled;  // one state, padded or transposed; a scaled factor
  std::size_t size;

  Scratch(const OperatorView<T>& view, const Chunk& chunk, T* memory)
      : nodes(chunk.num_nodes),
        edges(chunk.num_edges),
        in(chunk.num_in),
        node_stride(padded<T>(nodes)),
        path_stride(node_stride + padded<T>(in)),
        key_stride(padded<T>(view.key_width)),
        value_stride(padded<T>(view.value_width)) {
    std::ptrdiff_t next = 0;
    const auto take = [&next, memory](std::ptrdiff_t rows, std::ptrdiff_t stride) {
      T* matrix = memory == nullptr ? nullptr : memory + next;
      next += padded<T>(rows * stride);
      return matrix;
    };
    const std::ptrdiff_t wide = key_stride > value_stride ? key_stride : value_stride;
    paths = take(edges, path_stride);
    gate = take(nodes, path_stride);
    scores = take(nodes, node_stride);
    query = take(nodes, key_stride);
    value = take(nodes, value_stride);
    key_columns = take(view.key_width, node_stride);
    result = take(nodes > view.key_width ? nodes : view.key_width, wide);
    path_gradients = take(edges, path_stride);
    score_gradients = take(nodes, node_stride);
    key = take(nodes, key_stride);
    output_gradient = take(nodes, value_stride);
    value_columns = take(view.value_width, node_stride);
    const bool borders = chunk.num_in + chunk.num_out > 0;
    border = take(borders ? wide : 0, wide);
    scaled = take(borders ? (nodes > view.key_width ? nodes : view.key_width) : 0,
                  key_stride > node_stride ? key_stride : node_stride);
    size = static_cast<std::size_t>(next);
  }
};

// Path sums from every node of the chunk (as writer) and every border edge to every edge out of the chunk's
// nodes: P_e = s_e [tail(e)] + sum over f -> e of t_{f,e} P_f, where P_f = [f] for a border edge.
template <class T>
void edge_path_sums(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head,
                    const Scratch<T>& s) {
  const std::ptrdiff_t stride = s.path_stride;
  for (std::ptrdiff_t i = 0; i < chunk.num_edges; ++i) {
    const EdgeId edge = chunk.edges[i];
    T* __restrict row = s.paths + row_of_edge(chunk, edge) * stride;
    bool fresh = true;
    T* border = row + s.node_stride;
    const std::int32_t begin = view.predecessor_offsets[edge];
    const std::int32_t end = view.predecessor_offsets[edge + 1];
    for (std::int32_t j = begin; j < end; ++j) {
      const std::int32_t from = row_of_edge(chunk, view.predecessors[j]);
      if (from < 0) continue;
      const T t = *at(view.transition, view.predecessor_line_edges[j], head);
      const T* __restrict other = s.paths + from * stride;
      if (fresh) {
        for (std::ptrdiff_t c = 0; c < stride; ++c) row[c] = t * other[c];
        fresh = false;
      } else {
        add_scaled(t, other, stride, row);
      }
    }
    if (fresh) {
      for (std::ptrdiff_t c = 0; c < stride; ++c) row[c] = 0;
    }
    if (s.in > 0) {
      for (std::int32_t j = begin; j < end; ++j) {
        if (row_of_edge(chunk, view.predecessors[j]) >= 0) continue;
        border[chunk.in_rank[view.predecessors[j]]] +=
            *at(view.transition, view.predecessor_line_edges[j], head);
      }
    }
    row[row_of_node(chunk, view.tail[edge])] += *at(view.source, edge, head);
  }
}

// G_n = d_n [n] + sum over edges e into n of m_e P_e.
template <class T>
void node_path_sums(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head,
                    const Scratch<T>& s) {
  const std::ptrdiff_t stride = s.path_stride;
  for (std::ptrdiff_t n = 0; n < s.nodes; ++n) {
    const NodeId node = node_of(chunk, n);
    T* __restrict row = s.gate + n * stride;
    for (std::ptrdiff_t c = 0; c < stride; ++c) row[c] = 0;
    for (std::int32_t i = view.in_offsets[node]; i < view.in_offsets[node + 1]; ++i) {
      const EdgeId edge = view.in_edges[i];
      const T mark = *at(view.mark, edge, head);
      const std::int32_t from = row_of_edge(chunk, edge);
      if (from >= 0) {
        add_scaled(mark, s.paths + from * stride, stride, row);
      } else {
        row[s.node_stride + chunk.in_rank[edge]] += mark;
      }
    }
    row[n] += *at(view.direct, node, head);
  }
}

// Through G to the gates: dG is in `gate`; the adjoint of the path sums runs against the order.
template <class T>
void gate_gradients(const OperatorView<T>& view, const Chunk& chunk, std::ptrdiff_t head, const Scratch<T>& s,
                    const GradientView<T>& gradients) {
  const std::ptrdiff_t stride = s.path_stride;
  for (std::ptrdiff_t n = 0; n < s.nodes; ++n) {
    const NodeId node = node_of(chunk, n);
    const T* gate = s.gate + n * stride;
    *at(gradients.direct, node, head) += gate[n];
    if (s.in == 0) continue;
    for (std::int32_t i = view.in_offsets[node]; i < view.in_offsets[node + 1]; ++i) {
      const EdgeId edge = view.in_edges[i];
      if (row_of_edge(chunk, edge) < 0)
        *at(gradients.mark, edge, head) += gate[s.node_stride + chunk.in_rank[edge]];
    }
  }
  for (std::ptrdiff_t i = chunk.num_edges - 1; i >= 0; --i) {
    const EdgeId edge = chunk.edges[i];
    T* __restrict row = s.path_gradients + row_of_edge(chunk, edge) * stride;
    if (ends_inside(chunk, view.head[edge])) {
      const T* read = s.gate + row_of_node(chunk, view.head[edge]) * stride;
      const T mark = *at(view.mark, edge, head);
      for (std::ptrdiff_t c = 0; c < stride; ++c) row[c] = mark * read[c];
      for (std::int32_t j = view.successor_offsets[edge]; j < view.successor_offsets[edge + 1]; ++j) {
        add_scaled(*at(view.transition, j, head),
                   s.path_gradients + row_of_edge(chunk, view.successors[j]) * stride, stride, row);
      }
      *at(gradients.mark, edge, head) += dot(read, s.paths + row_of_edge(chunk, edge) * stride, stride);
    }
    *at(gradients.source, edge, head) += row[row_of_node(chunk, view.tail[edge])];
    for (std::int32_t j = view.predecessor_offsets[edge]; j < view.predecessor_offsets[edge + 1]; ++j) {
      const std::int32_t from = row_of_edge(chunk, view.predecessors[j]);
      *at(gradients.transition, view.predecessor_line_edges[j], head) +=
          from >= 0 ? dot(s.paths + from * stride, row, stride)
                    : row[s.node_stride + chunk.in_rank[view.predecessors[j]]];
    }
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
