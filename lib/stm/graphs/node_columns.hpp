#pragma once

#include "stm/graphs/kernels.hpp"
#include "stm/shared/head_row.hpp"
#include "stm/shared/row.hpp"

// How the recurrent kernels walk over nodes: columns of the values in slices of fixed width, and the edges
// around one node. For hot files.
namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

template <int W>
struct Width {
  static constexpr int value = W;
};

// Calls f(policy of row.hpp, first column) until all columns are covered: widths that have a kernel of their
// own in one slice, others in several.
template <class T, class F>
inline void for_column_slices(std::ptrdiff_t rows, std::ptrdiff_t width, const F& f) {
  std::ptrdiff_t column = 0;
  // Rows of more than sixteen columns do not fit the registers of the oldest processors.
  if constexpr (sizeof(T) == 4 && kVectorBytes > 16) {
    switch (width) {
      case 24:
        if constexpr (kLanes<T> == 16) {
          if (rows % 2 == 0) return f(TwoRows<T, 24>{}, column);
          break;
        } else {
          return f(OneRow<T, 24>{}, column);
        }
      case 32:
        return f(OneRow<T, 32>{}, column);
      case 48:
        return f(OneRow<T, 48>{}, column);
      case 64:
        return f(OneRow<T, 64>{}, column);
      default:
        break;
    }
  }
  for (; column + 16 <= width; column += 16) f(OneRow<T, 16>{}, column);
  if (column + 8 <= width) {
    f(OneRow<T, 8>{}, column);
    column += 8;
  }
  if (column + 4 <= width) {
    f(OneRow<T, 4>{}, column);
    column += 4;
  }
  for (; column < width; ++column) f(OneRow<T, 1>{}, column);
}

// The inputs of one node.
template <class T>
struct NodeInputs {
  const T *query, *key, *value;
  T direct;
  std::int32_t in_begin, in_end, out_begin, out_end;

  NodeInputs(const OperatorView<T>& view, std::ptrdiff_t head, NodeId node)
      : query(at(view.query, node, head)),
        key(at(view.key, node, head)),
        value(at(view.value, node, head)),
        direct(*at(view.direct, node, head)),
        in_begin(view.in_offsets[node]),
        in_end(view.in_offsets[node + 1]),
        out_begin(view.out_offsets[node]),
        out_end(view.out_offsets[node + 1]) {}
};

// The gates around a node of In edges in and Out edges out; a line edge that was pruned has transition zero.
template <class T, int In, int Out>
struct NodeGates {
  T mark[In], source[Out], transition[In][Out];
  LineEdgeId line_edge[In][Out];  ///< -1: pruned

  NodeGates(const OperatorView<T>& view, std::ptrdiff_t head, const NodeInputs<T>& node) {
#pragma GCC unroll 2
    for (int i = 0; i < In; ++i) mark[i] = *at(view.mark, view.in_edges[node.in_begin + i], head);
#pragma GCC unroll 2
    for (int o = 0; o < Out; ++o) {
      const EdgeId edge = view.out_edges[node.out_begin + o];
      source[o] = *at(view.source, edge, head);
      const std::int32_t begin = view.predecessor_offsets[edge];
      const std::int32_t end = view.predecessor_offsets[edge + 1];
      if (end - begin == In) {  // all of them, in the order of the edges in
#pragma GCC unroll 2
        for (int i = 0; i < In; ++i) {
          line_edge[i][o] = view.predecessor_line_edges[begin + i];
          transition[i][o] = *at(view.transition, line_edge[i][o], head);
        }
        continue;
      }
      for (int i = 0; i < In; ++i) {
        line_edge[i][o] = -1;
        transition[i][o] = 0;
      }
      for (std::int32_t j = begin; j < end; ++j) {
        const LineEdgeId line = view.predecessor_line_edges[j];
        const std::int32_t i = view.in_slot[view.predecessors[j]];
        line_edge[i][o] = line;
        transition[i][o] = *at(view.transition, line, head);
      }
    }
  }
};

// Asks for `count` elements that are going to be read soon.
template <class T>
inline void prefetch(const T* from, std::ptrdiff_t count) {
  constexpr auto kLine = static_cast<std::ptrdiff_t>(64 / sizeof(T));
  for (std::ptrdiff_t j = 0; j < count; j += kLine) __builtin_prefetch(from + j);
}

// How many nodes ahead inputs are asked for, which come from memory, and states, which may have left the
// nearest cache since they were written.
constexpr std::ptrdiff_t kInputsAhead = 12;
constexpr std::ptrdiff_t kStatesAhead = 2;

// Calls f(Width<In>, Width<Out>) for nodes of one or two edges on both sides; returns whether it did. Never
// for what is left over of a width, which is not worth kernels of its own.
template <class P, class T, class F>
inline bool with_small_degrees(const NodeInputs<T>& node, const F& f) {
  if constexpr (P::kWidth >= 8) {
    const std::int32_t in = node.in_end - node.in_begin;
    const std::int32_t out = node.out_end - node.out_begin;
    if (in == 1 && out == 1) return f(Width<1>{}, Width<1>{}), true;
    if (in == 2 && out == 2) return f(Width<2>{}, Width<2>{}), true;
    if (in == 1 && out == 2) return f(Width<1>{}, Width<2>{}), true;
    if (in == 2 && out == 1) return f(Width<2>{}, Width<1>{}), true;
  }
  return false;
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
