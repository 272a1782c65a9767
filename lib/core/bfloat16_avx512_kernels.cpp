// Products with AVX-512 BF16. One instruction multiplies sixteen pairs and adds the products to sixteen floats.
// Tiles of the result stay in registers over the depth of a block.
#include "core/bfloat16_blocks.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

// Rows x (Vectors * 16) of the result. `last` masks the columns of the last vector that exist.
template <int Rows, int Vectors>
inline void tile(Size pairs, const std::uint32_t* a, Size a_row, Size a_col, const std::uint32_t* b,
                 const float* from, Size from_stride, float* c, Size ldc, __mmask16 last) {
  const auto mask = [last](int v) { return v + 1 == Vectors ? last : __mmask16{0xffff}; };
  __m512 sums[Rows][Vectors];
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) {
      sums[r][v] = from == nullptr ? _mm512_setzero_ps()
                                   : _mm512_maskz_loadu_ps(mask(v), from + r * from_stride + v * 16);
    }
  }
  for (Size p = 0; p < pairs; ++p) {
    __m512i right[Vectors];
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) right[v] = _mm512_loadu_si512(b + (p * Vectors + v) * 16);
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const __m512i left = _mm512_set1_epi32(static_cast<int>(a[r * a_row + p * a_col]));
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v)
        sums[r][v] = _mm512_dpbf16_ps(sums[r][v], (__m512bh)left, (__m512bh)right[v]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) _mm512_mask_storeu_ps(c + r * ldc + v * 16, mask(v), sums[r][v]);
  }
}

// Columns in strips of at most four vectors, as even as possible: 19 vectors are 4 4 4 4 3, 6 are 3 3.
template <class F>
inline void for_strips(Size columns, const F& f) {
  const Size vectors = (columns + 15) / 16, strips = (vectors + 3) / 4;
  Size first = 0;
  for (Size s = 0; s < strips; ++s) {
    const Size width = vectors / strips + (s < vectors % strips ? 1 : 0);
    f(first * 16, width);
    first += width;
  }
}

struct Avx512Kernel {
  static constexpr Size kRows = 120;  // whole tiles of each height
  static_assert(kRows <= kBfloat16Rows);

  // A transposed left factor is read across its rows, of which only a few stay in the nearest cache.
  static Size depth_of(const ProductCall<float>& call) { return call.transpose_a ? 128 : kBfloat16Depth; }

  // Packs the left factor as rows of pairs, or as columns of pairs if it is transposed.
  static void pack_left(const ProductCall<float>& call, Size row, Size rows, Size p, Size depth,
                        std::uint16_t* left) {
    if (call.transpose_a) {
      pack_pairs(depth, rows, call.a + p * call.lda + row, call.lda, reinterpret_cast<std::uint32_t*>(left),
                 (depth + 1) / 2, round_up(rows, 16));
    } else {
      pack_rows(rows, depth, call.a + row * call.lda + p, call.lda, left, round_up(depth, 32));
    }
  }

  // Packs the right factor strip after strip, each [pairs, width].
  static void pack_right(const ProductCall<float>& call, Size column, Size columns, Size p, Size depth,
                         std::uint32_t* right) {
    const Size padded_pairs = round_up(depth, 32) / 2;
    for_strips(columns, [&](Size first, Size vectors) {
      const Size j = column + first, width = vectors * 16;
      const Size present = columns - first < width ? columns - first : width;
      std::uint32_t* strip = right + padded_pairs * first;
      if (call.transpose_b) {
        pack_pairs_transposed(depth, present, call.b + j * call.ldb + p, call.ldb, strip, width);
      } else {
        pack_pairs(depth, present, call.b + p * call.ldb + j, call.ldb, strip, (depth + 1) / 2, width);
      }
    });
  }

  template <int Rows, int Vectors>
  static void strip(const PackedBlock& block, bool transposed, Size first) {
    const Size padded_pairs = round_up(block.depth, 32) / 2;
    const Size a_row = transposed ? 1 : padded_pairs, a_col = transposed ? round_up(block.rows, 16) : 1;
    const auto* left = reinterpret_cast<const std::uint32_t*>(block.left);
    const std::uint32_t* right = block.right + padded_pairs * first;
    const float* from = block.from != nullptr ? block.from + first : nullptr;
    const __mmask16 last = first_lanes(block.columns - first - (Vectors - 1) * 16);
    Size i = 0;
    const auto rows = [&]<int Count>() {
      for (; i + Count <= block.rows; i += Count) {
        tile<Count, Vectors>((block.depth + 1) / 2, left + i * a_row, a_row, a_col, right,
                             from != nullptr ? from + i * block.from_stride : nullptr, block.from_stride,
                             block.c + i * block.ldc + first, block.ldc, last);
      }
    };
    rows.template operator()<Rows>();
    rows.template operator()<4>();
    rows.template operator()<2>();
    rows.template operator()<1>();
  }

  static void multiply(const PackedBlock& block, bool transposed) {
    for_strips(block.columns, [&](Size first, Size vectors) {
      switch (vectors) {
        case 4:
          return strip<6, 4>(block, transposed, first);
        case 3:
          return strip<8, 3>(block, transposed, first);
        case 2:
          return strip<12, 2>(block, transposed, first);
        default:
          return strip<12, 1>(block, transposed, first);
      }
    });
  }
};

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class Isa>
Bfloat16Kernels Bfloat16Kernels::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.multiply = isa::multiply_blocks<isa::Avx512Kernel>};
}

template Bfloat16Kernels Bfloat16Kernels::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
