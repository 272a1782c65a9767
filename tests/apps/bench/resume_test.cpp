// plstm-bench that is stopped or killed and goes on.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/files/folder_transaction.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/files/trainer_state_file.hpp>

#include "apps/bench/bench_program.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

namespace fs = std::filesystem;

class BenchResume : public BenchProgram {
 protected:
  /// The scores of each record, by file name.
  std::map<std::string, nlohmann::json> scores_in(const std::string& folder) const {
    std::map<std::string, nlohmann::json> scores;
    for (const std::string& name : names_in(folder + "/runs")) {
      if (name.ends_with(".json"))
        scores[name] = nlohmann::json::parse(read_text(path(folder + "/runs/" + name))).at("scores");
    }
    return scores;
  }

  /// Runs that each of the three tables has; they must be the same.
  std::set<std::string> runs_in_tables(const std::string& folder) const {
    std::set<std::string> in_csv, in_json;
    for (const std::string& line : lines_of(read_text(path(folder + "/results.csv")))) {
      std::istringstream stream(line);
      std::vector<std::string> fields;
      for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
      if (fields[0] != "dataset") in_csv.insert(fields[1] + "/" + fields[4] + "/" + fields[5]);
    }
    const nlohmann::json json = nlohmann::json::parse(read_text(path(folder + "/results.json")));
    for (const nlohmann::json& run : json.at("runs")) {
      in_json.insert(run.at("model").get<std::string>() + "/" + run.at("fold").dump() + "/" +
                     run.at("seed").dump());
    }
    EXPECT_EQ(in_csv, in_json);
    const std::string table = read_text(path(folder + "/results.md"));
    for (const nlohmann::json& cell : json.at("cells")) {
      const auto n = cell.at("scores").begin().value().at("test").at("n");
      EXPECT_THAT(table, ContainsRegex("\\| " + cell.at("model").get<std::string>() + " \\|.*\\| " +
                                       n.dump() + " \\|"));
    }
    return in_csv;
  }

  std::vector<fs::path> states_in(const std::string& folder) const {
    std::vector<fs::path> states;
    if (!fs::exists(path(folder + "/checkpoints"))) return states;
    for (const auto& entry : fs::recursive_directory_iterator(path(folder + "/checkpoints"))) {
      if (entry.path().extension() == ".safetensors" && !entry.path().filename().string().starts_with('.')) {
        states.push_back(entry.path());
      }
    }
    return states;
  }
};

const std::string kArguments =
    "tu -d Toy -m plstm,majority --data-dir . --width 16 --heads 2 --blocks 1 --epochs 4 --folds 3 --members "
    "2"
    " --dropout 0.1 --jobs 2 --save-predictions";
// Long enough that a signal comes before the end.
const std::string kLong =
    "tu -d Toy,More -m plstm --data-dir . --width 16 --heads 2 --blocks 1 --epochs 4000 --folds 2 --members 1"
    " --jobs 1 --verbose --patience 0 -o out";

const std::string kDags =
    "dag -d formulas,paths -m plstm,mean --formulas 20 --width 16 --heads 2 --blocks 1 --dropout 0.1";

TEST_F(BenchResume, StoppedAnywhereTheRecordsAreTheSame) {
  write_graphs("Toy");
  ASSERT_EQ(run(kArguments + " -o whole").code, 0);
  const auto right = scores_in("whole");
  ASSERT_THAT(right, SizeIs(6));
  Random random(kSeed);
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    fs::remove_all(path("out"));
    const auto check = [&](const Outcome& r) {
      const auto scores = scores_in("out");
      for (const auto& [name, values] : scores) EXPECT_EQ(values, right.at(name)) << name;
      if (signal == SIGKILL || r.err.empty()) return;  // a signal may come before the program has begun
      EXPECT_THAT(lines_of(r.err), SizeIs(1)) << r.err;
      EXPECT_THAT(r.err, AllOf(StartsWith(signal == SIGINT ? "plstm-bench: stopped by Ctrl-C; "
                                                           : "plstm-bench: stopped by SIGTERM; "),
                               HasSubstr(" runs are done, out holds their records and tables; to go on: ")));
      for (const std::string& name : names_in("out/runs")) EXPECT_FALSE(name.starts_with('.')) << name;
    };
    EXPECT_GT(run_to_the_end(kArguments + " -o out --resume --checkpoint-seconds 0", signal, random, check),
              0);
    EXPECT_EQ(scores_in("out"), right);
    EXPECT_EQ(results("out"), results("whole"));
    EXPECT_EQ(names_in("out"), names_in("whole"));
    EXPECT_EQ(names_in("out/runs"), names_in("whole/runs"));
    for (const std::string& name : names_in("whole/runs")) {
      if (name.ends_with(".csv")) {
        EXPECT_EQ(read_text(path("out/runs/" + name)), read_text(path("whole/runs/" + name)));
      }
    }
  }
}

