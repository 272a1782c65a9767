// The chunkwise form of the sequence operator. Where there are sequences and heads enough, each is a task
// that goes from chunk to chunk. Otherwise three passes: what every chunk adds to the state, in parallel; the
// states between chunks, one after the other; then all chunks again, in parallel, given the states before
// them. The arithmetic is the same.
#include <algorithm>

#include <plstm/core/parallel.hpp>

#include "stm/sequences/sequence_chunk.hpp"

namespace plstm {

namespace {

// Whether sequences and heads keep the threads busy by themselves. Going through the chunks twice costs a
// quarter more.
template <class T>
bool one_by_one(const SequenceCall<T>& call) {
  const auto threads = static_cast<std::size_t>(num_threads());
  const std::size_t rounds = (call.sequences() + threads - 1) / threads;
  return call.chunks < 2 || 4 * rounds * threads <= 5 * call.sequences();
}

template <class T>
std::size_t grain_of(const SequenceCall<T>& call, std::size_t chunks) {
  const std::size_t work = chunks * call.chunk * (call.chunk + 4 * call.state_size()) + 1;
  return std::max<std::size_t>(1, kSequenceGrain / work);
}

// Calls body(chunk, i) for i in 0 .. count - 1 in parallel.
template <class T, class Body>
void for_tasks(const SequenceCall<T>& call, std::size_t count, std::size_t grain, const Body& body) {
  parallel_for_ranges(count, grain, [&](std::size_t first, std::size_t last) {
    auto loan = call.workspace.scratch.borrow();
    SequenceChunk<T> chunk(call, loan.reserve(SequenceChunk<T>::scratch_size(call)));
    for (std::size_t i = first; i < last; ++i) body(chunk, i);
  });
}

// Calls body(chunk, s) for all sequences and heads in parallel.
template <class T, class Body>
void for_sequences(const SequenceCall<T>& call, const Body& body) {
  for_tasks(call, call.sequences(), grain_of(call, call.chunks), body);
}

// Calls body(chunk, s, c) for chunks begin .. end - 1 of all sequences and heads in parallel. Heads of a
// chunk lie side by side in memory.
template <class T, class Body>
void for_chunks(const SequenceCall<T>& call, std::size_t begin, std::size_t end, const Body& body) {
  const std::size_t heads = call.heads(), chunks = end - begin;
  for_tasks(call, call.sequences() * chunks, grain_of(call, 1), [&](SequenceChunk<T>& chunk, std::size_t i) {
    body(chunk, i / (heads * chunks) * heads + i % heads, begin + i / heads % chunks);
  });
}

enum class Direction { kForward, kBackward };

// Adds to elements begin .. end - 1 of every plane of one border's state (or adjoint) what the chunk between
// the two hands on from the other.
template <class T>
void hand_on(const SequenceCall<T>& call, Direction direction, const T* transition, T* before, T* after,
             std::ptrdiff_t begin, std::ptrdiff_t end) {
  const std::ptrdiff_t jt = call.view.jt, plane = call.view.key_width * call.view.value_width;
  direction == Direction::kForward
      ? call.k.state_step({jt, plane, begin, end, transition, jt, 1, before, after})
      : call.k.state_step({jt, plane, begin, end, transition, 1, jt, after, before});
}

template <class T>
void hand_on(const SequenceCall<T>& call, Direction direction, const T* transition, T* before, T* after) {
  hand_on(call, direction, transition, before, after, 0, call.view.key_width * call.view.value_width);
}

// The transitions of chunks, [B H, chunks, JT, JT].
template <class T>
T* transitions_of(const SequenceCall<T>& call) {
  return call.workspace.transitions.reserve(call.sequences() * call.chunks * call.transition_size());
}

template <class T>
void keep_transition(const SequenceCall<T>& call, const SequenceChunk<T>& chunk, std::size_t s, std::size_t c,
                     T* transitions) {
  std::copy_n(chunk.transition(), call.transition_size(),
              transitions + (s * call.chunks + c) * call.transition_size());
}

// Hands on over the chunks begin .. end - 1, slices of the states in parallel.
template <class T>
void scan(const SequenceCall<T>& call, Direction direction, std::size_t begin, std::size_t end,
          const T* transitions, T* states) {
  constexpr std::size_t kSlice = 512;
  const std::size_t plane = static_cast<std::size_t>(call.view.key_width * call.view.value_width);
  const std::size_t slices = (plane + kSlice - 1) / kSlice;
  const std::size_t work = (end - begin) * std::min(plane, kSlice) * call.transition_size() + 1;
  parallel_for(call.sequences() * slices, std::max<std::size_t>(1, kSequenceGrain / work),
               [&](std::size_t task) {
                 const std::size_t s = task / slices, from = task % slices * kSlice;
                 for (std::size_t i = begin; i < end; ++i) {
                   const std::size_t c = direction == Direction::kForward ? i : end - 1 - (i - begin);
                   hand_on(call, direction, transitions + (s * call.chunks + c) * call.transition_size(),
                           states + call.border(s, c), states + call.border(s, c + 1),
                           static_cast<std::ptrdiff_t>(from),
                           static_cast<std::ptrdiff_t>(std::min(plane, from + kSlice)));
                 }
               });
}

// States at the borders 0 .. last.
template <class T>
void make_states(const SequenceCall<T>& call, std::size_t last, T* borders) {
  T* transitions = transitions_of(call);
  for_chunks(call, 0, last, [&](SequenceChunk<T>& chunk, std::size_t s, std::size_t c) {
    chunk.load(s, c, false);
    chunk.write_state(borders + call.border(s, c + 1));
    keep_transition(call, chunk, s, c, transitions);
  });
  scan(call, Direction::kForward, 0, last, static_cast<const T*>(transitions), borders);
}

// What is known of states and adjoints: null is zero.
template <class T>
struct Borders {
  const SequenceCall<T>& call;
  const T* borders;
  bool has_first, has_last;

