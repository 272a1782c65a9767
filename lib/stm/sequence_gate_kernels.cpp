// Gates of a chunk of a sequence: two neighbouring blocks 1 and 2 merge into one (specification, section 6),
//   G[2, 1] = M2 S1     S1 -> T2 S1     M2 -> M2 T1     T = T2 T1,
// one level after the other. It begins with blocks that grow step by step, block 2 being a single step: their
// arrays have as many lanes as steps, zero for steps to come. Nothing is divided, so transitions may be zero
// or negative.
#include "stm/row.hpp"
#include "stm/sequence_widths.hpp"

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

// to += factor * from, all lanes of a block.
template <class T>
inline void add_lanes(T factor, const T* __restrict from, T* __restrict to) {
  for (std::ptrdiff_t x = 0; x < kGateBlock; ++x) to[x] += factor * from[x];
}

template <class T>
inline void set_lanes(T factor, const T* __restrict from, T* __restrict to) {
  for (std::ptrdiff_t x = 0; x < kGateBlock; ++x) to[x] = factor * from[x];
}

template <class T>
inline T dot_lanes(const T* a, const T* b) {
  return dot(a, b, kGateBlock);
}

// to [rows, cols] = a [rows, inner] b [inner, cols].
template <class T>
inline void set_small_product(std::ptrdiff_t rows, std::ptrdiff_t inner, std::ptrdiff_t cols, const T* a,
                              const T* b, T* to) {
  for (std::ptrdiff_t r = 0; r < rows; ++r) {
    for (std::ptrdiff_t c = 0; c < cols; ++c) {
      T sum = 0;
      for (std::ptrdiff_t x = 0; x < inner; ++x) sum += a[r * inner + x] * b[x * cols + c];
      to[r * cols + c] = sum;
    }
  }
}

// A step of a block: the gates that are read and the arrays before the step.
template <class W, class T>
struct BlockStep {
  std::ptrdiff_t row, head, i, lane;  // of the inputs; in the chunk; in the block
  T *source, *transition;             // [JT, JK JV, kGateBlock] and [JT, JT]

  BlockStep(W w, const ChunkGates<T>& gates, std::ptrdiff_t index)
      : row(gates.steps.first + index),
        head(gates.steps.head),
        i(index),
        lane(index % kGateBlock),
        source(gates.step_source + index * w.jt() * w.kl() * kGateBlock),
        transition(gates.step_transition + index * w.jt() * w.jt()) {}
};

// G and M of a step, G also of its own input.
template <class W, class T>
inline void read_step(W w, const SequenceView<T>& view, const ChunkGates<T>& gates,
                      const BlockStep<W, T>& step, T* merged) {
  const std::ptrdiff_t marks = w.oj() * w.jt();
  const T* mark = at(view.mark, step.row, step.head);
  set_small_product(w.oj(), w.jt(), w.jt(), mark, step.transition, merged + step.i * marks);
  for (std::ptrdiff_t x = 0; x < marks; ++x) merged[step.i * marks + x] *= view.scale;
  if (gates.dense == nullptr) return;
  const T* direct = at(view.direct, step.row, step.head);
  for (std::ptrdiff_t oj = 0; oj < w.oj(); ++oj) {
    for (std::ptrdiff_t kl = 0; kl < w.kl(); ++kl) {
      T* to = gates.dense + ((step.i * w.oj() + oj) * w.kl() + kl) * gates.stride + step.i - step.lane;
      for (std::ptrdiff_t t = 0; t < w.jt(); ++t) {
        const T factor = view.scale * mark[oj * w.jt() + t];
        const T* from = step.source + (t * w.kl() + kl) * kGateBlock;
        t == 0 ? set_lanes(factor, from, to) : add_lanes(factor, from, to);
      }
      to[step.lane] = view.scale * direct[oj * w.kl() + kl];
    }
  }
}

