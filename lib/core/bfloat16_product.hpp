#pragma once

#include "core/product_kernels.hpp"

namespace plstm {

/// Smaller n or k: converting the factors would take longer than multiplying them.
inline constexpr std::ptrdiff_t kLeastBfloat16Size = 16;

/// The product of factors rounded to bfloat16. Keeps memory per thread: allocates once in each. The caller
/// has checked the precision.
void multiply_bfloat16(const ProductCall<float>& call);

}  // namespace plstm
