// plstm-sequence that is stopped or killed and goes on with --resume.
#include <csignal>
#include <filesystem>
#include <map>
#include <set>
#include <string>

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
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

namespace fs = std::filesystem;

class SequenceResume : public Program {
 protected:
  SequenceResume() : Program(PLSTM_SEQUENCE) {
    std::string text;
    for (int i = 0; i < 60; ++i) text += "the cat sat on the mat. ";
    write("text.txt", text);
  }

  static std::string text_flags(const std::string& epochs) {
    return " -i text.txt --length 16 --width 8 --blocks 1 --heads 1 --batch-size 8 --dropout 0.2 "
           "--characters 5"
           " --epochs " +
           epochs;
  }

  void expect_same_text_run() const {
    EXPECT_EQ(read_text(path("run/model.safetensors")), read_text(path("whole/model.safetensors")));
    EXPECT_EQ(read_text(path("run/sample.txt")), read_text(path("whole/sample.txt")));
    EXPECT_EQ(names_in("run"), names_in("whole"));
    EXPECT_EQ(lines_of(read_text(path("run/metrics.csv"))).size(),
              lines_of(read_text(path("whole/metrics.csv"))).size());
  }

  void expect_one_line(const Outcome& stopped) const {
    EXPECT_THAT(lines_of(stopped.err), SizeIs(1)) << stopped.err;
    EXPECT_THAT(stopped.err, StartsWith(stopped.code == 130 ? "plstm-sequence: stopped by Ctrl-C; "
                                                            : "plstm-sequence: stopped by SIGTERM; "));
    EXPECT_THAT(stopped.err, HasSubstr("; to go on: "));
  }

  // What a stopped training leaves in a folder that was empty before.
  void expect_in_order(const Outcome& stopped) const {
    expect_one_line(stopped);
    std::set<std::string> files = names_in("run");
    EXPECT_EQ(files.erase("checkpoint.safetensors"), 1u);
    files.erase("checkpoint.safetensors.previous");  // the state before it
    if (stopped.err.find("run/model.safetensors holds the best model so far") != std::string::npos) {
      EXPECT_THAT(files, ElementsAre("manifest.json", "metrics.csv", "model.safetensors"));
    } else {
      EXPECT_THAT(stopped.err, HasSubstr("no epoch has ended, so there is no model yet"));
      EXPECT_THAT(files, IsEmpty());
    }
  }

  // What must be the same for the same training: all but times.
  std::map<std::string, std::string> text_run(const std::string& folder) const {
    std::map<std::string, std::string> files;
    for (const char* name : {"model.safetensors", "sample.txt"})
      files[name] = read_text(path(folder + "/" + name));
    for (const std::string& line : lines_of(read_text(path(folder + "/metrics.csv")))) {
      files["metrics"] += line.substr(0, line.rfind(',')) + "\n";
    }
    return files;
  }

  void expect_unchanged(const std::string& folder) const {
    const auto manifest = read_run_manifest(path(folder));  // ends a move, as whoever reads the folder does
    ASSERT_TRUE(manifest.has_value());
    EXPECT_THAT(changed_files(path(folder), *manifest), IsEmpty());
  }

  nlohmann::json track_results(const std::string& folder) const {
    nlohmann::json json = nlohmann::json::parse(read_text(path(folder + "/results.json")));
    for (auto& run : json["runs"]) run.erase("seconds");
    return json["runs"];
  }
};

constexpr const char* kTrack =
    " --samples 64 --epochs 4 --batch-size 16 --length 6 --test-length 8 --test-samples 8 --width 12"
    " --heads 1 --tasks s3 --states 1,2 --eigenvalues tanh,expexp ";

TEST_F(SequenceResume, StoppedAnywhereATextEndsWithTheSameBytes) {
  const std::string flags = text_flags("4") + " --checkpoint-seconds 0 ";
  ASSERT_EQ(run("text -o whole" + flags).code, 0);
  Random random(kSeed);
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    fs::remove_all(path("run"));
    const auto check = [&](const Outcome& r) {
      // A signal may come before the program has begun.
      if (signal != SIGKILL && !r.err.empty()) expect_in_order(r);
      if (fs::exists(path("run/model.safetensors"))) read_safetensors(path("run/model.safetensors"));
    };
    EXPECT_GT(run_to_the_end("text -o run --resume" + flags, signal, random, check), 0);
    expect_same_text_run();
  }
}

