#pragma once

#include "core/bfloat16_kernels.hpp"
#include "core/bfloat16_packing.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

/// A block of a product whose factors are packed; c [rows, columns] = from + left * right.
struct PackedBlock {
  Size rows, columns, depth;  ///< without padding
  const std::uint16_t* left;
  const std::uint32_t* right;
  const float* from;  ///< [rows, columns]: the result itself, or one row for all; null: zero
  Size from_stride;   ///< 0: one row for all
  float* c;
  Size ldc;
};

/// Cuts a product into blocks at places that depend on its columns and depth only. A row then has the same bits
/// whatever other rows there are. `Kernel` defines how large blocks are and how a factor is packed:
///   static Size depth_of(const ProductCall<float>&), kRows, and members
///   pack_left(call, first_row, rows, first_depth, depth, left), pack_right(... columns ..., right),
///   multiply(const PackedBlock&, transpose_a).
template <class Kernel>
void multiply_blocks(const ProductCall<float>& call, std::uint16_t* scratch) {
  auto* right = reinterpret_cast<std::uint32_t*>(scratch);
  std::uint16_t* left = scratch + kBfloat16Depth * kBfloat16Columns;
  const Size most_depth = Kernel::depth_of(call);
  const Size blocks = (call.k + most_depth - 1) / most_depth;
  const Size block_depth = round_up((call.k + blocks - 1) / blocks, 32);
  Kernel kernel;
  for (Size j = 0; j < call.n; j += kBfloat16Columns) {
    const Size columns = call.n - j < kBfloat16Columns ? call.n - j : kBfloat16Columns;
    for (Size p = 0; p < call.k; p += block_depth) {
      const Size depth = call.k - p < block_depth ? call.k - p : block_depth;
      kernel.pack_right(call, j, columns, p, depth, right);
      const bool begun = call.add || p > 0;
      for (Size i = 0; i < call.m; i += Kernel::kRows) {
        const Size rows = call.m - i < Kernel::kRows ? call.m - i : Kernel::kRows;
        kernel.pack_left(call, i, rows, p, depth, left);
        float* c = call.c + i * call.ldc + j;
        const float* bias = call.bias != nullptr ? call.bias + j : nullptr;
        kernel.multiply(
            {rows, columns, depth, left, right, begun ? c : bias, begun ? call.ldc : 0, c, call.ldc},
            call.transpose_a);
      }
    }
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