// Quick runs, so that a kill often comes while the tables are written.
TEST_F(BenchResume, KilledAnywhereTheTablesAreOfTheSameRuns) {
  write_graphs("Toy");
  const std::string flags = "tu -d Toy --data-dir . --folds 3 --jobs 1";
  ASSERT_EQ(run(flags + " -m majority --seeds 2 -o out").code, 0);
  const auto before = runs_in_tables("out");
  ASSERT_THAT(before, SizeIs(6));
  const std::string second = flags + " -m majority --seeds 12 -o ";
  const auto most = time_of(second + "whole");
  const auto after = runs_in_tables("whole");
  ASSERT_THAT(after, SizeIs(36));
  const auto right = scores_in("whole");
  Random random(kSeed);
  kill_over_a_finished_run(second + "out", 10, most / 4, random, [&] {
    finish_commit(path("out"));  // as whoever reads the folder does
    const auto runs = runs_in_tables("out");
    EXPECT_TRUE(std::ranges::includes(runs, before));
    EXPECT_TRUE(std::ranges::includes(after, runs));
    for (const auto& [name, values] : scores_in("out")) EXPECT_EQ(values, right.at(name)) << name;
  });
  EXPECT_EQ(results("out"), results("whole"));
  EXPECT_EQ(names_in("out"), names_in("whole"));
  EXPECT_EQ(names_in("out/runs"), names_in("whole/runs"));
}

TEST_F(BenchResume, AStopSaysWhatIsDoneAndWhatNot) {
  write_graphs("Toy");
  write_graphs("More");
  const Outcome r = run_and_terminate(kLong, "epoch 3,");
  ASSERT_EQ(r.code, 143) << r.err;
  EXPECT_THAT(r.err, HasSubstr("0 of 2 runs are done, out holds their records and tables; to go on: "));
  EXPECT_THAT(r.err, HasSubstr(" -o out --resume\n"));
  EXPECT_THAT(r.out, HasSubstr("not done: Toy plstm fold 0 seed 0\nnot done: Toy plstm fold 1 seed 0\n"
                               "not begun: More\n"));
  const std::vector<fs::path> states = states_in("out");
  ASSERT_THAT(states, SizeIs(1)) << "the network goes on from where it is";
  const auto epochs = load_trainer_state(states[0]).epochs;
  EXPECT_GE(epochs, 2);
  const Outcome again = run_and_terminate(kLong, "epoch ");
  EXPECT_EQ(again.code, 143);
  EXPECT_THAT(again.out, Not(HasSubstr(": epoch 1,")));
  EXPECT_GE(load_trainer_state(states[0]).epochs, epochs);
}

TEST_F(BenchResume, TheTimeThatAStartMayTakeIsAStop) {
  write_graphs("Toy");
  write_graphs("More");
  for (const std::string& arguments : {kLong, kDags + " --epochs 4000 --patience 0 --members 1 -o dags"}) {
    const Outcome r = run(arguments + " --max-time 0.2");
    EXPECT_EQ(r.code, 128 + SIGALRM) << r.err;
    EXPECT_THAT(r.err, HasSubstr("to go on: "));
  }
  EXPECT_THAT(run(kLong + " --max-time soon").err, HasSubstr("\"soon\" is no time"));
}

