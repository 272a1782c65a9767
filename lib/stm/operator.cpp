#include <algorithm>
#include <cstddef>

#include <plstm/core/cpu.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/stm/operator.hpp>

#include "stm/kernels.hpp"

namespace plstm {

namespace {

/// The hot functions of the instruction set in use.
template <class T>
struct Kernels {
  void (*update_states)(const StateRecurrence<T>&, std::ptrdiff_t, const EdgeId*, std::ptrdiff_t, bool,
                        EdgeId, T*);
  void (*read_outputs)(const OperatorView<T>&, const PartRange&, const T*, HeadRows<T>);
  void (*node_gradients)(const OperatorView<T>&, const PartRange&, const T*, const T*, HeadRows<const T>,
                         const GradientView<T>&);
  void (*transition_gradients)(const OperatorView<T>&, const PartRange&, const EdgeId*, std::ptrdiff_t,
                               const T*, const T*, HeadRows<T>);
  std::size_t (*closed_scratch)(const OperatorView<T>&, const PartRange&, bool);
  void (*closed_forward)(const OperatorView<T>&, const PartRange&, T*, HeadRows<T>);
  void (*closed_backward)(const OperatorView<T>&, const PartRange&, T*, HeadRows<const T>,
                          const GradientView<T>&);
};

#define PLSTM_KERNELS_OF(isa)                                                              \
  Kernels<T> {                                                                             \
    isa::update_states, isa::read_outputs, isa::node_gradients, isa::transition_gradients, \
        isa::closed_scratch, isa::closed_forward, isa::closed_backward                     \
  }

template <class T>
Kernels<T> choose_kernels() {
#if defined(PLSTM_DISPATCH)
  switch (instruction_set()) {
    case InstructionSet::kAvx512:
      return PLSTM_KERNELS_OF(isa_avx512);
    case InstructionSet::kAvx2:
      return PLSTM_KERNELS_OF(isa_avx2);
    case InstructionSet::kBaseline:
      break;
  }
#endif
  return PLSTM_KERNELS_OF(isa_baseline);
}

template <class T>
const Kernels<T>& kernels() {
  static const Kernels<T> chosen = choose_kernels<T>();
  return chosen;
}

// Multiply-adds below which a task costs more than it saves.
constexpr std::size_t kGrainWork = 1 << 15;

// Parts at least this heavy (states of all heads, in multiply-adds) are run level by level on all threads;
// lighter ones run whole, side by side.
constexpr std::size_t kLargePartWork = std::size_t{1} << 24;

// The closed form wins on parts of up to about this many nodes per state row (measured: docs/performance.md).
constexpr std::size_t kClosedNodesPerWidth = 4;

template <class T>
OperatorView<T> make_view(const StmGraph& g, const StmInputs<T>& in) {
  return {g.tail.data(),
          g.head.data(),
          g.in_offsets.data(),
          g.out_offsets.data(),
          g.predecessor_offsets.data(),
          g.successor_offsets.data(),
          g.in_edges.data(),
          g.out_edges.data(),
          g.predecessors.data(),
          g.successors.data(),
          g.predecessor_line_edges.data(),
          g.order.data(),
          in.query,
          in.key,
          in.value,
          in.source,
          in.transition,
          in.mark,
          in.direct,
          in.key_width,
          in.value_width};
}

template <class T>
StateRecurrence<T> states_of(const OperatorView<T>& v) {
  return {
      v.tail,       v.predecessor_offsets, v.predecessors, v.predecessor_line_edges, v.source, v.key, v.value,
      v.transition, v.key_width,           v.value_width};
}

template <class T>
StateRecurrence<T> adjoints_of(const OperatorView<T>& v, HeadRows<const T> output_gradient) {
  return {v.head,  v.successor_offsets, v.successors, nullptr,     v.mark,
          v.query, output_gradient,     v.transition, v.key_width, v.value_width};
}

struct PartSize {
  std::size_t nodes, edges, line_edges, levels;
};

PartSize size_of(const StmGraph& graph, std::int32_t part) {
  const StmGraph::Part& a = graph.parts[static_cast<std::size_t>(part)];
  const StmGraph::Part& b = graph.parts[static_cast<std::size_t>(part) + 1];
  return {static_cast<std::size_t>(b.node - a.node), static_cast<std::size_t>(b.edge - a.edge),
          static_cast<std::size_t>(b.line_edge - a.line_edge), static_cast<std::size_t>(b.level - a.level)};
}

PartRange range_of(const StmGraph& graph, std::int32_t part, std::ptrdiff_t head) {
  const StmGraph::Part& a = graph.parts[static_cast<std::size_t>(part)];
  const StmGraph::Part& b = graph.parts[static_cast<std::size_t>(part) + 1];
  return {head, a.node, b.node, a.edge, b.edge};
}

// What one call needs in every step.
template <class T>
struct Call {
  const StmGraph& graph;
  const StmInputs<T>& inputs;
  OperatorView<T> view;
  const Kernels<T>& k;
  StmForm form;
  StmWorkspace<T>& workspace;

