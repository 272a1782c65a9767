#include "core/bfloat16_product.hpp"

#include <cassert>

#include <plstm/core/cpu.hpp>
#include <plstm/core/scratch.hpp>

#include "core/bfloat16_kernels.hpp"

namespace plstm {

namespace {

Bfloat16Kernels choose_kernels() {
  switch (bfloat16_products()) {
#if defined(PLSTM_BFLOAT16_AMX)
    case Bfloat16Products::kAmx:
      return Bfloat16Kernels::make<isa_amx_bf16::Isa>();
#endif
#if defined(PLSTM_BFLOAT16_AVX512)
    case Bfloat16Products::kAvx512:
      return Bfloat16Kernels::make<isa_avx512_bf16::Isa>();
#endif
    default:
      return {nullptr};
  }
}

}  // namespace

void multiply_bfloat16(const ProductCall<float>& call) {
  static const Bfloat16Kernels chosen = choose_kernels();
  thread_local AlignedBuffer<std::uint16_t> scratch;
  assert(chosen.multiply != nullptr);
  chosen.multiply(call, scratch.reserve(kBfloat16Scratch));
}

}  // namespace plstm
