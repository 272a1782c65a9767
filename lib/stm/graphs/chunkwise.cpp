// The chunkwise form: all chunks in parallel, then the states on the edges between them, then all chunks
// again.
#include <algorithm>

#include <plstm/core/parallel.hpp>

#include "stm/graphs/call.hpp"

namespace plstm {

namespace {

template <class T>
Chunk chunk_of(const StmCall<T>& call, std::int32_t part, const StmPlan::Block& block) {
  const StmGraph::Part& base = call.begin(part);
  const StmPlan& plan = call.plan;
  return {plan.node_order.data() + base.node + block.node_begin,
          plan.node_position.data(),
          plan.edge_order.data() + base.edge + block.edge_begin,
          plan.edge_position.data(),
          block.node_begin,
          block.edge_begin,
          block.node_end - block.node_begin,
          block.edge_end - block.edge_begin,
          plan.border_edges.data() + block.in.first,
          plan.in_rank.data(),
          block.in.size(),
          plan.border_edges.data() + block.out.first,
          block.out.size()};
}

// The arrays that the passes over the chunks share.
template <class T>
struct Exchange {
  T* states;  // [heads, border states, K V]
  bool states_known;
  T* adjoints;     // the same
  T* transitions;  // [heads, plan.num_factors]
  T* reads;        // [heads, nodes, most_in]
  std::size_t states_size, reads_size, most_in;
};

template <class T>
ChunkBorders<T> borders_of(const StmCall<T>& call, const StmPlan::Block& block, std::size_t head,
                           const Exchange<T>& x) {
  return {call.plan.place.data(),
          x.states + head * x.states_size,
          x.states_known,
          x.adjoints != nullptr ? x.adjoints + head * x.states_size : nullptr,
          x.transitions + head * call.plan.num_factors + block.factor,
          x.reads != nullptr
              ? x.reads + head * x.reads_size + static_cast<std::size_t>(block.node_begin) * x.most_in
              : nullptr};
}

// Runs body(chunk, head, scratch, borders) for all chunks and heads in parallel.
template <class T, class Body>
void for_chunks(const StmCall<T>& call, std::int32_t part, const Exchange<T>& x, const Body& body) {
  const StmPlan::Range chunks = call.planned(part).chunks;
  const auto count = static_cast<std::size_t>(chunks.size());
  parallel_for_ranges(count * call.heads, 4, [&](std::size_t begin, std::size_t end) {
    auto loan = call.workspace.scratch.borrow();
    for (std::size_t i = begin; i < end; ++i) {
      // Heads of a chunk lie side by side in memory.
      const StmPlan::Block& block = call.plan.blocks[static_cast<std::size_t>(chunks.first) + i / call.heads];
      const std::size_t head = i % call.heads;
      const Chunk chunk = chunk_of(call, part, block);
      body(chunk, static_cast<std::ptrdiff_t>(head), loan.reserve(call.k.chunk_scratch(call.view, chunk)),
           borders_of(call, block, head, x));
    }
  });
}

template <class T>
Exchange<T> sizes_of(const StmCall<T>& call, std::int32_t part) {
  const StmPlan::Part& planned = call.planned(part);
  Exchange<T> x{};
  x.states_size = static_cast<std::size_t>(planned.states) * call.state_size();
  for (std::int32_t c = planned.chunks.first; c < planned.chunks.last; ++c) {
    x.most_in = std::max(x.most_in,
                         static_cast<std::size_t>(call.plan.blocks[static_cast<std::size_t>(c)].in.size()));
  }
  x.reads_size = static_cast<std::size_t>(call.end(part).node - call.begin(part).node) * x.most_in;
  return x;
}

}  // namespace

template <class T>
void chunkwise_forward(const StmCall<T>& call, std::int32_t part, HeadRows<T> output, T* kept) {
  Exchange<T> x = sizes_of(call, part);
  auto states = call.workspace.scratch.borrow();
  auto transitions = call.workspace.scratch.borrow();
  auto reads = call.workspace.scratch.borrow();
  x.states = kept != nullptr ? kept : states.reserve(call.heads * x.states_size);
  x.transitions = transitions.reserve(call.heads * call.plan.num_factors);
  x.reads = reads.reserve(call.heads * x.reads_size);
  for_chunks(call, part, x,
             [&](const Chunk& chunk, std::ptrdiff_t head, T* scratch, const ChunkBorders<T>& borders) {
               call.k.chunk_forward(call.view, chunk, head, scratch, output, borders);
             });
  scan_borders(call, part, ScanDirection::kForward, x.transitions, x.states);
  for_chunks(call, part, x,
             [&](const Chunk& chunk, std::ptrdiff_t head, T* scratch, const ChunkBorders<T>& borders) {
               if (chunk.num_in > 0) call.k.chunk_read(call.view, chunk, head, scratch, output, borders);
             });
}

template <class T>
void chunkwise_backward(const StmCall<T>& call, std::int32_t part, const StmGradientCall<T>& gradients,
                        const T* kept) {
  Exchange<T> x = sizes_of(call, part);
  auto states = call.workspace.scratch.borrow();
  auto adjoints = call.workspace.scratch.borrow();
  auto transitions = call.workspace.scratch.borrow();
  x.states_known = kept != nullptr;  // and then only read
  x.states = kept != nullptr ? const_cast<T*>(kept) : states.reserve(call.heads * x.states_size);
  x.adjoints = adjoints.reserve(call.heads * x.states_size);
  x.transitions = transitions.reserve(call.heads * call.plan.num_factors);
  for_chunks(call, part, x,
             [&](const Chunk& chunk, std::ptrdiff_t head, T* scratch, const ChunkBorders<T>& borders) {
               call.k.chunk_begin_backward(call.view, chunk, head, scratch, gradients.output_gradient,
                                           borders);
             });
  if (!x.states_known) scan_borders(call, part, ScanDirection::kForward, x.transitions, x.states);
  scan_borders(call, part, ScanDirection::kBackward, x.transitions, x.adjoints);
  for_chunks(call, part, x,
             [&](const Chunk& chunk, std::ptrdiff_t head, T* scratch, const ChunkBorders<T>& borders) {
               call.k.chunk_backward(call.view, chunk, head, scratch, gradients.output_gradient,
                                     gradients.gradients, borders);
             });
}

#define PLSTM_INSTANTIATE(T)                                                            \
  template void chunkwise_forward<T>(const StmCall<T>&, std::int32_t, HeadRows<T>, T*); \
  template void chunkwise_backward<T>(const StmCall<T>&, std::int32_t, const StmGradientCall<T>&, const T*);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