TEST_F(BenchResume, ACheckpointThatIsDamagedIsSaidAndDoneAgain) {
  write_graphs("Toy");
  const std::string arguments =
      "tu -d Toy -m plstm --data-dir . --width 16 --heads 2 --blocks 1 --folds 2"
      " --members 1 --jobs 1 --verbose --epochs 300 --patience 0 -o ";
  ASSERT_EQ(run(arguments + "whole").code, 0);
  ASSERT_EQ(run_and_terminate(arguments + "out", "epoch 3,").code, 143);
  const std::vector<fs::path> states = states_in("out");
  ASSERT_THAT(states, SizeIs(1));
  std::ofstream(states[0]) << "half a file";
  const Outcome r = run(arguments + "out --resume");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("; the network is trained from the beginning"));
  EXPECT_EQ(scores_in("out"), scores_in("whole"));
  EXPECT_EQ(names_in("out"), names_in("whole"));
}

// The network of the mean is that of plstm alone, which was trained before the stop.
TEST_F(BenchResume, ModelsThatShareANetworkShareItsCheckpoint) {
  write_graphs("Toy");
  const std::string arguments =
      "tu -d Toy -m plstm,plstm+forest --data-dir . --width 16 --heads 2 --blocks 1"
      " --epochs 2 --folds 2 --members 1 --jobs 1 -o ";
  ASSERT_EQ(run(arguments + "whole").code, 0);
  const Outcome r = run_and_terminate(arguments + "out", "Toy plstm fold 0");
  ASSERT_EQ(run(arguments + "out --resume").code, 0);
  EXPECT_EQ(scores_in("out"), scores_in("whole"));
  EXPECT_EQ(names_in("out"), names_in("whole"));
  if (r.code == 143) {
    EXPECT_THAT(r.out, HasSubstr("not done: Toy plstm+forest fold"));
  }
}

TEST_F(BenchResume, BenchmarksOfDagsGoOnToTheSameRecords) {
  const std::string arguments = kDags + " --epochs 4 --members 2";
  ASSERT_EQ(run(arguments + " -o whole").code, 0);
  const auto right = scores_in("whole");
  ASSERT_THAT(right, SizeIs(4));
  Random random(kSeed);
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    fs::remove_all(path("out"));
    const auto check = [&](const Outcome& r) {
      for (const auto& [name, values] : scores_in("out")) EXPECT_EQ(values, right.at(name)) << name;
      if (signal == SIGKILL || r.err.empty()) return;  // a signal may come before the program has begun
      EXPECT_THAT(lines_of(r.err), SizeIs(1)) << r.err;
      EXPECT_THAT(r.err, HasSubstr("out holds the records of the runs that are done; to go on: "));
    };
    EXPECT_GT(run_to_the_end(arguments + " -o out --resume --checkpoint-seconds 0", signal, random, check),
              0);
    EXPECT_EQ(scores_in("out"), right);
    EXPECT_EQ(results("out"), results("whole"));
    EXPECT_EQ(names_in("out"), names_in("whole"));
    EXPECT_EQ(names_in("out/runs"), names_in("whole/runs"));
  }
}

// What the program says after a stop is a command that goes on.
TEST_F(BenchResume, ANetworkOfDagsGoesOnFromItsEpoch) {
  const std::string arguments = kDags + " --epochs 4000 --patience 0 --members 1 --verbose -o out";
  const Outcome r = run_and_terminate(arguments, "epoch 3:");
  ASSERT_EQ(r.code, 143) << r.err;
  EXPECT_THAT(r.err, HasSubstr("to go on: "));
  const std::string command = r.err.substr(r.err.find("to go on: ") + 10);
  EXPECT_THAT(command, HasSubstr(" -o out --resume\n"));
  const std::vector<fs::path> states = states_in("out");
  ASSERT_THAT(states, SizeIs(1));
  const auto epochs = load_trainer_state(states[0]).epochs;
  EXPECT_GE(epochs, 2);
  const Outcome again = run_and_terminate(
      command.substr(command.find(" dag ") + 1, command.size() - 1 - (command.find(" dag ") + 1)), "epoch ");
  EXPECT_EQ(again.code, 143) << again.err;
  EXPECT_THAT(again.out, Not(HasSubstr(" epoch 1:")));
  EXPECT_GE(load_trainer_state(states[0]).epochs, epochs);
  std::ofstream(states[0]) << "half a file";
  const Outcome damaged = run_and_terminate(arguments, "epoch ");
  EXPECT_EQ(damaged.code, 143) << damaged.err;
  EXPECT_THAT(damaged.out, HasSubstr("; the network is trained from the beginning"));
}

}  // namespace
}  // namespace plstm::test
