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

}  // namespace
}  // namespace plstm::test
