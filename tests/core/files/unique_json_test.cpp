// JSON in which a key comes once in an object.
#include "core/files/unique_json.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;
using Json = nlohmann::ordered_json;

// An object with keys k0, k1, ...
std::string object_of(int keys, const std::string& more = "") {
  std::string text = "{";
  for (int i = 0; i < keys; ++i) text += "\"k" + std::to_string(i) + "\": " + std::to_string(i) + ", ";
  return text + "\"last\": [1, {\"k0\": 2.5}, null, true, \"x\"]" + more + "}";
}

TEST(UniqueJson, ReadsWhatTheParserReads) {
  for (const int keys : {0, 1, 15, 16, 17, 300}) {
    const std::string text = object_of(keys);
    EXPECT_EQ(parse_unique_json(text), Json::parse(text)) << keys;
  }
  EXPECT_EQ(parse_unique_json(" -7 "), Json(-7));
  EXPECT_EQ(parse_unique_json("[[], {}]"), Json::parse("[[], {}]"));
}

TEST(UniqueJson, RefusesAKeyThatComesTwice) {
  for (const int keys : {1, 15, 16, 17, 300}) {
    const std::string text = object_of(keys, ", \"k0\": 0");
    EXPECT_THAT([&] { parse_unique_json(text); },
                ThrowsMessage<FileError>(HasSubstr("'k0' comes twice in an object")))
        << keys;
  }
  EXPECT_THROW(parse_unique_json(R"([{"a": {"b": 1, "b": 2}}])"), FileError);
}

TEST(UniqueJson, SaysLongNamesInPart) {
  const std::string name = "\\u0007" + std::string(10000, 'n');
  const std::string text = "{\"" + name + "\": 1, \"" + name + "\": 2}";
  try {
    parse_unique_json(text);
    FAIL();
  } catch (const FileError& error) {
    EXPECT_THAT(std::string(error.what()), AllOf(HasSubstr("...' comes twice"), SizeIs(::testing::Lt(200u))));
    EXPECT_EQ(std::string(error.what()).find('\a'), std::string::npos);
  }
}

TEST(UniqueJson, ThrowsWhatTheParserThrows) {
  for (const char* text : {"", "{", "[1,]", "{\"a\" 1}", "nul", "[1] 2"}) {
    EXPECT_THROW(parse_unique_json(text), Json::parse_error) << text;
  }
}

}  // namespace
}  // namespace plstm
