// What lies between the dense products of a block: scores times path sums, rows of nodes through the gates to
// the states on the border, and the gradients of both.
#include "core/hot_loops.hpp"
#include "stm/grids/grid_kernels.hpp"
#include "stm/shared/row.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

template <class T>
void transpose(const T* from, Index rows, Index cols, T* to) {
  transpose_rows([=](std::ptrdiff_t i) { return from + i * cols; }, rows, cols, to, rows);
}

template <class T>
bool all_one(const GridScores<T>& s) {
  return s.tracking.key == 1 && s.tracking.value == 1 && s.tracking.output == 1 && s.tracking.query == 1;
}

// Calls f(gate entry, row and column of scores, row and column of gated) for all entries.
template <class T, class F>
void for_entries(const GridScores<T>& s, const F& f) {
  const TrackingWidths& j = s.tracking;
  for (Index n = 0; n < s.nodes; ++n) {
    for (Index o = 0; o < j.output; ++o) {
      for (Index q = 0; q < j.query; ++q) {
        T* gate = s.gate + ((n * j.output + o) * j.query + q) * s.gate_stride;
        for (Index m = 0; m < s.nodes; ++m) {
          for (Index k = 0; k < j.key; ++k) {
            for (Index l = 0; l < j.value; ++l, ++gate)
              f(*gate, (n * j.query + q) * s.stride + m * j.key + k,
                (n * j.output + o) * s.stride + m * j.value + l);
          }
        }
      }
    }
  }
}

template <class T>
void gate_forward(const GridScores<T>& s) {
  if (all_one(s)) {
    for (Index n = 0; n < s.nodes; ++n) {
      const T* __restrict gate = s.gate + n * s.gate_stride;
      T* __restrict scores = s.scores + n * s.stride;
      for (Index m = 0; m < s.nodes; ++m) scores[m] *= s.scale * gate[m];
    }
    return;
  }
  for (Index i = 0; i < s.nodes * s.tracking.output * s.stride; ++i) s.gated[i] = 0;
  for_entries(s,
              [&](T& gate, Index score, Index gated) { s.gated[gated] += s.scale * gate * s.scores[score]; });
}

template <class T>
void gate_backward(const GridScores<T>& s) {
  if (all_one(s)) {
    for (Index n = 0; n < s.nodes; ++n) {
      T* __restrict gate = s.gate + n * s.gate_stride;
      T* __restrict scores = s.scores + n * s.stride;
      T* __restrict back = s.back + n * s.stride;
      for (Index m = 0; m < s.nodes; ++m) {
        const T g = s.scale * gate[m], q = scores[m], b = back[m];
        scores[m] = g * q;
        back[m] = g * b;
        gate[m] = s.scale * q * b;
      }
    }
    return;
  }
  for (Index i = 0; i < s.nodes * s.tracking.output * s.stride; ++i) s.gated[i] = 0;
  for (Index i = 0; i < s.nodes * s.tracking.query * s.stride; ++i) s.score_gradients[i] = 0;
  for_entries(s, [&](T& gate, Index score, Index gated) {
    const T g = s.scale * gate, q = s.scores[score], b = s.back[gated];
    s.gated[gated] += g * q;
    s.score_gradients[score] += g * b;
    gate = s.scale * q * b;
  });
}

template <class T>
void border_forward(const GridBorder<T>& b) {
  T* __restrict to = b.weighted;
  for (Index n = 0; n < b.nodes; ++n) {
    const T* rows = b.rows + n * b.inner * b.width;
    for (Index o = 0; o < b.outer; ++o) {
      const T* gate = b.gate + n * b.node_stride + o * b.outer_stride;
      for (Index i = 0; i < b.states; ++i, to += b.width) {
        const T first = b.scale * gate[i * b.state_stride];
        for (Index d = 0; d < b.width; ++d) to[d] = first * rows[d];
        for (Index j = 1; j < b.inner; ++j)
          add_scaled(b.scale * gate[j * b.inner_stride + i * b.state_stride], rows + j * b.width, b.width,
                     to);
      }
    }
  }
}

