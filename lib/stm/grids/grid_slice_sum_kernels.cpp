// Outputs and gradients of the sliced form from the parts that slices and orientations left, and what the
// direct gate adds.
#include "core/hot_loops.hpp"
#include "stm/grids/grid_kernels.hpp"
#include "stm/shared/head_row.hpp"
#include "stm/shared/row.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

// Node `row` of all grids and one of its heads.
template <class T>
struct SumNode {
  const GridSum<T>& sum;
  Index row, head;
  const GridShape& shape = sum.in.shape;
  Index nodes = shape.size_x * shape.size_y;
  Index node = row % nodes;
  Index of_heads = row / nodes * shape.heads + head;  // among grids and heads
  Index values = sum.slices.values;

  const T* value() const { return sum.packed.value + (of_heads * nodes + node) * values; }
  const T* output_gradient() const { return sum.packed.output_gradient + (of_heads * nodes + node) * values; }
  // Parts and packed rows lie in more places than the processor looks ahead in.
  void fetch(const T* rows, Index stride) const {
    constexpr Index kLine = 64 / static_cast<Index>(sizeof(T));
    constexpr Index kAhead = 4;
    if (node + kAhead >= nodes) return;
    for (Index d = 0; d < stride; d += kLine) __builtin_prefetch(rows + kAhead * stride + d, 0, 3);
  }
  // to [width] += the node's rows of `parts`, orientation after orientation, each the sum of its `count`,
  // which lie `apart` times N rows apart.
  void add(const T* parts, Index count, Index apart, Index width, Index stride, T* __restrict to) const {
    constexpr Index kPiece = 32 / static_cast<Index>(sizeof(T));
    const Index step = apart * nodes * stride;
    for (Index o = 0; o < shape.orientations; ++o) {
      const T* first = parts + (of_heads * shape.orientations + o) * count * step + node * stride;
      for (Index k = 0; k < count; ++k) fetch(first + k * step, stride);
      Index d = 0;
      for (; d + kPiece <= width; d += kPiece) {
        T sums[kPiece];
        for (Index i = 0; i < kPiece; ++i) sums[i] = first[d + i];
        for (Index k = 1; k < count; ++k) {
          for (Index i = 0; i < kPiece; ++i) sums[i] += first[k * step + d + i];
        }
        for (Index i = 0; i < kPiece; ++i) to[d + i] += sums[i];
      }
      for (; d < width; ++d) {
        T sum = first[d];
        for (Index k = 1; k < count; ++k) sum += first[k * step + d];
        to[d] += sum;
      }
    }
  }
};

template <class T>
void sum_output(const GridSum<T>& sum, Index row, const HeadRows<T>& output) {
  const GridShape& shape = sum.in.shape;
  for (Index head = 0; head < shape.heads; ++head) {
    const SumNode<T> n{sum, row, head};
    T* y = at(output, row, head);
    const T score = dot(at(sum.in.query, row, head), at(sum.in.key, row, head), shape.key_width);
    const T direct = sum.scale * *at(sum.in.direct, row, head) * score;
    const T* value = n.value();
    n.fetch(value, n.values);
    for (Index v = 0; v < shape.value_width; ++v) y[v] = direct * value[v];
    n.add(sum.parts.output, sum.parts.rows, 1, shape.value_width, n.values, y);
  }
}

template <class T>
void gate_gradients(const SumNode<T>& n, const GridGradients<T>& gradients) {
  const GridShape& shape = n.shape;
  const Index count = n.sum.parts.rows * n.sum.parts.columns;
  for (Index o = 0; o < shape.orientations; ++o) {
    T line[kGridFactors] = {};
    for (Index i = 0; i < count; ++i) {
      const T* from = n.sum.parts.factors +
                      (((n.of_heads * shape.orientations + o) * count + i) * n.nodes + n.node) * kGridFactors;
      n.fetch(from, kGridFactors);
      for (Index k = 0; k < kGridFactors; ++k) line[k] += from[k];
    }
    const Index gate = n.head * shape.orientations + o;
    const auto add = [&](const HeadRows<T>& to, T gradient) {
      if (to.data != nullptr) *at(to, n.row, gate) += gradient;
    };
    add(gradients.left_to_right, line[kLeftToRight]);
    add(gradients.up_to_down, line[kUpToDown]);
    add(gradients.mark_left, n.sum.scale * line[kMarkLeft]);
    add(gradients.mark_up, n.sum.scale * line[kMarkUp]);
    if (n.sum.in.up_to_right.data != nullptr) add(gradients.up_to_right, line[kUpToRight]);
    if (n.sum.in.left_to_down.data != nullptr) add(gradients.left_to_down, line[kLeftToDown]);
    add(gradients.source_right, line[kSourceRight]);
    add(gradients.source_down, line[kSourceDown]);
  }
}

template <class T>
void sum_gradients(const GridSum<T>& sum, Index row, const GridGradients<T>& gradients) {
  const GridShape& shape = sum.in.shape;
  const Index keys = shape.key_width, values = shape.value_width;
  for (Index head = 0; head < shape.heads; ++head) {
    const SumNode<T> n{sum, row, head};
    n.fetch(n.value(), n.values);
    n.fetch(n.output_gradient(), n.values);
    const T* query = at(sum.in.query, row, head);
    const T* key = at(sum.in.key, row, head);
    T* dq = at(gradients.query, row, head);
    T* dk = at(gradients.key, row, head);
    T* dv = at(gradients.value, row, head);
    const Index rows = sum.slices.rows, slices = sum.slices.row_slices;
    for (Index i = 0; i < slices; ++i) {
      const Index width = keys - i * rows < rows ? keys - i * rows : rows;
      n.add(sum.parts.query + i * n.nodes * rows, sum.parts.columns, slices, width, rows, dq + i * rows);
      n.add(sum.parts.key + i * n.nodes * rows, sum.parts.columns, slices, width, rows, dk + i * rows);
    }
    n.add(sum.parts.output, sum.parts.rows, 1, values, n.values, dv);
    gate_gradients(n, gradients);
    const T score = sum.scale * dot(query, key, keys);
    const T back = dot(n.output_gradient(), n.value(), values);
    const T direct = *at(sum.in.direct, row, head);
    *at(gradients.direct, row, head) += score * back;
    add_scaled(sum.scale * direct * back, key, keys, dq);
    add_scaled(sum.scale * direct * back, query, keys, dk);
    add_scaled(direct * score, n.output_gradient(), values, dv);
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
GridSumKernels<T> GridSumKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.sum_output = isa::sum_output<T>, .sum_gradients = isa::sum_gradients<T>};
}

template GridSumKernels<float> GridSumKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template GridSumKernels<double> GridSumKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
