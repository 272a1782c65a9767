#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/product_kernels.hpp"
#include "core/small_product.hpp"

// Products of the sizes that layers have: a few hundred rows times some hundred columns. A panel of the right
// factor is packed. It is as wide as a register tile and stays in the nearest cache while the rows of the left
// factor are read. The left factor is read where it lies.
namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

// Rows and vectors of the tile that is kept in registers. It takes all but a few of the 32 (AVX-512) or 16
// (AVX2) registers.
#if defined(__AVX512F__)
inline constexpr int kTileRows = 8;
inline constexpr int kTileVectors = 3;
#else
inline constexpr int kTileRows = 4;
inline constexpr int kTileVectors = 3;
#endif

template <class T>
inline constexpr std::ptrdiff_t kPanelWidth = kTileVectors* kLanes<T>;

// Longest stretch of k in one panel: 24 to 30 KB.
inline constexpr std::ptrdiff_t kPanelDepth = 160;

// Rows of the right factor that are at most this many bytes apart stay in the nearest cache without being
// packed. Longer rows would share a few sets of the cache.
inline constexpr std::ptrdiff_t kLongestRow = 1024;

// A block of rows of one panel; `columns` of them exist, the rest of the last vector is padding.
template <class T, int Rows, int Vectors>
inline void panel_rows(std::ptrdiff_t k, const T* a, std::ptrdiff_t a_row, std::ptrdiff_t a_col,
                       const T* panel, std::ptrdiff_t panel_row, std::ptrdiff_t columns, const T* from,
                       std::ptrdiff_t from_stride, T* c, std::ptrdiff_t ldc) {
  constexpr std::ptrdiff_t kWidth = Vectors * kLanes<T>;
  if (columns == kWidth) {
    return product_tile<T, Rows, Vectors>(k, a, a_row, a_col, panel, panel_row, from, from_stride, c, ldc);
  }
  T tile[Rows * kWidth];
  for (int r = 0; r < Rows; ++r) {
    for (std::ptrdiff_t j = 0; j < kWidth; ++j) {
      tile[r * kWidth + j] = j < columns ? from[r * from_stride + j] : T(0);
    }
  }
  product_tile<T, Rows, Vectors>(k, a, a_row, a_col, panel, panel_row, tile, kWidth, tile, kWidth);
  for (int r = 0; r < Rows; ++r) {
    for (std::ptrdiff_t j = 0; j < columns; ++j) c[r * ldc + j] = tile[r * kWidth + j];
  }
}

template <class T, int Vectors>
void panel_columns(std::ptrdiff_t m, std::ptrdiff_t k, const T* a, std::ptrdiff_t a_row, std::ptrdiff_t a_col,
                   const T* panel, std::ptrdiff_t panel_row, std::ptrdiff_t columns, const T* from,
                   std::ptrdiff_t from_stride, T* c, std::ptrdiff_t ldc) {
  std::ptrdiff_t i = 0;
  const auto rows = [&]<int Rows>() {
    panel_rows<T, Rows, Vectors>(k, a + i * a_row, a_row, a_col, panel, panel_row, columns,
                                 from + i * from_stride, from_stride, c + i * ldc, ldc);
    i += Rows;
  };
  while (i + kTileRows <= m) rows.template operator()<kTileRows>();
  if constexpr (kTileRows > 4) {
    if (i + 4 <= m) rows.template operator()<4>();
  }
  if (i + 2 <= m) rows.template operator()<2>();
  if (i + 1 <= m) rows.template operator()<1>();
}

// panel [k, width] = rows of b from `b` on, `columns` of each; the rest is zero.
template <class T>
void pack_panel(std::ptrdiff_t k, std::ptrdiff_t columns, std::ptrdiff_t width, const T* b,
                std::ptrdiff_t ldb, T* __restrict panel) {
  for (std::ptrdiff_t p = 0; p < k; ++p) {
    if (columns == kPanelWidth<T>) {
      for (std::ptrdiff_t j = 0; j < kPanelWidth<T>; ++j) panel[p * kPanelWidth<T> + j] = b[p * ldb + j];
      continue;
    }
    for (std::ptrdiff_t j = 0; j < columns; ++j) panel[p * width + j] = b[p * ldb + j];
    for (std::ptrdiff_t j = columns; j < width; ++j) panel[p * width + j] = 0;
  }
}

