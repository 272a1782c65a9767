#pragma once

#include "core/product_kernels.hpp"

namespace plstm {

/// Smallest n and k. Below, converting the factors would take longer than multiplying them.
inline constexpr std::ptrdiff_t kLeastBfloat16Size = 16;

/// The product of factors rounded to bfloat16. Each thread allocates memory at its first call and keeps it. The
/// caller must have checked the precision.
void multiply_bfloat16(const ProductCall<float>& call);

}  // namespace plstm
