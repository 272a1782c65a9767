// The chunkwise form of the sequence operator: what every chunk adds to the state, in parallel; the states
// between chunks, one after the other; then all chunks again, in parallel, given the states before them.
#include <algorithm>

#include <plstm/core/parallel.hpp>
#include <plstm/core/product.hpp>

#include "stm/sequence_call.hpp"

namespace plstm {

namespace {

// Steps of the tiles in which the triangular products inside a chunk are made.
constexpr Index kTileSteps = 16;

constexpr Index whole_vectors(Index size) {
  return (size + 15) / 16 * 16;
}

// Hands out pieces of a buffer; without a buffer it only counts.
template <class T>
class Pieces {
 public:
  explicit Pieces(T* memory) : memory_(memory) {}
  T* take(Index size) {
    T* piece = memory_ == nullptr ? nullptr : memory_ + used_;
    used_ += static_cast<std::size_t>(whole_vectors(size));
    return piece;
  }
  std::size_t used() const { return used_; }

 private:
  T* memory_;
  std::size_t used_ = 0;
};

template <class T>
MatrixView<const T> read(const MatrixView<T>& m) {
  return {m.data, m.rows, m.cols, m.stride};
}

// Rows first .. first + rows - 1, columns 0 .. cols - 1.
template <class T>
MatrixView<T> part_of(const MatrixView<T>& m, Index first, Index rows, Index cols) {
  return {m.data + first * m.stride, rows, cols, m.stride};
}

Store store(bool add) {
  return add ? Store::kAdd : Store::kReplace;
}

// a b, a^T b and a b^T.
template <class T>
void product(const MatrixView<const T>& a, const MatrixView<const T>& b, const MatrixView<T>& to, bool add) {
  multiply<T>(a, Transpose::kNo, b, Transpose::kNo, to, store(add));
}
template <class T>
void product_t(const MatrixView<const T>& a, const MatrixView<const T>& b, const MatrixView<T>& to,
               bool add) {
  multiply<T>(a, Transpose::kYes, b, Transpose::kNo, to, store(add));
}
template <class T>
void product_by_t(const MatrixView<const T>& a, const MatrixView<const T>& b, const MatrixView<T>& to,
                  bool add) {
  multiply<T>(a, Transpose::kNo, b, Transpose::kYes, to, store(add));
}

// One chunk of one sequence and head as matrices: n steps; rows are (step, plane) of queries and outputs,
// (plane, step) of keys and values. Inputs and gradients of a single plane are used where they lie, others
// are gathered.
template <class T>
class SequenceChunk {
 public:
  static std::size_t scratch_size(const SequenceCall<T>& call) {
    SequenceChunk chunk(call);
    return chunk.lay_out(nullptr);
  }

  SequenceChunk(const SequenceCall<T>& call, T* memory) : SequenceChunk(call) { lay_out(memory); }

  // Moves on to chunk c of sequence and head s and merges its gates, G too if `dense`.
  void load(std::size_t s, std::size_t c, bool dense) {
    gates_.steps = call_.steps(s, c);
    n_ = gates_.steps.count;
    gates_.dense = dense ? dense_ : nullptr;
    call_.k.merge_gates(v_, gates_);
  }

  void copy_transition(T* to) const {
    const Index size = v_.jt * v_.jt;
    std::copy_n(gates_.transition + ((Index{2} << gates_.levels) - 2) * size, size, to);
  }

  // to [JT K, V] = what the steps add to the state after them.
  void write_state(T* to) {
    load_inputs();
    fold_keys();
    for (Index l = 0; l < v_.jv; ++l)
      product_t<T>(read(folded_keys(l)), values(l),
                   {to, v_.jt * v_.key_width, v_.value_width, v_.value_width}, l > 0);
  }

  // to [JT K, V] = adjoint of the state before the steps, as far as it is read here.
  void read_adjoint(const HeadRows<const T>& output_gradient, T* to) {
    load_queries();
    load_output_gradient(output_gradient);
    fold_queries();
    product_t<T>(read(folded_queries()), doutputs_,
                 {to, v_.jt * v_.key_width, v_.value_width, v_.value_width}, false);
  }

