#include "plstm/stm/graphs/operator.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>

#include "core/dispatch.hpp"
#include "stm/graphs/call.hpp"

namespace plstm {

namespace {

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
          g.in_slot.data(),
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
void check(const char* function, const StmGraph& graph, const StmInputs<T>& inputs, const StmPlan& plan) {
  check_shape(function, "plan (parts, heads, key_width, value_width)",
              {static_cast<std::int64_t>(plan.parts.size()), plan.shape.heads, plan.shape.key_width,
               plan.shape.value_width},
              {graph.num_parts(), inputs.heads, inputs.key_width, inputs.value_width});
  for (std::size_t i = 0; i < graph.parts.size(); ++i) {
    const StmGraph::Part planned = i < plan.sizes.size() ? plan.sizes[i] : StmGraph::Part{0, 0, 0, 0};
    const StmGraph::Part& part = graph.parts[i];
    check_shape(function, "plan (nodes, edges, line edges and levels up to a part)",
                {planned.node, planned.edge, planned.line_edge, planned.level},
                {part.node, part.edge, part.line_edge, part.level});
  }
}

void check_data(const char* function, std::string_view argument, const void* data, std::int32_t rows) {
  if (data != nullptr || rows == 0) return;
  throw ShapeError(fmt::format("{}: {} has no data, expected {} rows", function, argument, rows));
}

// `rows` is StmInputs or StmGradients. An array that has no rows may be null.
template <class Rows>
void check_all_data(const char* function, const char* argument, const StmGraph& graph, const Rows& rows) {
  const auto check_one = [&](const char* name, const void* data, std::int32_t count) {
    check_data(function, fmt::format("{}.{}", argument, name), data, count);
  };
  if (rows.query.data && rows.key.data && rows.value.data && rows.source.data && rows.transition.data &&
      rows.mark.data && rows.direct.data) {
    return;  // without the names, which would take memory
  }
  check_one("query", rows.query.data, graph.num_nodes);
  check_one("key", rows.key.data, graph.num_nodes);
  check_one("value", rows.value.data, graph.num_nodes);
  check_one("source", rows.source.data, graph.num_edges);
  check_one("transition", rows.transition.data, graph.num_line_edges);
  check_one("mark", rows.mark.data, graph.num_edges);
  check_one("direct", rows.direct.data, graph.num_nodes);
}

// The whole part as one chunk.
template <class T>
Chunk closed_chunk(const StmCall<T>& call, std::int32_t part) {
  const StmGraph::Part& a = call.begin(part);
  const StmGraph::Part& b = call.end(part);
  Chunk chunk{};
  chunk.edges = call.graph.order.data() + a.edge;
  chunk.node_base = a.node;
  chunk.edge_base = a.edge;
  chunk.num_nodes = b.node - a.node;
  chunk.num_edges = b.edge - a.edge;
  return chunk;
}

// Whether a part keeps all threads busy by itself.
bool runs_alone(const StmPlan::Part& part) {
  return part.by_levels || part.form == StmForm::kChunkwise || part.form == StmForm::kDoubling;
}

std::size_t work_of(const StmGraph& graph, std::int32_t part, std::size_t state_size) {
  const StmGraph::Part& a = graph.parts[static_cast<std::size_t>(part)];
  const StmGraph::Part& b = graph.parts[static_cast<std::size_t>(part) + 1];
  return static_cast<std::size_t>(2 * (b.edge - a.edge) + (b.line_edge - a.line_edge)) * state_size;
}

// Calls alone(part) for the parts that run alone, one after the other, and together(part, head) for the
// others, in parallel.
template <class T, class Alone, class Together>
void for_parts(const StmCall<T>& call, const Alone& alone, const Together& together) {
  const std::int32_t parts = call.graph.num_parts();
  std::size_t total = 0;
  for (std::int32_t part = 0; part < parts; ++part) {
    if (runs_alone(call.planned(part))) {
      alone(part);
    } else {
      total += work_of(call.graph, part, call.state_size());
    }
  }
  const std::size_t items = static_cast<std::size_t>(parts) * call.heads;
  if (total == 0 && items == 0) return;
  // A task shall hold enough work to pay for itself. A few molecules stay in the calling thread; callers with many
  // molecules split them into shards and run the shards in parallel.
  const std::size_t grain = std::max<std::size_t>(
      1, kStmGrain * 32 / std::max<std::size_t>(1, total / static_cast<std::size_t>(std::max(1, parts))));
  parallel_for(items, grain, [&](std::size_t i) {
    const auto part = static_cast<std::int32_t>(i / call.heads);
    if (!runs_alone(call.planned(part))) together(part, static_cast<std::int32_t>(i % call.heads));
  });
}

template <class T>
StmCall<T> make_call(const char* function, const StmGraph& graph, const StmInputs<T>& inputs,
                     const StmPlan& plan, StmWorkspace<T>& workspace, const StmStates<T>* states) {
  check(function, graph, inputs, plan);
  if (plan.options.memory == StmMemory::kStore && states == nullptr)
    throw ConfigError(fmt::format("{}: StmMemory::kStore needs a place where the states are kept", function));
  return {graph,
          plan,
          kernels<StmKernels<T>>(),
          workspace,
          make_view(graph, inputs),
          static_cast<std::size_t>(inputs.heads)};
}

// Calls recurrent(part, heads, kept), chunkwise(part, kept) or closed(chunk, head, scratch) for all parts, as
// planned; `kept` is the part's share of the states that are kept, or null.
template <class T, class Kept, class Recurrent, class Chunkwise, class Closed>
void run_parts(const StmCall<T>& call, Kept* kept, const Recurrent& recurrent, const Chunkwise& chunkwise,
               const Closed& closed) {
  const auto kept_of = [&](std::int32_t part) {
    const StmPlan::Part& planned = call.planned(part);
    return kept == nullptr || planned.kept_size == 0 ? nullptr : kept + planned.kept;
  };
  const auto alone = [&](std::int32_t part) {
    if (call.planned(part).form == StmForm::kRecurrent) {
      const auto heads = static_cast<std::int32_t>(call.heads);
      const std::int32_t group = call.planned(part).group;
      for (std::int32_t head = 0; head < heads; head += group)
        recurrent(part, StmPlan::Range{head, std::min(head + group, heads)}, kept_of(part));
    } else {
      chunkwise(part, kept_of(part));
    }
  };
  for_parts(call, alone, [&](std::int32_t part, std::int32_t head) {
    if (call.planned(part).form == StmForm::kRecurrent)
      return recurrent(part, StmPlan::Range{head, head + 1}, kept_of(part));
    const Chunk chunk = closed_chunk(call, part);
    auto loan = call.workspace.scratch.borrow();
    closed(chunk, head, loan.reserve(call.k.chunk_scratch(call.view, chunk)));
  });
}

}  // namespace

template <class T>
void stm_forward(const StmGraph& graph, const StmInputs<T>& inputs, HeadRows<T> output, const StmPlan& plan,
                 StmWorkspace<T>& workspace, StmStates<T>* states) {
  const StmCall<T> call = make_call("stm_forward", graph, inputs, plan, workspace, states);
  check_all_data("stm_forward", "inputs", graph, inputs);
  check_data("stm_forward", "output", output.data, graph.num_nodes);
  run_parts(
      call, states == nullptr ? nullptr : states->data.reserve(plan.kept_states),
      [&](std::int32_t part, StmPlan::Range heads, T* kept) {
        recurrent_forward(call, part, heads, output, kept);
      },
      [&](std::int32_t part, T* kept) { chunkwise_forward(call, part, output, kept); },
      [&](const Chunk& chunk, std::ptrdiff_t head, T* scratch) {
        call.k.chunk_forward(call.view, chunk, head, scratch, output, {});
      });
}

template <class T>
void stm_backward(const StmGraph& graph, const StmInputs<T>& inputs, HeadRows<const T> output_gradient,
                  const StmGradients<T>& gradients, const StmPlan& plan, StmWorkspace<T>& workspace,
                  const StmStates<T>* states) {
  const StmCall<T> call = make_call("stm_backward", graph, inputs, plan, workspace, states);
  if (states != nullptr && states->data.capacity() < plan.kept_states)
    throw ConfigError("stm_backward: the states are not those that stm_forward kept for this plan");
  check_all_data("stm_backward", "inputs", graph, inputs);
  check_data("stm_backward", "output_gradient", output_gradient.data, graph.num_nodes);
  check_all_data("stm_backward", "gradients", graph, gradients);
  const StmGradientCall<T> back{output_gradient,
                                {gradients.query, gradients.key, gradients.value, gradients.source,
                                 gradients.transition, gradients.mark, gradients.direct}};
  run_parts(
      call, states == nullptr ? nullptr : static_cast<const T*>(states->data.data()),
      [&](std::int32_t part, StmPlan::Range heads, const T* kept) {
        recurrent_backward(call, part, heads, back, kept);
      },
      [&](std::int32_t part, const T* kept) { chunkwise_backward(call, part, back, kept); },
      [&](const Chunk& chunk, std::ptrdiff_t head, T* scratch) {
        call.k.chunk_backward(call.view, chunk, head, scratch, output_gradient, back.gradients, {});
      });
}

namespace {

template <class T>
const StmPlan& plan_here(const char* function, const StmGraph& graph, const StmInputs<T>& inputs,
                         const StmOptions& options, StmWorkspace<T>& workspace) {
  if (options.memory == StmMemory::kStore) {
    throw ConfigError(
        fmt::format("{}: StmMemory::kStore needs a plan; make one with make_stm_plan", function));
  }
  make_stm_plan(graph, {inputs.heads, inputs.key_width, inputs.value_width}, options, workspace.plan);
  return workspace.plan;
}

}  // namespace

template <class T>
void stm_forward(const StmGraph& graph, const StmInputs<T>& inputs, HeadRows<T> output,
                 const StmOptions& options, StmWorkspace<T>& workspace) {
  stm_forward(graph, inputs, output, plan_here("stm_forward", graph, inputs, options, workspace), workspace);
}

template <class T>
void stm_backward(const StmGraph& graph, const StmInputs<T>& inputs, HeadRows<const T> output_gradient,
                  const StmGradients<T>& gradients, const StmOptions& options, StmWorkspace<T>& workspace) {
  stm_backward(graph, inputs, output_gradient, gradients,
               plan_here("stm_backward", graph, inputs, options, workspace), workspace);
}

#define PLSTM_INSTANTIATE(T)                                                                         \
  template void stm_forward<T>(const StmGraph&, const StmInputs<T>&, HeadRows<T>, const StmPlan&,    \
                               StmWorkspace<T>&, StmStates<T>*);                                     \
  template void stm_backward<T>(const StmGraph&, const StmInputs<T>&, HeadRows<const T>,             \
                                const StmGradients<T>&, const StmPlan&, StmWorkspace<T>&,            \
                                const StmStates<T>*);                                                \
  template void stm_forward<T>(const StmGraph&, const StmInputs<T>&, HeadRows<T>, const StmOptions&, \
                               StmWorkspace<T>&);                                                    \
  template void stm_backward<T>(const StmGraph&, const StmInputs<T>&, HeadRows<const T>,             \
                                const StmGradients<T>&, const StmOptions&, StmWorkspace<T>&);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
