#include <array>

#include <gmock/gmock.h>

#include <plstm/core/named.hpp>

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

enum class Colour { kRed, kGreen, kNone };
constexpr std::array<Named<Colour>, 2> kColours{{{Colour::kRed, "red"}, {Colour::kGreen, "green"}}};

TEST(Named, NamesAndValuesAreInverse) {
  EXPECT_EQ(name_of(kColours, Colour::kRed), "red");
  EXPECT_EQ(name_of(kColours, Colour::kGreen), "green");
  EXPECT_EQ(parse_named(kColours, "colour", "red"), Colour::kRed);
  EXPECT_EQ(parse_named(kColours, "colour", "green"), Colour::kGreen);
  EXPECT_THAT(names_of(kColours), ElementsAre("red", "green"));
}

TEST(Named, SaysWhatItDoesNotKnow) {
  EXPECT_EQ(name_of(kColours, Colour::kNone), "unknown");
  EXPECT_THAT([] { parse_named(kColours, "colour", "re"); },
              ThrowsMessage<ConfigError>("unknown colour 're', expected one of red, green"));
}

}  // namespace
}  // namespace plstm::test
