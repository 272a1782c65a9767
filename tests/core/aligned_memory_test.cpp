#include <cstdint>
#include <cstring>

#include <gtest/gtest.h>

#include <plstm/core/aligned_memory.hpp>

namespace plstm::test {
namespace {

TEST(AlignedMemory, StartsAtACacheLineAndLargeMemoryAtALargePage) {
  for (const std::size_t bytes :
       {std::size_t{0}, std::size_t{1}, std::size_t{1000}, (std::size_t{8} << 20) - 1, std::size_t{8} << 20,
        (std::size_t{9} << 20) + 5}) {
    auto* memory = static_cast<unsigned char*>(allocate_aligned(bytes));
    const std::uintptr_t alignment = bytes < (std::size_t{8} << 20) ? 64 : std::uintptr_t{2} << 20;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignment, 0u) << bytes;
    std::memset(memory, 7, bytes);  // all of it may be written
    free_aligned(memory, bytes);
  }
}

TEST(AlignedMemory, NothingCanBeGivenBack) {
  free_aligned(nullptr, 0);
}

}  // namespace
}  // namespace plstm::test
