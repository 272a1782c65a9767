#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/files/printable.hpp>

namespace plstm::test {
namespace {

TEST(Printable, LeavesTextAsItIs) {
  for (const char* text : {"", "CC(=O)O", "C:\\data\\x.csv", "L\u00f6slichkeit", "\u6eb6\u89e3\u5ea6",
                           "\U0001F9EA", "\u05e9\u05dc\u05d5\u05dd"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, EscapesControlCharacters) {
  EXPECT_EQ(printable("a\x1b[31mred\x1b[0m"), "a\\x1B[31mred\\x1B[0m");
  EXPECT_EQ(printable("a\tb\nc\rd"), "a\\tb\\nc\\rd");
  EXPECT_EQ(printable("\x7f\b\a"), "\\x7F\\x08\\x07");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("\u0085\u009b"), "\\xC2\\x85\\xC2\\x9B");
}

TEST(Printable, EscapesWhatTurnsTheDirection) {
  EXPECT_EQ(printable("a\u202eb"), "a\\xE2\\x80\\xAEb");
  for (const char* text : {"\u061c", "\u200e", "\u200f", "\u202a", "\u2066", "\u2069", "\u2028", "\ufeff"}) {
    EXPECT_EQ(printable(text).substr(0, 2), "\\x") << text;
  }
}

TEST(Printable, EscapesInvalidBytes) {
  EXPECT_EQ(printable("L\xf6slich"), "L\\xF6slich");                 // Latin-1
  EXPECT_EQ(printable("\xc3"), "\\xC3");                             // cut short
  EXPECT_EQ(printable("\xc0\xaf"), "\\xC0\\xAF");                    // longer than needed
  EXPECT_EQ(printable("\xe0\x80\xaf"), "\\xE0\\x80\\xAF");           // longer than needed
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xED\\xA0\\x80");           // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80");  // beyond U+10FFFF
  EXPECT_EQ(printable("\xff\xfe"), "\\xFF\\xFE");
}

RC_GTEST_PROP(Printable, NeverHasControlsAndChangesNothingTwice, (const std::string& text)) {
  const std::string shown = printable(text);
  for (const char c : shown) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  RC_ASSERT(printable(shown) == shown);
}

}  // namespace
}  // namespace plstm::test