  // Outputs of the steps; `state` null: zero.
  void forward(const T* state, const HeadRows<T>& output) {
    load_queries();
    load_inputs();
    transpose_keys();
    const MatrixView<T> outputs = v_.jo == 1
                                      ? in_place(output, v_.value_width)
                                      : MatrixView<T>{outputs_, n_ * v_.jo, v_.value_width, v_.value_width};
    if (state != nullptr) {
      fold_queries();
      product<T>(read(folded_queries()), state_view(state), outputs, false);
    }
    for (Index begin = 0; begin < n_; begin += kTileSteps) {
      const Index end = std::min(begin + kTileSteps, n_), steps = end - begin;
      make_scores(begin, end);
      const ChunkTile<T> tile{begin, end, columns(end), scores_, weights_, nullptr, nullptr};
      call_.k.combine_forward(v_, gates_, tile);
      for (Index l = 0; l < v_.jv; ++l) {
        const MatrixView<T> weights{weights_ + l * stride_, steps * v_.jo, end, v_.jv * stride_};
        product<T>(read(weights), part_of(values(l), 0, end, v_.value_width),
                   part_of(outputs, begin * v_.jo, steps * v_.jo, v_.value_width), state != nullptr || l > 0);
      }
    }
    if (v_.jo > 1)
      call_.k.scatter_planes(outputs_, gates_.steps, v_.value_width, v_.jo, false, false, output);
  }

  // All gradients, given the state before the steps and the adjoint of that after them; either null: zero.
  void backward(const T* state, const T* adjoint, const HeadRows<const T>& output_gradient,
                const SequenceGradientView<T>& gradients) {
    load_queries();
    load_inputs();
    load_output_gradient(output_gradient);
    transpose_keys();
    transpose_values();
    begin_gradients(gradients);
    inner_backward();
    const Index count = v_.jt * v_.jt;
    T* dtransition = dtransition_ + ((Index{2} << gates_.levels) - 2) * count;
    if (state != nullptr) {
      const MatrixView<T> dfolded{dfolded_, n_ * v_.jo, v_.jt * v_.key_width, v_.jt * v_.key_width};
      product_by_t<T>(doutputs_, state_view(state), dfolded, false);
      call_.k.unfold_queries(v_, gates_, {queries_.data, queries_.stride}, dfolded_, dmark_,
                             {dqueries_.data, dqueries_.stride});
    } else {
      std::fill_n(dmark_, n_ * v_.jo * v_.jq * v_.jt, T(0));
    }
    if (adjoint != nullptr) {
      fold_keys();
      for (Index l = 0; l < v_.jv; ++l) {
        const Index width = v_.jt * v_.key_width;
        product_by_t<T>(values(l), state_view(adjoint), {dfolded_ + l * n_ * width, n_, width, width}, false);
        product<T>(read(folded_keys(l)), state_view(adjoint), dvalues(l), true);
      }
      call_.k.unfold_keys(v_, gates_, {keys_.data, keys_.stride}, dfolded_, dsource_,
                          {dkeys_.data, dkeys_.stride});
    } else {
      std::fill_n(dsource_, v_.jt * v_.jk * v_.jv * stride_, T(0));
    }
    if (state != nullptr && adjoint != nullptr) {
      call_.k.state_dots(v_.jt, v_.key_width * v_.value_width, adjoint, state, dtransition);
    } else {
      std::fill_n(dtransition, count, T(0));
    }
    call_.k.merge_backward(v_, gates_, dsource_, dmark_, dtransition_, gradients);
    end_gradients(gradients);
  }

 private:
  explicit SequenceChunk(const SequenceCall<T>& call)
      : call_(call),
        v_(call.view),
        capacity_(static_cast<Index>(call.chunk)),
        stride_(whole_vectors(capacity_)) {
    while ((Index{1} << gates_.levels) < capacity_) ++gates_.levels;
    gates_.stride = stride_;
  }

