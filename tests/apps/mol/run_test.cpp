// The folder of a run of plstm-mol is one run, whatever happens to the training.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/random.hpp>
#include <plstm/learn/run_folder.hpp>

#include "apps/mol/mol_program.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class MolRun : public MolProgram {
 protected:
  static std::string flags(const std::string& folder, const std::string& more = "", int epochs = 3) {
    return "train -i data.csv -o " + folder +
           " --target-columns value --no-molecule-values --hidden-dim 16 --heads 2 " +
           "--depth 1 --batch-size 8 --quiet --ensemble-size 2 --threads 1 --epochs " +
           std::to_string(epochs) + more;
  }

  // What must be the same for the same run: all but times.
  std::map<std::string, std::string> contents(const std::string& folder) const {
    std::map<std::string, std::string> files;
    for (const char* name :
         {"model.safetensors", "config.json", "splits.json", "test_predictions.csv", "test_scores.json"}) {
      files[name] = read_text(path(folder + "/" + name));
    }
    return files;
  }

  std::vector<std::string> changed(const std::string& folder) const {
    const std::optional<RunManifest> manifest = read_run_manifest(path(folder));
    return manifest ? changed_files(path(folder), *manifest) : std::vector<std::string>{"manifest.json"};
  }
};

TEST_F(MolRun, HasAManifest) {
  write_molecules();
  ASSERT_EQ(run(flags("run", " --seed 7")).code, 0);
  const RunManifest manifest = read_run_manifest(path("run")).value();
  EXPECT_THAT(manifest.version, HasSubstr("plstm-mol"));
  EXPECT_EQ(manifest.data_path, "data.csv");
  EXPECT_EQ(manifest.rows, 30);
  EXPECT_EQ(manifest.seed, 7u);
  EXPECT_EQ(manifest.members, 2);
  EXPECT_FALSE(manifest.stopped);
  EXPECT_THAT(manifest.scores, HasSubstr("rmse"));
  EXPECT_THAT(changed("run"), IsEmpty());
  const Outcome info = run("info run");
  EXPECT_THAT(info.out, AllOf(HasSubstr("data.csv (30 rows)"), HasSubstr("It has 2 networks")));
}

TEST_F(MolRun, ASecondTrainingLeavesNothingOfTheFirst) {
  write_molecules();
  ASSERT_EQ(run(flags("run")).code, 0);
  std::ofstream(path("run/model_3.safetensors")) << "of version 0.1";
  ASSERT_EQ(run(flags("run", " --split-sizes 0.9 0.1 0 --seed 3")).code, 0);
  EXPECT_THAT(names_in("run"), Not(Contains("test_scores.json")));
  ASSERT_EQ(run(flags("other", " --split-sizes 0.9 0.1 0 --seed 3")).code, 0);
  EXPECT_EQ(run("predict -i data.csv --model-paths run").out,
            run("predict -i data.csv --model-paths other").out)
      << "a model that is no part of the run was averaged in";
}

TEST_F(MolRun, PredictEvaluateAndInfoRefuseAMixedFolder) {
  write_molecules();
  ASSERT_EQ(run(flags("run")).code, 0);
  ASSERT_EQ(run(flags("other", " --seed 3")).code, 0);
  for (const char* name : {"model.safetensors", "splits.json", "config.json"}) {
    const std::string own = read_text(path(std::string("run/") + name));
    fs::copy_file(path(std::string("other/") + name), path(std::string("run/") + name),
                  fs::copy_options::overwrite_existing);
    for (const char* command :
         {"predict -i data.csv --model-paths run", "evaluate -i data.csv --model-paths run", "info run"}) {
      const Outcome r = run(command);
      EXPECT_EQ(r.code, 1) << command;
      EXPECT_THAT(r.err, AllOf(HasSubstr("run"), HasSubstr(name))) << command;
    }
    std::ofstream(path(std::string("run/") + name)) << own;
  }
  EXPECT_EQ(run("predict -i data.csv --model-paths run").code, 0);
}

TEST_F(MolRun, TwoTrainingsInOneFolderDoNotMix) {
  write_molecules();
  const Outcome r = shell("$P " + flags("run", "", 100000) +
                          " > first.out 2> first.err & pid=$!; "
                          "until [ -e run/.lock ] || ! kill -0 $pid; do sleep 0.02; done; $P " +
                          flags("run", " --seed 2") + "; code=$?; kill -9 $pid; exit $code");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("another process works in this folder"));
}

TEST_F(MolRun, AKilledTrainingLeavesTheRunBefore) {
  write_molecules();
  ASSERT_EQ(run(flags("run")).code, 0);
  const auto before = contents("run");
  Random random(kSeed);
  for (int trial = 0; trial < 6 * test_rounds(); ++trial) {
    const Outcome r = run_and_interrupt(flags("run", " --seed 5 --patience 0", 1000000), SIGKILL,
                                        std::chrono::milliseconds(5 + random.below(200)));
    EXPECT_EQ(r.code, 128 + SIGKILL) << r.err;
    EXPECT_THAT(changed("run"), IsEmpty()) << trial;
    EXPECT_EQ(contents("run"), before) << trial;
  }
}

