#pragma once

#include <cstddef>
#include <cstdint>

#include "core/product_kernels.hpp"

// Declarations of the hot files bfloat16_*_kernels.cpp, each compiled once, for the one instruction set it is
// written in. Plain data only, as in product_kernels.hpp.
namespace plstm {

/// Largest block of the right and of the left factor that is rounded and packed at once; the second cache
/// holds both. Multiples of 32.
inline constexpr std::ptrdiff_t kBfloat16Depth = 512;
inline constexpr std::ptrdiff_t kBfloat16Columns = 512;
inline constexpr std::ptrdiff_t kBfloat16Rows = 128;

/// Numbers in the memory, aligned to 64 bytes, that a kernel packs into.
inline constexpr std::size_t kBfloat16Scratch = kBfloat16Depth * (kBfloat16Columns + kBfloat16Rows);

}  // namespace plstm

#define PLSTM_DECLARE_BFLOAT16_KERNELS(isa)                                   \
  namespace plstm::isa {                                                      \
  void multiply_bf16(const ProductCall<float>& call, std::uint16_t* scratch); \
  }

PLSTM_DECLARE_BFLOAT16_KERNELS(isa_avx512_bf16)
PLSTM_DECLARE_BFLOAT16_KERNELS(isa_amx_bf16)
