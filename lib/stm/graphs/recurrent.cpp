// The recurrent form: where states lie, what is kept for the way back, and which nodes run side by side.
#include <algorithm>

#include <plstm/core/parallel.hpp>

#include "stm/graphs/call.hpp"

namespace plstm {

namespace {

// Runs body(head, first node position, count) over a run of the part's nodes, for heads first .. last-1: one
// head after the other, or level by level with the nodes of a level and the heads in parallel.
template <class T, class Body>
void for_nodes(const StmCall<T>& call, std::int32_t part, StmPlan::Range heads, std::int32_t begin,
               std::int32_t end, bool backwards, const Body& body) {
  const StmPlan::Part& planned = call.planned(part);
  if (!planned.by_levels) {
    for (std::int32_t head = heads.first; head < heads.last; ++head) body(head, begin, end - begin);
    return;
  }
  const auto level_end = [&](std::int32_t level) {
    return level < planned.levels.first ? 0 : call.plan.level_ends[static_cast<std::size_t>(level)];
  };
  const auto first = call.plan.level_ends.begin() + planned.levels.first;
  const auto last = call.plan.level_ends.begin() + planned.levels.last;
  const auto low =
      static_cast<std::int32_t>(std::upper_bound(first, last, begin) - first) + planned.levels.first;
  const auto high =
      static_cast<std::int32_t>(std::lower_bound(first, last, end) - first) + planned.levels.first;
  const auto block = static_cast<std::int32_t>(
      std::max<std::size_t>(1, kStmGrain / (8 * std::max<std::size_t>(1, call.state_size()))));
  for (std::int32_t step = low; step <= high; ++step) {
    const std::int32_t level = backwards ? high - (step - low) : step;
    const std::int32_t from = level_end(level - 1);
    const std::int32_t count = level_end(level) - from;
    const std::int32_t blocks = (count + block - 1) / block;
    parallel_for(static_cast<std::size_t>(blocks * heads.size()), 1, [&](std::size_t i) {
      const std::int32_t at = static_cast<std::int32_t>(i) % blocks * block;
      body(heads.first + static_cast<std::int32_t>(i) / blocks, from + at, std::min(block, count - at));
    });
  }
}

// One pass over the states of a part: where they lie, for all heads of the pass.
template <class T>
struct StatesOf {
  const std::int32_t* place;
  T* data;
  std::size_t head_size;
};

template <class T>
NodeSweep<T> sweep_of(const StmCall<T>& call, std::int32_t part, std::int32_t head, std::int32_t position,
                      std::int32_t count, StmPlan::Range heads, const StatesOf<T>& states) {
  return {head,
          call.plan.node_order.data() + call.begin(part).node + position,
          count,
          states.place,
          states.data + static_cast<std::size_t>(head - heads.first) * states.head_size,
          nullptr,
          nullptr,
          nullptr};
}

// Where outputs go, if they are wanted.
template <class T>
struct Output {
  HeadRows<T> rows{};
  bool adds = false;  // to what is there
};

template <class T>
void make_states(const StmCall<T>& call, std::int32_t part, StmPlan::Range heads, std::int32_t begin,
                 std::int32_t end, const StatesOf<T>& states, const Output<T>& output) {
  for_nodes(call, part, heads, begin, end, false,
            [&](std::int32_t head, std::int32_t position, std::int32_t count) {
              NodeSweep<T> sweep = sweep_of(call, part, head, position, count, heads, states);
              sweep.adds = output.adds;
              call.k.sweep_forward(call.view, sweep, output.rows);
            });
}

template <class T>
void make_gradients(const StmCall<T>& call, std::int32_t part, StmPlan::Range heads, std::int32_t begin,
                    std::int32_t end, const StatesOf<T>& states, const StatesOf<T>& adjoints,
                    const StmGradientCall<T>& gradients) {
  for_nodes(
      call, part, heads, begin, end, true, [&](std::int32_t head, std::int32_t position, std::int32_t count) {
        auto scratch = call.workspace.scratch.borrow();
        NodeSweep<T> sweep = sweep_of(call, part, head, position, count, heads, states);
        sweep.adjoint_place = adjoints.place;
        sweep.adjoints = adjoints.data + static_cast<std::size_t>(head - heads.first) * adjoints.head_size;
        sweep.scratch = scratch.reserve(sweep_scratch(call.view.key_width));
        call.k.sweep_backward(call.view, sweep, gradients.output_gradient, gradients.gradients);
      });
}

// Copies the states of edges that are alive to consecutive places, for all heads of the pass.
template <class T>
void copy_live(const StmCall<T>& call, std::size_t heads, StmPlan::Range live, const StatesOf<T>& from, T* to,
               std::size_t to_head_size) {
  const std::size_t size = call.state_size();
  for (std::size_t head = 0; head < heads; ++head) {
    T* next = to + head * to_head_size;
    for (std::int32_t i = live.first; i < live.last; ++i, next += size) {
      const auto edge = static_cast<std::size_t>(call.plan.live_edges[static_cast<std::size_t>(i)]);
      std::copy_n(from.data + head * from.head_size + static_cast<std::size_t>(from.place[edge]) * size, size,
                  next);
    }
  }
}

// The part cut into pieces, and the states at the beginning of each.
template <class T>
struct Checkpoints {
  const StmCall<T>& call;
  std::int32_t part;
  std::size_t head_size;  ///< elements of one head
  std::int32_t first_live;

