#include "plstm/nn/shared/arithmetic.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

#include "nn/shared/kernels.hpp"
#include "nn/shared/row_blocks.hpp"

namespace plstm {

namespace {

// dx (+)= factor * dy, if x needs it.
template <class T>
void pass_on(Tape<T>& tape, const Var<T>& x, T factor, const T* dy) {
  if (x.gradient == nullptr) return;
  const auto dx = tape.gradient_to_write(x);
  for_entry_blocks(x.size(), [&](Index first, Index count) {
    layer_kernels<T>().scale(count, factor, dy + first, dx.data + first, dx.store == Store::kAdd);
  });
}

}  // namespace

template <class T>
Var<T> add(Tape<T>& tape, Var<T> a, Var<T> b) {
  check_shape("add", "b", {b.rows, b.cols}, {a.rows, a.cols});
  Var<T> y = tape.make(a.rows, a.cols);
  for_entry_blocks(y.size(), [&](Index first, Index count) {
    layer_kernels<T>().sum(count, a.value + first, b.value + first, y.value + first);
  });
  tape.on_backward(y, [=, &tape](const T* dy) {
    pass_on(tape, a, T(1), dy);
    pass_on(tape, b, T(1), dy);
  });
  return y;
}

template <class T>
Var<T> add_over(Tape<T>& tape, Var<T> a, Var<T> b) {
  check_shape("add_over", "b", {b.rows, b.cols}, {a.rows, a.cols});
  Var<T> y = tape.make_over(b);
  for_entry_blocks(y.size(), [&](Index first, Index count) {
    layer_kernels<T>().add_scaled_rows(count, T(1), a.value + first, y.value + first);
  });
  tape.on_backward(y, [=, &tape](const T* dy) {
    pass_on(tape, a, T(1), dy);
    pass_on(tape, b, T(1), dy);
  });
  return y;
}

template <class T>
Var<T> hadamard(Tape<T>& tape, Var<T> a, Var<T> b) {
  check_shape("hadamard", "b", {b.rows, b.cols}, {a.rows, a.cols});
  const LayerKernels<T>& k = layer_kernels<T>();
  const Var<T> y = tape.make(a.rows, a.cols);
  std::copy_n(a.value, a.size(), y.value);
  k.multiply_by(y.size(), b.value, y.value);
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    if (a.gradient != nullptr) k.add_products(y.size(), dy, b.value, tape.gradient(a));
    if (b.gradient != nullptr) k.add_products(y.size(), dy, a.value, tape.gradient(b));
  });
  return y;
}

template <class T>
Var<T> concatenate(Tape<T>& tape, std::span<const Var<T>> parts) {
  if (parts.empty()) throw ShapeError("concatenate: there are no matrices");
  const Index rows = parts.front().rows;
  Index cols = 0;
  for (const Var<T>& part : parts) {
    check_shape("concatenate", "a matrix", {part.rows, part.cols}, {rows, part.cols});
    cols += part.cols;
  }
  const Var<T> y = tape.make(rows, cols);
  const auto count = static_cast<Index>(parts.size());
  auto* kept = tape.template keep<Var<T>>(count);
  std::uninitialized_copy(parts.begin(), parts.end(), kept);
  Index first = 0;
  for (const Var<T>& part : parts) {
    for (Index row = 0; row < rows; ++row)
      std::copy_n(part.value + row * part.cols, part.cols, y.value + row * cols + first);
    first += part.cols;
  }
  tape.on_backward(y, [=, &tape](const T* dy) {
    const LayerKernels<T>& k = layer_kernels<T>();
    Index column = 0;
    for (const Var<T>* part = kept; part != kept + count; column += part->cols, ++part) {
      if (part->gradient == nullptr) continue;
      const auto [dx, store] = tape.gradient_to_write(*part);
      for (Index row = 0; row < rows; ++row)
        k.scale(part->cols, T(1), dy + row * cols + column, dx + row * part->cols, store == Store::kAdd);
    }
  });
  return y;
}

template <class T>
Var<T> scale_columns(Tape<T>& tape, Var<T> x, Var<T> scale) {
  check_shape("scale_columns", "scale", {scale.rows, scale.cols}, {1, x.cols});
  Var<T> y = tape.make(x.rows, x.cols);
  for_row_blocks(x.rows, x.cols, [&](Index first, Index count) {
    for (Index row = first; row < first + count; ++row) {
      for (Index i = 0; i < x.cols; ++i)
        y.value[row * x.cols + i] = x.value[row * x.cols + i] * scale.value[i];
    }
  });
  tape.on_backward(y, [=, &tape](const T* dy) {
    T* const dx = x.gradient != nullptr ? tape.gradient(x) : nullptr;
    T* const dscale = scale.gradient != nullptr ? tape.gradient(scale) : nullptr;
    add_sums_of_rows(tape, x.rows, dscale != nullptr ? x.cols : 0, dscale,
                     [=](Index first, Index count, T* sums) {
                       for (Index row = first; row < first + count; ++row) {
                         const Index begin = row * x.cols;
                         for (Index i = 0; i < x.cols; ++i) {
                           if (dx != nullptr) dx[begin + i] += dy[begin + i] * scale.value[i];
                           if (dscale != nullptr) sums[i] += dy[begin + i] * x.value[begin + i];
                         }
                       }
                     });
  });
  return y;
}