  std::size_t lay_out(T* memory) {
    Pieces<T> pieces(memory);
    const Index kl = v_.jk * v_.jv, oj = v_.jo * v_.jq, levels = gates_.levels + 1;
    const Index keys = v_.jk * v_.key_width, values = v_.jv * v_.value_width;
    const Index folded = std::max(v_.jo, v_.jv) * v_.jt * v_.key_width;
    gates_.source = pieces.take(levels * v_.jt * kl * stride_);
    gates_.mark = pieces.take(levels * capacity_ * oj * v_.jt);
    gates_.transition = pieces.take(2 * capacity_ * v_.jt * v_.jt);
    gates_.room = pieces.take(v_.jt);
    dense_ = pieces.take(capacity_ * oj * kl * stride_);
    queries_room_ = pieces.take(v_.jq > 1 ? capacity_ * v_.jq * v_.key_width : 0);
    keys_room_ = pieces.take(v_.jk > 1 ? capacity_ * keys : 0);
    values_room_ = pieces.take(v_.jv > 1 ? capacity_ * values : 0);
    outputs_ = pieces.take(v_.jo > 1 ? capacity_ * v_.jo * v_.value_width : 0);
    key_columns_ = pieces.take(keys * stride_);
    value_columns_ = pieces.take(values * stride_);
    folded_queries_ = pieces.take(capacity_ * folded);
    folded_keys_ = pieces.take(capacity_ * folded);
    const Index tile = std::min(kTileSteps, capacity_);
    scores_ = pieces.take(tile * v_.jq * v_.jk * stride_);
    dweights_ = pieces.take(tile * v_.jo * v_.jv * stride_);
    weights_ = pieces.take(capacity_ * v_.jo * v_.jv * stride_);
    dscores_ = pieces.take(capacity_ * v_.jq * v_.jk * stride_);
    dfolded_ = pieces.take(capacity_ * folded);
    dsource_ = pieces.take(v_.jt * kl * stride_);
    dmark_ = pieces.take(capacity_ * oj * v_.jt);
    dtransition_ = pieces.take(2 * capacity_ * v_.jt * v_.jt);
    dqueries_room_ = pieces.take(v_.jq > 1 ? capacity_ * v_.jq * v_.key_width : 0);
    dkeys_room_ = pieces.take(v_.jk > 1 ? capacity_ * keys : 0);
    dvalues_room_ = pieces.take(v_.jv > 1 ? capacity_ * values : 0);
    return pieces.used();
  }

  // Columns of whole vectors that hold those of the first `steps` steps; what lies beyond them is zero.
  Index columns(Index steps) const { return std::min(whole_vectors(steps), stride_); }

  template <class U>
  MatrixView<U> in_place(const HeadRows<U>& rows, Index width) const {
    return {rows.at(gates_.steps.first, gates_.steps.head), n_, width, rows.row_stride};
  }

  MatrixView<const T> gathered(const HeadRows<const T>& rows, Index width, Index planes, bool planes_first,
                               T* room) {
    if (planes == 1) return in_place(rows, width);
    call_.k.gather_planes(rows, gates_.steps, width, planes, planes_first, room);
    return {room, n_ * planes, width, width};
  }

  void load_queries() { queries_ = gathered(v_.query, v_.key_width, v_.jq, false, queries_room_); }
  void load_inputs() {
    keys_ = gathered(v_.key, v_.key_width, v_.jk, true, keys_room_);
    values_ = gathered(v_.value, v_.value_width, v_.jv, true, values_room_);
  }
  void load_output_gradient(const HeadRows<const T>& rows) {
    doutputs_ = gathered(rows, v_.value_width, v_.jo, false, outputs_);
  }

  MatrixView<const T> keys(Index k) const { return part_of(keys_, k * n_, n_, v_.key_width); }
  MatrixView<const T> values(Index l) const { return part_of(values_, l * n_, n_, v_.value_width); }
  MatrixView<T> dkeys(Index k) const { return part_of(dkeys_, k * n_, n_, v_.key_width); }
  MatrixView<T> dvalues(Index l) const { return part_of(dvalues_, l * n_, n_, v_.value_width); }
  MatrixView<const T> state_view(const T* state) const {
    return {state, v_.jt * v_.key_width, v_.value_width, v_.value_width};
  }

