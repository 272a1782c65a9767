#include "stm/sequences/sequence_chunk.hpp"

#include <algorithm>
#include <utility>

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

template <class T>
MatrixView<T> in_place(const HeadRows<T>& rows, const Steps& steps, Index width) {
  return {rows.at(steps.first, steps.head), steps.count, width, rows.row_stride};
}

}  // namespace

template <class T>
std::size_t SequenceChunk<T>::scratch_size(const SequenceCall<T>& call) {
  SequenceChunk chunk(call);
  return chunk.lay_out(nullptr);
}

template <class T>
SequenceChunk<T>::SequenceChunk(const SequenceCall<T>& call, T* memory) : SequenceChunk(call) {
  lay_out(memory);
}

template <class T>
void SequenceChunk<T>::load(std::size_t s, std::size_t c, bool dense) {
  gates_.steps = call_.steps(s, c);
  n_ = gates_.steps.count;
  gates_.dense = dense ? dense_ : nullptr;
  has_queries_ = has_inputs_ = has_output_gradient_ = has_folded_queries_ = has_folded_keys_ = false;
  call_.k.merge_gates(v_, gates_);
}

template <class T>
const T* SequenceChunk<T>::transition() const {
  return gates_.transition + ((Index{2} << gates_.levels) - 2) * v_.jt * v_.jt;
}

template <class T>
void SequenceChunk<T>::write_state(T* to) {
  load_inputs();
  fold_keys();
  for (Index l = 0; l < v_.jv; ++l)
    product_t<T>(read(folded_keys(l)), values(l), {to, v_.jt * v_.key_width, v_.value_width, v_.value_width},
                 l > 0);
}

template <class T>
void SequenceChunk<T>::read_adjoint(const HeadRows<const T>& output_gradient, T* to) {
  load_queries();
  load_output_gradient(output_gradient);
  fold_queries();
  product_t<T>(read(folded_queries()), doutputs_, {to, v_.jt * v_.key_width, v_.value_width, v_.value_width},
               false);
}

template <class T>
void SequenceChunk<T>::forward(const T* state, const HeadRows<T>& output) {
  load_queries();
  load_inputs();
  transpose_keys();
  const MatrixView<T> outputs = v_.jo == 1
                                    ? in_place(output, gates_.steps, v_.value_width)
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
  if (v_.jo > 1) call_.k.scatter_planes(outputs_, gates_.steps, v_.value_width, v_.jo, false, false, output);
}