// The arrays before the next step, or those of the whole block.
template <class W, class T>
inline void write_step(W w, const SequenceView<T>& view, const BlockStep<W, T>& step, T* source,
                       std::ptrdiff_t plane, T* transition) {
  const T* factor = at(view.transition, step.row, step.head);
  const T* own = at(view.source, step.row, step.head);
  for (std::ptrdiff_t t = 0; t < w.jt(); ++t) {
    for (std::ptrdiff_t kl = 0; kl < w.kl(); ++kl) {
      T* to = source + (t * w.kl() + kl) * plane;
      for (std::ptrdiff_t x = 0; x < w.jt(); ++x) {
        const T* from = step.source + (x * w.kl() + kl) * kGateBlock;
        x == 0 ? set_lanes(factor[t * w.jt()], from, to) : add_lanes(factor[t * w.jt() + x], from, to);
      }
      to[step.lane] = own[t * w.kl() + kl];
    }
  }
  set_small_product(w.jt(), w.jt(), w.jt(), factor, step.transition, transition);
}

template <class W, class T>
void make_blocks(W w, const SequenceView<T>& view, const ChunkGates<T>& gates) {
  const Level<W, T> bottom(w, gates, 0);
  const std::ptrdiff_t count = gates.steps.count;
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const BlockStep<W, T> step(w, gates, i);
    if (step.lane == 0) {
      for (std::ptrdiff_t x = 0; x < w.jt() * w.kl() * kGateBlock; ++x) step.source[x] = 0;
      for (std::ptrdiff_t x = 0; x < w.jt() * w.jt(); ++x)
        step.transition[x] = x % (w.jt() + 1) == 0 ? T(1) : T(0);
    }
    read_step(w, view, gates, step, bottom.mark);
    if (step.lane == kGateBlock - 1 || i + 1 == count) {
      write_step(w, view, step, bottom.source + i - step.lane, gates.stride, bottom.block(i / kGateBlock));
    } else {
      const BlockStep<W, T> next(w, gates, i + 1);
      write_step(w, view, step, next.source, kGateBlock, next.transition);
    }
  }
}

// Gradients of a step's gates. Given are the adjoints of what write_step writes (dsource, dtransition), of M
// and of G; the adjoints of what it read take the place of the former.
template <class W, class T>
inline void step_backward(W w, const SequenceView<T>& view, const ChunkGates<T>& gates,
                          const BlockStep<W, T>& step, const T* dmerged, T* dsource, T* dtransition,
                          T* old_source, T* old_transition, const SequenceGradientView<T>& gradients) {
  const std::ptrdiff_t jt = w.jt(), kl_size = w.kl() * kGateBlock;
  const T* factor = at(view.transition, step.row, step.head);
  const T* mark = at(view.mark, step.row, step.head);
  T* dfactor = at(gradients.transition, step.row, step.head);
  T* dmark = at(gradients.mark, step.row, step.head);
  T* down = at(gradients.source, step.row, step.head);
  T* ddirect = at(gradients.direct, step.row, step.head);
  for (std::ptrdiff_t x = 0; x < jt * w.kl(); ++x) {
    down[x] += dsource[x * kGateBlock + step.lane];
    set_lanes(T(1), dsource + x * kGateBlock, old_source + x * kGateBlock);
  }
  for (std::ptrdiff_t x = 0; x < jt * jt; ++x) old_transition[x] = dtransition[x];
  for (std::ptrdiff_t t = 0; t < jt; ++t) {
    for (std::ptrdiff_t x = 0; x < jt; ++x) {
      T sum = dot(old_source + t * kl_size, step.source + x * kl_size, kl_size);
      T sum_before = 0;
      for (std::ptrdiff_t y = 0; y < jt; ++y) {
        sum += old_transition[t * jt + y] * step.transition[x * jt + y];
        sum_before += factor[y * jt + t] * old_transition[y * jt + x];
      }
      dfactor[t * jt + x] += sum;
      dtransition[t * jt + x] = sum_before;
    }
    for (std::ptrdiff_t kl = 0; kl < w.kl(); ++kl) {
      T* to = dsource + t * kl_size + kl * kGateBlock;
      for (std::ptrdiff_t y = 0; y < jt; ++y) {
        const T* from = old_source + y * kl_size + kl * kGateBlock;
        y == 0 ? set_lanes(factor[t], from, to) : add_lanes(factor[y * jt + t], from, to);
      }
    }
  }
  for (std::ptrdiff_t oj = 0; oj < w.oj(); ++oj) {
    const T* dense = gates.dense + (step.i * w.oj() + oj) * w.kl() * gates.stride + step.i - step.lane;
    const T* d = dmerged + (step.i * w.oj() + oj) * jt;
    for (std::ptrdiff_t kl = 0; kl < w.kl(); ++kl)
      ddirect[oj * w.kl() + kl] += view.scale * dense[kl * gates.stride + step.lane];
    for (std::ptrdiff_t t = 0; t < jt; ++t) {
      const T scaled = view.scale * mark[oj * jt + t];
      T sum = 0;
      for (std::ptrdiff_t x = 0; x < jt; ++x) {
        sum += d[x] * step.transition[t * jt + x];
        dtransition[t * jt + x] += scaled * d[x];
      }
      for (std::ptrdiff_t kl = 0; kl < w.kl(); ++kl) {
        sum += dot_lanes(dense + kl * gates.stride, step.source + (t * w.kl() + kl) * kGateBlock);
        add_lanes(scaled, dense + kl * gates.stride, dsource + (t * w.kl() + kl) * kGateBlock);
      }
      dmark[oj * jt + t] += view.scale * sum;
    }
  }
}

