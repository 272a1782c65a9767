#include "plstm/nn/shared/linear.hpp"

#include <algorithm>
#include <new>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/product.hpp>
#include <plstm/core/shape.hpp>

#include "nn/shared/kernels.hpp"
#include "nn/shared/row_blocks.hpp"

namespace plstm {

namespace {

template <class T>
void check_part(const Var<T>& x, const LinearPart<T>& part) {
  const auto& [weight, first_column, bias] = part;
  if (first_column < 0 || first_column + x.cols > weight.cols) {
    throw ShapeError(fmt::format("linear: x has {} columns, the weight [{}, {}] has {} from column {} on",
                                 x.cols, weight.rows, weight.cols, weight.cols - first_column, first_column));
  }
  if (bias.value != nullptr) check_size("linear", "bias", bias.size(), weight.rows);
}

template <class T>
MatrixView<const T> view_rows(const T* data, Index first, Index count, Index cols) {
  return {data + first * cols, count, cols, cols};
}

// Rows first .. first + count - 1 of y.
template <class T>
void product_rows(const Tape<T>& tape, const Var<T>& x, const LinearPart<T>& part, Index first, Index count,
                  T* y) {
  const auto& [weight, first_column, bias] = part;
  const Index out = weight.rows;
  const MatrixView<const T> input = view_rows<T>(x.value, first, count, x.cols);
  const MatrixView<T> result{y + first * out, count, out, out};
  if (weight.transposed != nullptr) {
    multiply<T>(input, Transpose::kNo, {weight.transposed + first_column * out, x.cols, out, out},
                Transpose::kNo, result, Store::kReplace, bias.value, tape.precision());
    return;
  }
  multiply<T>(input, Transpose::kNo, {weight.value + first_column, out, x.cols, weight.cols}, Transpose::kYes,
              result, Store::kReplace, bias.value, tape.precision());
}

template <class T>
void product_into(const Tape<T>& tape, const Var<T>& x, const LinearPart<T>& part, T* y) {
  for_row_blocks(x.rows, std::max(x.cols, part.weight.rows),
                 [&](Index first, Index count) { product_rows(tape, x, part, first, count, y); });
}

// Where the sums over rows of a backward pass go.
template <class T>
struct WeightSums {
  T* weight;  // [out, columns of x]; null: not needed
  Index stride;
  Store store;
  T* bias;  // likewise
};

// dx (+)= dy W;  dW (+)= dy^T x;  db += column sums of dy. Calls prepare(first, count) before it reads these rows of dy.
template <class T, class Prepare>
void backward_of(Tape<T>& tape, const Var<T>& x, const LinearPart<T>& part, const T* dy,
                 const Prepare& prepare) {
  const auto& [weight, first_column, bias] = part;
  const Index out = weight.rows;
  const MatrixView<const T> factor{weight.value + first_column, out, x.cols, weight.cols};
  const auto dx = x.gradient != nullptr ? tape.gradient_to_write(x) : GradientPlace<T>{};
  const auto rows = [&](Index first, Index count, const WeightSums<T>& sums) {
    prepare(first, count);
    const MatrixView<const T> gradient = view_rows<T>(dy, first, count, out);
    if (dx.data != nullptr) {
      multiply<T>(gradient, Transpose::kNo, factor, Transpose::kNo,
                  {dx.data + first * x.cols, count, x.cols, x.cols}, dx.store, nullptr, tape.precision());
    }
    if (sums.weight != nullptr) {
      multiply<T>(gradient, Transpose::kYes, view_rows<T>(x.value, first, count, x.cols), Transpose::kNo,
                  {sums.weight, out, x.cols, sums.stride}, sums.store, nullptr, tape.precision());
    }
    if (sums.bias != nullptr) layer_kernels<T>().add_column_sums(count, out, dy + first * out, sums.bias);
  };
  GradientPlace<T> dw{};
  if (weight.gradient != nullptr) {
    // Others may own the other columns.
    dw = x.cols == weight.cols ? tape.gradient_to_write(weight)
                               : GradientPlace<T>{tape.gradient(weight), Store::kAdd};
    dw.data += first_column;
  }
  T* const db = bias.gradient != nullptr ? tape.gradient(bias) : nullptr;
  if (x.rows <= kSumRows) return rows(0, x.rows, {dw.data, weight.cols, dw.store, db});

  const Index size = dw.data != nullptr ? out * x.cols : 0;
  const T* sums = sums_of_row_blocks(tape, x.rows, size + (db != nullptr ? out : 0),
                                     [&](Index first, Index count, T* own) {
                                       rows(first, count,
                                            {dw.data != nullptr ? own : nullptr, x.cols, Store::kReplace,
                                             db != nullptr ? own + size : nullptr});
                                     });
  if (dw.data != nullptr) {
    for (Index r = 0; r < out; ++r) {
      layer_kernels<T>().scale(x.cols, T(1), sums + r * x.cols, dw.data + r * weight.cols,
                               dw.store == Store::kAdd);
    }
  }
  if (db != nullptr) layer_kernels<T>().add_scaled_rows(out, T(1), sums + size, db);
}

template <class T>
void backward_of(Tape<T>& tape, const Var<T>& x, const LinearPart<T>& part, const T* dy) {
  backward_of(tape, x, part, dy, [](Index, Index) {});
}

}  // namespace

template <class T>
Var<T> linear_columns(Tape<T>& tape, Var<T> x, Var<T> weight, Index first_column, Var<T> bias) {
  const LinearPart<T> part{weight, first_column, bias};
  check_part(x, part);
  Var<T> y = tape.make(x.rows, weight.rows);
  product_into(tape, x, part, y.value);
  tape.on_backward(y, [=, &tape](const T* dy) { backward_of(tape, x, part, dy); });
  return y;
}

template <class T>
Var<T> linear_stack(Tape<T>& tape, Var<T> x, std::span<const LinearPart<T>> parts) {
  const auto count = static_cast<Index>(parts.size());
  Index out = 0;
  for (const LinearPart<T>& part : parts) {
    check_part(x, part);
    out += part.weight.rows;
  }
  // All maps as one, that is no parameter: copies of the weights, and places for their gradients.
  auto* kept = tape.template keep<LinearPart<T>>(count);
  LinearPart<T> all{tape.make(out, x.cols), 0, tape.make(1, out)};
  Index row = 0;
  for (Index i = 0; i < count; ++i) {
    const auto& [weight, first_column, bias] =
        *new (kept + i) LinearPart<T>(parts[static_cast<std::size_t>(i)]);
    for (Index r = 0; r < weight.rows; ++r, ++row) {
      std::copy_n(weight.value + r * weight.cols + first_column, x.cols, all.weight.value + row * x.cols);
      all.bias.value[row] = bias.value != nullptr ? bias.value[r] : T(0);
    }
  }
  Var<T> y = tape.make(x.rows, out);
  product_into(tape, x, all, y.value);
  tape.on_backward(all.weight, [=, &tape](const T* dw) {
    const LayerKernels<T>& k = layer_kernels<T>();
    const T* from = dw;
    for (const LinearPart<T>* part = kept; part != kept + count; ++part) {
      if (part->weight.gradient == nullptr) {
        from += part->weight.rows * x.cols;
        continue;
      }
      T* to = tape.gradient(part->weight) + part->first_column;
      for (Index r = 0; r < part->weight.rows; ++r, from += x.cols) {
        k.add_scaled_rows(x.cols, T(1), from, to + r * part->weight.cols);
      }
    }
  });
  tape.on_backward(all.bias, [=, &tape](const T* db) {
    const T* from = db;
    for (const LinearPart<T>* part = kept; part != kept + count; from += (part++)->weight.rows) {
      if (part->bias.gradient == nullptr) continue;
      layer_kernels<T>().add_scaled_rows(part->weight.rows, T(1), from, tape.gradient(part->bias));
    }
  });
  tape.on_backward(y, [=, &tape](const T* dy) { backward_of(tape, x, all, dy); });
  return y;
}

template <class T>
Var<T> linear_gelu(Tape<T>& tape, Var<T> x, Var<T> weight, Var<T> bias) {
  check_shape("linear", "x", {x.rows, x.cols}, {x.rows, weight.cols});
  const LinearPart<T> part{weight, 0, bias};
  check_part(x, part);
  // The values and the derivatives side by side: both die at once, and the gradient of a matrix of edges may need more
  // memory than one of them has.
  const Var<T> both = tape.make_constant(2 * x.rows, weight.rows);
  const Var<T> y = tape.make_over({both.value, nullptr, x.rows, weight.rows});
  T* derivative = both.value + y.size();
  const LayerKernels<T>& k = layer_kernels<T>();
  for_row_blocks(x.rows, y.cols, [&](Index first, Index count) {
    product_rows(tape, x, part, first, count, derivative);
    k.gelu(count * y.cols, derivative + first * y.cols, y.value + first * y.cols);
  });
  tape.on_backward(y, [=, &tape, &k](T* dy) {
    backward_of(tape, x, part, dy, [=, &k](Index first, Index count) {
      k.multiply_by(count * y.cols, derivative + first * y.cols, dy + first * y.cols);
    });
    tape.release(both.value, both.size());
  });
  return y;
}

template <class T>
Var<T> linear(Tape<T>& tape, Var<T> x, Var<T> weight, Var<T> bias) {
  check_shape("linear", "x", {x.rows, x.cols}, {x.rows, weight.cols});
  return linear_columns(tape, x, weight, 0, bias);
}

LinearLayer add_linear(ParameterLayout& layout, const std::string& name, Index in, Index out, bool bias,
                       const LinearInit& init) {
  LinearLayer layer;
  layer.weight = layout.add(name + ".weight", {out, in}, init.weight, true);
  if (bias) layer.bias = layout.add(name + ".bias", {out}, init.bias, false);
  return layer;
}

LinearLayer add_linear(ParameterLayout& layout, const std::string& name, Index in, Index out, bool bias) {
  return add_linear(layout, name, in, out, bias, {small_init(in)});
}

template <class T>
Var<T> apply(Tape<T>& tape, const LinearLayer& layer, Var<T> x) {
  return linear(tape, x, tape.parameter(layer.weight),
                layer.bias.valid() ? tape.parameter(layer.bias) : Var<T>{});
}

#define PLSTM_INSTANTIATE(T)                                                         \
  template Var<T> linear_stack<T>(Tape<T>&, Var<T>, std::span<const LinearPart<T>>); \
  template Var<T> linear_gelu<T>(Tape<T>&, Var<T>, Var<T>, Var<T>);                  \
  template Var<T> linear_columns<T>(Tape<T>&, Var<T>, Var<T>, Index, Var<T>);        \
  template Var<T> linear<T>(Tape<T>&, Var<T>, Var<T>, Var<T>);                       \
  template Var<T> apply<T>(Tape<T>&, const LinearLayer&, Var<T>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
