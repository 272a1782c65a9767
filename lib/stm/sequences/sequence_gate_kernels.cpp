// Gates of a chunk of a sequence: two neighbouring blocks 1 and 2 merge into one (specification, section 6),
//   G[2, 1] = M2 S1     S1 -> T2 S1     M2 -> M2 T1     T = T2 T1,
// one level after the other, beginning with the blocks of sequence_blocks.hpp. Nothing is divided, so
// transitions may be zero or negative.
#include "stm/sequences/sequence_blocks.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

// The arrays of one level.
template <class W, class T>
struct Level {
  const W w;
  T *source, *mark, *transition;
  std::ptrdiff_t stride;

  Level(W widths, const ChunkGates<T>& gates, std::ptrdiff_t p)
      : w(widths),
        source(gates.source + p * w.jt() * w.kl() * gates.stride),
        mark(gates.mark + p * gates.stride * w.oj() * w.jt()),
        transition(transition_level(gates.transition, gates.levels, p, w.jt() * w.jt())),
        stride(gates.stride) {}

  static T* transition_level(T* first, std::ptrdiff_t levels, std::ptrdiff_t p, std::ptrdiff_t size) {
    const std::ptrdiff_t all = std::ptrdiff_t{2} << levels;
    return first + (all - (all >> p)) * size;
  }
  T* source_plane(std::ptrdiff_t t, std::ptrdiff_t kl) const { return source + (t * w.kl() + kl) * stride; }
  T* block(std::ptrdiff_t b) const { return transition + b * w.jt() * w.jt(); }
};

// Blocks of steps begin .. middle - 1 and middle .. end - 1; the second may be empty.
struct Pair {
  std::ptrdiff_t first, begin, middle, end;  // `first` is the number of the first block

  bool alone() const { return middle == end; }
};

template <class F>
inline void for_pairs(std::ptrdiff_t count, std::ptrdiff_t p, const F& f) {
  const std::ptrdiff_t size = kGateBlock << p;
  const auto cut = [count](std::ptrdiff_t i) { return i < count ? i : count; };
  for (std::ptrdiff_t begin = 0; begin < count; begin += 2 * size)
    f(Pair{begin / size, begin, cut(begin + size), cut(begin + 2 * size)});
}

template <class T>
inline void copy_range(const T* __restrict from, std::ptrdiff_t begin, std::ptrdiff_t end, T* __restrict to) {
  for (std::ptrdiff_t i = begin; i < end; ++i) to[i] = from[i];
}

template <class T>
inline void scale_range(T factor, const T* __restrict from, std::ptrdiff_t begin, std::ptrdiff_t end,
                        T* __restrict to) {
  for (std::ptrdiff_t i = begin; i < end; ++i) to[i] = factor * from[i];
}

template <class T>
inline void add_range(T factor, const T* __restrict from, std::ptrdiff_t begin, std::ptrdiff_t end,
                      T* __restrict to) {
  for (std::ptrdiff_t i = begin; i < end; ++i) to[i] += factor * from[i];
}

// Most blocks are shorter than a vector, and sums of lanes take longer than they do.
template <class T>
inline T dot_range(const T* a, const T* b, std::ptrdiff_t begin, std::ptrdiff_t end) {
  if (2 * (end - begin) >= kLanes<T>) return dot(a + begin, b + begin, end - begin);
  T sum = 0;
  for (std::ptrdiff_t i = begin; i < end; ++i) sum += a[i] * b[i];
  return sum;
}

// G[2, 1] = M2 S1.
template <class W, class T>
inline void merge_dense(W w, const Level<W, T>& level, const Pair& pair, T* dense) {
  for (std::ptrdiff_t row = pair.middle * w.oj(); row < pair.end * w.oj(); ++row) {
    const T* mark = level.mark + row * w.jt();
    for (std::ptrdiff_t kl = 0; kl < w.kl(); ++kl) {
      T* to = dense + (row * w.kl() + kl) * level.stride;
      scale_range(mark[0], level.source_plane(0, kl), pair.begin, pair.middle, to);
      for (std::ptrdiff_t t = 1; t < w.jt(); ++t)
        add_range(mark[t], level.source_plane(t, kl), pair.begin, pair.middle, to);
    }
  }
}

