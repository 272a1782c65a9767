// plstm-arrow that is stopped or killed and goes on with --resume.
#include <csignal>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/files/folder_lock.hpp>
#include <plstm/core/random.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/train/files/safetensors.hpp>

#include "apps/program.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

namespace fs = std::filesystem;

const std::string kSmall =
    " --model p --size 64 --patch 16 --hidden-dim 8 --heads 2 --blocks 2 --images 24 --validation-images 8"
    " --batch-size 4 --warmup-epochs 1 --test-images 6 --test-factors 1,2 --dropout 0.2 --threads 1";
// With many moments to be stopped at.
const std::string kManySteps = kSmall + " --epochs 3 --turned-epochs 2 --checkpoint-seconds 0";
// Long enough that a signal comes before the end, whatever else the machine has to do.
const std::string kManyEpochs = kSmall + " --epochs 2 --turned-epochs 60";

std::string with(const std::string& flag, const std::string& value) {
  std::string flags = kManyEpochs;
  const std::size_t at = flags.find(" " + flag + " ");
  if (at != std::string::npos) flags.erase(at, flags.find(' ', at + flag.size() + 2) - at);
  return flags + " " + flag + " " + value;
}

class ArrowResume : public Program {
 protected:
  ArrowResume() : Program(PLSTM_ARROW) {}

  /// The scores without the times.
  nlohmann::json scores_of(const std::string& folder) const {
    nlohmann::json results = nlohmann::json::parse(read_text(path(folder + "/results.json")));
    for (const char* name : {"train_seconds", "images_per_second", "machine"}) results.erase(name);
    for (auto& test : results["tests"]) test.erase("seconds");
    return results;
  }

  void expect_same_run(const std::string& folder) const {
    EXPECT_EQ(read_text(path(folder + "/model.safetensors")), read_text(path("whole/model.safetensors")));
    EXPECT_EQ(scores_of(folder), scores_of("whole"));
    EXPECT_EQ(read_text(path(folder + "/config.json")), read_text(path("whole/config.json")));
    EXPECT_EQ(names_in(folder), names_in("whole"));
    EXPECT_EQ(lines_of(read_text(path(folder + "/metrics.csv"))).size(),
              lines_of(read_text(path("whole/metrics.csv"))).size());
  }

  // What a stopped run leaves in a folder that was empty before.
  void expect_in_order(const Outcome& stopped, int code) const {
    EXPECT_THAT(lines_of(stopped.err), SizeIs(1)) << stopped.err;
    EXPECT_THAT(stopped.err, StartsWith(code == 130 ? "plstm-arrow: stopped by Ctrl-C; "
                                                    : "plstm-arrow: stopped by SIGTERM; "));
    EXPECT_THAT(stopped.err, HasSubstr("; to go on: "));
    const std::set<std::string> files = names_in("run");
    const bool has_model = files.contains("model.safetensors");
    EXPECT_THAT(stopped.err, HasSubstr(has_model ? "run/model.safetensors holds the best model so far"
                                                 : "no epoch has ended, so there is no model yet"));
    for (const char* name : {"config.json", "metrics.csv", "curves.png"}) {
      EXPECT_EQ(files.contains(name), has_model) << name;
    }
    for (const std::string& name : files) {
      EXPECT_FALSE(name.ends_with(".partial") || name.starts_with(".")) << name;
    }
    EXPECT_THAT(files, Not(Contains("results.json")));
    EXPECT_THAT(files, Contains(StartsWith("checkpoint_")));
  }
};

// The moments are random, and later from start to start, so that the run comes to its end.
TEST_F(ArrowResume, StoppedAnywhereTheRunEndsWithTheSameBytes) {
  ASSERT_EQ(run("train -o whole" + kManySteps).code, 0);
  Random random(kSeed);
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    fs::remove_all(path("run"));
    const auto check = [&](const Outcome& r) {
      // A signal may come before the program has begun.
      if (signal != SIGKILL && !r.err.empty()) expect_in_order(r, r.code);
      if (fs::exists(path("run/model.safetensors"))) read_safetensors(path("run/model.safetensors"));
    };
    EXPECT_GT(run_to_the_end("train -o run --resume" + kManySteps, signal, random, check), 0);
    expect_same_run("run");
  }
}

