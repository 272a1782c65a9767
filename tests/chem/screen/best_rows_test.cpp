#include "plstm/chem/screen/best_rows.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<std::string> texts_of(std::vector<RankedRow> rows) {
  std::vector<std::string> texts;
  for (RankedRow& row : rows) texts.push_back(std::move(row.text));
  return texts;
}

TEST(BestRows, KeepsTheHighestTheBestFirst) {
  BestRows best(3, false);
  for (const auto& [value, text] : {std::pair(1.0, "a"), std::pair(5.0, "b"), std::pair(-2.0, "c"),
                                    std::pair(4.0, "d"), std::pair(3.0, "e")}) {
    best.offer({value, 1, 0, text});
  }
  EXPECT_TRUE(best.would_keep(3.5, 1, 0));
  EXPECT_FALSE(best.would_keep(2.5, 1, 0));
  EXPECT_THAT(texts_of(best.take()), ElementsAre("b", "d", "e"));
  EXPECT_THAT(best.take(), ElementsAre());
}

TEST(BestRows, KeepsTheLowestIfAsked) {
  BestRows best(2, true);
  for (const double value : {3.0, -1.0, 2.0})
    best.offer({value, 1, 0, std::to_string(static_cast<int>(value))});
  EXPECT_THAT(texts_of(best.take()), ElementsAre("-1", "2"));
}

TEST(BestRows, OfEqualValuesTheFirstRowIsBetterInWhateverOrderTheyCome) {
  std::vector<RankedRow> rows;
  for (std::int64_t i = 0; i < 60; ++i)
    rows.push_back({static_cast<double>(i % 4), i / 3, i % 3, std::to_string(i)});
  std::vector<std::string> expected;
  Random random(7);
  for (int round = 0; round < 20; ++round) {
    BestRows best(25, false);
    for (const RankedRow& row : rows) best.offer(row);
    const std::vector<std::string> kept = texts_of(best.take());
    if (round == 0) {
      expected = kept;
      ASSERT_EQ(kept.size(), 25u);
      EXPECT_EQ(kept[0], "3");
      EXPECT_EQ(kept[1], "7");
      EXPECT_EQ(kept[15], "2") << "after all with the value 3";
    }
    EXPECT_EQ(kept, expected);
    for (std::size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[random.below(i)]);
  }
}

TEST(BestRows, RefusesToKeepNone) {
  EXPECT_THAT([] { BestRows(0, false); }, ThrowsMessage<ConfigError>(HasSubstr("at least 1")));
}

TEST(BestRows, NumbersOfCells) {
  EXPECT_EQ(number_of_cell("1.5"), 1.5);
  EXPECT_EQ(number_of_cell("-2e-3"), -0.002);
  for (const char* text : {"", " ", "nan", "inf", "[1, 2]", "yes"})
    EXPECT_FALSE(number_of_cell(text).has_value()) << text;
}

}  // namespace
}  // namespace plstm
