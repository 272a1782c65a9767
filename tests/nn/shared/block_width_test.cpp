#include "plstm/nn/shared/block_width.hpp"

#include <gtest/gtest.h>

namespace plstm::test {
namespace {

TEST(BlockWidth, IsAMultipleOf64) {
  EXPECT_EQ(block_hidden_width(1), 64);
  EXPECT_EQ(block_hidden_width(16), 64);
  EXPECT_EQ(block_hidden_width(17), 128);
  EXPECT_EQ(block_hidden_width(96), 384);
}

}  // namespace
}  // namespace plstm::test
