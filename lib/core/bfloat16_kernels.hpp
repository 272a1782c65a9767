#pragma once

#include <cstddef>
#include <cstdint>

#include "core/product_kernels.hpp"

// The table of the hot files bfloat16_*_kernels.cpp. Each is compiled once, for the one instruction set that it is
// written in. Plain data only, as in product_kernels.hpp.
namespace plstm {

/// Largest block of the right and of the left factor that is rounded and packed at once. The second cache
/// holds both blocks. Multiples of 32.
inline constexpr std::ptrdiff_t kBfloat16Depth = 512;
inline constexpr std::ptrdiff_t kBfloat16Columns = 512;
inline constexpr std::ptrdiff_t kBfloat16Rows = 128;

/// Size of the memory into which a kernel packs, in numbers. The memory is aligned to 64 bytes.
inline constexpr std::size_t kBfloat16Scratch = kBfloat16Depth * (kBfloat16Columns + kBfloat16Rows);

struct Bfloat16Kernels {
  /// `scratch` has room for kBfloat16Scratch numbers.
  void (*multiply)(const ProductCall<float>& call, std::uint16_t* scratch);

  template <class Isa>
  static Bfloat16Kernels make();
};

namespace isa_avx512_bf16 {
struct Isa;
}
namespace isa_amx_bf16 {
struct Isa;
}

}  // namespace plstm
