#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/program.hpp"
#include "support/data_folders.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Json = nlohmann::json;

const std::string kFolder = PLSTM_DATASETS_SOURCE_DIR;

bool has_command(const char* name) {
  return std::system((std::string("command -v ") + name + " > /dev/null").c_str()) == 0;
}

Json sets() {
  std::ifstream stream(kFolder + "/manifest.json");
  return Json::parse(stream).at("sets");
}

class Download : public test::Program {
 protected:
  Download() : Program(kFolder + "/download.sh") {}

  // A manifest of one set that lies in this folder.
  void write_manifest(const std::string& name, const std::string& published, const std::string& read,
                      const std::string& files) const {
    write("list.json",
          "{\n  \"sets\": [\n    {\n      \"name\": \"" + name + "\",\n      \"url\": \"file://" +
              path(published).string() + "\",\n      \"read\": \"" + read +
              "\",\n      \"licence\": \"free\",\n      \"files\": [\n" + files + "      ]\n    }\n  ]\n}\n");
  }
  static std::string file(const std::string& name, const std::string& sum, const std::string& of) {
    return "        {\"name\": \"" + name + "\", \"bytes\": 6, \"sha256\": \"" + sum +
           "\", \"checksum_of\": \"" + of + "\"}\n";
  }
};

// Of "hello\n".
const std::string kSum = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

TEST_F(Download, ListsTheManifest) {
  const test::Outcome outcome = run("--list");
  EXPECT_EQ(outcome.code, 0);
  const auto lines = test::lines_of(outcome.out);
  const Json all = sets();
  ASSERT_EQ(lines.size(), all.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_THAT(lines[i], AllOf(StartsWith(all[i].at("name").get<std::string>() + " "),
                                HasSubstr(" " + all[i].at("kind").get<std::string>() + " "),
                                HasSubstr(" " + all[i].at("rows").dump() + "  "),
                                ::testing::EndsWith(all[i].at("title").get<std::string>())));
  }
}

TEST_F(Download, DryRunsSayWhatIsFetchedFromWhere) {
  for (const Json& set : sets()) {
    const std::string name = set.at("name");
    const test::Outcome outcome = run("--dry-run --to there " + name);
    if (set.at("url").is_null()) {
      EXPECT_EQ(outcome.code, 1);
      EXPECT_THAT(outcome.err, HasSubstr(name + ": has no download that plstm can read. " +
                                         set.at("note").get<std::string>()));
    } else {
      EXPECT_EQ(outcome.code, 0);
      EXPECT_EQ(outcome.out, name + ": would fetch " + set.at("url").get<std::string>() +
                                 " and leave there/" + set.at("read").get<std::string>() + "\n");
    }
  }
  EXPECT_FALSE(std::filesystem::exists(path("there")));
}

TEST_F(Download, NamesWrongArguments) {
  EXPECT_THAT(run("").err, HasSubstr("no data set named; --list shows them"));
  EXPECT_THAT(run("--dry-run MUTAG mutag").err, HasSubstr("there is no data set 'mutag'"));
  EXPECT_THAT(run("--to").err, HasSubstr("--to needs a value"));
  EXPECT_THAT(run("--fast MUTAG").err, HasSubstr("unknown flag --fast; see --help"));
  EXPECT_THAT(run("--manifest absent --list").err, HasSubstr("absent cannot be read"));
  EXPECT_EQ(run("--fast").code, 1);
  EXPECT_THAT(run("--help").out, HasSubstr("--dry-run"));
}

TEST_F(Download, FetchesAndChecks) {
  if (!has_command("curl")) GTEST_SKIP() << "needs curl";
  write("hello.csv", "hello\n");
  write_manifest("Greeting", "hello.csv", "hello.csv", file("hello.csv", kSum, "url"));
  const test::Outcome outcome = run("--manifest list.json --to out Greeting");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("hello.csv has the expected checksum"),
                                 HasSubstr("Greeting: is at out/hello.csv"), HasSubstr("licence: free")));
  EXPECT_EQ(test::read_text(path("out/hello.csv")), "hello\n");
}

TEST_F(Download, RefusesOtherBytesAndNotesOtherMirrors) {
  if (!has_command("curl")) GTEST_SKIP() << "needs curl";
  write("hello.csv", "hullo\n");
  write_manifest("Greeting", "hello.csv", "hello.csv", file("hello.csv", kSum, "url"));
  const test::Outcome refused = run("--manifest list.json --to out Greeting");
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("hello.csv has another checksum than the manifest says"));
  EXPECT_FALSE(std::filesystem::exists(path("out/hello.csv")));
  write_manifest("Greeting", "hello.csv", "hello.csv", file("hello.csv", kSum, "mirror"));
  const test::Outcome noted = run("--manifest list.json --to out Greeting");
  EXPECT_EQ(noted.code, 0);
  EXPECT_THAT(noted.err, HasSubstr("hello.csv differs from the copy that plstm was tested with"));
}

