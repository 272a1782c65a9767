// Products with AMX. One instruction multiplies tiles of 16 x 16 pairs and adds the products to 16 x 16
// floats. A block of the result of up to 32 x 32 stays in four tiles over the depth of a block of the factors.
#include "core/bfloat16_blocks.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

// The compiler does not see that tiles are loaded from memory.
inline void finish_writes() {
  __asm__ volatile("" ::: "memory");
}

// The tile registers of this thread. They get shapes at their first use and are released in the end, so that
// the system need not save them.
class Tiles {
 public:
  Tiles() = default;
  ~Tiles() { _tile_release(); }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;

  /// Tiles 0, 1 of the result and 4 of the left factor have `upper` rows, tiles 2, 3 and 5 below them
  /// `lower`; 6 and 7 of the right factor have 16. All rows have 64 bytes.
  void shape(Size upper, Size lower) {
    if (upper == upper_ && lower == lower_) return;
    upper_ = upper;
    lower_ = lower;
    Config config;
    for (int t = 0; t < 8; ++t) {
      const bool below = t == 2 || t == 3 || t == 5;
      config.bytes[t] = 64;
      config.rows[t] = static_cast<std::uint8_t>(t >= 6 ? 16 : below ? lower : upper);
    }
    finish_writes();
    _tile_loadconfig(&config);
  }

 private:
  struct alignas(64) Config {
    std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
    std::uint16_t bytes[16] = {};
    std::uint8_t rows[16] = {};
  };
  Size upper_ = 0, lower_ = 0;
};

// Up to 32 x 32 of the result. `left`: rows of `left_row` bytes; `right`: panels [pairs, 16], `panel` pairs
// from one to the next; `blocks` of 32 in depth. Strides of `from` and `c` in floats.
template <bool TwoRows, bool TwoColumns>
inline void tile_block(Size blocks, const std::uint16_t* left, Size left_row, const std::uint32_t* right,
                       Size panel, const float* from, Size from_stride, float* c, Size ldc) {
  const char* upper = reinterpret_cast<const char*>(left);
  const char* lower = upper + 16 * left_row;
  const Size from_row = from_stride * 4, row = ldc * 4;
  finish_writes();
  if (from != nullptr) {
    _tile_loadd(0, from, from_row);
    if constexpr (TwoColumns) _tile_loadd(1, from + 16, from_row);
    if constexpr (TwoRows) _tile_loadd(2, from + 16 * from_stride, from_row);
    if constexpr (TwoRows && TwoColumns) _tile_loadd(3, from + 16 * from_stride + 16, from_row);
  } else {
    _tile_zero(0);
    if constexpr (TwoColumns) _tile_zero(1);
    if constexpr (TwoRows) _tile_zero(2);
    if constexpr (TwoRows && TwoColumns) _tile_zero(3);
  }
  for (Size p = 0; p < blocks; ++p) {
    _tile_loadd(4, upper + p * 64, left_row);
    _tile_loadd(6, right + p * 256, 64);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (TwoColumns) {
      _tile_loadd(7, right + panel + p * 256, 64);
      _tile_dpbf16ps(1, 4, 7);
    }
    if constexpr (TwoRows) {
      _tile_loadd(5, lower + p * 64, left_row);
      _tile_dpbf16ps(2, 5, 6);
    }
    if constexpr (TwoRows && TwoColumns) _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, c, row);
  if constexpr (TwoColumns) _tile_stored(1, c + 16, row);
  if constexpr (TwoRows) _tile_stored(2, c + 16 * ldc, row);
  if constexpr (TwoRows && TwoColumns) _tile_stored(3, c + 16 * ldc + 16, row);
  finish_writes();
}

class AmxKernel {
 public:
  static constexpr Size kRows = 32;  // multiplied while they are hot

  static Size depth_of(const ProductCall<float>&) { return kBfloat16Depth; }

  static void pack_left(const ProductCall<float>& call, Size row, Size rows, Size p, Size depth,
                        std::uint16_t* left) {
    if (call.transpose_a) {
      pack_rows_transposed(rows, depth, call.a + p * call.lda + row, call.lda, left, round_up(depth, 32));
    } else {
      pack_rows(rows, depth, call.a + row * call.lda + p, call.lda, left, round_up(depth, 32));
    }
  }

  // Panels of 16 columns, each [pairs, 16].
  static void pack_right(const ProductCall<float>& call, Size column, Size columns, Size p, Size depth,
                         std::uint32_t* right) {
    const Size pairs = round_up(depth, 32) / 2;
    for (Size first = 0; first < columns; first += 16) {
      const Size j = column + first;
      if (call.transpose_b) {
        pack_pairs_transposed(depth, columns - first, call.b + j * call.ldb + p, call.ldb,
                              right + pairs * first, 16);
      } else {
        pack_pairs(depth, columns - first, call.b + p * call.ldb + j, call.ldb, right + pairs * first, pairs,
                   16);
      }
    }
  }

  void multiply(const PackedBlock& block, bool) {
    if (block.rows > 16) {
      tiles_.shape(16, block.rows - 16);
      multiply_rows<true>(block);
    } else {
      tiles_.shape(block.rows, block.rows);
      multiply_rows<false>(block);
    }
  }

 private:
  template <bool TwoRows>
  static void multiply_rows(const PackedBlock& it) {
    const Size depth = round_up(it.depth, 32), panel = depth / 2 * 16;
    const auto run = [&]<bool TwoColumns>(Size j, const float* from, Size from_stride, float* c, Size ldc) {
      tile_block<TwoRows, TwoColumns>(depth / 32, it.left, depth * 2, it.right + j / 16 * panel, panel, from,
                                      from_stride, c, ldc);
    };
    const auto from = [&it](Size j) { return it.from != nullptr ? it.from + j : nullptr; };
    Size j = 0;
    for (; j + 32 <= it.columns; j += 32) {
      run.template operator()<true>(j, from(j), it.from_stride, it.c + j, it.ldc);
    }
    if (j + 16 == it.columns) {
      run.template operator()<false>(j, from(j), it.from_stride, it.c + j, it.ldc);
    } else if (j < it.columns) {  // a whole tile needs memory with room for it
      alignas(64) float edge[32 * 32];
      const Size rest = it.columns - j;
      const __mmask16 first = first_lanes(rest), second = first_lanes(rest - 16);
      for (Size r = 0; r < it.rows && it.from != nullptr; ++r) {
        const float* row = it.from + r * it.from_stride + j;
        _mm512_store_ps(edge + r * 32, _mm512_maskz_loadu_ps(first, row));
        _mm512_store_ps(edge + r * 32 + 16, _mm512_maskz_loadu_ps(second, row + 16));
      }
      const float* start = it.from != nullptr ? edge : nullptr;
      if (rest > 16) {
        run.template operator()<true>(j, start, 32, edge, 32);
      } else {
        run.template operator()<false>(j, start, 32, edge, 32);
      }
      for (Size r = 0; r < it.rows; ++r) {
        float* row = it.c + r * it.ldc + j;
        _mm512_mask_storeu_ps(row, first, _mm512_load_ps(edge + r * 32));
        if (rest > 16) _mm512_mask_storeu_ps(row + 16, second, _mm512_load_ps(edge + r * 32 + 16));
      }
    }
  }

  Tiles tiles_;
};

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class Isa>
Bfloat16Kernels Bfloat16Kernels::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.multiply = isa::multiply_blocks<isa::AmxKernel>};
}

template Bfloat16Kernels Bfloat16Kernels::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