TEST_F(SequenceResume, TextsSayWhereTheyGoOn) {
  const std::string flags = text_flags("60");
  ASSERT_EQ(run("text -o whole" + flags).code, 0);
  const Outcome anew = run_and_terminate("text -o run --resume" + flags, "epoch   1");
  ASSERT_EQ(anew.code, 143) << anew.err;
  EXPECT_THAT(anew.out, StartsWith("run: there is no checkpoint to resume"));
  expect_in_order(anew);
  const Outcome resumed = run("text -o run --resume" + flags);
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.out, HasSubstr("goes on from run/checkpoint.safetensors: "));
  expect_same_text_run();
  // Without the flag a checkpoint is given up. What the run before left beside the model goes with it.
  const Outcome second = run_and_terminate("text -o run" + flags, "epoch   1");
  ASSERT_EQ(second.code, 143);
  expect_in_order(second);
  const Outcome third = run("text -o run" + flags);
  EXPECT_THAT(third.out, StartsWith("run: starts at the beginning without --resume"));
  expect_same_text_run();
}

TEST_F(SequenceResume, OtherTextsAndSettingsAreRefused) {
  ASSERT_EQ(run_and_terminate("text -o run" + text_flags("60"), "epoch   1").code, 143);
  const auto expect_refused = [&](const std::string& flags, const std::string& reason) {
    const Outcome r = run("text -o run --resume" + flags);
    EXPECT_EQ(r.code, 2) << flags;
    EXPECT_THAT(lines_of(r.err), SizeIs(1));
    EXPECT_THAT(r.err, HasSubstr("run/checkpoint.safetensors: the training to resume had another " + reason));
  };
  expect_refused(text_flags("61"), "epochs: 60, now 61");
  expect_refused(text_flags("60") + " --validation 0.2", "validation: ");
  expect_refused(text_flags("60") + " --eigenvalues expexp", "eigenvalues: tanh, now expexp");
  expect_refused(text_flags("60") + " --seed 3", "seed: 0, now 3");
  std::string text = read_text(path("text.txt"));
  text[700] = text[700] == 'a' ? 't' : 'a';
  write("text.txt", text);
  expect_refused(text_flags("60"), "text (hash)");
}

TEST_F(SequenceResume, TwoTrainingsDoNotShareAFolder) {
  fs::create_directory(path("run"));
  const FolderLock lock(path("run"));
  for (const std::string& arguments :
       {"text -o run" + text_flags("1"), "track -o run" + std::string(kTrack)}) {
    const Outcome r = run(arguments);
    EXPECT_EQ(r.code, 1) << arguments;
    EXPECT_THAT(r.err, HasSubstr("run: another process works in this folder"));
  }
}

// A second training is killed at random moments: the folder holds the one or the other.
TEST_F(SequenceResume, AKilledTextMixesItsFilesWithNoOther) {
  const std::string second = text_flags("4") + " --checkpoint-seconds 0 --seed 1 ";
  ASSERT_EQ(run("text -o run" + text_flags("4")).code, 0);
  const auto most = time_of("text -o whole" + second);
  const auto before = text_run("run");
  const auto after = text_run("whole");
  ASSERT_NE(before, after);
  Random random(kSeed);
  kill_over_a_finished_run("text -o run" + second, 12, most, random, [&] {
    expect_unchanged("run");
    EXPECT_THAT(text_run("run"), AnyOf(before, after));
  });
  expect_same_text_run();
}