// A short training is killed before its end, after it, or while it puts its files in place.
TEST_F(MolRun, AKilledTrainingLeavesOneRunWhole) {
  write_molecules();
  ASSERT_EQ(run(flags("run")).code, 0);
  const auto most = time_of(flags("other", " --seed 5"));
  const auto before = contents("run");
  const auto after = contents("other");
  Random random(kSeed);
  kill_over_a_finished_run(flags("run", " --seed 5"), 8, most, random, [&] {
    EXPECT_THAT(changed("run"), IsEmpty());
    EXPECT_THAT(contents("run"), ::testing::AnyOf(before, after));
  });
  EXPECT_EQ(contents("run"), after);
  EXPECT_EQ(names_in("run"), names_in("other"));
}

TEST_F(MolRun, StoppedAnywhereItEndsWithTheSameBytes) {
  write_molecules();
  ASSERT_EQ(run(flags("whole")).code, 0);
  const auto whole = contents("whole");
  Random random(kSeed);
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    fs::remove_all(path("run"));
    const int stops = run_to_the_end(
        flags("run", " --resume --checkpoint-seconds 0"), signal, random, [&](const Outcome& r) {
          if (signal == SIGKILL) return;
          if (r.err.empty()) return;  // before the training began
          EXPECT_THAT(r.err, HasSubstr(signal == SIGINT ? "stopped by Ctrl-C" : "stopped by SIGTERM"));
        });
    EXPECT_GT(stops, 0);
    EXPECT_EQ(contents("run"), whole) << signal;
    EXPECT_THAT(names_in("run"), Not(Contains("checkpoint")));
    EXPECT_THAT(changed("run"), IsEmpty());
  }
}

TEST_F(MolRun, ResumeSaysWhatThereIsToDo) {
  write_molecules();
  const Outcome fresh = run(flags("run", " --resume"));
  EXPECT_EQ(fresh.code, 0);
  EXPECT_THAT(fresh.err, HasSubstr("there is no checkpoint to resume"));
  const auto before = contents("run");
  const Outcome again = run(flags("run", " --resume"));
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.out, HasSubstr("finished already"));
  EXPECT_EQ(contents("run"), before);
}

TEST_F(MolRun, ResumeRefusesOtherDataAndSettings) {
  write_molecules();
  const std::string loud =
      "train -i data.csv -o run --target-columns value --no-molecule-values --hidden-dim 16 --heads 2 "
      "--depth 1 --epochs 100000 --ensemble-size 1 --patience 0";
  ASSERT_EQ(run_and_terminate(loud, "epoch *3/").code, 143);
  EXPECT_THAT(names_in("run"), Contains("checkpoint"));
  const Outcome stopped = run("predict -i data.csv --model-paths run");
  EXPECT_EQ(stopped.code, 0);
  EXPECT_THAT(stopped.err, HasSubstr("the training was stopped; it has 1 of 1 models"));
  const Outcome other = run(loud + " --resume --max-lr 0.5");
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("learning_rate"));
  std::ofstream(path("data.csv"), std::ios::app) << "CCCCCCCC,m31,2,1,0\n";
  const Outcome data = run(loud + " --resume");
  EXPECT_EQ(data.code, 2);
  EXPECT_THAT(data.err, HasSubstr("data_sha256"));
}

// A pipe has no digest of a file, so that the rows themselves must tell whether a run is that of before.
TEST_F(MolRun, ResumesNoRunOfOtherRowsThatCameThroughAPipe) {
  const auto train = [&](const std::string& more, const std::string& rows) {
    write("rows.csv", rows);
    return shell(
        "cat rows.csv | $P train -i - -o run --no-molecule-values --hidden-dim 16 --heads 2 "
        "--depth 1 --quiet --ensemble-size 1 --no-report --epochs 1 --target-columns value " +
        more);
  };
  const auto rows = [](const std::string& first) {
    return "smiles,value,weight\nC," + first +
           "\nCC,2,1\nCCC,3,1\nCCCC,4,1\nCCCCC,5,1\nCCO,6,1\nCCCO,7,1\nCCN,8,1\n";
  };
  for (const std::string more : {"--weight-column weight", "--weight-column weight --folds 2"}) {
    for (const auto& [one, other] : {std::pair("1,1", "9,1"), {"1,1", "1,7"}, {">1,1", "<1,1"}}) {
      fs::remove_all(path("run"));
      const Outcome first = train(more, rows(one));
      ASSERT_EQ(first.code, 0) << first.err;
      EXPECT_THAT(train(more + " --resume", rows(one)).out, HasSubstr("finished already"));
      const Outcome again = train(more + " --resume", rows(other));
      EXPECT_EQ(again.code, 0) << again.err;
      EXPECT_THAT(again.out, Not(HasSubstr("finished already"))) << more << ' ' << other;
    }
  }
}

