#pragma once

#include "stm/sequences/sequence_widths.hpp"
#include "stm/shared/row.hpp"

// Blocks of gates with which merging begins. They grow step by step, block 2 of a pair being a single step:
// arrays have a lane for every step of the block, zero for steps to come, so that all is done in whole
// vectors. For hot files.
namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

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
  const std::ptrdiff_t count = gates.steps.count;
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const BlockStep<W, T> step(w, gates, i);
    if (step.lane == 0) {
      for (std::ptrdiff_t x = 0; x < w.jt() * w.kl() * kGateBlock; ++x) step.source[x] = 0;
      for (std::ptrdiff_t x = 0; x < w.jt() * w.jt(); ++x)
        step.transition[x] = x % (w.jt() + 1) == 0 ? T(1) : T(0);
    }
    read_step(w, view, gates, step, gates.mark);
    if (step.lane == kGateBlock - 1 || i + 1 == count) {
      write_step(w, view, step, gates.source + i - step.lane, gates.stride,
                 gates.transition + i / kGateBlock * w.jt() * w.jt());
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

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
