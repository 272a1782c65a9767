#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/learn/run_folder.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A run of files with the text `text`.
void write_run(const fs::path& folder, const std::string& text, std::initializer_list<const char*> names) {
  FolderTransaction transaction(folder);
  for (const char* name : names) write_text_to(transaction.staging() / name, text);
  RunManifest manifest;
  manifest.version = "test 1";
  manifest.data_path = "data.csv";
  manifest.rows = 7;
  manifest.identity = "0123";
  manifest.seed = 18446744073709551615U;
  manifest.members = 2;
  manifest.planned_members = 5;
  manifest.stopped = true;
  manifest.scores = R"({"pLSTM":{"all":{"rmse":0.5}}})";
  commit_run(transaction, manifest);
}

std::string message_of(const fs::path& folder) {
  try {
    model_files_of(folder);
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

TEST(RunFolder, KeepsWhatTheManifestSays) {
  const TemporaryFolder folder;
  EXPECT_FALSE(read_run_manifest(folder.path()).has_value());
  write_run(folder.path(), "text", {"model.safetensors", "config.json"});
  const RunManifest manifest = read_run_manifest(folder.path()).value();
  EXPECT_EQ(manifest.version, "test 1");
  EXPECT_THAT(manifest.date, ::testing::MatchesRegex("20..-..-..T..:..:..Z"));
  EXPECT_EQ(manifest.rows, 7);
  EXPECT_EQ(manifest.identity, "0123");
  EXPECT_EQ(manifest.seed, 18446744073709551615U);
  EXPECT_EQ(manifest.members, 2);
  EXPECT_EQ(manifest.planned_members, 5);
  EXPECT_TRUE(manifest.stopped);
  EXPECT_EQ(manifest.scores, R"({"pLSTM":{"all":{"rmse":0.5}}})");
  EXPECT_THAT(manifest.files, ElementsAre(RunFile{"config.json", sha256_of("text")},
                                          RunFile{"model.safetensors", sha256_of("text")}));
  EXPECT_THAT(changed_files(folder.path(), manifest), IsEmpty());
}

TEST(RunFolder, KeepsADateThatTheManifestHas) {
  const TemporaryFolder folder;
  EXPECT_THAT(run_date(), ::testing::MatchesRegex("20..-..-..T..:..:..Z"));
  FolderTransaction transaction(folder.path());
  RunManifest manifest;
  manifest.date = "2026-01-02T03:04:05Z";
  commit_run(transaction, manifest);
  EXPECT_EQ(read_run_manifest(folder.path()).value().date, "2026-01-02T03:04:05Z");
}

TEST(RunFolder, HoldsTheFilesOfTheLastRunAndThoseOfTheUser) {
  const TemporaryFolder folder;
  write_run(folder.path(), "one", {"model.safetensors", "test_scores.json"});
  write_text_to(folder / "notes.txt", "mine");
  write_run(folder.path(), "two", {"model.safetensors"});
  EXPECT_THAT(folder.names(), ElementsAre("manifest.json", "model.safetensors", "notes.txt"));
  EXPECT_EQ(text_of(folder / "model.safetensors"), "two");
}

TEST(RunFolder, ReplacesARunOfVersion01Whole) {
  const TemporaryFolder folder;
  for (const char* name :
       {"model_0.safetensors", "model_1.safetensors", "config.json", "splits.json", "metrics.csv",
        "test_predictions.csv", "test_scores.json", "pretrained.safetensors", "my_config.json"}) {
    write_text_to(folder / name, "old");
  }
  write_run(folder.path(), "new", {"model.safetensors", "config.json"});
  EXPECT_THAT(folder.names(), ElementsAre("config.json", "manifest.json", "model.safetensors",
                                          "my_config.json", "pretrained.safetensors"));
  EXPECT_THAT(model_files_of(folder.path()), ElementsAre(folder / "model.safetensors"));
}

TEST(RunFolder, RefusesAModelOrSplitsOfAnotherRun) {
  const TemporaryFolder folder;
  for (const char* name : {"model.safetensors", "splits.json"}) {
    write_run(folder.path(), "text", {"model.safetensors", "splits.json", "metrics.csv"});
    EXPECT_EQ(message_of(folder.path()), "");
    write_text_to(folder / name, "of another run");
    EXPECT_THAT(message_of(folder.path()), HasSubstr(name));
    fs::remove(folder / name);
    EXPECT_THAT(message_of(folder.path()), HasSubstr(name));
  }
}

TEST(RunFolder, ReadersSeeOneRunWhileOthersTakeItsPlace) {
  const TemporaryFolder folder;
  const std::array<fs::path, 1> paths{folder.path()};
  const std::initializer_list<const char*> kNames{"model_0.safetensors", "model_1.safetensors",
                                                  "splits.json"};
  write_run(folder.path(), "run 0", kNames);
  std::atomic<bool> ended = false;
  std::thread writer([&] {
    for (int run = 1; run <= 25; ++run) {
      write_run(folder.path(), "run " + std::to_string(run), kNames);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));  // a reader needs a moment, too
    }
    ended = true;
  });
  std::set<std::string> seen;
  while (!ended) {
    std::vector<std::string> texts;
    read_whole_runs(paths, [&] {
      texts.clear();
      for (const fs::path& model : model_files_of(folder.path())) texts.push_back(text_of(model));
      texts.push_back(text_of(folder.path() / "splits.json"));
    });
    ASSERT_EQ(texts.size(), 3u);
    EXPECT_THAT(texts, Each(texts.front()));
    seen.insert(texts.front());
  }
  writer.join();
  EXPECT_GT(seen.size(), 2u);
}

