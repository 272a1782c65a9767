#include "core/bfloat16_product.hpp"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/cpu.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/product.hpp>
#include <plstm/core/scratch.hpp>

#include "core/bfloat16_kernels.hpp"
#include "support/bfloat16.hpp"

#if defined(PLSTM_EMULATED_AMX)
namespace plstm::isa_amx_emulated {
struct Isa;
}
#endif

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

void multiply_rounded(MatrixView<const float> a, Transpose ta, MatrixView<const float> b, Transpose tb,
                      MatrixView<float> c, Store store, const float* bias) {
  multiply<float>(a, ta, b, tb, c, store, bias, Precision::kBfloat16);
}

#if defined(PLSTM_EMULATED_AMX)
void multiply_emulated(MatrixView<const float> a, Transpose ta, MatrixView<const float> b, Transpose tb,
                       MatrixView<float> c, Store store, const float* bias) {
  AlignedBuffer<std::uint16_t> scratch;
  std::fill_n(scratch.reserve(kBfloat16Scratch), kBfloat16Scratch, std::uint16_t{0x7fff});  // NaN
  const bool transpose_a = ta == Transpose::kYes, transpose_b = tb == Transpose::kYes;
  Bfloat16Kernels::make<isa_amx_emulated::Isa>().multiply(
      {c.rows, c.cols, transpose_a ? a.rows : a.cols, a.data, a.stride, transpose_a, b.data, b.stride,
       transpose_b, c.data, c.stride, store == Store::kAdd, bias},
      scratch.data());
}
#endif

ProductShape any_shape() {
  const auto size = [](Index least, Index most) { return *rc::gen::inRange<Index>(least, most + 1); };
  ProductShape shape{size(1, 140), size(16, 140), size(16, 300), *rc::gen::arbitrary<bool>(),
                     *rc::gen::arbitrary<bool>()};
  shape.add = *rc::gen::arbitrary<bool>();
  shape.bias = !shape.add && *rc::gen::arbitrary<bool>();
  shape.slack = size(0, 20);
  return shape;
}

#define SKIP_WITHOUT_BFLOAT16()                       \
  if (bfloat16_products() == Bfloat16Products::kNone) \
  GTEST_SKIP() << "no bfloat16 products: the processor lacks AMX and AVX-512 BF16, or PLSTM_ISA hides them"

TEST(Bfloat16Product, AgreesWithADoubleLoopOverRoundedFactors) {
  SKIP_WITHOUT_BFLOAT16();
  for (const ProductShape& shape : bfloat16_product_shapes()) {
    ASSERT_TRUE(bfloat16_product_is_right(shape, multiply_rounded));
  }
}

TEST(Bfloat16Product, AgreesForAnyShape) {
  SKIP_WITHOUT_BFLOAT16();
  rc::check([] { RC_ASSERT(bfloat16_product_is_right(any_shape(), multiply_rounded)); });
}

// The same kernels on emulated tiles, for processors without AMX; packing still needs AVX-512 BF16.
TEST(Bfloat16Product, AmxKernelsAgreeOnEmulatedTiles) {
#if defined(PLSTM_EMULATED_AMX)
  SKIP_WITHOUT_BFLOAT16();
  for (const ProductShape& shape : bfloat16_product_shapes()) {
    ASSERT_TRUE(bfloat16_product_is_right(shape, multiply_emulated));
  }
  rc::check([] { RC_ASSERT(bfloat16_product_is_right(any_shape(), multiply_emulated)); });
#else
  GTEST_SKIP() << "this compiler cannot make AMX kernels";
#endif
}

std::vector<float> product_of(Index m, Index n, Index k, Precision precision) {
  Random random(kSeed);
  const auto a = random_normal<float>(static_cast<std::size_t>(m * k), random);
  const auto b = random_normal<float>(static_cast<std::size_t>(k * n), random);
  std::vector<float> c(static_cast<std::size_t>(m * n));
  multiply<float>({a.data(), m, k, k}, Transpose::kNo, {b.data(), k, n, n}, Transpose::kNo,
                  {c.data(), m, n, n}, Store::kReplace, nullptr, precision);
  return c;
}