  std::size_t tile() const { return static_cast<std::size_t>(inputs.key_width * inputs.value_width); }

  std::size_t recurrent_work(const PartSize& size) const {
    return (size.edges + size.line_edges) * tile() * static_cast<std::size_t>(inputs.heads);
  }

  bool closed(const PartSize& size) const {
    if (form != StmForm::kAuto) return form == StmForm::kClosed;
    return size.nodes <=
           kClosedNodesPerWidth * static_cast<std::size_t>(std::min(inputs.key_width, inputs.value_width));
  }

  bool large(const PartSize& size) const { return !closed(size) && recurrent_work(size) >= kLargePartWork; }
};

// Runs body(level, head, first position in `order`, count) for all levels of a large part: inside a level
// over edges x heads, or, where levels are too thin for that, whole heads side by side.
template <class T, class Body>
void for_levels(const Call<T>& call, std::int32_t part, bool backwards, const Body& body) {
  const StmGraph& graph = call.graph;
  const PartSize size = size_of(graph, part);
  const StmGraph::Part& begin = graph.parts[static_cast<std::size_t>(part)];
  const auto heads = static_cast<std::size_t>(call.inputs.heads);
  const auto level_range = [&](std::size_t step) {
    const std::size_t i = backwards ? size.levels - 1 - step : step;
    const std::size_t level = static_cast<std::size_t>(begin.level) + i;
    const EdgeId first = i == 0 ? begin.edge : graph.level_offsets[level - 1];
    return std::pair<EdgeId, std::size_t>(first,
                                          static_cast<std::size_t>(graph.level_offsets[level] - first));
  };
  const std::size_t work_per_edge = std::max<std::size_t>(1, call.recurrent_work(size) / heads / size.edges);
  if (size.edges / size.levels * work_per_edge < kGrainWork) {
    parallel_for(heads, 1, [&](std::size_t head) {
      for (std::size_t step = 0; step < size.levels; ++step) {
        const auto [first, count] = level_range(step);
        body(static_cast<std::ptrdiff_t>(head), first, static_cast<std::ptrdiff_t>(count));
      }
    });
    return;
  }
  const std::size_t block = std::max<std::size_t>(1, kGrainWork / work_per_edge);
  for (std::size_t step = 0; step < size.levels; ++step) {
    const auto [first, count] = level_range(step);
    const std::size_t blocks = (count + block - 1) / block;
    parallel_for(blocks * heads, 1, [&, first = first, count = count](std::size_t i) {
      const std::size_t from = i % blocks * block;
      body(static_cast<std::ptrdiff_t>(i / blocks), first + static_cast<EdgeId>(from),
           static_cast<std::ptrdiff_t>(std::min(block, count - from)));
    });
  }
}

// Runs body(range with some nodes) for blocks of nodes x heads of a large part.
template <class T, class Body>
void for_nodes(const Call<T>& call, std::int32_t part, const Body& body) {
  const PartSize size = size_of(call.graph, part);
  const auto heads = static_cast<std::size_t>(call.inputs.heads);
  const std::size_t block = std::max<std::size_t>(1, kGrainWork / call.tile());
  const std::size_t blocks = (size.nodes + block - 1) / block;
  parallel_for(blocks * heads, 1, [&](std::size_t i) {
    PartRange range = range_of(call.graph, part, static_cast<std::ptrdiff_t>(i / blocks));
    range.node_begin += static_cast<NodeId>(i % blocks * block);
    range.node_end = static_cast<NodeId>(std::min<std::size_t>(
        static_cast<std::size_t>(range.node_begin) + block, static_cast<std::size_t>(range.node_end)));
    body(range);
  });
}

template <class T>
void large_states(const Call<T>& call, std::int32_t part, const StateRecurrence<T>& recurrence,
                  bool backwards, T* states) {
  const PartRange range = range_of(call.graph, part, 0);
  const std::size_t head_size = static_cast<std::size_t>(range.edge_end - range.edge_begin) * call.tile();
  for_levels(call, part, backwards, [&](std::ptrdiff_t head, EdgeId first, std::ptrdiff_t count) {
    call.k.update_states(recurrence, head, call.view.order + first, count, false, range.edge_begin,
                         states + static_cast<std::size_t>(head) * head_size);
  });
}

// Calls small(part, head) for all parts that run whole, and large(part) for the others one after the other.
template <class T, class Small, class Large>
void for_parts(const Call<T>& call, const Small& small, const Large& large) {
  const std::int32_t parts = call.graph.num_parts();
  const auto heads = static_cast<std::size_t>(call.inputs.heads);
  std::size_t total = 0;
  for (std::int32_t part = 0; part < parts; ++part) {
    const PartSize size = size_of(call.graph, part);
    if (call.large(size)) {
      large(part);
    } else {
      total += call.recurrent_work(size);
    }
  }
  const std::size_t items = static_cast<std::size_t>(parts) * heads;
  if (items == 0) return;
  const std::size_t grain =
      std::max<std::size_t>(1, kGrainWork * 8 / std::max<std::size_t>(1, total / items));
  parallel_for(items, grain, [&](std::size_t i) {
    const auto part = static_cast<std::int32_t>(i / heads);
    if (!call.large(size_of(call.graph, part))) small(part, static_cast<std::ptrdiff_t>(i % heads));
  });
}

template <class T>
void check_inputs(const char* function, const StmInputs<T>& inputs) {
  if (inputs.heads < 1 || inputs.key_width < 1 || inputs.value_width < 1) {
    throw ShapeError(std::string(function) + ": heads, key_width and value_width must be positive");
  }
}

}  // namespace

template <class T>
void stm_forward(const StmGraph& graph, const StmInputs<T>& inputs, HeadRows<T> output, StmForm form,
                 StmWorkspace<T>& workspace) {
  check_inputs("stm_forward", inputs);
  const Call<T> call{graph, inputs, make_view(graph, inputs), kernels<T>(), form, workspace};
  const auto small = [&](std::int32_t part, std::ptrdiff_t head) {
    const PartRange range = range_of(graph, part, head);
    auto loan = workspace.scratch.borrow();
    if (call.closed(size_of(graph, part))) {
      call.k.closed_forward(call.view, range, loan.reserve(call.k.closed_scratch(call.view, range, false)),
                            output);
      return;
    }
    const EdgeId edges = range.edge_end - range.edge_begin;
    T* states = loan.reserve(static_cast<std::size_t>(edges) * call.tile());
    call.k.update_states(states_of(call.view), head, call.view.order + range.edge_begin, edges, false,
                         range.edge_begin, states);
    call.k.read_outputs(call.view, range, states, output);
  };
  const auto large = [&](std::int32_t part) {
    const std::size_t head_size = size_of(graph, part).edges * call.tile();
    auto loan = workspace.scratch.borrow();
    T* states = loan.reserve(head_size * static_cast<std::size_t>(inputs.heads));
    large_states(call, part, states_of(call.view), false, states);
    for_nodes(call, part, [&](const PartRange& range) {
      call.k.read_outputs(call.view, range, states + static_cast<std::size_t>(range.head) * head_size,
                          output);
    });
  };
  for_parts(call, small, large);
}

template <class T>
void stm_backward(const StmGraph& graph, const StmInputs<T>& inputs, HeadRows<const T> output_gradient,
                  const StmGradients<T>& gradients, StmForm form, StmWorkspace<T>& workspace) {
  check_inputs("stm_backward", inputs);
  const Call<T> call{graph, inputs, make_view(graph, inputs), kernels<T>(), form, workspace};
  const GradientView<T> out{gradients.query,      gradients.key,  gradients.value, gradients.source,
                            gradients.transition, gradients.mark, gradients.direct};
  const auto small = [&](std::int32_t part, std::ptrdiff_t head) {
    const PartRange range = range_of(graph, part, head);
    auto loan = workspace.scratch.borrow();
    if (call.closed(size_of(graph, part))) {
      call.k.closed_backward(call.view, range, loan.reserve(call.k.closed_scratch(call.view, range, true)),
                             output_gradient, out);
      return;
    }
    const EdgeId edges = range.edge_end - range.edge_begin;
    const std::size_t size = static_cast<std::size_t>(edges) * call.tile();
    T* states = loan.reserve(2 * size);
    T* adjoints = states + size;
    const EdgeId* order = call.view.order + range.edge_begin;
    call.k.update_states(states_of(call.view), head, order, edges, false, range.edge_begin, states);
    call.k.update_states(adjoints_of(call.view, output_gradient), head, order, edges, true, range.edge_begin,
                         adjoints);
    call.k.transition_gradients(call.view, range, order, edges, states, adjoints, out.transition);
    call.k.node_gradients(call.view, range, states, adjoints, output_gradient, out);
  };
  const auto large = [&](std::int32_t part) {
    const PartSize part_size = size_of(graph, part);
    const std::size_t head_size = part_size.edges * call.tile();
    auto loan = workspace.scratch.borrow();
    T* states = loan.reserve(2 * head_size * static_cast<std::size_t>(inputs.heads));
    T* adjoints = states + head_size * static_cast<std::size_t>(inputs.heads);
    large_states(call, part, states_of(call.view), false, states);
    large_states(call, part, adjoints_of(call.view, output_gradient), true, adjoints);
    const std::size_t block = std::max<std::size_t>(1, kGrainWork / call.tile());
    const std::size_t blocks = (part_size.edges + block - 1) / block;
    parallel_for(blocks * static_cast<std::size_t>(inputs.heads), 1, [&](std::size_t i) {
      const PartRange range = range_of(graph, part, static_cast<std::ptrdiff_t>(i / blocks));
      const std::size_t from = i % blocks * block;
      const std::size_t shift = static_cast<std::size_t>(range.head) * head_size;
      call.k.transition_gradients(call.view, range, call.view.order + range.edge_begin + from,
                                  static_cast<std::ptrdiff_t>(std::min(block, part_size.edges - from)),
                                  states + shift, adjoints + shift, out.transition);
    });
    for_nodes(call, part, [&](const PartRange& range) {
      const std::size_t shift = static_cast<std::size_t>(range.head) * head_size;
      call.k.node_gradients(call.view, range, states + shift, adjoints + shift, output_gradient, out);
    });
  };
  for_parts(call, small, large);
}

template void stm_forward<float>(const StmGraph&, const StmInputs<float>&, HeadRows<float>, StmForm,
                                 StmWorkspace<float>&);
template void stm_forward<double>(const StmGraph&, const StmInputs<double>&, HeadRows<double>, StmForm,
                                  StmWorkspace<double>&);
template void stm_backward<float>(const StmGraph&, const StmInputs<float>&, HeadRows<const float>,
                                  const StmGradients<float>&, StmForm, StmWorkspace<float>&);
template void stm_backward<double>(const StmGraph&, const StmInputs<double>&, HeadRows<const double>,
                                   const StmGradients<double>&, StmForm, StmWorkspace<double>&);

}  // namespace plstm
