#pragma once

#include <cstddef>
#include <cstdint>

#include <immintrin.h>

// Packs blocks of floats into the order in which products read them, and rounds them to the nearest bfloat16.
// A "pair" is two neighbours in depth in 32 bits. Both AVX-512 BF16 and AMX multiply pairs. The depth is padded
// with zeros to multiples of 32.
namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

using Size = std::ptrdiff_t;

constexpr Size round_up(Size size, Size unit) {
  return (size + unit - 1) / unit * unit;
}

// The first `count` of 16 lanes; none if it is negative.
inline __mmask16 first_lanes(Size count) {
  return static_cast<__mmask16>(count >= 16 ? 0xffffu : count <= 0 ? 0u : (1u << count) - 1u);
}

// x[0..count), at most 16, and zeros. Reads nothing beyond.
inline __m512 load_some(const float* x, Size count) {
  return _mm512_maskz_loadu_ps(first_lanes(count), x);
}

// 32 numbers in bfloat16.
inline __m512i rounded(__m512 first, __m512 second) {
  return (__m512i)_mm512_cvtne2ps_pbh(second, first);
}

// Lanes (0, 16, 1, 17, ...) of 32 numbers.
inline __m512i pair_places() {
  alignas(64) std::uint16_t places[32];
  for (int j = 0; j < 16; ++j) {
    places[2 * j] = static_cast<std::uint16_t>(j);
    places[2 * j + 1] = static_cast<std::uint16_t>(16 + j);
  }
  return _mm512_load_si512(places);
}

// Pairs (x[p, j], x[p + 1, j]) for 16 j, the first `columns` of x [depth, .]; zeros beyond.
inline __m512i pairs_of_rows(const float* x, Size ldx, Size p, Size depth, Size columns, __m512i places) {
  const float* row = x + p * ldx;
  if (p + 1 < depth && columns >= 16) {
    return _mm512_permutexvar_epi16(places, rounded(_mm512_loadu_ps(row), _mm512_loadu_ps(row + ldx)));
  }
  const __m512 first = p < depth ? load_some(row, columns) : _mm512_setzero_ps();
  const __m512 second = p + 1 < depth ? load_some(row + ldx, columns) : _mm512_setzero_ps();
  return _mm512_permutexvar_epi16(places, rounded(first, second));
}

inline void transpose_16x16(__m512i (&r)[16]) {
  __m512i t[16];
  for (int i = 0; i < 8; ++i) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 4; ++i) {  // r[4i + q]: rows 4i..4i+3 of columns q, 4 + q, 8 + q, 12 + q
    r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
  for (int q = 0; q < 4; ++q) {
    const __m512i low01 = _mm512_shuffle_i32x4(r[q], r[4 + q], 0x44);
    const __m512i high01 = _mm512_shuffle_i32x4(r[q], r[4 + q], 0xee);
    const __m512i low23 = _mm512_shuffle_i32x4(r[8 + q], r[12 + q], 0x44);
    const __m512i high23 = _mm512_shuffle_i32x4(r[8 + q], r[12 + q], 0xee);
    t[q] = _mm512_shuffle_i32x4(low01, low23, 0x88);
    t[4 + q] = _mm512_shuffle_i32x4(low01, low23, 0xdd);
    t[8 + q] = _mm512_shuffle_i32x4(high01, high23, 0x88);
    t[12 + q] = _mm512_shuffle_i32x4(high01, high23, 0xdd);
  }
  for (int i = 0; i < 16; ++i) r[i] = t[i];
}

// y [rows, stride] = x [rows, depth]; `stride` is the padded depth.
inline void pack_rows(Size rows, Size depth, const float* x, Size ldx, std::uint16_t* y, Size stride) {
  for (Size i = 0; i < rows; ++i) {
    const float* from = x + i * ldx;
    std::uint16_t* to = y + i * stride;
    Size p = 0;
    for (; p + 32 <= depth; p += 32) {
      _mm512_storeu_si512(to + p, rounded(_mm512_loadu_ps(from + p), _mm512_loadu_ps(from + p + 16)));
    }
    if (p < stride) {
      _mm512_storeu_si512(to + p,
                          rounded(load_some(from + p, depth - p), load_some(from + p + 16, depth - p - 16)));
    }
  }
}

// y [columns, stride] = x^T, x [depth, columns]; writes up to 15 rows more than there are columns.
inline void pack_rows_transposed(Size columns, Size depth, const float* x, Size ldx, std::uint16_t* y,
                                 Size stride) {
  const __m512i places = pair_places();
  for (Size j = 0; j < columns; j += 16) {
    for (Size p = 0; p < stride; p += 32) {
      __m512i block[16];
#pragma GCC unroll 16
      for (int q = 0; q < 16; ++q)
        block[q] = pairs_of_rows(x + j, ldx, p + 2 * q, depth, columns - j, places);
      transpose_16x16(block);
#pragma GCC unroll 16
      for (int c = 0; c < 16; ++c) _mm512_storeu_si512(y + (j + c) * stride + p, block[c]);
    }
  }
}

// y [pairs, width] = pairs of x [depth, columns]; `width` is a multiple of 16, zeros beyond the columns.
inline void pack_pairs(Size depth, Size columns, const float* x, Size ldx, std::uint32_t* y, Size pairs,
                       Size width) {
  const __m512i places = pair_places();
  for (Size p = 0; p < pairs; ++p) {
    for (Size j = 0; j < width; j += 16) {
      _mm512_storeu_si512(y + p * width + j, pairs_of_rows(x + j, ldx, 2 * p, depth, columns - j, places));
    }
  }
}

// The same for x^T, x [columns, depth]; writes up to a padded depth.
inline void pack_pairs_transposed(Size depth, Size columns, const float* x, Size ldx, std::uint32_t* y,
                                  Size width) {
  for (Size j = 0; j < width; j += 16) {
    for (Size p = 0; p < depth; p += 32) {
      const float* from = x + j * ldx + p;
      __m512i block[16];
      if (j + 16 <= columns && p + 32 <= depth) {
#pragma GCC unroll 16
        for (int r = 0; r < 16; ++r) {
          block[r] = rounded(_mm512_loadu_ps(from + r * ldx), _mm512_loadu_ps(from + r * ldx + 16));
        }
      } else {
        for (int r = 0; r < 16; ++r) {
          const Size left = j + r < columns ? depth - p : 0;
          block[r] = rounded(load_some(from + r * ldx, left), load_some(from + r * ldx + 16, left - 16));
        }
      }
      transpose_16x16(block);
#pragma GCC unroll 16
      for (int r = 0; r < 16; ++r) _mm512_storeu_si512(y + (p / 2 + r) * width + j, block[r]);
    }
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