// One row per node: all sums run over nodes side by side.
template <class T>
void border_backward_plain(const GridBorder<T>& b) {
  const Index n = b.nodes;
  T* __restrict row_gradients = b.columns + b.width * n;  // [width, nodes]
  T* __restrict gates = row_gradients + b.width * n;      // [nodes]
  T* __restrict sums = gates + n;                         // [nodes]
  for (Index i = 0; i < b.width * n; ++i) row_gradients[i] = 0;
  for (Index i = 0; i < b.states; ++i) {
    T* gate = b.gate + i * b.state_stride;
    for (Index m = 0; m < n; ++m) {
      gates[m] = b.scale * gate[m * b.node_stride];
      sums[m] = 0;
    }
    for (Index d = 0; d < b.width; ++d) {
      const T* __restrict from = b.weighted + (i * b.width + d) * n;
      const T* __restrict row = b.columns + d * n;
      T* __restrict to = row_gradients + d * n;
#pragma omp simd
      for (Index m = 0; m < n; ++m) {
        sums[m] += row[m] * from[m];
        to[m] += gates[m] * from[m];
      }
    }
    for (Index m = 0; m < n; ++m) gate[m * b.node_stride] = b.scale * sums[m];
  }
  for (Index m = 0; m < n; ++m) {
    for (Index d = 0; d < b.width; ++d) b.row_gradients[m * b.width + d] += row_gradients[d * n + m];
  }
}

template <class T>
void border_backward(const GridBorder<T>& b) {
  if (b.outer == 1 && b.inner == 1) return border_backward_plain(b);
  const Index lines = b.nodes * b.outer;
  for (Index n = 0; n < b.nodes; ++n) {
    const T* rows = b.rows + n * b.inner * b.width;
    T* gradients = b.row_gradients + n * b.inner * b.width;
    for (Index o = 0; o < b.outer; ++o) {
      T* gate = b.gate + n * b.node_stride + o * b.outer_stride;
      for (Index i = 0; i < b.states; ++i) {
        const T* from = b.weighted + i * b.width * lines + n * b.outer + o;
        for (Index j = 0; j < b.inner; ++j) {
          T& g = gate[j * b.inner_stride + i * b.state_stride];
          T sum = 0;
          for (Index d = 0; d < b.width; ++d) {
            gradients[j * b.width + d] += b.scale * g * from[d * lines];
            sum += rows[j * b.width + d] * from[d * lines];
          }
          g = b.scale * sum;
        }
      }
    }
  }
}

template <class T, int Rows, int Cols>
inline void dots_tile(const GridDots<T>& d, Index i, Index j) {
  using Vector = typename VectorOf<T>::Type;
  constexpr Index kStep = kLanes<T>;
  Vector sums[Rows * Cols] = {};
  const T* left = d.left + i * d.size;
  const T* right = d.right + j * d.size;
  Index p = 0;
  for (; p + kStep <= d.size; p += kStep) {
    Vector from_right[Cols];
#pragma GCC unroll 4
    for (int c = 0; c < Cols; ++c) from_right[c] = *reinterpret_cast<const Vector*>(right + c * d.size + p);
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r) {
      const Vector from_left = *reinterpret_cast<const Vector*>(left + r * d.size + p);
#pragma GCC unroll 4
      for (int c = 0; c < Cols; ++c) sums[r * Cols + c] += from_left * from_right[c];
    }
  }
  T totals[Rows * Cols] = {};
  add_lane_sums<T, static_cast<int>(kStep)>(sums, Rows * Cols, totals);
  for (; p < d.size; ++p) {
    for (int r = 0; r < Rows; ++r) {
      for (int c = 0; c < Cols; ++c) totals[r * Cols + c] += left[r * d.size + p] * right[c * d.size + p];
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int c = 0; c < Cols; ++c) d.result[(i + r) * d.stride + j + c] = totals[r * Cols + c];
  }
}

template <class T>
void dots(const GridDots<T>& d) {
  Index i = 0;
  for (; i + 4 <= d.rows; i += 4) {
    Index j = 0;
    for (; j + 4 <= d.cols; j += 4) dots_tile<T, 4, 4>(d, i, j);
    for (; j < d.cols; ++j) dots_tile<T, 4, 1>(d, i, j);
  }
  for (; i < d.rows; ++i) {
    for (Index j = 0; j < d.cols; ++j) dots_tile<T, 1, 1>(d, i, j);
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
GridBlockKernels<T> GridBlockKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.gate_forward = isa::gate_forward<T>,
          .gate_backward = isa::gate_backward<T>,
          .border_forward = isa::border_forward<T>,
          .border_backward = isa::border_backward<T>,
          .dots = isa::dots<T>,
          .transpose = isa::transpose<T>};
}

template GridBlockKernels<float> GridBlockKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template GridBlockKernels<double> GridBlockKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
