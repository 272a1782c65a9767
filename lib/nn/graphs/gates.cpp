#include "plstm/nn/graphs/gates.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

#include "nn/shared/kernels.hpp"
#include "nn/shared/row_blocks.hpp"

namespace plstm {

namespace {

// Entries that are copied at a time, as kernels do not work in place.
constexpr Index kPiece = 512;

// y = f(y)
template <class T>
void activate_in_place(ActivationKind kind, Index size, T* y) {
  T z[kPiece];
  for (Index first = 0; first < size; first += kPiece) {
    const Index count = std::min(kPiece, size - first);
    std::copy_n(y + first, count, z);
    layer_kernels<T>().activate(kind, count, z, y + first);
  }
}

// dy becomes dz = dy f'(z), for functions whose slope follows from y = f(z) alone.
template <class T>
void differentiate_in_place(ActivationKind kind, Index size, const T* y, T* dy) {
  T d[kPiece];
  for (Index first = 0; first < size; first += kPiece) {
    const Index count = std::min(kPiece, size - first);
    std::copy_n(dy + first, count, d);
    layer_kernels<T>().activate_backward(kind, count, y + first, y + first, d, dy + first, false);
  }
}

// y = f(z), sigmoid or hyperbolic tangent; gather(z) fills z [rows, heads], and scatter(dz) passes its gradient on.
template <class T, class Gather, class Scatter>
Var<T> activate_gathered(Tape<T>& tape, ActivationKind kind, Index rows, Index heads, const Gather& gather,
                         const Scatter& scatter) {
  Var<T> y = tape.make(rows, heads);
  gather(y.value);
  for_entry_blocks(y.size(),
                   [&](Index first, Index count) { activate_in_place(kind, count, y.value + first); });
  tape.on_backward(y, [=](T* dy) {
    for_entry_blocks(y.size(), [&](Index first, Index count) {
      differentiate_in_place(kind, count, y.value + first, dy + first);
    });
    scatter(dy);
  });
  return y;
}

// Calls body(row) for all rows, in parallel where there are many entries.
template <class Body>
void for_each_row(Index rows, Index entries, const Body& body) {
  for_row_blocks(rows, entries / std::max<Index>(1, rows) + 1, [&](Index first, Index count) {
    for (Index row = first; row < first + count; ++row) body(row);
  });
}

// Calls body(node, edge) for all edges out of a node (or into it), node by node, likewise.
template <class Body>
void for_each_edge(const StmGraph& graph, EdgeEnd end, Index entries, const Body& body) {
  const std::int32_t* offsets = end == EdgeEnd::kTail ? graph.out_offsets.data() : graph.in_offsets.data();
  const EdgeId* edges = end == EdgeEnd::kTail ? graph.out_edges.data() : graph.in_edges.data();
  for_each_row(graph.num_nodes, entries, [&](Index n) {
    for (std::int32_t i = offsets[n]; i < offsets[n + 1]; ++i) body(n, Index{edges[i]});
  });
}

void check_slots(const char* function, const StmGraph& graph, Index degree) {
  const std::int32_t needed = graph.max_degree();
  if (needed <= degree) return;
  throw GraphError(fmt::format("{}: a node has {} in- or out-edges, the gates serve at most {}", function,
                               needed, degree));
}

template <class T>
T sign(T x) {
  return static_cast<T>((x > 0) - (x < 0));
}

// t_i = z_i / (1/2 + S), S = sum |z|; z and t lie `stride` apart. One bounded group of one head.
template <class T>
struct BoundedGroup {
  T norm;      // 1/2 + S
  T weighted;  // sum of dt_i z_i

  // dz_i += dt_i / norm - sign(z_i) * weighted / norm^2
  T gradient(T z, T dt) const { return dt / norm - sign(z) * weighted / (norm * norm); }
};

// Where gradients of gathered columns are added to; nothing happens if they need none.
template <class T>
struct GradientColumns {
  T* data;
  Index stride;

  GradientColumns(Tape<T>& tape, const Columns<T>& columns)
      : data(columns.of.gradient != nullptr ? tape.gradient(columns.of) + columns.first : nullptr),
        stride(columns.of.cols) {}