TEST_F(Download, SaysWhatCannotBeFetched) {
  if (!has_command("curl")) GTEST_SKIP() << "needs curl";
  write_manifest("Greeting", "gone.csv", "gone.csv", "");
  const test::Outcome outcome = run("--manifest list.json --to out Greeting");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("gone.csv cannot be fetched; check the network, or put the files at"));
  EXPECT_TRUE(std::filesystem::is_empty(path("out")));
}

TEST_F(Download, UnpacksArchives) {
  if (!has_command("curl") || !has_command("gzip")) GTEST_SKIP() << "needs curl and gzip";
  write("hello.csv", "hello\n");
  ASSERT_EQ(std::system(("gzip '" + path("hello.csv").string() + "'").c_str()), 0);
  write_manifest("Greeting", "hello.csv.gz", "hello.csv", file("hello.csv", kSum, "mirror"));
  const test::Outcome outcome = run("--manifest list.json --to out Greeting");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_EQ(test::read_text(path("out/hello.csv")), "hello\n");
  if (!has_command("unzip")) GTEST_SKIP() << "needs unzip";
  write("broken.zip", "no archive");
  write_manifest("Broken", "broken.zip", "Broken", "");
  EXPECT_THAT(run("--manifest list.json --to out Broken").err, HasSubstr("broken.zip is no zip archive"));
}

class EnasToTu : public test::Program {
 protected:
  EnasToTu() : Program(kFolder + "/enas_to_tu.sh") {}
};

TEST_F(EnasToTu, WritesOneGraphForEachLineAfterTheThousandth) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "skipped\n";
  write("in.txt", text + "[[4], [0, 1], [2, 0, 0]], 0.75\n[[5]], 0.5\n");
  const test::Outcome outcome = run("in.txt out");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  // Input 1, layers 2 3 4, output 5: layer 3 also reads the input. Then 6 -> 7 -> 8.
  EXPECT_EQ(test::read_text(path("out/ENAS_A.txt")), "1, 2\n1, 3\n2, 3\n3, 4\n4, 5\n6, 7\n7, 8\n");
  EXPECT_EQ(test::read_text(path("out/ENAS_node_labels.txt")), "0\n6\n2\n4\n1\n0\n7\n1\n");
  EXPECT_EQ(test::read_text(path("out/ENAS_graph_indicator.txt")), "1\n1\n1\n1\n1\n2\n2\n2\n");
  EXPECT_EQ(test::read_text(path("out/ENAS_graph_attributes.txt")), "0.75\n0.5\n");
}

TEST_F(EnasToTu, NamesWhatIsWrong) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "skipped\n";
  EXPECT_EQ(run("in.txt").code, 2);
  EXPECT_THAT(run("absent.txt out").err, HasSubstr("absent.txt cannot be read"));
  write("in.txt", text);
  EXPECT_THAT(run("in.txt out").err, HasSubstr("in.txt: has no more than 1000 lines"));
  write("in.txt", text + "[[4], [0, 1]\n");
  EXPECT_THAT(run("in.txt out").err, HasSubstr("in.txt: line 1001 does not end in ]], and a number"));
  write("in.txt", text + "[[4], [0, 1, 1]], 0.5\n");
  const test::Outcome outcome = run("in.txt out");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("in.txt: line 1001 has no 2 numbers for layer 2"));
}

TEST_F(EnasToTu, GivesTheFilesOfTheManifest) {
  const auto folder = test::datasets_dir();
  if (!folder || !std::filesystem::exists(*folder / "ENAS")) {
    GTEST_SKIP() << "set PLSTM_DATASETS to a folder that has ENAS/";
  }
  EXPECT_EQ(run("'" + (*folder / "ENAS/final_structures6.txt").string() + "' out").code, 0);
  for (const char* name : {"A", "graph_indicator", "graph_attributes", "node_labels"}) {
    const std::string file = std::string("ENAS_") + name + ".txt";
    EXPECT_EQ(test::read_text(path("out/" + file)), test::read_text(*folder / "ENAS" / file)) << file;
  }
}

}  // namespace
}  // namespace plstm
