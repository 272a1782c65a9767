#include <csignal>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/mol/mol_program.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Programs that are stopped while they write a table: rows come from a pipe that does not end.
class MolStop : public MolProgram {
 protected:
  // Starts the program, waits until it has begun a file beside its output, sends the signal, and says how it ended.
  Outcome stop(const std::string& arguments, const std::string& signal) const {
    return shell(
        "rm -f rows && mkfifo rows && mkdir -p out && "
        "{ { echo smiles,value; yes CCO,1 | head -40000; exec sleep 60; } > rows & feeder=$!; } && "
        "{ $P " +
        arguments +
        " & pid=$!; } && "
        "until ls -A out | grep -q partial || ! kill -0 $pid; do sleep 0.02; done; ls -A out > begun; "
        "kill -" +
        signal + " $pid; wait $pid; code=$?; kill $feeder; exit $code");
  }

  std::set<std::string> left() const { return names_in("out"); }
};

TEST_F(MolStop, AStoppedTableLeavesNothingBesideIt) {
  train(" --ensemble-size 1");
  const std::string commands[] = {
      "predict -i rows --input-format csv --model-paths run -o out/a.csv",
      "predict -i rows --input-format csv --model-paths run -o out/a.csv.gz",
      "predict -i rows --input-format csv --model-paths run --neighbours-out out/a.csv > /dev/null",
      "fingerprint -i rows --input-format csv --model-paths run -o out/a.csv",
      "explain -i rows --input-format csv --model-paths run -o out/a.csv"};
  for (const std::string& command : commands) {
    const Outcome r = stop(command, "TERM");
    EXPECT_THAT(read_text(path("begun")), StartsWith(".a.csv")) << command << "\n" << r.err;
    EXPECT_EQ(r.code, 128 + SIGTERM) << command << "\n" << r.err;
    EXPECT_THAT(left(), IsEmpty()) << command;
  }
}

TEST_F(MolStop, EverySignalThatEndsItClearsUp) {
  train(" --ensemble-size 1");
  const std::string command = "predict -i rows --input-format csv --model-paths run -o out/a.csv";
  // A shell ignores SIGINT and SIGQUIT for programs in the background.
  const std::pair<const char*, int> signals[] = {
      {"HUP", SIGHUP}, {"USR1", SIGUSR1}, {"PIPE", SIGPIPE}, {"XCPU", SIGXCPU}};
  for (const auto& [name, number] : signals) {
    const Outcome r = stop(command, name);
    EXPECT_EQ(r.code, 128 + number) << r.err;
    EXPECT_THAT(left(), IsEmpty()) << name;
  }
}

TEST_F(MolStop, AnOlderFileStays) {
  train(" --ensemble-size 1");
  ASSERT_EQ(shell("mkdir out && echo old > out/a.csv").code, 0);
  EXPECT_EQ(stop("predict -i rows --input-format csv --model-paths run -o out/a.csv", "TERM").code,
            128 + SIGTERM);
  EXPECT_EQ(left(), std::set<std::string>{"a.csv"});
  EXPECT_EQ(read_text(path("out/a.csv")), "old\n");
}

TEST_F(MolStop, AFileThatGrowsOverItsLimitIsAnError) {
  train(" --ensemble-size 1");
  const Outcome r = shell(
      "mkdir out && { echo smiles; yes CCO | head -20000; } > rows.csv && (ulimit -f 100 && "
      "$P predict -i rows.csv --model-paths run -o out/a.csv)");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("out/a.csv: cannot be written (File too large)"));
  EXPECT_THAT(left(), IsEmpty());
}

TEST_F(MolStop, ATrainingWhoseTerminalIsGoneEndsInOrder) {
  write_molecules();
  const std::string flags =
      "train -i data.csv -o run --target-columns value --hidden-dim 16 --heads 2 --depth 1 "
      "--epochs 100000 --patience 100000 --batch-size 8";
  const Outcome r = shell("{ $P " + flags +
                          " > log 2> said & pid=$!; }; until grep -q 'epoch' log || ! kill -0 "
                          "$pid; do sleep 0.02; done; kill -HUP $pid; wait $pid");
  EXPECT_EQ(r.code, 128 + SIGHUP);
  EXPECT_THAT(read_text(path("said")), HasSubstr("stopped by SIGHUP"));
  for (const std::string& name : names_in("run")) {
    EXPECT_FALSE(name.starts_with(".staged") || name.ends_with(".partial")) << name;
  }
}

}  // namespace
}  // namespace plstm::test
