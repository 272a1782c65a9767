// The folder of plstm-bench: its records, and what must not harm them.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/files/folder_lock.hpp>

#include "apps/bench_program.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using Json = nlohmann::json;

namespace fs = std::filesystem;

class BenchFolder : public BenchProgram {};

// The record of one run cannot be written while the other job trains.
TEST_F(BenchFolder, ARecordThatCannotBeWrittenChangesNoOther) {
  write_graphs("Toy");
  const std::string arguments = "tu -d Toy -m plstm,majority --jobs 2" + small();
  const auto scores = [&] {
    std::map<std::string, Json> by_name;
    for (const fs::path& file : run_files()) {
      if (fs::is_regular_file(file))
        by_name[file.filename().string()] = Json::parse(read_text(file))["scores"];
    }
    return by_name;
  };
  ASSERT_EQ(run(arguments).code, 0);
  const std::map<std::string, Json> right = scores();
  ASSERT_THAT(right, SizeIs(6));
  for (const auto& [blocked, unused] : right) {
    fs::remove_all(path("out"));
    fs::create_directories(path("out/runs/" + blocked));
    expect_failure(arguments, 1, blocked);
    for (const auto& [name, values] : scores()) EXPECT_EQ(values, right.at(name)) << blocked << " " << name;
    fs::remove_all(path("out/runs/" + blocked));
    ASSERT_EQ(run(arguments).code, 0);
    EXPECT_EQ(scores(), right) << blocked;
  }
}

TEST_F(BenchFolder, DataThatCannotBeReadLeaveNoFolder) {
  write_graphs("Toy");
  write("Toy/Toy_graph_labels.txt", "1\n2\n");
  expect_failure("tu -d Toy -m majority --data-dir . -o new/out", 1, "there are labels of 2 graphs");
  EXPECT_FALSE(fs::exists(path("new")));
}

TEST_F(BenchFolder, TwoProgramsDoNotShareAFolder) {
  write_graphs("Toy");
  fs::create_directories(path("out"));
  {
    const FolderLock lock(path("out"));
    expect_failure("tu -d Toy -m majority" + small(), 1, "another process works in this folder");
  }
  EXPECT_EQ(run("tu -d Toy -m majority" + small()).code, 0);
}

TEST_F(BenchFolder, RecordsThatWereChangedAreDoneAgain) {
  write_graphs("Toy");
  ASSERT_EQ(run("tu -d Toy -m majority" + small()).code, 0);
  const std::vector<std::string> before = results();
  const std::vector<fs::path> files = run_files();
  ASSERT_THAT(files, SizeIs(3));
  std::string changed = read_text(files[0]);
  changed.replace(changed.find("\"test\": 0."), 11, "\"test\": 0.9");
  write("out/runs/" + files[0].filename().string(), changed);
  write("out/runs/" + files[1].filename().string(), std::string(200000, '['));
  const Outcome r = run("tu -d Toy -m majority" + small());
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("3 runs, 1 of them finished before"));
  EXPECT_EQ(results(), before);
}

}  // namespace
}  // namespace plstm::test