TEST(RunFolder, ErrorsOfARunThatStaysAreThoseOfTheReader) {
  const TemporaryFolder folder;
  const std::array<fs::path, 1> paths{folder.path()};
  write_run(folder.path(), "a", {"model.safetensors"});
  int calls = 0;
  EXPECT_THROW(read_whole_runs(paths,
                               [&] {
                                 ++calls;
                                 throw FileError("damaged");
                               }),
               FileError);
  EXPECT_EQ(calls, 1);
  read_whole_runs(paths, [&] {
    if (++calls == 2) write_run(folder.path(), "b", {"model.safetensors"});
    if (calls == 2) throw FileError("of two runs");
  });
  EXPECT_EQ(calls, 3);
}

TEST(RunFolder, LetsTheUserEditTables) {
  const TemporaryFolder folder;
  write_run(folder.path(), "text", {"model.safetensors", "metrics.csv"});
  write_text_to(folder / "metrics.csv", "edited");
  EXPECT_EQ(message_of(folder.path()), "");
  EXPECT_THAT(changed_files(folder.path(), read_run_manifest(folder.path()).value()),
              ElementsAre("metrics.csv"));
}

TEST(RunFolder, ReadsAllModelsOfAFolderWithoutManifest) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of(folder.path()), HasSubstr("there is no model"));
  write_text_to(folder / "b.safetensors", "");
  write_text_to(folder / "a.safetensors", "");
  EXPECT_THAT(model_files_of(folder.path()), ElementsAre(folder / "a.safetensors", folder / "b.safetensors"));
}

TEST(RunFolder, RefusesWhatIsNoManifest) {
  const TemporaryFolder folder;
  write_text_to(folder / "model.safetensors", "text");
  for (
      const std::string& text :
      {std::string(), std::string("[]"), std::string("{}"), "{\"format\":" + std::string(200000, '[') + "}",
       std::string(
           R"({"format":1,"version":"","date":"","data":{"path":"","sha256":"","rows":0},"identity":"","seed":0,"members":1,
            "planned_members":1,"stopped":false,"scores":{},"files":{"../a":""}})"),
       std::string(
           R"({"format":1,"version":"","date":"","data":{"path":"","sha256":"","rows":1e30},"identity":"","seed":0,"members":1,
            "planned_members":1,"stopped":false,"scores":{},"files":{}})")}) {
    write_text_to(folder / kManifestName, text);
    EXPECT_THAT(message_of(folder.path()), HasSubstr(kManifestName)) << text.substr(0, 100);
  }
  write_run(folder.path(), "new", {"model.safetensors"});  // a damaged manifest hinders no training
  EXPECT_EQ(message_of(folder.path()), "");
}

TEST(RunFolder, KnowsTheFinishedRun) {
  const TemporaryFolder folder;
  EXPECT_FALSE(holds_finished_run(folder.path() / "missing", "0123"));
  EXPECT_FALSE(holds_finished_run(folder.path(), "0123"));
  write_run(folder.path(), "first", {"model.safetensors"});
  EXPECT_FALSE(holds_finished_run(folder.path(), "0123")) << "it was stopped";
  {
    FolderTransaction transaction(folder.path());
    write_text_to(transaction.staging() / "metrics.csv", "of each epoch");
    RunManifest manifest;
    manifest.identity = "0123";
    commit_run(transaction, manifest);
  }
  EXPECT_TRUE(holds_finished_run(folder.path(), "0123"));
  EXPECT_FALSE(holds_finished_run(folder.path(), "4567"));
  write_text_to(folder / "metrics.csv", "changed");
  EXPECT_FALSE(holds_finished_run(folder.path(), "0123"));
}