TEST_F(MolRun, EvaluateSaysThatRowsWereLearnt) {
  write_molecules();
  ASSERT_EQ(run(flags("run", " --no-companion")).code, 0);
  const std::string evaluate = "evaluate -i data.csv --model-paths run",
                    parts = " --splits-file run/splits.json";
  EXPECT_THAT(run(evaluate).err, HasSubstr("24 of 30 rows were learnt by run"));
  EXPECT_THAT(run(evaluate + parts).err, IsEmpty());
  EXPECT_THAT(run(evaluate + parts + " --part valid").err, IsEmpty());
  // A companion learns from validation rows, too.
  ASSERT_EQ(run(flags("run")).code, 0);
  EXPECT_THAT(run(evaluate).err, HasSubstr("27 of 30 rows were learnt by run"));
  EXPECT_THAT(run(evaluate + parts).err, IsEmpty());
  EXPECT_THAT(run(evaluate + parts + " --part valid").err, HasSubstr("3 of 3 rows were learnt by run"));
}

// The same table with one row more, or saved anew: numbers of rows say nothing, molecules do.
TEST_F(MolRun, EvaluateKnowsWhatWasLearntInOtherFiles) {
  write_molecules();
  ASSERT_EQ(run(flags("run")).code, 0);
  const std::string table = read_text(path("data.csv"));
  const std::size_t header = table.find('\n') + 1;
  write("more.csv", table.substr(0, header) + "c1ccncc1Br,m,1,0,0\n" + table.substr(header));
  const std::string parts = " --model-paths run --splits-file run/splits.json";
  EXPECT_THAT(
      run("evaluate -i more.csv" + parts).err,
      AllOf(HasSubstr("run/splits.json divides the rows of data.csv as it was when run learnt from it"),
            ContainsRegex("[1-3] of 3 rows have the Morgan fingerprint of a molecule that was learnt")));
  write("crlf.csv", std::regex_replace(table, std::regex("\n"), "\r\n"));
  EXPECT_THAT(run("evaluate -i crlf.csv --model-paths run").err,
              HasSubstr("30 of 30 rows have the Morgan fingerprint"));
  EXPECT_THAT(shell("$P evaluate -i - --model-paths run < data.csv").err,
              HasSubstr("of 30 rows have the Morgan"));
  write("new.csv", table.substr(0, header) + "c1ccncc1Br,m,1,0,0\n");
  EXPECT_THAT(run("evaluate -i new.csv --model-paths run").err, IsEmpty());
}

// A batch system sends SIGUSR1 before its limit, and --max-time is a limit of one's own.
TEST_F(MolRun, EndsInOrderBeforeALimit) {
  write_molecules();
  const std::string flags =
      "train -i data.csv --target-columns value --hidden-dim 16 --heads 2 --depth 1 --epochs 100000 "
      "--patience 0 "
      "--ensemble-size 1 --quiet --no-report --no-baselines --checkpoint-seconds 0 -o run";
  const Outcome over = run(flags + " --max-time 1");
  EXPECT_EQ(over.code, 142) << over.err;
  EXPECT_THAT(over.err, HasSubstr("stopped, as its time is over; "));
  EXPECT_THAT(over.err, HasSubstr("; to go on: "));
  const Outcome warned = shell(
      "rm -r run; $P " + flags +
      " & for i in $(seq 400); do [ -e run/checkpoint/member_0.safetensors ] && break; sleep 0.05; done; "
      "kill -USR1 $!; wait $!");
  EXPECT_EQ(warned.code, 138) << warned.err;
  EXPECT_THAT(warned.err, HasSubstr("stopped by SIGUSR1; "));
  for (const char* wrong : {"soon", "1:2:3:4", "-5", "3w", ""}) {
    const Outcome r = run(flags + " --max-time '" + wrong + "'");
    EXPECT_EQ(r.code, 2) << wrong;
  }
}

// A state that cannot get its other name stays.
TEST_F(MolRun, ACheckpointThatCannotBeGivenUpIsKept) {
  write_molecules();
  const std::string flags =
      "train -i data.csv --target-columns value --hidden-dim 16 --heads 2 --depth 1 --epochs 100000 "
      "--patience 0 "
      "--ensemble-size 1 --quiet --no-report --no-baselines --checkpoint-seconds 0 -o run --max-time 1";
  ASSERT_EQ(run(flags).code, 142);
  const std::string state = "run/checkpoint/member_0.safetensors";
  ASSERT_TRUE(std::filesystem::exists(path(state)));
  std::filesystem::create_directories(path(state + ".given_up/in the way"));
  const Outcome r = run(flags);
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("cannot be renamed"));
  EXPECT_TRUE(std::filesystem::exists(path(state)));
}

}  // namespace
}  // namespace plstm::test
