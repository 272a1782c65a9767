// The AMX kernels on tiles in plain C++, under the names of the compiler's intrinsics, so that they are
// tested on processors without AMX too. Nothing inline that other files also use, as in every hot file.
#include <cstdint>
#include <cstring>

#include <immintrin.h>

namespace {

float number(std::uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}

std::uint16_t tile_bytes[16];
std::uint8_t tile_rows[16];
std::uint32_t tiles[8][16][16];

void configure(const void* config) {
  std::memcpy(tile_bytes, static_cast<const char*>(config) + 16, sizeof tile_bytes);
  std::memcpy(tile_rows, static_cast<const char*>(config) + 48, sizeof tile_rows);
  std::memset(tiles, 0, sizeof tiles);
}

// What a released tile holds must not matter: not a number.
void release() {
  std::memset(tile_rows, 0, sizeof tile_rows);
  std::memset(tiles, 0xff, sizeof tiles);
}

void zero(int t) {
  std::memset(tiles[t], 0, sizeof tiles[t]);
}

void load(int t, const void* from, std::ptrdiff_t stride) {
  zero(t);
  for (int r = 0; r < tile_rows[t]; ++r) {
    std::memcpy(tiles[t][r], static_cast<const char*>(from) + r * stride, tile_bytes[t]);
  }
}

void store(int t, void* to, std::ptrdiff_t stride) {
  for (int r = 0; r < tile_rows[t]; ++r) {
    std::memcpy(static_cast<char*>(to) + r * stride, tiles[t][r], tile_bytes[t]);
  }
}

void multiply_add(int sum, int left, int right) {
  for (int r = 0; r < tile_rows[sum]; ++r) {
    for (int j = 0; j < tile_bytes[sum] / 4; ++j) {
      float value = number(tiles[sum][r][j]);
      for (int p = 0; p < tile_rows[right]; ++p) {
        const std::uint32_t a = tiles[left][r][p], b = tiles[right][p][j];
        value += number(a << 16) * number(b << 16) + number(a & 0xffff0000u) * number(b & 0xffff0000u);
      }
      std::memcpy(&tiles[sum][r][j], &value, 4);
    }
  }
}

}  // namespace

#undef _tile_loadd
#undef _tile_stored
#undef _tile_zero
#undef _tile_dpbf16ps
#define _tile_loadconfig(config) configure(config)
#define _tile_release() release()
#define _tile_loadd(t, from, stride) load(t, from, stride)
#define _tile_stored(t, to, stride) store(t, to, stride)
#define _tile_zero(t) zero(t)
#define _tile_dpbf16ps(sum, left, right) multiply_add(sum, left, right)

#include "core/bfloat16_amx_kernels.cpp"
