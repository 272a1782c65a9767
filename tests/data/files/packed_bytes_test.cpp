#include "plstm/data/files/packed_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>

#include "support/seed.hpp"

namespace plstm::test {
namespace {

std::vector<std::byte> some_bytes(std::size_t size, std::uint64_t different) {
  Random random(kSeed);
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.below(different));
  return bytes;
}

TEST(PackedBytes, ComeBackAsTheyWere) {
  for (const std::size_t size : {0u, 1u, 1000u, 100'000u}) {
    for (const std::uint64_t different : {1u, 3u, 256u}) {
      const std::vector<std::byte> bytes = some_bytes(size, different);
      EXPECT_EQ(unpack_bytes(pack_bytes(bytes), size + 1), bytes) << size << " " << different;
    }
  }
  EXPECT_LT(pack_bytes(some_bytes(100'000, 2)).size(), 20'000u);
}

TEST(PackedBytes, DamageIsFound) {
  const std::vector<std::byte> packed = pack_bytes(some_bytes(5000, 5));
  EXPECT_THROW(unpack_bytes(packed, 4999), FileError);
  for (std::size_t i = 0; i < packed.size(); i += 7) {
    std::vector<std::byte> changed = packed;
    changed[i] ^= std::byte{4};
    EXPECT_THROW(unpack_bytes(changed, 5000), FileError) << i;
    EXPECT_THROW(unpack_bytes(std::span(packed).first(i), 5000), FileError) << i;
  }
}

}  // namespace
}  // namespace plstm::test