TEST(RunFolder, RemovesWhatTheCallerKnowsToBeObsolete) {
  const TemporaryFolder folder;
  for (const char* name : {"sample.txt", "results.json", "mine.txt"}) write_text_to(folder / name, "old");
  FolderTransaction transaction(folder.path());
  write_text_to(transaction.staging() / "results.json", "new");
  const std::vector<std::string> obsolete{"sample.txt", "results.json", "absent.txt"};
  commit_run(transaction, {}, obsolete);
  EXPECT_FALSE(fs::exists(folder / "sample.txt"));
  EXPECT_EQ(text_of(folder / "results.json"), "new");
  EXPECT_EQ(text_of(folder / "mine.txt"), "old");
}

// A run whose parts hold a model with the text `text` each.
void write_parts(const fs::path& folder, const std::string& text, const std::vector<std::string>& names) {
  FolderTransaction transaction(folder);
  RunManifest manifest;
  manifest.identity = text;
  manifest.division = "random 2-fold";
  for (const std::string& name : names) {
    fs::create_directories(transaction.staging() / name);
    FolderTransaction part(transaction.staging() / name);
    write_text_to(part.staging() / "model.safetensors", text);
    commit_run(part, {});
    manifest.parts.push_back({name, ""});
  }
  write_text_to(transaction.staging() / "scores.csv", text);
  commit_run(transaction, manifest);
}

TEST(RunFolder, HasTheModelsOfItsParts) {
  const TemporaryFolder folder;
  write_parts(folder.path(), "text", {"fold_1", "fold_2"});
  const RunManifest manifest = read_run_manifest(folder.path()).value();
  EXPECT_EQ(manifest.division, "random 2-fold");
  ASSERT_EQ(manifest.parts.size(), 2u);
  EXPECT_EQ(manifest.parts[1].folder, "fold_2");
  EXPECT_EQ(manifest.parts[1].sha256, sha256_of_file(folder / "fold_2/manifest.json"));
  EXPECT_THAT(model_files_of(folder.path()),
              ElementsAre(folder / "fold_1/model.safetensors", folder / "fold_2/model.safetensors"));
  EXPECT_THAT(model_files_of(folder / "fold_2"), ElementsAre(folder / "fold_2/model.safetensors"));
  EXPECT_TRUE(holds_finished_run(folder.path(), "text"));
}

TEST(RunFolder, RefusesAPartThatWasChanged) {
  const TemporaryFolder folder;
  for (const char* name : {"fold_2/model.safetensors", "fold_2/manifest.json"}) {
    write_parts(folder.path(), "text", {"fold_1", "fold_2"});
    EXPECT_EQ(message_of(folder.path()), "");
    fs::remove(folder / name);
    EXPECT_THAT(message_of(folder.path()), HasSubstr(name));
    EXPECT_FALSE(holds_finished_run(folder.path(), "text"));
  }
}

TEST(RunFolder, ReplacesPartsWhole) {
  const TemporaryFolder folder;
  write_parts(folder.path(), "one", {"fold_1", "fold_2"});
  write_text_to(folder / "fold_1/old.txt", "of the first run");
  write_parts(folder.path(), "two", {"fold_1"});
  EXPECT_THAT(folder.names(), ElementsAre("fold_1", "manifest.json", "scores.csv"));
  EXPECT_FALSE(fs::exists(folder / "fold_1/old.txt"));
  write_run(folder.path(), "three", {"model.safetensors"});
  EXPECT_THAT(folder.names(), ElementsAre("manifest.json", "model.safetensors"));
}

TEST(RunFolder, LeavesFoldersOfTheUserAlone) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "replicate_1");
  const std::vector<std::string> parts{"replicate_1/fold_1", "replicate_2/fold_1"};
  EXPECT_THROW(check_parts_can_be_written(folder.path(), parts), FileError);
  fs::remove(folder / "replicate_1");
  write_parts(folder.path(), "text", parts);
  EXPECT_NO_THROW(check_parts_can_be_written(folder.path(), parts));
  fs::remove_all(folder / "replicate_1/fold_1");
  EXPECT_THROW(check_parts_can_be_written(folder.path(), parts), FileError) << "it holds no run";
  write_run(folder.path(), "new", {"model.safetensors"});
  EXPECT_THAT(folder.names(), ElementsAre("manifest.json", "model.safetensors", "replicate_1"));
}

TEST(RunFolder, RefusesPartsThatLeadOutOfTheFolder) {
  const TemporaryFolder folder;
  for (const char* name : {"../a", "/a", "a//b", ".a", "a/..", "", "missing"}) {
    FolderTransaction transaction(folder.path());
    RunManifest manifest;
    manifest.parts.push_back({name, ""});
    EXPECT_THROW(commit_run(transaction, manifest), ConfigError) << name;
  }
}

}  // namespace
}  // namespace plstm::test
