#include "core/bfloat16_product.hpp"

#include <cassert>

#include <plstm/core/cpu.hpp>
#include <plstm/core/scratch.hpp>

#include "core/bfloat16_kernels.hpp"

namespace plstm {

namespace {

using Kernel = void (*)(const ProductCall<float>&, std::uint16_t*);

Kernel choose_kernel() {
  switch (bfloat16_products()) {
#if defined(PLSTM_BFLOAT16_AMX)
    case Bfloat16Products::kAmx:
      return isa_amx_bf16::multiply_bf16;
#endif
#if defined(PLSTM_BFLOAT16_AVX512)
    case Bfloat16Products::kAvx512:
      return isa_avx512_bf16::multiply_bf16;
#endif
    default:
      return nullptr;
  }
}

}  // namespace

void multiply_bfloat16(const ProductCall<float>& call) {
  static const Kernel kernel = choose_kernel();
  thread_local AlignedBuffer<std::uint16_t> scratch;
  assert(kernel != nullptr);
  kernel(call, scratch.reserve(kBfloat16Scratch));
}

}  // namespace plstm
