#include "plstm/nn/shared/embedding.hpp"

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "nn/shared/kernels.hpp"

namespace plstm {

template <class T>
Var<T> embedding_sum(Tape<T>& tape, Var<T> table, const std::int32_t* codes, Index rows,
                     std::span<const std::int32_t> first_rows) {
  const Index width = table.cols;
  const auto columns = static_cast<Index>(first_rows.size());
  Var<T> y = tape.make(rows, width);
  const std::int32_t* first = first_rows.data();
  const LayerKernels<T>& k = layer_kernels<T>();
  for (Index row = 0; row < rows; ++row) {
    T* to = y.value + row * width;
    for (Index i = 0; i < width; ++i) to[i] = 0;
    for (Index c = 0; c < columns; ++c) {
      const Index end = c + 1 < columns ? first[c + 1] : table.rows;
      const Index code = codes[row * columns + c];
      if (code < 0 || first[c] + code >= end) {
        throw ShapeError(fmt::format("embedding_sum: code {} in column {} of row {}, expected 0..{}", code, c,
                                     row, end - first[c] - 1));
      }
      k.add_scaled_rows(width, T(1), table.value + (first[c] + code) * width, to);
    }
  }
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    if (table.gradient == nullptr) return;
    T* dtable = tape.gradient(table);
    for (Index row = 0; row < rows; ++row) {
      for (Index c = 0; c < columns; ++c) {
        k.add_scaled_rows(width, T(1), dy + row * width,
                          dtable + (first[c] + codes[row * columns + c]) * width);
      }
    }
  });
  return y;
}

std::vector<std::int32_t> first_rows_of(std::span<const std::int32_t> vocabulary_sizes) {
  std::vector<std::int32_t> first;
  std::int32_t next = 0;
  for (const std::int32_t size : vocabulary_sizes) {
    first.push_back(next);
    next += size;
  }
  return first;
}

#define PLSTM_INSTANTIATE(T)                                                     \
  template Var<T> embedding_sum<T>(Tape<T>&, Var<T>, const std::int32_t*, Index, \
                                   std::span<const std::int32_t>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
