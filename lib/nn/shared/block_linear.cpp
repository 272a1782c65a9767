#include "nn/shared/block_linear.hpp"

#include <algorithm>

#include <plstm/core/product.hpp>
#include <plstm/core/shape.hpp>

#include "nn/shared/kernels.hpp"

namespace plstm {

namespace {

// A product that is narrower than this leaves much of a vector unused.
constexpr Index kNarrow = 16;

// How the blocks become products: those of `merged` neighbouring parts are one, with zeros off the diagonal.
struct Tiling {
  BlockShape shape;
  Index merged = 1;

  explicit Tiling(BlockShape s) : shape(s) {
    if (s.parts == 1 && s.group_stride == s.out * s.row_stride) {  // all groups are rows of one matrix
      shape.out *= s.groups;
      shape.groups = 1;
    }
    if (shape.groups == 1 && shape.out > 0) {
      merged = std::clamp<Index>((kNarrow + shape.out - 1) / shape.out, 1, shape.parts);
    }
  }
  Index rows() const { return merged * shape.out; }
  Index cols() const { return merged * shape.in; }
  const BlockShape& blocks() const { return shape; }

  template <class T>
  T* block(T* weight, Index group, Index part) const {
    return weight + group * shape.group_stride + part * shape.part_stride;
  }
  // Calls f(group, first part, number of parts) for every product.
  template <class F>
  void for_each(const F& f) const {
    for (Index group = 0; group < shape.groups; ++group) {
      for (Index part = 0; part < shape.parts; part += merged) {
        f(group, part, std::min(merged, shape.parts - part));
      }
    }
  }
};

// The weight of `count` parts from `part` on as one matrix, copied to `dense` if it is not one already.
template <class T>
MatrixView<const T> dense_weight(const Tiling& t, const T* weight, Index group, Index part, Index count,
                                 T* dense) {
  const BlockShape& s = t.shape;
  if (count == 1) return {t.block(weight, group, part), s.out, s.in, s.row_stride};
  const Index cols = count * s.in;
  std::fill_n(dense, count * s.out * cols, T(0));
  for (Index p = 0; p < count; ++p) {
    const T* from = t.block(weight, group, part + p);
    for (Index r = 0; r < s.out; ++r) {
      std::copy_n(from + r * s.row_stride, s.in, dense + (p * s.out + r) * cols + p * s.in);
    }
  }
  return {dense, count * s.out, cols, cols};
}

// Adds the blocks on the diagonal of `dense` to the gradient of the weight.
template <class T>
void add_diagonal(const Tiling& t, const T* dense, Index group, Index part, Index count, T* gradient) {
  const BlockShape& s = t.shape;
  const Index cols = count * s.in;
  for (Index p = 0; p < count; ++p) {
    T* to = t.block(gradient, group, part + p);
    for (Index r = 0; r < s.out; ++r) {
      const T* from = dense + (p * s.out + r) * cols + p * s.in;
      for (Index i = 0; i < s.in; ++i) to[r * s.row_stride + i] += from[i];
    }
  }
}

}  // namespace

template <class T>
Var<T> block_linear(Tape<T>& tape, Var<T> x, Var<T> weight, Var<T> bias, const BlockShape& shape) {
  const Index width = shape.groups * shape.parts * shape.out;
  check_shape("block_linear", "x", {x.rows, x.cols}, {x.rows, shape.parts * shape.in});
  check_size("block_linear", "weight", weight.size(), width * shape.in);
  check_size("block_linear", "bias", bias.size(), width);
  const Tiling tiling(shape);
  T* dense = tape.template keep<T>(tiling.rows() * tiling.cols());
  Var<T> y = tape.make(x.rows, width);
  tiling.for_each([&](Index group, Index part, Index count) {
    const BlockShape& s = tiling.shape;
    const Index first = (group * s.parts + part) * s.out;
    multiply<T>({x.value + part * s.in, x.rows, count * s.in, x.cols}, Transpose::kNo,
                dense_weight(tiling, weight.value, group, part, count, dense), Transpose::kYes,
                {y.value + first, x.rows, count * s.out, width}, Store::kReplace, bias.value + first,
                tape.precision());
  });
  tape.on_backward(y, [=, &tape](const T* dy) {
    const BlockShape& s = tiling.shape;
    if (bias.gradient != nullptr) {
      layer_kernels<T>().add_column_sums(x.rows, width, dy, tape.gradient(bias));
    }
    // Several groups may read one part, so all but the first of them add.
    const auto [dx, store] = x.gradient != nullptr ? tape.gradient_to_write(x) : GradientPlace<T>{};
    T* dw = weight.gradient != nullptr ? tape.gradient(weight) : nullptr;
    T* place = dx;
    const Store first_store = store;
    tiling.for_each([&](Index group, Index part, Index count) {
      const MatrixView<const T> gradient{dy + (group * s.parts + part) * s.out, x.rows, count * s.out, width};
      if (place != nullptr) {
        multiply<T>(gradient, Transpose::kNo, dense_weight(tiling, weight.value, group, part, count, dense),
                    Transpose::kNo, {place + part * s.in, x.rows, count * s.in, x.cols},
                    group == 0 ? first_store : Store::kAdd, nullptr, tape.precision());
      }
      if (dw == nullptr) return;
      const MatrixView<const T> input{x.value + part * s.in, x.rows, count * s.in, x.cols};
      if (count == 1) {
        multiply<T>(gradient, Transpose::kYes, input, Transpose::kNo,
                    {tiling.block(dw, group, part), s.out, s.in, s.row_stride}, Store::kAdd, nullptr,
                    tape.precision());
        return;
      }
      multiply<T>(gradient, Transpose::kYes, input, Transpose::kNo,
                  {dense, count * s.out, count * s.in, count * s.in}, Store::kReplace, nullptr,
                  tape.precision());
      add_diagonal(tiling, dense, group, part, count, dw);
    });
  });
  return y;
}

#define PLSTM_INSTANTIATE(T) \
  template Var<T> block_linear<T>(Tape<T>&, Var<T>, Var<T>, Var<T>, const BlockShape&);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
