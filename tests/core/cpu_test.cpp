#include <gtest/gtest.h>

#include <plstm/core/cpu.hpp>

namespace plstm::test {
namespace {

TEST(Cpu, NamesEverySet) {
  EXPECT_EQ(name(InstructionSet::kBaseline), "baseline");
  EXPECT_EQ(name(InstructionSet::kAvx2), "avx2");
  EXPECT_EQ(name(InstructionSet::kAvx512), "avx512");
}

TEST(Cpu, AnswersTheSameEveryTime) {
  EXPECT_EQ(instruction_set(), instruction_set());
}

TEST(Cpu, NamesEveryKindOfBfloat16Products) {
  EXPECT_EQ(name(Bfloat16Products::kNone), "none");
  EXPECT_EQ(name(Bfloat16Products::kAvx512), "avx512_bf16");
  EXPECT_EQ(name(Bfloat16Products::kAmx), "amx_bf16");
}

TEST(Cpu, Bfloat16ProductsStandOnAvx512) {
  EXPECT_EQ(bfloat16_products(), bfloat16_products());
  if (instruction_set() != InstructionSet::kAvx512) {
    EXPECT_EQ(bfloat16_products(), Bfloat16Products::kNone);
  }
}

}  // namespace
}  // namespace plstm::test