  // Mark rows times queries [n JO, JT K]; source rows times keys, a plane of values [n, JT K].
  MatrixView<T> folded_queries() const {
    return {folded_queries_, n_ * v_.jo, v_.jt * v_.key_width, v_.jt * v_.key_width};
  }
  MatrixView<T> folded_keys(Index l) const {
    const Index width = v_.jt * v_.key_width;
    return {folded_keys_ + l * n_ * width, n_, width, width};
  }
  void fold_queries() { call_.k.fold_queries(v_, gates_, {queries_.data, queries_.stride}, folded_queries_); }
  void fold_keys() { call_.k.fold_keys(v_, gates_, {keys_.data, keys_.stride}, folded_keys_); }

  void transpose_keys() {
    for (Index k = 0; k < v_.jk; ++k)
      call_.k.transpose_rows({keys(k).data, keys_.stride}, n_, v_.key_width, stride_,
                             key_columns_ + k * v_.key_width * stride_);
  }
  void transpose_values() {
    for (Index l = 0; l < v_.jv; ++l)
      call_.k.transpose_rows({values(l).data, values_.stride}, n_, v_.value_width, stride_,
                             value_columns_ + l * v_.value_width * stride_);
  }

  void make_scores(Index begin, Index end) {
    const Index rows = (end - begin) * v_.jq;
    for (Index k = 0; k < v_.jk; ++k) {
      product<T>(part_of(queries_, begin * v_.jq, rows, v_.key_width),
                 {key_columns_ + k * v_.key_width * stride_, v_.key_width, columns(end), stride_},
                 {scores_ + k * stride_, rows, columns(end), v_.jk * stride_}, false);
    }
  }

  void begin_gradients(const SequenceGradientView<T>& gradients) {
    const auto begin = [&](const HeadRows<T>& rows, Index width, Index planes, T* room) {
      if (planes == 1) return in_place(rows, width);
      std::fill_n(room, n_ * planes * width, T(0));
      return MatrixView<T>{room, n_ * planes, width, width};
    };
    dqueries_ = begin(gradients.query, v_.key_width, v_.jq, dqueries_room_);
    dkeys_ = begin(gradients.key, v_.key_width, v_.jk, dkeys_room_);
    dvalues_ = begin(gradients.value, v_.value_width, v_.jv, dvalues_room_);
  }

  void end_gradients(const SequenceGradientView<T>& gradients) {
    const auto end = [&](const T* room, Index width, Index planes, bool planes_first,
                         const HeadRows<T>& rows) {
      if (planes > 1) call_.k.scatter_planes(room, gates_.steps, width, planes, planes_first, true, rows);
    };
    end(dqueries_room_, v_.key_width, v_.jq, false, gradients.query);
    end(dkeys_room_, v_.key_width, v_.jk, true, gradients.key);
    end(dvalues_room_, v_.value_width, v_.jv, true, gradients.value);
  }

  // Gradients of queries, keys, values and G from what steps of the chunk give to one another.
  void inner_backward() {
    const Index score_row = v_.jq * v_.jk * stride_, weight_row = v_.jo * v_.jv * stride_;
    for (Index begin = 0; begin < n_; begin += kTileSteps) {
      const Index end = std::min(begin + kTileSteps, n_), steps = end - begin;
      make_scores(begin, end);
      for (Index l = 0; l < v_.jv; ++l) {
        product<T>(part_of(doutputs_, begin * v_.jo, steps * v_.jo, v_.value_width),
                   {value_columns_ + l * v_.value_width * stride_, v_.value_width, columns(end), stride_},
                   {dweights_ + l * stride_, steps * v_.jo, columns(end), v_.jv * stride_}, false);
      }
      T* dscores = dscores_ + begin * score_row;
      const ChunkTile<T> tile{begin,     end,    columns(end), scores_, weights_ + begin * weight_row,
                              dweights_, dscores};
      call_.k.combine_backward(v_, gates_, tile);
      for (Index k = 0; k < v_.jk; ++k) {
        product<T>({dscores + k * stride_, steps * v_.jq, end, v_.jk * stride_},
                   part_of(keys(k), 0, end, v_.key_width),
                   part_of(dqueries_, begin * v_.jq, steps * v_.jq, v_.key_width), true);
      }
    }
    for (Index begin = 0; begin < n_; begin += kTileSteps) {
      const Index steps = std::min(begin + kTileSteps, n_) - begin, later = n_ - begin;
      for (Index k = 0; k < v_.jk; ++k) {
        product_t<T>(
            {dscores_ + begin * score_row + k * stride_ + begin, later * v_.jq, steps, v_.jk * stride_},
            part_of(queries_, begin * v_.jq, later * v_.jq, v_.key_width),
            part_of(dkeys(k), begin, steps, v_.key_width), true);
      }
      for (Index l = 0; l < v_.jv; ++l) {
        product_t<T>(
            {weights_ + begin * weight_row + l * stride_ + begin, later * v_.jo, steps, v_.jv * stride_},
            part_of(doutputs_, begin * v_.jo, later * v_.jo, v_.value_width),
            part_of(dvalues(l), begin, steps, v_.value_width), true);
      }
    }
  }

