#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/cpu.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/precision.hpp>

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

TEST(Precision, NamesAreRead) {
  for (const Precision precision : {Precision::kFloat, Precision::kBfloat16}) {
    EXPECT_EQ(parse_precision(name(precision)), precision);
  }
  EXPECT_THAT([] { parse_precision("half"); },
              ThrowsMessage<ConfigError>("precision 'half' is unknown; expected float or bfloat16"));
}

TEST(Precision, FloatIsAlwaysThere) {
  EXPECT_NO_THROW(check_precision(Precision::kFloat));
}

// The build runs it once more with PLSTM_ISA=avx2, where there is no bfloat16.
TEST(Precision, Bfloat16IsRefusedWhereTheProcessorLacksIt) {
  if (bfloat16_products() != Bfloat16Products::kNone) {
    EXPECT_NO_THROW(check_precision(Precision::kBfloat16));
    GTEST_SKIP() << "this processor has " << name(bfloat16_products());
  }
  EXPECT_THAT(
      [] { check_precision(Precision::kBfloat16); },
      ThrowsMessage<ConfigError>(
          "precision bfloat16 needs a processor with AMX or AVX-512 BF16, a build for x86-64 that has "
          "them, and a PLSTM_ISA that is not below avx512; choose precision float"));
}

}  // namespace
}  // namespace plstm::test