  const T* at(std::size_t s, std::size_t c) const {
    const bool known = (c > 0 || has_first) && (c < call.chunks || has_last);
    return known ? borders + call.border(s, c) : nullptr;
  }
};

}  // namespace

template <class T>
void chunkwise_states(const SequenceCall<T>& call, const T* initial_state, T* borders) {
  load_states(call, initial_state, 0, borders);
  make_states(call, std::max<std::size_t>(call.chunks, 1) - 1, borders);
}

template <class T>
void chunkwise_forward(const SequenceCall<T>& call, const T* initial_state, HeadRows<T> output,
                       T* final_state, T* borders) {
  if (borders == nullptr) borders = call.workspace.borders.reserve(call.borders_size());
  const std::size_t last = final_state != nullptr ? call.chunks : std::max<std::size_t>(call.chunks, 1) - 1;
  const Borders<T> states{call, borders, initial_state != nullptr, true};
  load_states(call, initial_state, 0, borders);
  if (one_by_one(call)) {
    for_sequences(call, [&](SequenceChunk<T>& chunk, std::size_t s) {
      for (std::size_t c = 0; c < call.chunks; ++c) {
        chunk.load(s, c, true);
        chunk.forward(states.at(s, c), output);
        if (c == last) continue;
        T* after = borders + call.border(s, c + 1);
        chunk.write_state(after);
        hand_on(call, Direction::kForward, chunk.transition(), borders + call.border(s, c), after);
      }
    });
  } else {
    make_states(call, last, borders);
    for_chunks(call, 0, call.chunks, [&](SequenceChunk<T>& chunk, std::size_t s, std::size_t c) {
      chunk.load(s, c, true);
      chunk.forward(states.at(s, c), output);
    });
  }
  if (final_state != nullptr) store_states(call, borders, call.chunks, final_state, false);
}

template <class T>
void chunkwise_backward(const SequenceCall<T>& call, bool has_initial_state,
                        HeadRows<const T> output_gradient, const T* final_state_gradient,
                        const SequenceGradientView<T>& gradients, T* initial_state_gradient,
                        const T* borders) {
  T* adjoints = call.workspace.adjoints.reserve(call.borders_size());
  const std::size_t first = initial_state_gradient != nullptr ? 0 : std::min<std::size_t>(1, call.chunks);
  const Borders<T> states{call, borders, has_initial_state, true};
  const Borders<T> after{call, adjoints, true, final_state_gradient != nullptr};
  load_states(call, final_state_gradient, call.chunks, adjoints);
  if (one_by_one(call)) {
    for_sequences(call, [&](SequenceChunk<T>& chunk, std::size_t s) {
      for (std::size_t c = call.chunks; c-- > 0;) {
        chunk.load(s, c, true);
        if (c >= first) {
          chunk.read_adjoint(output_gradient, adjoints + call.border(s, c));
          hand_on(call, Direction::kBackward, chunk.transition(), adjoints + call.border(s, c),
                  adjoints + call.border(s, c + 1));
        }
        chunk.backward(states.at(s, c), after.at(s, c + 1), output_gradient, gradients);
      }
    });
  } else {
    T* transitions = transitions_of(call);
    for_chunks(call, first, call.chunks, [&](SequenceChunk<T>& chunk, std::size_t s, std::size_t c) {
      chunk.load(s, c, false);
      chunk.read_adjoint(output_gradient, adjoints + call.border(s, c));
      keep_transition(call, chunk, s, c, transitions);
    });
    scan(call, Direction::kBackward, first, call.chunks, static_cast<const T*>(transitions), adjoints);
    for_chunks(call, 0, call.chunks, [&](SequenceChunk<T>& chunk, std::size_t s, std::size_t c) {
      chunk.load(s, c, true);
      chunk.backward(states.at(s, c), after.at(s, c + 1), output_gradient, gradients);
    });
  }
  if (initial_state_gradient != nullptr) store_states(call, adjoints, 0, initial_state_gradient, true);
}

#define PLSTM_INSTANTIATE(T)                                                                     \
  template void chunkwise_states<T>(const SequenceCall<T>&, const T*, T*);                       \
  template void chunkwise_forward<T>(const SequenceCall<T>&, const T*, HeadRows<T>, T*, T*);     \
  template void chunkwise_backward<T>(const SequenceCall<T>&, bool, HeadRows<const T>, const T*, \
                                      const SequenceGradientView<T>&, T*, const T*);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
