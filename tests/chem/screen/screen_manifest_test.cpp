#include "plstm/chem/screen/screen_manifest.hpp"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

ScreenManifest example() {
  ScreenPlan plan;
  plan.part_rows = 10;
  plan.inputs.push_back({"a.csv", 100, 1, "aa", 25, {{}, {}, {}}});
  plan.inputs.push_back({"b.csv", 10, 1, "bb", 1, {{}}});
  ScreenManifest manifest =
      make_manifest(plan, {2, 2}, true, "1.2", {{"--confidence", "0.9"}, {"--long", ""}});
  manifest.parts.push_back({1, "part_00001.csv.gz", 10, 10, 2, 1, 9, 3, 1234, "cc"});
  return manifest;
}

TEST(ScreenManifest, ComesBackFromJson) {
  ScreenManifest manifest = example();
  EXPECT_EQ(manifest.num_parts, 3);
  EXPECT_TRUE(manifest.complete()) << "the shard has part 1 only";
  EXPECT_EQ(parse_screen_manifest(screen_manifest_json(manifest), "m.json"), manifest);
  manifest.best = BestFile{"best.csv.gz", 5, "dd"};
  manifest.shard = {};
  EXPECT_FALSE(manifest.complete());
  EXPECT_EQ(parse_screen_manifest(screen_manifest_json(manifest), "m.json"), manifest);
}

TEST(ScreenManifest, RefusesAnotherText) {
  std::string elsewhere = screen_manifest_json(example());
  elsewhere.replace(elsewhere.find("part_00001"), 1, "../p");
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("{\"kind\": \"run\"}"), elsewhere}) {
    EXPECT_THAT(
        [&] { parse_screen_manifest(text, "m.json"); },
        ThrowsMessage<FileError>(AllOf(HasSubstr("m.json: is no manifest"), HasSubstr("another folder"))));
  }
}

TEST(ScreenManifest, NamesWhatDiffers) {
  const auto expect_refusal = [](const std::function<void(ScreenManifest&)>& change,
                                 const std::string& message) {
    ScreenManifest wanted = example();
    change(wanted);
    EXPECT_THAT([&] { check_same_screen(example(), wanted, "out"); },
                ThrowsMessage<ConfigError>(AllOf(HasSubstr("out: "), HasSubstr(message))));
  };
  expect_refusal([](ScreenManifest& m) { m.version = "1.3"; },
                 "the version of plstm is 1.3, and the parts that are there were made with 1.2");
  expect_refusal([](ScreenManifest& m) { m.inputs[1].path = "c.csv", m.inputs[1].sha256 = "ee"; },
                 "input 2 is c.csv");
  expect_refusal([](ScreenManifest& m) { m.inputs[1].sha256 = "ee"; }, "other contents of this file");
  expect_refusal([](ScreenManifest& m) { m.inputs.pop_back(); }, "input 2 is missing");
  expect_refusal([](ScreenManifest& m) { m.inputs.push_back({"c.csv", 1, "cc", 1}); }, "input 3 is c.csv");
  expect_refusal([](ScreenManifest& m) { m.settings["--confidence"] = "0.8"; }, "--confidence is 0.8");
  expect_refusal([](ScreenManifest& m) { m.settings["--long"] = "set"; }, "--long is set");
  expect_refusal([](ScreenManifest& m) { m.settings.erase("--confidence"); }, "--confidence is not set");
  expect_refusal([](ScreenManifest& m) { m.part_rows = 20; }, "--part-rows is 20");
  expect_refusal([](ScreenManifest& m) { m.gzip = false; }, "--gzip is not set");
  expect_refusal([](ScreenManifest& m) { m.shard.count = 4; }, "the number of shards is 4");
  ScreenManifest moved = example();
  moved.inputs[0].path = "/elsewhere/a.csv";
  moved.shard.number = 1;
  EXPECT_NO_THROW(check_same_screen(example(), moved, "out"));
}

TEST(ScreenManifest, Shards) {
  EXPECT_EQ(parse_shard("3/8"), (Shard{3, 8}));
  EXPECT_EQ(parse_shard("1/1"), Shard{});
  for (const char* text : {"", "3", "3/", "/8", "0/8", "9/8", "-1/8", "3/8x", "a/b", "3 / 8"}) {
    EXPECT_THAT([&] { parse_shard(text); }, ThrowsMessage<ConfigError>(HasSubstr("expected 1/4"))) << text;
  }
  EXPECT_EQ(screen_manifest_name({}), "manifest.json");
  EXPECT_EQ(screen_manifest_name({3, 8}), "manifest_3_of_8.json");
  int owners = 0;
  for (std::int64_t number = 1; number <= 8; ++number) owners += Shard{number, 8}.has(21) ? 1 : 0;
  EXPECT_EQ(owners, 1);
  EXPECT_TRUE((Shard{6, 8}.has(21)));
}

}  // namespace
}  // namespace plstm::test
