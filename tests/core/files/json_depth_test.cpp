#include "plstm/core/files/json_depth.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm::test {
namespace {

TEST(JsonDepth, CountsListsAndObjects) {
  EXPECT_EQ(json_depth(""), 0u);
  EXPECT_EQ(json_depth("3"), 0u);
  EXPECT_EQ(json_depth("{}"), 1u);
  EXPECT_EQ(json_depth(R"([[1], {"a": [2]}, []])"), 3u);
  EXPECT_EQ(json_depth(std::string(100000, '[')), 100000u);
}

TEST(JsonDepth, LeavesBracketsInStringsAlone) {
  EXPECT_EQ(json_depth(R"({"[[[": "{{\"[["})"), 1u);
  EXPECT_EQ(json_depth(R"(["\\", [1]])"), 2u) << "an escaped backslash does not escape the quote behind it";
}

TEST(JsonDepth, TakesAnyText) {
  EXPECT_EQ(json_depth("]]}}[["), 2u);
  EXPECT_EQ(json_depth("\"never closed [[[\\"), 0u);
}

TEST(JsonDepth, IsLimited) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_NO_THROW(check_json_depth(nested(kMostJsonDepth)));
  EXPECT_THAT([&] { check_json_depth(nested(kMostJsonDepth + 1)); },
              testing::ThrowsMessage<FileError>(testing::HasSubstr("nested more than 64 levels deep")));
}

}  // namespace
}  // namespace plstm::test
