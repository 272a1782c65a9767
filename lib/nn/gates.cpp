#include <cmath>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/gates.hpp>

#include "nn/kernels.hpp"

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
  tape.on_backward([=, &k] {
    for (Index i = 0; i < y.size(); ++i) dz[i] = 0;
    k.activate_backward(kind, y.size(), z, y.value, y.gradient, dz);
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

}  // namespace

template <class T>
Var<T> slot_gate(Tape<T>& tape, const StmGraph& graph, EdgeEnd end, Var<T> z, Index heads) {
  const std::int32_t* node = end == EdgeEnd::kTail ? graph.tail.data() : graph.head.data();
  const std::int32_t* slot = end == EdgeEnd::kTail ? graph.out_slot.data() : graph.in_slot.data();
  const Index edges = graph.num_edges;
  const Index degree = z.cols / heads;
  check_shape("slot_gate", "z", {z.rows, z.cols}, {graph.num_nodes, heads * degree});
  check_slots("slot_gate", graph, degree);
  const auto place = [=](Index e, Index h) { return node[e] * z.cols + h * degree + slot[e]; };
  T* gathered = tape.template keep<T>(edges * heads);
  for (Index e = 0; e < edges; ++e) {
    for (Index h = 0; h < heads; ++h) gathered[e * heads + h] = z.value[place(e, h)];
  }
  return activate_gathered(tape, ActivationKind::kSigmoid, gathered, edges, heads, [=](const T* dz) {
    if (z.gradient == nullptr) return;
    for (Index e = 0; e < edges; ++e) {
      for (Index h = 0; h < heads; ++h) z.gradient[place(e, h)] += dz[e * heads + h];
    }
  });
}

template <class T>
Var<T> slot_transition(Tape<T>& tape, const StmGraph& graph, StmMode mode, Var<T> z, Index heads) {
  const Index edges = graph.num_edges;
  const Index lines = graph.num_line_edges;
  const auto degree = static_cast<Index>(std::lround(std::sqrt(static_cast<double>(z.cols / heads))));
  check_shape("slot_transition", "z", {z.rows, z.cols}, {graph.num_nodes, heads * degree * degree});
  check_slots("slot_transition", graph, degree);
  const StmGraph* g = &graph;
  // First entry of the row [in_slot(f), all out-slots] of edge f at the node it enters.
  const auto row = [=](Index f, Index h) {
    const auto i = static_cast<std::size_t>(f);
    return g->head[i] * z.cols + (h * degree + g->in_slot[i]) * degree;
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
    visit([=](Index to, Index from) { gathered[to] = z.value[from]; });
    return activate_gathered(tape, ActivationKind::kTanh, gathered, lines, heads, [=](const T* dz) {
      if (z.gradient == nullptr) return;
      visit([=](Index from, Index to) { z.gradient[to] += dz[from]; });
    });
  }
  Var<T> t = tape.make(lines, heads);
  const auto norm = [=](Index first) {
    T sum = T(0.5);
    for (Index b = 0; b < degree; ++b) sum += std::abs(z.value[first + b]);
    return sum;
  };
  for (Index f = 0; f < edges; ++f) {
    if (line_begin(f) == line_begin(f + 1)) continue;
    for (Index h = 0; h < heads; ++h) {
      const Index first = row(f, h);
      const T inverse = T(1) / norm(first);
      for (LineEdgeId line = line_begin(f); line < line_begin(f + 1); ++line) {
        t.value[line * heads + h] = z.value[first + out_slot(line)] * inverse;
      }
    }
  }
  tape.on_backward([=] {
    if (z.gradient == nullptr) return;
    for (Index f = 0; f < edges; ++f) {
      if (line_begin(f) == line_begin(f + 1)) continue;
      for (Index h = 0; h < heads; ++h) {
        const Index first = row(f, h);
        BoundedGroup<T> group{norm(first), 0};
        for (LineEdgeId line = line_begin(f); line < line_begin(f + 1); ++line) {
          group.weighted += t.gradient[line * heads + h] * z.value[first + out_slot(line)];
        }
        for (Index b = 0; b < degree; ++b) z.gradient[first + b] += group.gradient(z.value[first + b], T(0));
        for (LineEdgeId line = line_begin(f); line < line_begin(f + 1); ++line) {
          z.gradient[first + out_slot(line)] += t.gradient[line * heads + h] / group.norm;
        }
      }
    }
  });
  return t;
}

template <class T>
Var<T> end_gate(Tape<T>& tape, const StmGraph& graph, EdgeEnd end, Var<T> node_part, Var<T> edge_part) {
  const std::int32_t* node = end == EdgeEnd::kTail ? graph.tail.data() : graph.head.data();
  const Index edges = graph.num_edges;
  const Index heads = node_part.cols;
  check_shape("end_gate", "node_part", {node_part.rows}, {graph.num_nodes});
  check_shape("end_gate", "edge_part", {edge_part.rows, edge_part.cols}, {edges, heads});
  T* gathered = tape.template keep<T>(edges * heads);
  for (Index e = 0; e < edges; ++e) {
    for (Index h = 0; h < heads; ++h) {
      gathered[e * heads + h] = node_part.value[node[e] * heads + h] + edge_part.value[e * heads + h];
    }
  }
  return activate_gathered(tape, ActivationKind::kSigmoid, gathered, edges, heads, [=](const T* dz) {
    for (Index e = 0; e < edges; ++e) {
      for (Index h = 0; h < heads; ++h) {
        if (node_part.gradient != nullptr) node_part.gradient[node[e] * heads + h] += dz[e * heads + h];
        if (edge_part.gradient != nullptr) edge_part.gradient[e * heads + h] += dz[e * heads + h];
      }
    }
  });
}

template <class T>
Var<T> edge_transition(Tape<T>& tape, const StmGraph& graph, StmMode mode, Var<T> from_part, Var<T> to_part,
                       Var<T> node_part) {
  const Index edges = graph.num_edges;
  const Index lines = graph.num_line_edges;
  const Index heads = node_part.cols;
  check_shape("edge_transition", "node_part", {node_part.rows}, {graph.num_nodes});
  check_shape("edge_transition", "from_part", {from_part.rows, from_part.cols}, {edges, heads});
  check_shape("edge_transition", "to_part", {to_part.rows, to_part.cols}, {edges, heads});
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
      for (Index h = 0; h < heads; ++h) {
        z[line * heads + h] = from_part.value[f * heads + h] + to_part.value[e * heads + h] +
                              node_part.value[shared(e) * heads + h];
      }
    });
  }
  const auto scatter = [=](const T* dz) {
    for (Index e = 0; e < edges; ++e) {
      visit(e, [=](Index line, Index f) {
        for (Index h = 0; h < heads; ++h) {
          const T d = dz[line * heads + h];
          if (from_part.gradient != nullptr) from_part.gradient[f * heads + h] += d;
          if (to_part.gradient != nullptr) to_part.gradient[e * heads + h] += d;
          if (node_part.gradient != nullptr) node_part.gradient[shared(e) * heads + h] += d;
        }
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
  tape.on_backward([=] {
    for (Index e = 0; e < edges; ++e) {
      for (Index h = 0; h < heads; ++h) {
        BoundedGroup<T> group{norms[e * heads + h], 0};
        visit(e, [&](Index line, Index) {
          group.weighted += t.gradient[line * heads + h] * z[line * heads + h];
        });
        visit(e, [&](Index line, Index) {
          dz[line * heads + h] = group.gradient(z[line * heads + h], t.gradient[line * heads + h]);
        });
      }
    }
    scatter(dz);
  });
  return t;
}

#define PLSTM_INSTANTIATE(T)                                                             \
  template Var<T> slot_gate<T>(Tape<T>&, const StmGraph&, EdgeEnd, Var<T>, Index);       \
  template Var<T> slot_transition<T>(Tape<T>&, const StmGraph&, StmMode, Var<T>, Index); \
  template Var<T> end_gate<T>(Tape<T>&, const StmGraph&, EdgeEnd, Var<T>, Var<T>);       \
  template Var<T> edge_transition<T>(Tape<T>&, const StmGraph&, StmMode, Var<T>, Var<T>, Var<T>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