// to = from * factor, to [jt] and factor [jt, jt].
template <class W, class T>
inline void times_transition(W w, const T* from, const T* factor, T* to) {
  for (std::ptrdiff_t t = 0; t < w.jt(); ++t) {
    T sum = 0;
    for (std::ptrdiff_t x = 0; x < w.jt(); ++x) sum += from[x] * factor[x * w.jt() + t];
    to[t] = sum;
  }
}

template <class W, class T>
inline void merge_pair(W w, const Level<W, T>& low, const Level<W, T>& high, const Pair& pair, T* dense) {
  const std::ptrdiff_t jt = w.jt(), marks = w.oj() * jt;
  const T* first = low.block(pair.first);
  const T* second = low.block(pair.first + 1);
  T* merged = high.block(pair.first / 2);
  copy_range(low.mark, pair.begin * marks, pair.middle * marks, high.mark);
  if (pair.alone()) {
    for (std::ptrdiff_t x = 0; x < jt * w.kl(); ++x)
      copy_range(low.source + x * low.stride, pair.begin, pair.middle, high.source + x * low.stride);
    copy_range(first, 0, jt * jt, merged);
    return;
  }
  if (dense != nullptr) merge_dense(w, low, pair, dense);
  for (std::ptrdiff_t t = 0; t < jt; ++t) {
    for (std::ptrdiff_t kl = 0; kl < w.kl(); ++kl) {
      T* to = high.source_plane(t, kl);
      scale_range(second[t * jt], low.source_plane(0, kl), pair.begin, pair.middle, to);
      for (std::ptrdiff_t x = 1; x < jt; ++x)
        add_range(second[t * jt + x], low.source_plane(x, kl), pair.begin, pair.middle, to);
      copy_range(low.source_plane(t, kl), pair.middle, pair.end, to);
    }
    times_transition(w, second + t * jt, first, merged + t * jt);
  }
  for (std::ptrdiff_t row = pair.middle * w.oj(); row < pair.end * w.oj(); ++row)
    times_transition(w, low.mark + row * jt, first, high.mark + row * jt);
}

template <class W, class T>
void merge(W w, const SequenceView<T>& view, const ChunkGates<T>& gates) {
  make_blocks(w, view, gates);
  for (std::ptrdiff_t p = 0; p < gates.levels; ++p) {
    const Level<W, T> low(w, gates, p), high(w, gates, p + 1);
    for_pairs(gates.steps.count, p, [&](const Pair& pair) { merge_pair(w, low, high, pair, gates.dense); });
  }
}

// Adjoints of both transitions of a pair, given that of the merged one.
template <class W, class T>
inline void transitions_backward(W w, const T* first, const T* second, const T* dmerged, T* dfirst,
                                 T* dsecond) {
  const std::ptrdiff_t jt = w.jt();
  for (std::ptrdiff_t t = 0; t < jt; ++t) {
    for (std::ptrdiff_t x = 0; x < jt; ++x) {
      T sum_first = 0, sum_second = 0;
      for (std::ptrdiff_t y = 0; y < jt; ++y) {
        sum_first += second[y * jt + t] * dmerged[y * jt + x];
        sum_second += dmerged[t * jt + y] * first[x * jt + y];
      }
      dfirst[t * jt + x] = sum_first;
      dsecond[t * jt + x] = sum_second;
    }
  }
}

template <class W, class T>
inline void marks_backward(W w, const Level<W, T>& low, const Pair& pair, const T* dense, T* dmark, T* dfirst,
                           T* old) {
  const std::ptrdiff_t jt = w.jt();
  const T* first = low.block(pair.first);
  for (std::ptrdiff_t row = pair.middle * w.oj(); row < pair.end * w.oj(); ++row) {
    T* d = dmark + row * jt;
    for (std::ptrdiff_t t = 0; t < jt; ++t) old[t] = d[t];
    for (std::ptrdiff_t t = 0; t < jt; ++t) {
      T sum = 0;
      for (std::ptrdiff_t x = 0; x < jt; ++x) {
        dfirst[t * jt + x] += low.mark[row * jt + t] * old[x];
        sum += old[x] * first[t * jt + x];
      }
      for (std::ptrdiff_t kl = 0; kl < w.kl(); ++kl)
        sum += dot_range(dense + (row * w.kl() + kl) * low.stride, low.source_plane(t, kl), pair.begin,
                         pair.middle);
      d[t] = sum;
    }
  }
}