TEST(Bfloat16Product, NarrowAndShallowProductsStayFloat) {
  SKIP_WITHOUT_BFLOAT16();
  EXPECT_EQ(product_of(20, 15, 40, Precision::kBfloat16), product_of(20, 15, 40, Precision::kFloat));
  EXPECT_EQ(product_of(20, 40, 15, Precision::kBfloat16), product_of(20, 40, 15, Precision::kFloat));
  EXPECT_EQ(product_of(20, 40, 0, Precision::kBfloat16), std::vector<float>(800, 0.0f));
  EXPECT_NE(product_of(20, 16, 16, Precision::kBfloat16), product_of(20, 16, 16, Precision::kFloat));
}

TEST(Bfloat16Product, EmptyProductsAreNoWork) {
  SKIP_WITHOUT_BFLOAT16();
  EXPECT_TRUE(product_of(0, 20, 20, Precision::kBfloat16).empty());
  EXPECT_TRUE(product_of(20, 0, 20, Precision::kBfloat16).empty());
}

TEST(Bfloat16Product, BitsOfARowDoNotDependOnTheOthers) {
  SKIP_WITHOUT_BFLOAT16();
  constexpr Index kRows = 261, kDepth = 600, kColumns = 53;
  Random random(kSeed);
  const auto a = random_normal<float>(kRows * kDepth, random),
             b = random_normal<float>(kDepth * kColumns, random);
  std::vector<float> all(kRows * kColumns), row(kColumns);
  const MatrixView<const float> right{b.data(), kDepth, kColumns, kColumns};
  multiply_rounded({a.data(), kRows, kDepth, kDepth}, Transpose::kNo, right, Transpose::kNo,
                   {all.data(), kRows, kColumns, kColumns}, Store::kReplace, nullptr);
  for (const Index i : {0, 6, 15, 16, 31, 32, 119, 120, 239, 259, 260}) {
    multiply_rounded({a.data() + i * kDepth, 1, kDepth, kDepth}, Transpose::kNo, right, Transpose::kNo,
                     {row.data(), 1, kColumns, kColumns}, Store::kReplace, nullptr);
    ASSERT_TRUE(std::equal(row.begin(), row.end(), all.begin() + i * kColumns)) << i;
  }
}

TEST(Bfloat16Product, IsRefusedWhereTheProcessorLacksIt) {
  if (bfloat16_products() != Bfloat16Products::kNone) {
    GTEST_SKIP() << "this processor has " << name(bfloat16_products());
  }
  EXPECT_THAT(
      [] { product_of(20, 20, 20, Precision::kBfloat16); },
      ThrowsMessage<ConfigError>(::testing::StartsWith("precision bfloat16 needs a processor with AMX")));
  EXPECT_THAT([] { product_of(1, 1, 1, Precision::kBfloat16); }, ::testing::Throws<ConfigError>());
}

TEST(Bfloat16Product, LeavesDoubleAlone) {
  SKIP_WITHOUT_BFLOAT16();
  const std::vector<double> a(400, 1.0 / 3), b(400, 1.0 / 7);
  std::vector<double> plain(400), asked(400);
  const MatrixView<const double> left{a.data(), 20, 20, 20}, right{b.data(), 20, 20, 20};
  multiply<double>(left, Transpose::kNo, right, Transpose::kNo, {plain.data(), 20, 20, 20}, Store::kReplace);
  multiply<double>(left, Transpose::kNo, right, Transpose::kNo, {asked.data(), 20, 20, 20}, Store::kReplace,
                   nullptr, Precision::kBfloat16);
  EXPECT_EQ(plain, asked);
}

}  // namespace
}  // namespace plstm::test