  Checkpoints(const StmCall<T>& c, std::int32_t p)
      : call(c), part(p), first_live(segment(range().first).live.first) {
    head_size = static_cast<std::size_t>(segment(range().last - 1).live.last - first_live) * c.state_size();
  }
  StmPlan::Range range() const { return call.planned(part).segments; }
  const StmPlan::Segment& segment(std::int32_t i) const {
    return call.plan.segments[static_cast<std::size_t>(i)];
  }
  std::int32_t last_edge(std::int32_t i) const {
    return i + 1 < range().last ? segment(i + 1).edge_begin : call.end(part).edge - call.begin(part).edge;
  }
  std::size_t offset(const StmPlan::Segment& s) const {
    return static_cast<std::size_t>(s.live.first - first_live) * call.state_size();
  }
};

// A forward pass on the frontier that leaves the checkpoints [heads, ...] in `to`; without outputs the last
// piece is not needed.
template <class T>
void make_checkpoints(const Checkpoints<T>& c, StmPlan::Range heads, const Output<T>& output, T* to) {
  const StmCall<T>& call = c.call;
  const auto count = static_cast<std::size_t>(heads.size());
  auto loan = call.workspace.scratch.borrow();
  const std::size_t frontier_size = static_cast<std::size_t>(call.planned(c.part).states) * call.state_size();
  const StatesOf<T> frontier{call.plan.place.data(), loan.reserve(count * frontier_size), frontier_size};
  for (std::int32_t i = c.range().first; i < c.range().last; ++i) {
    const StmPlan::Segment& s = c.segment(i);
    copy_live(call, count, s.live, frontier, to + c.offset(s), c.head_size);
    if (output.rows.data != nullptr || i + 1 < c.range().last)
      make_states(call, c.part, heads, s.node_begin, s.node_end, frontier, output);
  }
}

// The backward pass in pieces: states inside a piece are made again just before they are needed.
template <class T>
void backward_in_segments(const Checkpoints<T>& c, StmPlan::Range heads, const StmGradientCall<T>& gradients,
                          const StatesOf<T>& adjoints, const T* kept) {
  const StmCall<T>& call = c.call;
  const std::size_t size = call.state_size();
  const auto count = static_cast<std::size_t>(heads.size());
  auto checkpoint_loan = call.workspace.scratch.borrow();
  const T* checkpoints = kept;
  if (kept == nullptr) {
    T* made = checkpoint_loan.reserve(count * c.head_size);
    make_checkpoints(c, heads, Output<T>{}, made);
    checkpoints = made;
  }
  std::size_t most = 0;
  for (std::int32_t i = c.range().first; i < c.range().last; ++i) {
    const StmPlan::Segment& s = c.segment(i);
    most = std::max(most, static_cast<std::size_t>(s.live.size() + c.last_edge(i) - s.edge_begin));
  }
  auto states_loan = call.workspace.scratch.borrow();
  auto place_loan = call.workspace.places.borrow();
  std::int32_t* place = place_loan.reserve(static_cast<std::size_t>(call.graph.num_edges));
  const StatesOf<T> states{place, states_loan.reserve(count * most * size), most * size};
  for (std::int32_t i = c.range().last - 1; i >= c.range().first; --i) {
    const StmPlan::Segment& s = c.segment(i);
    for (std::int32_t j = s.live.first; j < s.live.last; ++j)
      place[call.plan.live_edges[static_cast<std::size_t>(j)]] = j - s.live.first;
    for (std::int32_t j = s.edge_begin; j < c.last_edge(i); ++j) {
      place[call.plan.edge_order[static_cast<std::size_t>(call.begin(c.part).edge + j)]] =
          s.live.size() + j - s.edge_begin;
    }
    for (std::size_t head = 0; head < count; ++head) {
      std::copy_n(checkpoints + c.offset(s) + head * c.head_size,
                  static_cast<std::size_t>(s.live.size()) * size, states.data + head * states.head_size);
    }
    make_states(call, c.part, heads, s.node_begin, s.node_end, states, Output<T>{});
    make_gradients(call, c.part, heads, s.node_begin, s.node_end, states, adjoints, gradients);
  }
}

// A row of the states follows from one entry of each key, so some rows make a smaller problem of the same kind: outputs
// and gradients are sums over such slices. Calls body(call on the slice, rows before it, where its states are kept) for
// one slice after the other.
template <class T, class Kept, class Body>
void for_slices(const StmCall<T>& call, std::int32_t part, Kept* kept, const Body& body) {
  const StmPlan::Part& planned = call.planned(part);
  const std::ptrdiff_t rows = call.view.key_width / planned.slices;
  for (std::int32_t slice = 0; slice < planned.slices; ++slice) {
    StmCall<T> sliced = call;
    const std::ptrdiff_t before = slice * rows;
    sliced.view.query.data += before;
    sliced.view.key.data += before;
    sliced.view.key_width = rows;
    const std::size_t skip = planned.kept_size / static_cast<std::size_t>(planned.slices);
    body(sliced, before, kept == nullptr ? nullptr : kept + static_cast<std::size_t>(slice) * skip);
  }
}

template <class T>
void forward_slice(const StmCall<T>& call, std::int32_t part, StmPlan::Range heads, const Output<T>& output,
                   T* kept) {
  const std::int32_t nodes = call.end(part).node - call.begin(part).node;
  const auto edges = static_cast<std::size_t>(call.end(part).edge - call.begin(part).edge);
  if (kept != nullptr && call.planned(part).segments.size() > 1) {
    const Checkpoints<T> c(call, part);
    return make_checkpoints(c, heads, output, kept + static_cast<std::size_t>(heads.first) * c.head_size);
  }
  if (kept != nullptr) {
    const std::size_t head_size = edges * call.state_size();
    make_states(
        call, part, heads, 0, nodes,
        {call.plan.edge_position.data(), kept + static_cast<std::size_t>(heads.first) * head_size, head_size},
        output);
    return;
  }
  auto loan = call.workspace.scratch.borrow();
  const std::size_t head_size = static_cast<std::size_t>(call.planned(part).states) * call.state_size();
  T* states = loan.reserve(static_cast<std::size_t>(heads.size()) * head_size);
  make_states(call, part, heads, 0, nodes, {call.plan.place.data(), states, head_size}, output);
}

template <class T>
void backward_slice(const StmCall<T>& call, std::int32_t part, StmPlan::Range heads,
                    const StmGradientCall<T>& gradients, const T* kept) {
  const StmPlan::Part& planned = call.planned(part);
  const std::int32_t nodes = call.end(part).node - call.begin(part).node;
  const auto count = static_cast<std::size_t>(heads.size());
  auto adjoint_loan = call.workspace.scratch.borrow();
  const std::size_t frontier_size = static_cast<std::size_t>(planned.states) * call.state_size();
  const StatesOf<T> adjoints{call.plan.place.data(), adjoint_loan.reserve(count * frontier_size),
                             frontier_size};
  if (planned.segments.size() > 1) {
    const Checkpoints<T> c(call, part);
    const std::size_t skip = static_cast<std::size_t>(heads.first) * c.head_size;
    return backward_in_segments(c, heads, gradients, adjoints, kept != nullptr ? kept + skip : nullptr);
  }

  const std::size_t head_size =
      static_cast<std::size_t>(call.end(part).edge - call.begin(part).edge) * call.state_size();
  StatesOf<T> states{call.plan.edge_position.data(), nullptr, head_size};
  auto states_loan = call.workspace.scratch.borrow();
  if (kept != nullptr) {
    // Read only from here on.
    states.data = const_cast<T*>(kept) + static_cast<std::size_t>(heads.first) * head_size;
  } else {
    states.data = states_loan.reserve(count * head_size);
    make_states(call, part, heads, 0, nodes, states, Output<T>{});
  }
  make_gradients(call, part, heads, 0, nodes, states, adjoints, gradients);
}

}  // namespace

template <class T>
void recurrent_forward(const StmCall<T>& call, std::int32_t part, StmPlan::Range heads, HeadRows<T> output,
                       T* kept) {
  for_slices(call, part, kept, [&](const StmCall<T>& sliced, std::ptrdiff_t before, T* own) {
    forward_slice(sliced, part, heads, Output<T>{output, before > 0}, own);
  });
}

template <class T>
void recurrent_backward(const StmCall<T>& call, std::int32_t part, StmPlan::Range heads,
                        const StmGradientCall<T>& gradients, const T* kept) {
  for_slices(call, part, kept, [&](const StmCall<T>& sliced, std::ptrdiff_t before, const T* own) {
    StmGradientCall<T> rows = gradients;
    rows.gradients.query.data += before;
    rows.gradients.key.data += before;
    backward_slice(sliced, part, heads, rows, own);
  });
}

#define PLSTM_INSTANTIATE(T)                                                                            \
  template void recurrent_forward<T>(const StmCall<T>&, std::int32_t, StmPlan::Range, HeadRows<T>, T*); \
  template void recurrent_backward<T>(const StmCall<T>&, std::int32_t, StmPlan::Range,                  \
                                      const StmGradientCall<T>&, const T*);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