template <class W, class T>
inline void sources_backward(W w, const Level<W, T>& low, const Pair& pair, const T* dense, T* dsource,
                             T* dsecond, T* old) {
  const std::ptrdiff_t jt = w.jt();
  const T* second = low.block(pair.first + 1);
  const auto plane = [&](std::ptrdiff_t t, std::ptrdiff_t kl) {
    return dsource + (t * w.kl() + kl) * low.stride;
  };
  for (std::ptrdiff_t kl = 0; kl < w.kl(); ++kl) {
    for (std::ptrdiff_t t = 0; t < jt; ++t) {
      for (std::ptrdiff_t x = 0; x < jt; ++x)
        dsecond[t * jt + x] += dot_range(plane(t, kl), low.source_plane(x, kl), pair.begin, pair.middle);
    }
    for (std::ptrdiff_t i = pair.begin; i < pair.middle; ++i) {
      for (std::ptrdiff_t t = 0; t < jt; ++t) old[t] = plane(t, kl)[i];
      for (std::ptrdiff_t t = 0; t < jt; ++t) {
        T sum = 0;
        for (std::ptrdiff_t x = 0; x < jt; ++x) sum += second[x * jt + t] * old[x];
        plane(t, kl)[i] = sum;
      }
    }
    for (std::ptrdiff_t row = pair.middle * w.oj(); row < pair.end * w.oj(); ++row) {
      for (std::ptrdiff_t t = 0; t < jt; ++t)
        add_range(low.mark[row * jt + t], dense + (row * w.kl() + kl) * low.stride, pair.begin, pair.middle,
                  plane(t, kl));
    }
  }
}

template <class W, class T>
void backward(W w, const SequenceView<T>& view, const ChunkGates<T>& gates, T* dsource, T* dmark,
              T* dtransition, const SequenceGradientView<T>& gradients) {
  const std::ptrdiff_t size = w.jt() * w.jt();
  for (std::ptrdiff_t p = gates.levels - 1; p >= 0; --p) {
    const Level<W, T> low(w, gates, p);
    T* dlow = Level<W, T>::transition_level(dtransition, gates.levels, p, size);
    const T* dhigh = Level<W, T>::transition_level(dtransition, gates.levels, p + 1, size);
    for_pairs(gates.steps.count, p, [&](const Pair& pair) {
      T* dfirst = dlow + pair.first * size;
      const T* dmerged = dhigh + pair.first / 2 * size;
      if (pair.alone()) return copy_range(dmerged, 0, size, dfirst);
      T* dsecond = dfirst + size;
      transitions_backward(w, low.block(pair.first), low.block(pair.first + 1), dmerged, dfirst, dsecond);
      marks_backward(w, low, pair, gates.dense, dmark, dfirst, gates.room);
      sources_backward(w, low, pair, gates.dense, dsource, dsecond, gates.room);
    });
  }
  blocks_backward(w, view, gates, dsource, dmark, dtransition, gradients);
}

template <class T>
void merge_gates(const SequenceView<T>& view, const ChunkGates<T>& gates) {
  with_widths(view, [&](auto w) { merge(w, view, gates); });
}

template <class T>
void merge_backward(const SequenceView<T>& view, const ChunkGates<T>& gates, T* dsource, T* dmark,
                    T* dtransition, const SequenceGradientView<T>& gradients) {
  with_widths(view, [&](auto w) { backward(w, view, gates, dsource, dmark, dtransition, gradients); });
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
SequenceGateKernels<T> SequenceGateKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.merge_gates = isa::merge_gates<T>, .merge_backward = isa::merge_backward<T>};
}

template SequenceGateKernels<float> SequenceGateKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template SequenceGateKernels<double> SequenceGateKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
