#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/learn/plots/markup.hpp>

namespace plstm {
namespace {

TEST(Markup, EscapesWhatHasAMeaning) {
  EXPECT_EQ(escape_markup(R"(<a href="x">'&'</a>)"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(escape_markup("L\u00f6slichkeit \u2212 \u6eb6"), "L\u00f6slichkeit \u2212 \u6eb6");
  EXPECT_EQ(escape_markup(""), "");
}

TEST(Markup, ShowsControlCharactersAndBrokenBytes) {
  EXPECT_EQ(escape_markup(std::string("a\0b\n\xff", 5)), "a\\x00b\\n\\xFF");
  EXPECT_EQ(escape_markup("\u202e"), "\\xE2\\x80\\xAE");  // would turn the direction of what follows
}

TEST(Markup, CutsTextsThatAreTooWide) {
  EXPECT_EQ(fit_text("logS", 10), "logS");
  const std::string cut = fit_text(std::string(100, 'n'), 10);
  EXPECT_TRUE(cut.ends_with("\u2026"));
  EXPECT_GT(cut.size(), 10u);
  EXPECT_LT(cut.size(), 20u);
  EXPECT_EQ(fit_text("", 3), "");
}

TEST(Markup, CutsBetweenCharacters) {
  std::string wide;
  for (int i = 0; i < 30; ++i) wide += "\u6eb6";
  for (int ems = 1; ems < 30; ++ems) {
    const std::string cut = fit_text(wide, ems);
    // Whole characters of three bytes, the ellipsis too.
    EXPECT_EQ(cut.size() % 3, 0u) << ems;
    EXPECT_EQ(cut.size(), 3u * static_cast<std::size_t>(ems)) << ems;
  }
}

}  // namespace
}  // namespace plstm