// The same with b transposed: column j of the panel is row j of b. Four by four entries at a time.
template <class T>
void pack_panel_transposed(std::ptrdiff_t k, std::ptrdiff_t columns, std::ptrdiff_t width, const T* b,
                           std::ptrdiff_t ldb, T* __restrict panel) {
  typedef T Four __attribute__((vector_size(4 * sizeof(T)), aligned(alignof(T)), may_alias));
  using Bits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  typedef Bits Places __attribute__((vector_size(4 * sizeof(T))));
  std::ptrdiff_t j = 0;
  for (; j + 4 <= columns; j += 4) {
    const T* row = b + j * ldb;
    std::ptrdiff_t p = 0;
    for (; p + 4 <= k; p += 4) {
      const Four r0 = *reinterpret_cast<const Four*>(row + p);
      const Four r1 = *reinterpret_cast<const Four*>(row + ldb + p);
      const Four r2 = *reinterpret_cast<const Four*>(row + 2 * ldb + p);
      const Four r3 = *reinterpret_cast<const Four*>(row + 3 * ldb + p);
      const Four low01 = __builtin_shuffle(r0, r1, Places{0, 4, 1, 5});
      const Four high01 = __builtin_shuffle(r0, r1, Places{2, 6, 3, 7});
      const Four low23 = __builtin_shuffle(r2, r3, Places{0, 4, 1, 5});
      const Four high23 = __builtin_shuffle(r2, r3, Places{2, 6, 3, 7});
      T* to = panel + p * width + j;
      *reinterpret_cast<Four*>(to) = __builtin_shuffle(low01, low23, Places{0, 1, 4, 5});
      *reinterpret_cast<Four*>(to + width) = __builtin_shuffle(low01, low23, Places{2, 3, 6, 7});
      *reinterpret_cast<Four*>(to + 2 * width) = __builtin_shuffle(high01, high23, Places{0, 1, 4, 5});
      *reinterpret_cast<Four*>(to + 3 * width) = __builtin_shuffle(high01, high23, Places{2, 3, 6, 7});
    }
    for (; p < k; ++p) {
      for (std::ptrdiff_t i = 0; i < 4; ++i) panel[p * width + j + i] = row[i * ldb + p];
    }
  }
  for (; j < width; ++j) {
    for (std::ptrdiff_t p = 0; p < k; ++p) panel[p * width + j] = j < columns ? b[j * ldb + p] : T(0);
  }
}

// Columns of the next panel, where `left` remain. Four vectors are cut into two and two, because a tile of a
// single vector waits for its own sums.
template <class T>
constexpr std::ptrdiff_t panel_columns_of(std::ptrdiff_t left) {
  constexpr std::ptrdiff_t kTwo = 2 * kLanes<T>;
  if (left > kPanelWidth<T> && left <= 2 * kTwo) return kTwo;
  return left < kPanelWidth<T> ? left : kPanelWidth<T>;
}

// Rows of a block: few enough that a stretch of their columns stays in the second cache.
template <class T>
void panel_product_rows(const ProductCall<T>& call) {
  alignas(64) T panel[kPanelDepth * kPanelWidth<T>];
  static constexpr T kZeros[kPanelWidth<T>] = {};
  const std::ptrdiff_t a_row = call.transpose_a ? 1 : call.lda;
  const std::ptrdiff_t a_col = call.transpose_a ? call.lda : 1;
  const std::ptrdiff_t blocks = call.k == 0 ? 1 : (call.k + kPanelDepth - 1) / kPanelDepth;
  const std::ptrdiff_t depth = (call.k + blocks - 1) / blocks;
  for (std::ptrdiff_t block = 0; block < blocks; ++block) {
    const std::ptrdiff_t p = block * depth;
    const std::ptrdiff_t k = call.k - p < depth ? call.k - p : depth;
    for (std::ptrdiff_t j = 0, columns = 0; j < call.n; j += columns) {
      columns = panel_columns_of<T>(call.n - j);
      const std::ptrdiff_t width = padded<T>(columns);
      const T* factor = panel;
      std::ptrdiff_t factor_row = width;
      if (!call.transpose_b && columns == width &&
          call.ldb <= kLongestRow / static_cast<std::ptrdiff_t>(sizeof(T))) {
        factor = call.b + p * call.ldb + j;
        factor_row = call.ldb;
      } else if (call.transpose_b) {
        pack_panel_transposed(k, columns, width, call.b + j * call.ldb + p, call.ldb, panel);
      } else {
        pack_panel(k, columns, width, call.b + p * call.ldb + j, call.ldb, panel);
      }
      T* c = call.c + j;
      const bool begun = call.add || block > 0;
      const T* start = call.bias != nullptr ? call.bias + j : kZeros;
      const T* from = begun ? c : start;
      const std::ptrdiff_t from_stride = begun ? call.ldc : 0;
      const T* a = call.a + p * a_col;
      const auto run = [&]<int Vectors>() {
        panel_columns<T, Vectors>(call.m, k, a, a_row, a_col, factor, factor_row, columns, from, from_stride,
                                  c, call.ldc);
      };
      if (width == kLanes<T>) {
        run.template operator()<1>();
      } else if (width == 2 * kLanes<T>) {
        run.template operator()<2>();
      } else {
        run.template operator()<kTileVectors>();
      }
    }
  }
}

/// Every entry is one sum in ascending order, cut at fixed places. Its bits do not depend on m.
template <class T>
void panel_product(const ProductCall<T>& call) {
  constexpr std::ptrdiff_t kRows = 512;
  for (std::ptrdiff_t i = 0; i < call.m; i += kRows) {
    ProductCall<T> rows = call;
    rows.m = call.m - i < kRows ? call.m - i : kRows;
    rows.a += i * (call.transpose_a ? 1 : call.lda);
    rows.c += i * call.ldc;
    panel_product_rows(rows);
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