TEST_F(ArrowResume, AStoppedRunNamesTheCommandThatGoesOn) {
  ASSERT_EQ(run("train -o whole" + kManyEpochs).code, 0);
  const Outcome r = run_and_terminate("train -o run" + kManyEpochs, "epoch  4");
  ASSERT_EQ(r.code, 143) << r.err;
  expect_in_order(r, 143);
  const std::string command = r.err.substr(r.err.find("; to go on: ") + 12);
  ASSERT_THAT(command, HasSubstr("train -o run --model p"));
  ASSERT_THAT(command, HasSubstr(" --resume\n"));
  const Outcome resumed =
      run(command.substr(command.find(" train") + 1, command.size() - command.find(" train") - 2));
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.out, HasSubstr("goes on from run/checkpoint_2.safetensors"));
  expect_same_run("run");
  const Outcome again = run("train -o run --resume" + kManyEpochs);
  EXPECT_THAT(again.out, StartsWith("run: this run is finished already"));
  EXPECT_THAT(again.out, HasSubstr("written to run"));
  EXPECT_THAT(again.out, Not(HasSubstr("epoch")));
  expect_same_run("run");
}

TEST_F(ArrowResume, OtherSettingsAreRefused) {
  ASSERT_EQ(run_and_terminate("train -o run" + kManyEpochs, "epoch  2").code, 143);
  const auto expect_refused = [&](const std::string& flag, const std::string& value,
                                  const std::string& reason) {
    const Outcome r = run("train -o run --resume" + with(flag, value));
    EXPECT_EQ(r.code, 2) << flag;
    EXPECT_THAT(lines_of(r.err), SizeIs(1));
    EXPECT_THAT(r.err,
                HasSubstr("run/checkpoint_1.safetensors: the training to resume had another " + reason));
  };
  expect_refused("--hidden-dim", "16", "width: 8, now 16");
  expect_refused("--max-lr", "0.1", "learning_rate: 0.0005, now 0.1");
  expect_refused("--seed", "1", "seed: 0, now 1");
  expect_refused("--data-seed", "7", "data_seed: 0, now 7");
  expect_refused("--turned-percent", "10", "turned_percent: 50, now 10");
  expect_refused("--gate-bias", "-2", "gate_bias: -1.0, now -2.0");
  // Tests come after the training.
  EXPECT_EQ(run("train -o run --resume" + with("--test-images", "3")).code, 0);
}

TEST_F(ArrowResume, WithoutACheckpointTheRunStartsAnew) {
  ASSERT_EQ(run("train -o whole" + kManyEpochs).code, 0);
  const Outcome r = run("train -o run --resume" + kManyEpochs);
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, StartsWith("run: there is no checkpoint to resume"));
  expect_same_run("run");
  // Without the flag a checkpoint is given up, and not lost.
  ASSERT_EQ(run_and_terminate("train -o run" + kManyEpochs, "epoch  1").code, 143);
  const Outcome forgot = run_and_terminate("train -o run" + kManyEpochs, "epoch  1");
  ASSERT_EQ(forgot.code, 143);
  EXPECT_THAT(names_in("run"), Contains("checkpoint_1.safetensors.given_up"));
  const Outcome anew = run("train -o run" + kManyEpochs);
  ASSERT_EQ(anew.code, 0) << anew.err;
  EXPECT_THAT(anew.out, StartsWith("run: starts at the beginning without --resume"));
  expect_same_run("run");
}

TEST_F(ArrowResume, ARunThatIsStoppedBeforeAnEpochLeavesTheRunBefore) {
  ASSERT_EQ(run("train -o run" + kManySteps).code, 0);
  const std::string model = read_text(path("run/model.safetensors"));
  const auto before = names_in("run");
  const Outcome r = run_and_terminate("train -o run" + with("--images", "20000"), "to validate");
  ASSERT_EQ(r.code, 143) << r.err;
  EXPECT_THAT(r.err, HasSubstr("no epoch has ended, so there is no model yet"));
  EXPECT_EQ(read_text(path("run/model.safetensors")), model);
  auto after = names_in("run");
  after.erase("checkpoint_1.safetensors");
  EXPECT_EQ(after, before);
}

TEST_F(ArrowResume, ATrainingThatFailsLeavesItsBestModel) {
  ASSERT_EQ(run("train -o first" + kSmall + " --epochs 2 --turned-epochs 0").code, 0);
  const Outcome r = run("train -o run" + kSmall + " --epochs 2 --turned-epochs 2 --turned-lr 1e38");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(lines_of(r.err), SizeIs(1));
  EXPECT_THAT(r.err, HasSubstr("is not finite"));
  EXPECT_THAT(r.err, HasSubstr("; run/model.safetensors holds the best of the 2 epochs before"));
  EXPECT_EQ(read_safetensors(path("run/model.safetensors")).tensors,
            read_safetensors(path("first/model.safetensors")).tensors);
  EXPECT_FALSE(names_in("run").contains("results.json"));
}

