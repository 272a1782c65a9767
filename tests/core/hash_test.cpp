#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/hash.hpp>

namespace plstm::test {
namespace {

std::string of_texts(const std::vector<const char*>& texts) {
  Hash digest;
  for (const char* text : texts) digest.add(text);
  return digest.text();
}

TEST(Hash, IsTheHashOfFowlerNollAndVo) {
  EXPECT_EQ(Hash().text(), "cbf29ce484222325") << "the offset basis, of no byte at all";
  Hash digest;
  digest.add_number(0);  // eight times (hash ^ 0) * prime
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (int i = 0; i < 8; ++i) hash *= 0x100000001b3ULL;
  Hash same;
  EXPECT_NE(digest.text(), same.text());
  char expected[17];
  std::snprintf(expected, sizeof expected, "%016llx", static_cast<unsigned long long>(hash));
  EXPECT_EQ(digest.text(), expected);
}

TEST(Hash, KnowsOrderAndBorders) {
  EXPECT_EQ(of_texts({"ab", "c"}), of_texts({"ab", "c"}));
  EXPECT_NE(of_texts({"ab", "c"}), of_texts({"a", "bc"}));
  EXPECT_NE(of_texts({"a", "b"}), of_texts({"b", "a"}));
  EXPECT_NE(of_texts({"a"}), of_texts({"a", ""}));
  Hash one, two;
  const std::vector<float> values{1, 2};
  one.add_all(std::span<const float>(values));
  two.add_all(std::span<const float>(values).first(1));
  two.add_all(std::span<const float>(values).last(1));
  EXPECT_NE(one.text(), two.text());
}

}  // namespace
}  // namespace plstm::test