  void add(Index row, Index heads, const T* __restrict dz) const {
    if (data == nullptr) return;
    T* __restrict to = data + row * stride;
    for (Index h = 0; h < heads; ++h) to[h] += dz[h];
  }
};

}  // namespace

template <class T>
Var<T> node_gate(Tape<T>& tape, GateInput<T> z) {
  const Index rows = z.rows();
  const Index heads = z.count;
  const auto gather = [&](T* to) {
    for_each_row(rows, rows * heads, [&](Index n) { std::copy_n(z.row(n), heads, to + n * heads); });
  };
  return activate_gathered(tape, ActivationKind::kSigmoid, rows, heads, gather, [=, &tape](const T* dz) {
    const GradientColumns<T> gradient(tape, z);
    for_each_row(rows, rows * heads, [&](Index n) { gradient.add(n, heads, dz + n * heads); });
  });
}

template <class T>
Var<T> slot_gate(Tape<T>& tape, const StmGraph& graph, EdgeEnd end, GateInput<T> z, Index heads) {
  const std::int32_t* node = end == EdgeEnd::kTail ? graph.tail.data() : graph.head.data();
  const std::int32_t* slot = end == EdgeEnd::kTail ? graph.out_slot.data() : graph.in_slot.data();
  const Index edges = graph.num_edges;
  const Index degree = z.count / heads;
  check_shape("slot_gate", "z", {z.rows(), z.count}, {graph.num_nodes, heads * degree});
  check_slots("slot_gate", graph, degree);
  // Entry of the first head; those of the others follow `degree` apart. No two edges have the same.
  const auto place = [=](Index e) { return node[e] * z.of.cols + z.first + slot[e]; };
  const auto gather = [&](T* to) {
    for_each_row(edges, edges * heads, [&](Index e) {
      for (Index h = 0; h < heads; ++h) to[e * heads + h] = z.of.value[place(e) + h * degree];
    });
  };
  return activate_gathered(tape, ActivationKind::kSigmoid, edges, heads, gather, [=, &tape](const T* dz) {
    if (z.of.gradient == nullptr) return;
    T* gradient = tape.gradient(z.of);
    for_each_row(edges, edges * heads, [&](Index e) {
      for (Index h = 0; h < heads; ++h) gradient[place(e) + h * degree] += dz[e * heads + h];
    });
  });
}

template <class T>
Var<T> slot_transition(Tape<T>& tape, const StmGraph& graph, StmMode mode, GateInput<T> z, Index heads) {
  const Index edges = graph.num_edges;
  const Index lines = graph.num_line_edges;
  const auto degree = static_cast<Index>(std::lround(std::sqrt(static_cast<double>(z.count / heads))));
  check_shape("slot_transition", "z", {z.rows(), z.count}, {graph.num_nodes, heads * degree * degree});
  check_slots("slot_transition", graph, degree);
  const StmGraph* g = &graph;
  // First entry of the row [in_slot(f), all out-slots] of edge f at the node it enters.
  const auto row = [=](Index f, Index h) {
    const auto i = static_cast<std::size_t>(f);
    return g->head[i] * z.of.cols + z.first + (h * degree + g->in_slot[i]) * degree;
  };
  const auto out_slot = [=](LineEdgeId line) {
    return g->out_slot[static_cast<std::size_t>(g->successors[static_cast<std::size_t>(line)])];
  };
  const auto line_begin = [=](Index f) { return g->successor_offsets[static_cast<std::size_t>(f)]; };
  if (mode == StmMode::kDiffusion) {
    const auto visit = [=](const auto& body) {
      for_each_row(edges, lines * heads, [&](Index f) {
        for (LineEdgeId line = line_begin(f); line < line_begin(f + 1); ++line) {
          for (Index h = 0; h < heads; ++h) body(line * heads + h, row(f, h) + out_slot(line));
        }
      });
    };
    const auto gather = [&](T* gathered) {
      visit([=](Index to, Index from) { gathered[to] = z.of.value[from]; });
    };
    return activate_gathered(tape, ActivationKind::kTanh, lines, heads, gather, [=, &tape](const T* dz) {
      if (z.of.gradient == nullptr) return;
      T* gradient = tape.gradient(z.of);
      visit([=](Index from, Index to) { gradient[to] += dz[from]; });
    });
  }
  Var<T> t = tape.make(lines, heads);
  const auto norm = [=](Index first) {
    T sum = T(0.5);
    for (Index b = 0; b < degree; ++b) sum += std::abs(z.of.value[first + b]);
    return sum;
  };
  for_each_row(edges, lines * heads, [&](Index f) {
    if (line_begin(f) == line_begin(f + 1)) return;
    for (Index h = 0; h < heads; ++h) {
      const Index first = row(f, h);
      const T inverse = T(1) / norm(first);
      for (LineEdgeId line = line_begin(f); line < line_begin(f + 1); ++line) {
        t.value[line * heads + h] = z.of.value[first + out_slot(line)] * inverse;
      }
    }
  });
  tape.on_backward(t, [=, &tape](const T* dt) {
    if (z.of.gradient == nullptr) return;
    T* gradient = tape.gradient(z.of);
    for_each_row(edges, lines * heads, [&](Index f) {
      if (line_begin(f) == line_begin(f + 1)) return;
      for (Index h = 0; h < heads; ++h) {
        const Index first = row(f, h);
        BoundedGroup<T> group{norm(first), 0};
        for (LineEdgeId line = line_begin(f); line < line_begin(f + 1); ++line) {
          group.weighted += dt[line * heads + h] * z.of.value[first + out_slot(line)];
        }
        for (Index b = 0; b < degree; ++b) gradient[first + b] += group.gradient(z.of.value[first + b], T(0));
        for (LineEdgeId line = line_begin(f); line < line_begin(f + 1); ++line) {
          gradient[first + out_slot(line)] += dt[line * heads + h] / group.norm;
        }
      }
    });
  });
  return t;
}

template <class T>
Var<T> end_gate(Tape<T>& tape, const StmGraph& graph, EdgeEnd end, GateInput<T> node_part,
                GateInput<T> edge_part) {
  const std::int32_t* node = end == EdgeEnd::kTail ? graph.tail.data() : graph.head.data();
  const Index edges = graph.num_edges;
  const Index heads = node_part.count;
  check_shape("end_gate", "node_part", {node_part.rows()}, {graph.num_nodes});
  check_shape("end_gate", "edge_part", {edge_part.rows(), edge_part.count}, {edges, heads});
  const auto gather = [&](T* to) {
    for_each_row(edges, edges * heads, [&](Index e) {
      const T* a = node_part.row(node[e]);
      const T* b = edge_part.row(e);
      for (Index h = 0; h < heads; ++h) to[e * heads + h] = a[h] + b[h];
    });
  };
  const StmGraph* g = &graph;
  return activate_gathered(tape, ActivationKind::kSigmoid, edges, heads, gather, [=, &tape](const T* dz) {
    const GradientColumns<T> of_nodes(tape, node_part), of_edges(tape, edge_part);
    for_each_edge(*g, end, edges * heads, [&](Index n, Index e) {
      of_nodes.add(n, heads, dz + e * heads);
      of_edges.add(e, heads, dz + e * heads);
    });
  });
}

template <class T>
Var<T> edge_transition(Tape<T>& tape, const StmGraph& graph, StmMode mode, GateInput<T> from_part,
                       GateInput<T> to_part, GateInput<T> node_part) {
  const Index edges = graph.num_edges;
  const Index lines = graph.num_line_edges;
  const Index heads = node_part.count;
  check_shape("edge_transition", "node_part", {node_part.rows()}, {graph.num_nodes});
  check_shape("edge_transition", "from_part", {from_part.rows(), from_part.count}, {edges, heads});
  check_shape("edge_transition", "to_part", {to_part.rows(), to_part.count}, {edges, heads});
  const StmGraph* g = &graph;
  // Calls body(line edge, f) for all f -> e, by f.
  const auto visit = [=](Index e, const auto& body) {
    const auto i = static_cast<std::size_t>(e);
    for (auto j = static_cast<std::size_t>(g->predecessor_offsets[i]);
         j < static_cast<std::size_t>(g->predecessor_offsets[i + 1]); ++j) {
      body(Index{g->predecessor_line_edges[j]}, Index{g->predecessors[j]});
    }
  };
  // A line edge passes one node. So tasks of different nodes share no line edge, no row of from_part and none of to_part.
  // n is the tail of e.
  const auto for_each_out_edge = [=](const auto& body) {
    for_each_edge(*g, EdgeEnd::kTail, lines * heads, body);
  };
  // A caller may pass the same columns twice. Then a row belongs to the tasks of both its ends, one after the other.
  const bool apart = from_part.of.value != to_part.of.value || from_part.first + heads <= to_part.first ||
                     to_part.first + heads <= from_part.first;
  const auto add_to_from = [=](const GradientColumns<T>& of_from, const T* dz) {
    for_each_out_edge([&](Index, Index e) {
      visit(e, [&](Index line, Index f) { of_from.add(f, heads, dz + line * heads); });
    });
  };
  const auto z = [=](Index n, Index f, Index e, Index h) {
    return from_part.row(f)[h] + to_part.row(e)[h] + node_part.row(n)[h];
  };
  if (mode == StmMode::kDiffusion) {
    const auto gather = [&](T* to) {
      for_each_out_edge([&](Index n, Index e) {
        visit(e, [&](Index line, Index f) {
          for (Index h = 0; h < heads; ++h) to[line * heads + h] = z(n, f, e, h);
        });
      });
    };
    return activate_gathered(tape, ActivationKind::kTanh, lines, heads, gather, [=, &tape](const T* dz) {
      const GradientColumns<T> of_from(tape, from_part), of_to(tape, to_part), of_nodes(tape, node_part);
      for_each_out_edge([&](Index n, Index e) {
        visit(e, [&](Index line, Index f) {
          const T* d = dz + line * heads;
          if (apart) of_from.add(f, heads, d);
          of_to.add(e, heads, d);
          of_nodes.add(n, heads, d);
        });
      });
      if (!apart) add_to_from(of_from, dz);
    });
  }

  Var<T> t = tape.make(lines, heads);
  T* norms = tape.template keep<T>(edges * heads);
  for_each_out_edge([&](Index n, Index e) {
    T* norm = norms + e * heads;
    for (Index h = 0; h < heads; ++h) norm[h] = T(0.5);
    visit(e, [&](Index line, Index f) {
      for (Index h = 0; h < heads; ++h) {
        t.value[line * heads + h] = z(n, f, e, h);
        norm[h] += std::abs(t.value[line * heads + h]);
      }
    });
    visit(e, [&](Index line, Index) {
      for (Index h = 0; h < heads; ++h) t.value[line * heads + h] /= norm[h];
    });
  });
  tape.on_backward(t, [=, &tape](T* dt) {
    const GradientColumns<T> of_from(tape, from_part), of_to(tape, to_part), of_nodes(tape, node_part);
    for_each_out_edge([&](Index n, Index e) {
      for (Index h = 0; h < heads; ++h) {
        BoundedGroup<T> group{norms[e * heads + h], 0};
        visit(e, [&](Index line, Index f) { group.weighted += dt[line * heads + h] * z(n, f, e, h); });
        visit(e, [&](Index line, Index f) {
          dt[line * heads + h] = group.gradient(z(n, f, e, h), dt[line * heads + h]);
        });
      }
      visit(e, [&](Index line, Index f) {
        const T* d = dt + line * heads;
        if (apart) of_from.add(f, heads, d);
        of_to.add(e, heads, d);
        of_nodes.add(n, heads, d);
      });
    });
    if (!apart) add_to_from(of_from, dt);
  });
  return t;
}

#define PLSTM_INSTANTIATE(T)                                                                 \
  template Var<T> node_gate<T>(Tape<T>&, Columns<T>);                                        \
  template Var<T> slot_gate<T>(Tape<T>&, const StmGraph&, EdgeEnd, Columns<T>, Index);       \
  template Var<T> slot_transition<T>(Tape<T>&, const StmGraph&, StmMode, Columns<T>, Index); \
  template Var<T> end_gate<T>(Tape<T>&, const StmGraph&, EdgeEnd, Columns<T>, Columns<T>);   \
  template Var<T> edge_transition<T>(Tape<T>&, const StmGraph&, StmMode, Columns<T>, Columns<T>, Columns<T>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