template <class T>
Var<T> take_columns(Tape<T>& tape, Var<T> x, Index first, Index count) {
  if (first < 0 || count < 0 || first + count > x.cols) {
    throw ShapeError(
        fmt::format("take_columns: columns {} to {} of a matrix of {}", first, first + count - 1, x.cols));
  }
  Var<T> y = tape.make(x.rows, count);
  for (Index row = 0; row < x.rows; ++row) {
    std::copy_n(x.value + row * x.cols + first, count, y.value + row * count);
  }
  tape.on_backward(y, [=, &tape](const T* dy) {
    if (x.gradient == nullptr) return;
    T* dx = tape.gradient(x);
    const LayerKernels<T>& k = layer_kernels<T>();
    for (Index row = 0; row < x.rows; ++row) {
      k.add_scaled_rows(count, T(1), dy + row * count, dx + row * x.cols + first);
    }
  });
  return y;
}

template <class T>
Var<T> multiply_by(Tape<T>& tape, Var<T> x, double factor) {
  Var<T> y = tape.make(x.rows, x.cols);
  const auto f = static_cast<T>(factor);
  layer_kernels<T>().scale(y.size(), f, x.value, y.value, false);
  tape.on_backward(y, [=, &tape](const T* dy) { pass_on(tape, x, f, dy); });
  return y;
}

template <class T>
Var<T> add_multiple(Tape<T>& tape, Var<T> a, Var<T> b, Var<T> factor) {
  check_shape("add_multiple", "b", {b.rows, b.cols}, {a.rows, a.cols});
  check_shape("add_multiple", "factor", {factor.rows, factor.cols}, {1, 1});
  Var<T> y = tape.make(a.rows, a.cols);
  const LayerKernels<T>& k = layer_kernels<T>();
  std::copy_n(a.value, a.size(), y.value);
  k.add_scaled_rows(y.size(), *factor.value, b.value, y.value);
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    pass_on(tape, a, T(1), dy);
    pass_on(tape, b, *factor.value, dy);
    if (factor.gradient == nullptr) return;
    T dot = 0;
    k.head_dots(1, y.size(), dy, b.value, &dot);
    *tape.gradient(factor) += dot;
  });
  return y;
}

template <class T>
Var<T> head_dots(Tape<T>& tape, Var<T> x, Var<T> weight) {
  const Index heads = weight.rows;
  check_shape("head_dots", "x", {x.rows, x.cols}, {x.rows, weight.size()});
  Var<T> y = tape.make(x.rows, heads);
  const LayerKernels<T>& k = layer_kernels<T>();
  for (Index row = 0; row < x.rows; ++row) {
    k.head_dots(heads, weight.cols, x.value + row * x.cols, weight.value, y.value + row * heads);
  }
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    T* dx = x.gradient != nullptr ? tape.gradient(x) : nullptr;
    T* dweight = weight.gradient != nullptr ? tape.gradient(weight) : nullptr;
    for (Index row = 0; row < x.rows; ++row) {
      const T* factors = dy + row * heads;
      if (dx != nullptr) k.add_scaled_heads(heads, weight.cols, factors, weight.value, dx + row * x.cols);
      if (dweight != nullptr)
        k.add_scaled_heads(heads, weight.cols, factors, x.value + row * x.cols, dweight);
    }
  });
  return y;
}

template <class T>
Var<T> mean_of_rows(Tape<T>& tape, Var<T> x, const std::int32_t* first, const std::int32_t* second,
                    Index count) {
  const Index width = x.cols;
  Var<T> y = tape.make(count, width);
  for_row_blocks(count, width, [&](Index begin, Index rows) {
    for (Index e = begin; e < begin + rows; ++e) {
      const T* a = x.value + first[e] * width;
      const T* b = x.value + second[e] * width;
      for (Index i = 0; i < width; ++i) y.value[e * width + i] = T(0.5) * (a[i] + b[i]);
    }
  });
  const LayerKernels<T>& k = layer_kernels<T>();
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    if (x.gradient == nullptr) return;
    T* dx = tape.gradient(x);
    for_owned_rows(x.rows, count * width, [&](Index begin, Index end) {
      for (Index e = 0; e < count; ++e) {
        for (const Index row : {Index{first[e]}, Index{second[e]}}) {
          if (row >= begin && row < end) k.add_scaled_rows(width, T(0.5), dy + e * width, dx + row * width);
        }
      }
    });
  });
  return y;
}

template <class T>
Var<T> broadcast_rows(Tape<T>& tape, Var<T> x, Index rows) {
  check_shape("broadcast_rows", "x", {x.rows, x.cols}, {1, x.cols});
  Var<T> y = tape.make(rows, x.cols);
  for (Index row = 0; row < rows; ++row) std::copy_n(x.value, x.cols, y.value + row * x.cols);
  tape.on_backward(y, [=, &tape](const T* dy) {
    if (x.gradient != nullptr) layer_kernels<T>().add_column_sums(rows, x.cols, dy, tape.gradient(x));
  });
  return y;
}

#define PLSTM_INSTANTIATE(T)                                                                          \
  template Var<T> add<T>(Tape<T>&, Var<T>, Var<T>);                                                   \
  template Var<T> add_over<T>(Tape<T>&, Var<T>, Var<T>);                                              \
  template Var<T> hadamard<T>(Tape<T>&, Var<T>, Var<T>);                                              \
  template Var<T> concatenate<T>(Tape<T>&, std::span<const Var<T>>);                                  \
  template Var<T> scale_columns<T>(Tape<T>&, Var<T>, Var<T>);                                         \
  template Var<T> take_columns<T>(Tape<T>&, Var<T>, Index, Index);                                    \
  template Var<T> multiply_by<T>(Tape<T>&, Var<T>, double);                                           \
  template Var<T> add_multiple<T>(Tape<T>&, Var<T>, Var<T>, Var<T>);                                  \
  template Var<T> head_dots<T>(Tape<T>&, Var<T>, Var<T>);                                             \
  template Var<T> mean_of_rows<T>(Tape<T>&, Var<T>, const std::int32_t*, const std::int32_t*, Index); \
  template Var<T> broadcast_rows<T>(Tape<T>&, Var<T>, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