  const SequenceCall<T>& call_;
  const SequenceView<T>& v_;
  const Index capacity_, stride_;
  ChunkGates<T> gates_{};
  Index n_ = 0;
  MatrixView<const T> queries_, keys_, values_, doutputs_;
  MatrixView<T> dqueries_, dkeys_, dvalues_;
  T *dense_, *queries_room_, *keys_room_, *values_room_, *outputs_, *key_columns_, *value_columns_;
  T *folded_queries_, *folded_keys_, *scores_, *weights_, *dweights_, *dscores_, *dfolded_;
  T *dsource_, *dmark_, *dtransition_, *dqueries_room_, *dkeys_room_, *dvalues_room_;
};

// Calls body(chunk, s, c) for chunks begin .. end - 1 of all sequences and heads in parallel.
template <class T, class Body>
void for_chunks(const SequenceCall<T>& call, std::size_t begin, std::size_t end, const Body& body) {
  const std::size_t heads = call.heads(), chunks = end - begin;
  const std::size_t work = call.chunk * (call.chunk + 4 * call.state_size()) + 1;
  const std::size_t grain = std::max<std::size_t>(1, kSequenceGrain / work);
  parallel_for_ranges(call.sequences() * chunks, grain, [&](std::size_t first, std::size_t last) {
    auto loan = call.workspace.scratch.borrow();
    SequenceChunk<T> chunk(call, loan.reserve(SequenceChunk<T>::scratch_size(call)));
    for (std::size_t i = first; i < last; ++i) {
      // Heads of a chunk lie side by side in memory.
      const std::size_t b = i / (heads * chunks);
      body(chunk, b * heads + i % heads, begin + i / heads % chunks);
    }
  });
}

enum class Direction { kForward, kBackward };

// Adds to every border's state (or adjoint) what the chunk before (or after) it hands on.
template <class T>
void scan(const SequenceCall<T>& call, Direction direction, std::size_t begin, std::size_t end,
          const T* transitions, T* states) {
  constexpr std::size_t kSlice = 512;
  const auto planes = static_cast<std::size_t>(call.view.jt);
  const std::size_t size = call.state_size(), plane = size / planes, slices = (plane + kSlice - 1) / kSlice;
  const std::size_t work = (end - begin) * std::min(plane, kSlice) * planes * planes + 1;
  parallel_for(
      call.sequences() * slices, std::max<std::size_t>(1, kSequenceGrain / work), [&](std::size_t task) {
        const std::size_t s = task / slices, from = task % slices * kSlice;
        const bool forward = direction == Direction::kForward;
        const auto jt = static_cast<std::ptrdiff_t>(planes);
        for (std::size_t i = begin; i < end; ++i) {
          const std::size_t c = forward ? i : end - 1 - (i - begin);
          T* before = states + call.border(s, c);
          T* after = states + call.border(s, c + 1);
          const T* factor = transitions + (s * call.chunks + c) * planes * planes;
          call.k.state_step({jt, static_cast<std::ptrdiff_t>(plane), static_cast<std::ptrdiff_t>(from),
                             static_cast<std::ptrdiff_t>(std::min(plane, from + kSlice)), factor,
                             forward ? jt : 1, forward ? 1 : jt, forward ? before : after,
                             forward ? after : before});
        }
      });
}

// States at the borders 0 .. last.
template <class T>
void make_states(const SequenceCall<T>& call, const T* initial_state, std::size_t last, T* borders) {
  const auto count = static_cast<std::size_t>(call.view.jt * call.view.jt);
  T* transitions = call.workspace.transitions.reserve(call.sequences() * call.chunks * count);
  for_chunks(call, 0, last, [&](SequenceChunk<T>& chunk, std::size_t s, std::size_t c) {
    chunk.load(s, c, false);
    chunk.write_state(borders + call.border(s, c + 1));
    chunk.copy_transition(transitions + (s * call.chunks + c) * count);
  });
  load_states(call, initial_state, 0, borders);
  scan(call, Direction::kForward, 0, last, transitions, borders);
}

}  // namespace

template <class T>
void chunkwise_states(const SequenceCall<T>& call, const T* initial_state, T* borders) {
  make_states(call, initial_state, call.chunks == 0 ? 0 : call.chunks - 1, borders);
}

template <class T>
void chunkwise_forward(const SequenceCall<T>& call, const T* initial_state, HeadRows<T> output,
                       T* final_state, T* borders) {
  if (borders == nullptr) borders = call.workspace.borders.reserve(call.borders_size());
  if (final_state != nullptr) {
    make_states(call, initial_state, call.chunks, borders);
    store_states(call, borders, call.chunks, final_state, false);
  } else {
    chunkwise_states(call, initial_state, borders);
  }
  for_chunks(call, 0, call.chunks, [&](SequenceChunk<T>& chunk, std::size_t s, std::size_t c) {
    chunk.load(s, c, true);
    chunk.forward(c > 0 || initial_state != nullptr ? borders + call.border(s, c) : nullptr, output);
  });
}

template <class T>
void chunkwise_backward(const SequenceCall<T>& call, bool has_initial_state,
                        HeadRows<const T> output_gradient, const T* final_state_gradient,
                        const SequenceGradientView<T>& gradients, T* initial_state_gradient,
                        const T* borders) {
  const auto count = static_cast<std::size_t>(call.view.jt * call.view.jt);
  T* adjoints = call.workspace.adjoints.reserve(call.borders_size());
  T* transitions = call.workspace.transitions.reserve(call.sequences() * call.chunks * count);
  const std::size_t first = initial_state_gradient != nullptr ? 0 : std::min<std::size_t>(1, call.chunks);
  for_chunks(call, first, call.chunks, [&](SequenceChunk<T>& chunk, std::size_t s, std::size_t c) {
    chunk.load(s, c, false);
    chunk.read_adjoint(output_gradient, adjoints + call.border(s, c));
    chunk.copy_transition(transitions + (s * call.chunks + c) * count);
  });
  load_states(call, final_state_gradient, call.chunks, adjoints);
  scan(call, Direction::kBackward, first, call.chunks, transitions, adjoints);
  if (initial_state_gradient != nullptr) store_states(call, adjoints, 0, initial_state_gradient, true);
  for_chunks(call, 0, call.chunks, [&](SequenceChunk<T>& chunk, std::size_t s, std::size_t c) {
    chunk.load(s, c, true);
    chunk.backward(
        c > 0 || has_initial_state ? borders + call.border(s, c) : nullptr,
        c + 1 < call.chunks || final_state_gradient != nullptr ? adjoints + call.border(s, c + 1) : nullptr,
        output_gradient, gradients);
  });
}

#define PLSTM_INSTANTIATE(T)                                                                     \
  template void chunkwise_states<T>(const SequenceCall<T>&, const T*, T*);                       \
  template void chunkwise_forward<T>(const SequenceCall<T>&, const T*, HeadRows<T>, T*, T*);     \
  template void chunkwise_backward<T>(const SequenceCall<T>&, bool, HeadRows<const T>, const T*, \
                                      const SequenceGradientView<T>&, T*, const T*);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