template <class T>
void SequenceChunk<T>::backward(const T* state, const T* adjoint, const HeadRows<const T>& output_gradient,
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

template <class T>
SequenceChunk<T>::SequenceChunk(const SequenceCall<T>& call)
    : call_(call),
      v_(call.view),
      capacity_(static_cast<Index>(call.chunk)),
      stride_(whole_vectors(capacity_)) {
  while ((kGateBlock << gates_.levels) < capacity_) ++gates_.levels;
  gates_.stride = stride_;
}

template <class T>
std::size_t SequenceChunk<T>::lay_out(T* memory) {
  Pieces<T> pieces(memory);
  const Index kl = v_.jk * v_.jv, oj = v_.jo * v_.jq, levels = gates_.levels + 1;
  const Index keys = v_.jk * v_.key_width, values = v_.jv * v_.value_width;
  const Index folded = std::max(v_.jo, v_.jv) * v_.jt * v_.key_width;
  gates_.source = pieces.take(levels * v_.jt * kl * stride_);
  const Index square = v_.jt * v_.jt, block_source = v_.jt * kl * kGateBlock;
  gates_.mark = pieces.take(levels * stride_ * oj * v_.jt);
  gates_.transition = pieces.take((Index{2} << gates_.levels) * square);
  gates_.step_source = pieces.take(stride_ * block_source);
  gates_.step_transition = pieces.take(stride_ * square);
  gates_.room = pieces.take(2 * (block_source + square));
  dense_ = pieces.take(capacity_ * oj * kl * stride_);
  queries_room_ = pieces.take(capacity_ * v_.jq * v_.key_width);
  keys_room_ = pieces.take(capacity_ * keys);
  values_room_ = pieces.take(capacity_ * values);
  outputs_ = pieces.take(capacity_ * v_.jo * v_.value_width);
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
  dtransition_ = pieces.take((Index{2} << gates_.levels) * square);
  dqueries_room_ = pieces.take(v_.jq > 1 ? capacity_ * v_.jq * v_.key_width : 0);
  dkeys_room_ = pieces.take(v_.jk > 1 ? capacity_ * keys : 0);
  dvalues_room_ = pieces.take(v_.jv > 1 ? capacity_ * values : 0);
  return pieces.used();
}

// Columns of whole vectors that hold those of the first `steps` steps; what lies beyond them is zero.
template <class T>
Index SequenceChunk<T>::columns(Index steps) const {
  return std::min(whole_vectors(steps), stride_);
}

template <class T>
MatrixView<const T> SequenceChunk<T>::gathered(const HeadRows<const T>& rows, Index width, Index planes,
                                               bool planes_first, T* room) {
  if (planes == 1 && rows.row_stride == width) return in_place(rows, gates_.steps, width);
  call_.k.gather_planes(rows, gates_.steps, width, planes, planes_first, room);
  return {room, n_ * planes, width, width};
}

template <class T>
void SequenceChunk<T>::load_queries() {
  if (std::exchange(has_queries_, true)) return;
  queries_ = gathered(v_.query, v_.key_width, v_.jq, false, queries_room_);
}
template <class T>
void SequenceChunk<T>::load_inputs() {
  if (std::exchange(has_inputs_, true)) return;
  keys_ = gathered(v_.key, v_.key_width, v_.jk, true, keys_room_);
  values_ = gathered(v_.value, v_.value_width, v_.jv, true, values_room_);
}
template <class T>
void SequenceChunk<T>::load_output_gradient(const HeadRows<const T>& rows) {
  if (std::exchange(has_output_gradient_, true)) return;
  doutputs_ = gathered(rows, v_.value_width, v_.jo, false, outputs_);
}

template <class T>
MatrixView<const T> SequenceChunk<T>::keys(Index k) const {
  return part_of(keys_, k * n_, n_, v_.key_width);
}
template <class T>
MatrixView<const T> SequenceChunk<T>::values(Index l) const {
  return part_of(values_, l * n_, n_, v_.value_width);
}
template <class T>
MatrixView<T> SequenceChunk<T>::dkeys(Index k) const {
  return part_of(dkeys_, k * n_, n_, v_.key_width);
}
template <class T>
MatrixView<T> SequenceChunk<T>::dvalues(Index l) const {
  return part_of(dvalues_, l * n_, n_, v_.value_width);
}
template <class T>
MatrixView<const T> SequenceChunk<T>::state_view(const T* state) const {
  return {state, v_.jt * v_.key_width, v_.value_width, v_.value_width};
}

// Mark rows times queries [n JO, JT K]; source rows times keys, a plane of values [n, JT K].
template <class T>
MatrixView<T> SequenceChunk<T>::folded_queries() const {
  return {folded_queries_, n_ * v_.jo, v_.jt * v_.key_width, v_.jt * v_.key_width};
}
template <class T>
MatrixView<T> SequenceChunk<T>::folded_keys(Index l) const {
  const Index width = v_.jt * v_.key_width;
  return {folded_keys_ + l * n_ * width, n_, width, width};
}
template <class T>
void SequenceChunk<T>::fold_queries() {
  if (std::exchange(has_folded_queries_, true)) return;
  call_.k.fold_queries(v_, gates_, {queries_.data, queries_.stride}, folded_queries_);
}
template <class T>
void SequenceChunk<T>::fold_keys() {
  if (std::exchange(has_folded_keys_, true)) return;
  call_.k.fold_keys(v_, gates_, {keys_.data, keys_.stride}, folded_keys_);
}

template <class T>
void SequenceChunk<T>::transpose_keys() {
  for (Index k = 0; k < v_.jk; ++k)
    call_.k.transpose_rows({keys(k).data, keys_.stride}, n_, v_.key_width, stride_,
                           key_columns_ + k * v_.key_width * stride_);
}
template <class T>
void SequenceChunk<T>::transpose_values() {
  for (Index l = 0; l < v_.jv; ++l)
    call_.k.transpose_rows({values(l).data, values_.stride}, n_, v_.value_width, stride_,
                           value_columns_ + l * v_.value_width * stride_);
}

template <class T>
void SequenceChunk<T>::make_scores(Index begin, Index end) {
  const Index rows = (end - begin) * v_.jq;
  for (Index k = 0; k < v_.jk; ++k) {
    product<T>(part_of(queries_, begin * v_.jq, rows, v_.key_width),
               {key_columns_ + k * v_.key_width * stride_, v_.key_width, columns(end), stride_},
               {scores_ + k * stride_, rows, columns(end), v_.jk * stride_}, false);
  }
}

template <class T>
void SequenceChunk<T>::begin_gradients(const SequenceGradientView<T>& gradients) {
  const auto begin = [&](const HeadRows<T>& rows, Index width, Index planes, T* room) {
    if (planes == 1) return in_place(rows, gates_.steps, width);
    std::fill_n(room, n_ * planes * width, T(0));
    return MatrixView<T>{room, n_ * planes, width, width};
  };
  dqueries_ = begin(gradients.query, v_.key_width, v_.jq, dqueries_room_);
  dkeys_ = begin(gradients.key, v_.key_width, v_.jk, dkeys_room_);
  dvalues_ = begin(gradients.value, v_.value_width, v_.jv, dvalues_room_);
}

template <class T>
void SequenceChunk<T>::end_gradients(const SequenceGradientView<T>& gradients) {
  const auto end = [&](const T* room, Index width, Index planes, bool planes_first, const HeadRows<T>& rows) {
    if (planes > 1) call_.k.scatter_planes(room, gates_.steps, width, planes, planes_first, true, rows);
  };
  end(dqueries_room_, v_.key_width, v_.jq, false, gradients.query);
  end(dkeys_room_, v_.key_width, v_.jk, true, gradients.key);
  end(dvalues_room_, v_.value_width, v_.jv, true, gradients.value);
}

// Gradients of queries, keys, values and G from what steps of the chunk give to one another.
template <class T>
void SequenceChunk<T>::inner_backward() {
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

template class SequenceChunk<float>;
template class SequenceChunk<double>;

}  // namespace plstm