// A second run is killed at random moments: the folder holds the one or the other.
TEST_F(ArrowResume, AKilledRunMixesItsFilesWithNoOther) {
  const auto files_of = [&](const std::string& folder) {
    std::map<std::string, std::string> texts;
    for (const std::string& name : names_in(folder)) {
      const bool has_times = name == "metrics.csv" || name == "results.json" || name == "manifest.json";
      if (has_times || name.starts_with("checkpoint_") || name.starts_with(".")) continue;
      texts[name] = read_text(path(folder + "/" + name));
    }
    texts["scores"] = scores_of(folder).dump();
    return texts;
  };
  const std::string second = kManySteps + " --seed 1";
  ASSERT_EQ(run("train -o run" + kManySteps).code, 0);
  const auto most = time_of("train -o second" + second);
  const auto before = files_of("run");
  const auto after = files_of("second");
  ASSERT_NE(before, after);
  Random random(kSeed);
  kill_over_a_finished_run("train -o run" + second, 12, most, random, [&] {
    const auto manifest = read_run_manifest(path("run"));  // ends a move, as whoever reads the folder does
    ASSERT_TRUE(manifest.has_value());
    EXPECT_THAT(changed_files(path("run"), *manifest), IsEmpty());
    EXPECT_THAT(files_of("run"), AnyOf(before, after));
  });
  EXPECT_EQ(files_of("run"), after);
  EXPECT_EQ(names_in("run"), names_in("second"));
}

// Files of another run beside a model are no part of its run, whoever put them there.
TEST_F(ArrowResume, AChangedFolderIsNeitherFinishedNorEvaluated) {
  const std::string flags = kSmall + " --epochs 1 --turned-epochs 0";
  ASSERT_EQ(run("train -o run" + flags).code, 0);
  ASSERT_EQ(run("train -o other --seed 1" + flags).code, 0);
  const std::string model = read_text(path("run/model.safetensors"));
  fs::copy_file(path("other/model.safetensors"), path("run/model.safetensors"),
                fs::copy_options::overwrite_existing);
  const Outcome evaluated = run("evaluate run --count 4");
  EXPECT_EQ(evaluated.code, 1);
  EXPECT_THAT(evaluated.err, HasSubstr("run: model.safetensors is not the file that the training wrote"));
  const Outcome resumed = run("train -o run --resume" + flags);
  EXPECT_EQ(resumed.code, 0);
  EXPECT_THAT(resumed.out, Not(HasSubstr("finished already")));
  EXPECT_EQ(read_text(path("run/model.safetensors")), model);
}

// The start file decides the result, wherever it lies.
TEST_F(ArrowResume, ARunThatStartsFromOtherParametersIsAnotherRun) {
  const std::string flags = kSmall + " --epochs 1 --turned-epochs 0";
  ASSERT_EQ(run("train -o start" + flags).code, 0);
  ASSERT_EQ(run("train -o run --start-from start" + flags).code, 0);
  EXPECT_THAT(run("train -o run --resume --start-from start" + flags).out, HasSubstr("finished already"));
  fs::rename(path("start"), path("moved"));
  EXPECT_THAT(run("train -o run --resume --start-from moved" + flags).out, HasSubstr("finished already"));
  ASSERT_EQ(run("train -o start --seed 1" + flags).code, 0);
  EXPECT_THAT(run("train -o run --resume --start-from start" + flags).out,
              Not(HasSubstr("finished already")));
}

TEST_F(ArrowResume, TwoTrainingsDoNotShareAFolder) {
  fs::create_directory(path("run"));
  const FolderLock lock(path("run"));
  const Outcome r = run("train -o run" + kSmall);
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("run: another process works in this folder"));
}

TEST_F(ArrowResume, ComparisonsGoOn) {
  const std::string flags = " --models p,d,vit --jobs 2" + kManyEpochs.substr(kManyEpochs.find(" --size"));
  ASSERT_EQ(run("compare -o whole" + flags).code, 0);
  Outcome r = run_and_terminate("compare -o run" + flags, "done");
  while (r.code == 143) {
    EXPECT_THAT(r.err, HasSubstr("of 3 models are trained and tested; to go on: "));
    r = run("compare -o run --resume" + flags);
  }
  ASSERT_EQ(r.code, 0) << r.err;
  for (const std::string model : {"p", "d", "vit"}) {
    EXPECT_EQ(scores_of("run/" + model), scores_of("whole/" + model));
    EXPECT_EQ(names_in("run/" + model), names_in("whole/" + model));
  }
  EXPECT_EQ(names_in("run"), names_in("whole"));
}

}  // namespace
}  // namespace plstm::test
