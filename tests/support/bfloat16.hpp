#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/product.hpp>
#include <plstm/core/random.hpp>

#include "support/seed.hpp"
#include "support/vectors.hpp"

namespace plstm::test {

/// The nearest bfloat16, the even one of two.
inline float round_to_bfloat16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return std::bit_cast<float>((bits + 0x7fffu + (bits >> 16 & 1u)) & 0xffff0000u);
}

/// A product and how its matrices lie in memory: `slack` unused numbers after every row.
struct ProductShape {
  Index m = 1, n = 16, k = 16;
  bool transpose_a = false, transpose_b = false;
  bool add = false, bias = false;  ///< not both
  Index slack = 0;
};

using Multiply = std::function<void(MatrixView<const float>, Transpose, MatrixView<const float>, Transpose,
                                    MatrixView<float>, Store, const float*)>;

/// Compares with a double loop over factors rounded to bfloat16, and sees that nothing is written or read
/// beside the matrices: slack of the factors holds NaN, slack of the result must stay.
inline ::testing::AssertionResult bfloat16_product_is_right(const ProductShape& s, const Multiply& multiply) {
  Random random(kSeed);
  const auto matrix = [&](Index rows, Index cols, float slack) {
    std::vector<float> values =
        random_normal<float>(static_cast<std::size_t>(rows * (cols + s.slack)), random);
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < s.slack; ++j)
        values[static_cast<std::size_t>(i * (cols + s.slack) + cols + j)] = slack;
    }
    return values;
  };
  const Index a_rows = s.transpose_a ? s.k : s.m, a_cols = s.transpose_a ? s.m : s.k;
  const Index b_rows = s.transpose_b ? s.n : s.k, b_cols = s.transpose_b ? s.k : s.n;
  const std::vector<float> a = matrix(a_rows, a_cols, std::nanf("")),
                           b = matrix(b_rows, b_cols, std::nanf(""));
  const std::vector<float> bias = random_normal<float>(static_cast<std::size_t>(s.n), random);
  std::vector<float> c = matrix(s.m, s.n, 7);
  const std::vector<float> before = c;
  multiply({a.data(), a_rows, a_cols, a_cols + s.slack}, s.transpose_a ? Transpose::kYes : Transpose::kNo,
           {b.data(), b_rows, b_cols, b_cols + s.slack}, s.transpose_b ? Transpose::kYes : Transpose::kNo,
           {c.data(), s.m, s.n, s.n + s.slack}, s.add ? Store::kAdd : Store::kReplace,
           s.bias ? bias.data() : nullptr);
  const auto at = [&](const std::vector<float>& values, bool transposed, Index i, Index j, Index cols) {
    const auto place = transposed ? j * (cols + s.slack) + i : i * (cols + s.slack) + j;
    return double{round_to_bfloat16(values[static_cast<std::size_t>(place)])};
  };
  for (Index i = 0; i < s.m; ++i) {
    for (Index j = 0; j < s.n + s.slack; ++j) {
      const auto place = static_cast<std::size_t>(i * (s.n + s.slack) + j);
      double expected = s.add || j >= s.n ? double{before[place]} : 0;
      double size = std::abs(expected);
      if (s.bias && j < s.n) expected += double{bias[static_cast<std::size_t>(j)]};
      for (Index p = 0; j < s.n && p < s.k; ++p) {
        const double term = at(a, s.transpose_a, i, p, a_cols) * at(b, s.transpose_b, p, j, b_cols);
        expected += term;
        size += std::abs(term);
      }
      if (!(std::abs(double{c[place]} - expected) <= 1e-6 * (size + 1))) {
        return ::testing::AssertionFailure()
               << s.m << " x " << s.n << " x " << s.k << (s.transpose_a ? ", a transposed" : "")
               << (s.transpose_b ? ", b transposed" : "") << (s.add ? ", added" : "")
               << (s.bias ? ", from a bias" : "") << ", slack " << s.slack << ": (" << i << ", " << j
               << ") is " << c[place] << ", expected " << expected;
      }
    }
  }
  return ::testing::AssertionSuccess();
}

/// Sizes around what the kernels cut at: tiles of 16 and 32, strips of 64, blocks of 120, 128 and 512.
inline std::vector<ProductShape> bfloat16_product_shapes() {
  constexpr Index kSizes[][3] = {{1, 16, 16},   {1, 17, 33},     {4, 96, 31},    {16, 16, 32},
                                 {17, 32, 32},  {31, 48, 64},    {32, 33, 63},   {33, 64, 65},
                                 {47, 79, 96},  {121, 100, 130}, {250, 304, 96}, {96, 384, 17},
                                 {40, 513, 40}, {37, 530, 600},  {130, 40, 1030}};
  std::vector<ProductShape> shapes;
  for (const auto& [m, n, k] : kSizes) {
    for (int flags = 0; flags < 4; ++flags) {
      const bool ta = (flags & 1) != 0, tb = (flags & 2) != 0;
      shapes.push_back({m, n, k, ta, tb, false, false, 0});
      shapes.push_back({m, n, k, ta, tb, true, false, 3});
      shapes.push_back({m, n, k, ta, tb, false, true, 5});
    }
  }
  return shapes;
}

}  // namespace plstm::test
