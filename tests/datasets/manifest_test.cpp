#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/train/objectives/metrics.hpp>
#include <plstm/train/objectives/task.hpp>

#include "support/data_folders.hpp"

namespace plstm {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::MatchesRegex;
using Json = nlohmann::json;

const std::filesystem::path kFolder = PLSTM_DATASETS_SOURCE_DIR;

Json sets() {
  std::ifstream stream(kFolder / "manifest.json");
  return Json::parse(stream).at("sets");
}

bool has_text(const Json& set, const char* key) {
  return set.at(key).is_string() && !set.at(key).get<std::string>().empty();
}

TEST(Manifest, NamesTheSetsThatPlstmIsMeasuredOn) {
  std::vector<std::string> names;
  for (const Json& set : sets()) names.push_back(set.at("name"));
  EXPECT_THAT(names, ElementsAre("MUTAG", "NCI1", "PTC_FM", "ENAS", "ESOL", "FreeSolv", "BBBP", "Tox21",
                                 "HIV", "ZINC12k"));
}

TEST(Manifest, SaysEverythingOfEachSet) {
  for (const Json& set : sets()) {
    SCOPED_TRACE(set.at("name").get<std::string>());
    for (const char* key : {"kind", "title", "read", "licence", "publication", "note"}) {
      EXPECT_TRUE(has_text(set, key)) << key;
    }
    EXPECT_GT(set.at("rows"), 0);
    EXPECT_TRUE(set.at("directed").is_boolean());
    EXPECT_NO_THROW(parse_task_type(set.at("task").get<std::string>()));
    EXPECT_NO_THROW(parse_metric(set.at("metric").get<std::string>()));
    if (!set.at("url").is_null()) {
      EXPECT_THAT(set.at("url").get<std::string>(), MatchesRegex("https://[^ ]+\\.(zip|csv|csv\\.gz|txt)"));
    }
  }
}

TEST(Manifest, ColumnsAreThoseOfMolecules) {
  for (const Json& set : sets()) {
    SCOPED_TRACE(set.at("name").get<std::string>());
    const std::string kind = set.at("kind");
    ASSERT_THAT(kind, AnyOf("tu", "molecules"));
    EXPECT_EQ(set.contains("smiles"), kind == "molecules");
    EXPECT_EQ(set.at("labels").empty(), kind == "tu");
    for (const Json& label : set.at("labels")) {
      EXPECT_TRUE(has_text(label, "name"));
      EXPECT_TRUE(has_text(label, "unit"));
      EXPECT_EQ(has_text(label, "published"), !set.at("url").is_null());
    }
  }
}

TEST(Manifest, FilesHaveSizesAndChecksums) {
  for (const Json& set : sets()) {
    SCOPED_TRACE(set.at("name").get<std::string>());
    EXPECT_FALSE(set.at("files").empty());
    for (const Json& file : set.at("files")) {
      EXPECT_THAT(file.at("sha256").get<std::string>(), MatchesRegex("[0-9a-f]{64}"));
      EXPECT_GT(file.at("bytes"), 0);
      EXPECT_THAT(file.at("checksum_of").get<std::string>(), AnyOf("url", "mirror", "converted", "table"));
      EXPECT_EQ(file.at("checksum_of") == "table", set.at("kind") == "molecules");
    }
  }
}

TEST(Manifest, SizesAreThoseOfTheFiles) {
  const auto folder = test::datasets_dir();
  if (!folder) GTEST_SKIP() << "set PLSTM_DATASETS to a folder with the files of the manifest";
  for (const Json& set : sets()) {
    for (const Json& file : set.at("files")) {
      const std::filesystem::path path = *folder / file.at("name").get<std::string>();
      if (!std::filesystem::exists(path)) continue;
      EXPECT_EQ(std::filesystem::file_size(path), file.at("bytes")) << path;
    }
  }
}

TEST(Manifest, KeepsTheLayoutThatTheScriptReads) {
  std::ifstream stream(kFolder / "manifest.json");
  const std::regex known(R"re(\{|\}|  "note": "[^"\\]*",|  "sets": \[|  \]|    \{|    \},?|)re"
                         R"re(      "[a-z]+": ("[^"\\]*"|\d+|true|false|null),|)re"
                         R"re(      "(labels|files)": (\[|\[\],?)|      \],?|)re"
                         R"re(        \{"name": "[^"\\]*", "(bytes|published)": .*\},?)re");
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    EXPECT_TRUE(std::regex_match(line, known)) << "line " << number << ": " << line;
  }
}

}  // namespace
}  // namespace plstm
