#pragma once

#include <cstddef>

namespace plstm {

/// Values of every row (node, edge or line edge) and head, wherever they lie: entry i of (row, head) is
/// data[row * row_stride + head * head_stride + i].
template <class T>
struct HeadRows {
  T* data = nullptr;
  std::ptrdiff_t row_stride = 0;
  std::ptrdiff_t head_stride = 0;

  T* at(std::ptrdiff_t row, std::ptrdiff_t head) const {
    return data + row * row_stride + head * head_stride;
  }
};

/// Layout [rows, H * width], as a projection writes it: head h owns the columns h * width and on.
template <class T>
HeadRows<T> heads_in_columns(T* data, std::ptrdiff_t heads, std::ptrdiff_t width) {
  return {data, heads * width, width};
}

/// Layout [H, rows, width], as the specification writes it.
template <class T>
HeadRows<T> heads_in_blocks(T* data, std::ptrdiff_t rows, std::ptrdiff_t width) {
  return {data, width, rows * width};
}

}  // namespace plstm
