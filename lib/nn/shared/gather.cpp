#include "plstm/nn/shared/gather.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "nn/shared/kernels.hpp"
#include "nn/shared/row_blocks.hpp"
#include "nn/shared/segments.hpp"

namespace plstm {

namespace {

void check_rows(const char* function, std::span<const std::int32_t> rows, Index count) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0 || rows[i] >= count)
      throw ShapeError(fmt::format("{}: rows[{}] is {}, but x has {} rows", function, i, rows[i], count));
  }
}

}  // namespace

template <class T>
Var<T> gather_rows(Tape<T>& tape, Var<T> x, const std::int32_t* rows, Index count) {
  const Index width = x.cols;
  check_rows("gather_rows", {rows, static_cast<std::size_t>(count)}, x.rows);
  Var<T> y = tape.make(count, width);
  for_row_blocks(count, width, [&](Index first, Index size) {
    for (Index i = first; i < first + size; ++i)
      std::copy_n(x.value + rows[i] * width, width, y.value + i * width);
  });
  tape.on_backward(y, [=, &tape](const T* dy) {
    if (x.gradient == nullptr) return;
    T* dx = tape.gradient(x);
    const LayerKernels<T>& k = layer_kernels<T>();
    for_owned_rows(x.rows, count * width, [&](Index begin, Index end) {
      for (Index i = 0; i < count; ++i) {
        if (rows[i] >= begin && rows[i] < end)
          k.add_scaled_rows(width, T(1), dy + i * width, dx + rows[i] * width);
      }
    });
  });
  return y;
}

template <class T>
Var<T> sum_rows(Tape<T>& tape, Var<T> x, std::span<const std::int32_t> offsets,
                std::span<const std::int32_t> rows) {
  check_segments("sum_rows", offsets, std::ssize(rows));
  check_rows("sum_rows", rows, x.rows);
  const Index width = x.cols;
  Var<T> y = tape.make(std::ssize(offsets) - 1, width);
  const LayerKernels<T>& k = layer_kernels<T>();
  std::fill_n(y.value, y.size(), T(0));
  const auto for_rows = [=](const auto& body) {
    for (Index s = 0; s + 1 < std::ssize(offsets); ++s) {
      for (auto i = static_cast<std::size_t>(offsets[static_cast<std::size_t>(s)]);
           i < static_cast<std::size_t>(offsets[static_cast<std::size_t>(s) + 1]); ++i) {
        body(s * width, rows[i] * width);
      }
    }
  };
  for_rows([&](Index to, Index from) { k.add_scaled_rows(width, T(1), x.value + from, y.value + to); });
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    if (x.gradient == nullptr) return;
    T* dx = tape.gradient(x);
    for_rows([&](Index to, Index from) { k.add_scaled_rows(width, T(1), dy + to, dx + from); });
  });
  return y;
}

#define PLSTM_INSTANTIATE(T)                                                    \
  template Var<T> gather_rows<T>(Tape<T>&, Var<T>, const std::int32_t*, Index); \
  template Var<T> sum_rows<T>(Tape<T>&, Var<T>, std::span<const std::int32_t>, std::span<const std::int32_t>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
