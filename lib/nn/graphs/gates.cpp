#include "plstm/nn/graphs/gates.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

#include "nn/shared/kernels.hpp"

namespace plstm {

namespace {

// y = sigma(z) for gathered z; returns y whose backward rule leaves dz in a buffer of the same size, then
// calls scatter(dz).
template <class T, class Scatter>
Var<T> activate_gathered(Tape<T>& tape, ActivationKind kind, const T* z, Index rows, Index heads,
                         const Scatter& scatter) {
  Var<T> y = tape.make(rows, heads);
  const LayerKernels<T>& k = layer_kernels<T>();
  k.activate(kind, y.size(), z, y.value);
  T* dz = tape.records() ? tape.template keep<T>(y.size()) : nullptr;
  tape.on_backward(y, [=, &k](const T* dy) {
    k.activate_backward(kind, y.size(), z, y.value, dy, dz, false);
    scatter(dz);
  });
  return y;
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
  T* gathered = tape.template keep<T>(rows * heads);
  for (Index n = 0; n < rows; ++n) std::copy_n(z.row(n), heads, gathered + n * heads);
  return activate_gathered(tape, ActivationKind::kSigmoid, gathered, rows, heads, [=, &tape](const T* dz) {
    const GradientColumns<T> gradient(tape, z);
    for (Index n = 0; n < rows; ++n) gradient.add(n, heads, dz + n * heads);
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
  // Entry of the first head; those of the others follow `degree` apart.
  const auto place = [=](Index e) { return node[e] * z.of.cols + z.first + slot[e]; };
  T* gathered = tape.template keep<T>(edges * heads);
  for (Index e = 0; e < edges; ++e) {
    for (Index h = 0; h < heads; ++h) gathered[e * heads + h] = z.of.value[place(e) + h * degree];
  }
  return activate_gathered(tape, ActivationKind::kSigmoid, gathered, edges, heads, [=, &tape](const T* dz) {
    if (z.of.gradient == nullptr) return;
    T* gradient = tape.gradient(z.of);
    for (Index e = 0; e < edges; ++e) {
      for (Index h = 0; h < heads; ++h) gradient[place(e) + h * degree] += dz[e * heads + h];
    }
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
    T* gathered = tape.template keep<T>(lines * heads);
    const auto visit = [=](const auto& body) {
      for (Index f = 0; f < edges; ++f) {
        for (LineEdgeId line = line_begin(f); line < line_begin(f + 1); ++line) {
          for (Index h = 0; h < heads; ++h) body(line * heads + h, row(f, h) + out_slot(line));
        }
      }
    };
    visit([=](Index to, Index from) { gathered[to] = z.of.value[from]; });
    return activate_gathered(tape, ActivationKind::kTanh, gathered, lines, heads, [=, &tape](const T* dz) {
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
  for (Index f = 0; f < edges; ++f) {
    if (line_begin(f) == line_begin(f + 1)) continue;
    for (Index h = 0; h < heads; ++h) {
      const Index first = row(f, h);
      const T inverse = T(1) / norm(first);
      for (LineEdgeId line = line_begin(f); line < line_begin(f + 1); ++line) {
        t.value[line * heads + h] = z.of.value[first + out_slot(line)] * inverse;
      }
    }
  }
  tape.on_backward(t, [=, &tape](const T* dt) {
    if (z.of.gradient == nullptr) return;
    T* gradient = tape.gradient(z.of);
    for (Index f = 0; f < edges; ++f) {
      if (line_begin(f) == line_begin(f + 1)) continue;
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
    }
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
  T* gathered = tape.template keep<T>(edges * heads);
  for (Index e = 0; e < edges; ++e) {
    const T* a = node_part.row(node[e]);
    const T* b = edge_part.row(e);
    for (Index h = 0; h < heads; ++h) gathered[e * heads + h] = a[h] + b[h];
  }
  return activate_gathered(tape, ActivationKind::kSigmoid, gathered, edges, heads, [=, &tape](const T* dz) {
    const GradientColumns<T> of_nodes(tape, node_part), of_edges(tape, edge_part);
    for (Index e = 0; e < edges; ++e) {
      of_nodes.add(node[e], heads, dz + e * heads);
      of_edges.add(e, heads, dz + e * heads);
    }
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
  T* z = tape.template keep<T>(lines * heads);
  // Calls body(e, line edge, f) for all f -> e, by e.
  const auto visit = [=](Index e, const auto& body) {
    const auto i = static_cast<std::size_t>(e);
    for (auto j = static_cast<std::size_t>(g->predecessor_offsets[i]);
         j < static_cast<std::size_t>(g->predecessor_offsets[i + 1]); ++j) {
      body(Index{g->predecessor_line_edges[j]}, Index{g->predecessors[j]});
    }
  };
  const auto shared = [=](Index e) { return Index{g->tail[static_cast<std::size_t>(e)]}; };
  for (Index e = 0; e < edges; ++e) {
    visit(e, [=](Index line, Index f) {
      const T* a = from_part.row(f);
      const T* b = to_part.row(e);
      const T* c = node_part.row(shared(e));
      for (Index h = 0; h < heads; ++h) z[line * heads + h] = a[h] + b[h] + c[h];
    });
  }
  const auto scatter = [=, &tape](const T* dz) {
    const GradientColumns<T> of_from(tape, from_part), of_to(tape, to_part), of_nodes(tape, node_part);
    for (Index e = 0; e < edges; ++e) {
      visit(e, [&](Index line, Index f) {
        const T* d = dz + line * heads;
        of_from.add(f, heads, d);
        of_to.add(e, heads, d);
        of_nodes.add(shared(e), heads, d);
      });
    }
  };
  if (mode == StmMode::kDiffusion)
    return activate_gathered(tape, ActivationKind::kTanh, z, lines, heads, scatter);

  Var<T> t = tape.make(lines, heads);
  T* norms = tape.template keep<T>(edges * heads);
  for (Index e = 0; e < edges; ++e) {
    T* norm = norms + e * heads;
    for (Index h = 0; h < heads; ++h) norm[h] = T(0.5);
    visit(e, [=](Index line, Index) {
      for (Index h = 0; h < heads; ++h) norm[h] += std::abs(z[line * heads + h]);
    });
    visit(e, [=](Index line, Index) {
      for (Index h = 0; h < heads; ++h) t.value[line * heads + h] = z[line * heads + h] / norm[h];
    });
  }
  T* dz = tape.records() ? tape.template keep<T>(lines * heads) : nullptr;
  tape.on_backward(t, [=](const T* dt) {
    for (Index e = 0; e < edges; ++e) {
      for (Index h = 0; h < heads; ++h) {
        BoundedGroup<T> group{norms[e * heads + h], 0};
        visit(e, [&](Index line, Index) { group.weighted += dt[line * heads + h] * z[line * heads + h]; });
        visit(e, [&](Index line, Index) {
          dz[line * heads + h] = group.gradient(z[line * heads + h], dt[line * heads + h]);
        });
      }
    }
    scatter(dz);
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