// Given the adjoints of S, M and T of the blocks.
template <class W, class T>
void blocks_backward(W w, const SequenceView<T>& view, const ChunkGates<T>& gates, const T* dsource,
                     const T* dmark, const T* dtransition, const SequenceGradientView<T>& gradients) {
  const std::ptrdiff_t planes = w.jt() * w.kl(), square = w.jt() * w.jt();
  T* down_source = gates.room;
  T* old_source = down_source + planes * kGateBlock;
  T* down_transition = old_source + planes * kGateBlock;
  T* old_transition = down_transition + square;
  for (std::ptrdiff_t i = gates.steps.count - 1; i >= 0; --i) {
    const BlockStep<W, T> step(w, gates, i);
    if (step.lane == kGateBlock - 1 || i + 1 == gates.steps.count) {
      const std::ptrdiff_t lanes = step.lane + 1;
      for (std::ptrdiff_t x = 0; x < planes; ++x) {
        for (std::ptrdiff_t lane = 0; lane < kGateBlock; ++lane)
          down_source[x * kGateBlock + lane] =
              lane < lanes ? dsource[x * gates.stride + i - step.lane + lane] : T(0);
      }
      for (std::ptrdiff_t x = 0; x < square; ++x)
        down_transition[x] = dtransition[i / kGateBlock * square + x];
    }
    step_backward(w, view, gates, step, dmark, down_source, down_transition, old_source, old_transition,
                  gradients);
  }
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

}  // namespace

#define PLSTM_DEFINE(T)                                                                                   \
  void merge_gates(const SequenceView<T>& view, const ChunkGates<T>& gates) {                             \
    with_widths(view, [&](auto w) { merge(w, view, gates); });                                            \
  }                                                                                                       \
  void merge_backward(const SequenceView<T>& view, const ChunkGates<T>& gates, T* dsource, T* dmark,      \
                      T* dtransition, const SequenceGradientView<T>& gradients) {                         \
    with_widths(view, [&](auto w) { backward(w, view, gates, dsource, dmark, dtransition, gradients); }); \
  }
PLSTM_DEFINE(float)
PLSTM_DEFINE(double)

}  // namespace plstm::PLSTM_ISA_NAMESPACE
