// The folder of plstm-bench: its records, and what must not harm them.
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/files/folder_lock.hpp>
#include <plstm/core/random.hpp>

#include "apps/bench/bench_program.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::AnyOf;
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

// Started at the same moment, or one a little later: each does all runs, does what is left, or refuses.
TEST_F(BenchFolder, TwoProgramsAtOnceWorkOrRefuse) {
  write_graphs("Toy");
  const std::string flags = "tu -d Toy -m plstm,majority --jobs 2" + small();
  const auto scores = [&] {
    std::map<std::string, Json> by_name;
    for (const fs::path& file : run_files()) {
      by_name[file.filename().string()] = Json::parse(read_text(file))["scores"];
    }
    return by_name;
  };
  const auto most = time_of(flags);
  const std::map<std::string, Json> right = scores();
  ASSERT_THAT(right, SizeIs(6));
  Random random(kSeed);
  int refused = 0;
  const int pairs = 2 * test_rounds();
  for (int pair = 0; pair < pairs; ++pair) {
    fs::remove_all(path("out"));
    const std::string later =
        pair % 2 == 0 ? "0" : std::to_string(1e-3 * static_cast<double>(random.below(most.count() + 1)));
    const Outcome r = shell("$P " + flags + " > first.out 2> first.err & sleep " + later + "; $P " + flags +
                            " > second.out 2> second.err; second=$?; wait $!; echo $? $second");
    const std::string errors = read_text(path("first.err")) + read_text(path("second.err"));
    EXPECT_THAT(r.out, AnyOf("0 0\n", "1 0\n", "0 1\n")) << errors;
    if (r.out != "0 0\n") {
      EXPECT_THAT(errors, HasSubstr("another process works in this folder"));
      ++refused;
    }
    EXPECT_EQ(scores(), right);
  }
  if (test_rounds() > 1) std::cout << refused << " of " << pairs << " pairs had one that refused\n";
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