TEST_F(SequenceResume, AFinishedTextIsLeftAsItIs) {
  const std::string flags = text_flags("2");
  ASSERT_EQ(run("text -o run" + flags).code, 0);
  const auto before = text_run("run");
  const auto date = fs::last_write_time(path("run/model.safetensors"));
  const Outcome again = run("text -o run --resume" + flags);
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, "run: this run is finished already\n");
  EXPECT_EQ(fs::last_write_time(path("run/model.safetensors")), date);
  // Another sample, other settings, another text or a file that was changed make another run.
  for (const std::string more : {" --prompt a", " --temperature 2", " --seed 1", " --learning-rate 0.01"}) {
    EXPECT_THAT(run("text -o run --resume" + flags + more).out, HasSubstr("there is no checkpoint to resume"))
        << more;
  }
  ASSERT_EQ(run("text -o run" + flags).code, 0);
  EXPECT_EQ(text_run("run"), before);
  write("run/sample.txt", "changed");
  EXPECT_THAT(run("text -o run --resume" + flags).out, HasSubstr("there is no checkpoint to resume"));
  EXPECT_EQ(text_run("run"), before);
  write("text.txt", read_text(path("text.txt")) + "a");
  EXPECT_THAT(run("text -o run --resume" + flags).out, HasSubstr("there is no checkpoint to resume"));
}

TEST_F(SequenceResume, StoppedAnywhereATableIsTheSame) {
  const std::string flags = kTrack + std::string(" --checkpoint-seconds 0 ");
  ASSERT_EQ(run("track -o whole" + flags).code, 0);
  Random random(kSeed);
  for (const int signal : {SIGINT, SIGKILL}) {
    fs::remove_all(path("run"));
    const auto check = [&](const Outcome& r) {
      if (signal == SIGKILL || r.err.empty()) return;
      EXPECT_THAT(r.err, HasSubstr(" of 4 models are trained and tested; "));
      EXPECT_EQ(names_in("run").contains("results.md"),
                r.err.find("run holds their tables") != std::string::npos);
    };
    EXPECT_GT(run_to_the_end("track -o run --resume" + flags, signal, random, check), 0);
    EXPECT_EQ(track_results("run"), track_results("whole"));
    EXPECT_EQ(names_in("run"), names_in("whole"));
  }
}

TEST_F(SequenceResume, AKilledTableMixesItsFilesWithNoOther) {
  const std::string second = kTrack + std::string(" --checkpoint-seconds 0 --seed 1 ");
  ASSERT_EQ(run("track -o run" + std::string(kTrack)).code, 0);
  const auto most = time_of("track -o whole" + second);
  const nlohmann::json before = track_results("run");
  const nlohmann::json after = track_results("whole");
  ASSERT_NE(before, after);
  Random random(kSeed);
  kill_over_a_finished_run("track -o run" + second, 12, most, random, [&] {
    expect_unchanged("run");
    EXPECT_TRUE(track_results("run") == before || track_results("run") == after);
    EXPECT_EQ(lines_of(read_text(path("run/results.csv"))).size(), track_results("run").size() + 1);
  });
  EXPECT_EQ(track_results("run"), after);
  EXPECT_EQ(names_in("run"), names_in("whole"));
}

TEST_F(SequenceResume, AFinishedTableIsLeftAsItIs) {
  const std::string flags(kTrack);
  ASSERT_EQ(run("track -o run" + flags).code, 0);
  const std::string table = read_text(path("run/results.md"));
  const Outcome again = run("track -o run --resume" + flags);
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, "run: this run is finished already\n" + table);
  EXPECT_EQ(read_text(path("run/results.md")), table);
  EXPECT_THAT(run("track -o run --resume --seeds 2" + flags).err,
              HasSubstr("there is no checkpoint to resume"));
}

TEST_F(SequenceResume, OtherTasksOfATableAreRefused) {
  const std::string flags = std::string(kTrack) + " --verbose";
  // The first line of the table stands before the second training.
  const std::string many = flags + " --seeds 40";
  ASSERT_EQ(run_and_terminate("track -o run" + many, "| 1 |").code, 143);
  const Outcome r = run("track -o run --resume --length 7" + many.substr(0, many.find(" --length")) +
                        many.substr(many.find(" --test-length")));
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("the training to resume had another length: 6, now 7"));
}

}  // namespace
}  // namespace plstm::test
