#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/parallel.hpp>
#include <plstm/core/scratch.hpp>

namespace plstm::test {
namespace {

TEST(AlignedBuffer, GrowsAndStaysAligned) {
  AlignedBuffer<float> buffer;
  EXPECT_EQ(buffer.data(), nullptr);
  const float* small = buffer.reserve(3);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(small) % 64, 0u);
  EXPECT_EQ(buffer.reserve(2), small);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.reserve(1000)) % 64, 0u);
  EXPECT_GE(buffer.capacity(), 1000u);
}

TEST(ScratchPool, GivesEveryBorrowerABufferOfItsOwn) {
  ScratchPool<int> pool;
  std::vector<int> sums(200);
  parallel_for(sums.size(), 1, [&](std::size_t i) {
    auto loan = pool.borrow();
    int* data = loan.reserve(100);
    for (int j = 0; j < 100; ++j) data[j] = static_cast<int>(i);
    for (int j = 0; j < 100; ++j) sums[i] += data[j];
  });
  for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_EQ(sums[i], static_cast<int>(100 * i));
}

TEST(ScratchPool, LendsAReturnedBufferAgain) {
  ScratchPool<int> pool;
  const int* first = pool.borrow().reserve(10);
  EXPECT_EQ(pool.borrow().reserve(10), first);
}

}  // namespace
}  // namespace plstm::test
