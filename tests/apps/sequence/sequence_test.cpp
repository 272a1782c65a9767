#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/program.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class SequenceProgram : public Program {
 protected:
  SequenceProgram() : Program(PLSTM_SEQUENCE) {}

  // One clear line on stderr.
  void expect_error(const std::string& arguments, int code, const std::string& message) const {
    const Outcome r = run(arguments);
    EXPECT_EQ(r.code, code) << arguments;
    EXPECT_EQ(lines_of(r.err).size(), 1u) << r.err;
    EXPECT_THAT(r.err, AllOf(StartsWith("plstm-sequence: error: "), HasSubstr(message)));
  }
};

constexpr const char* kTinyTrack =
    "track --samples 512 --epochs 6 --batch-size 16 --length 12 --test-length 24 --test-samples 64 --width "
    "16 "
    "--learning-rate 0.01 ";
constexpr const char* kTinyText = "text -i text.txt --length 16 --epochs 2 --width 8 --blocks 1 --heads 1 ";

std::string small_text() {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "the cat sat on the mat. ";
  return text;
}

TEST_F(SequenceProgram, TracksParityAndWritesTables) {
  const Outcome r = run(std::string(kTinyTrack) + "--tasks parity --states 1 --eigenvalues tanh -o out");
  ASSERT_EQ(r.code, 0) << r.err;
  const auto json = nlohmann::json::parse(read_text(path("out/results.json")));
  ASSERT_EQ(json.at("runs").size(), 1u);
  const auto& row = json.at("runs")[0];
  EXPECT_GT(row.at("accuracy"), 0.95);
  EXPECT_GT(row.at("test_accuracy"), 0.95);
  EXPECT_EQ(row.at("model").at("JT"), 1);
  EXPECT_EQ(lines_of(read_text(path("out/results.csv"))).size(), 2u);
  EXPECT_EQ(read_text(path("out/results.md")), r.out);
  EXPECT_THAT(r.out, HasSubstr("| parity | 1 | tanh | - | 0 |"));
}

TEST_F(SequenceProgram, MakesEveryModelAskedForOnce) {
  const Outcome r =
      run("track --samples 8 --epochs 1 --length 2 --test-length 3 --test-samples 2 --width 12 --heads 1 "
          "--tasks s3,s5 --states 1,2 --eigenvalues tanh,expexp --norms qr,eigenvalue_limit --norm-models "
          "s3:2 -o out");
  ASSERT_EQ(r.code, 0) << r.err;
  // s3: 2 forms with JT = 1, 2 x 2 with JT = 2; s5: 2 and 2.
  EXPECT_EQ(lines_of(read_text(path("out/results.csv"))).size(), 1u + 6u + 4u);
}

TEST_F(SequenceProgram, SameSeedSameResultForEveryNumberOfThreads) {
  const std::string arguments =
      "track --samples 64 --epochs 1 --length 4 --test-length 6 --test-samples 8 --width 12 "
      "--heads 1 --tasks s3 --states 2 --eigenvalues tanh ";
  ASSERT_EQ(run(arguments + "--threads 1 -o one").code, 0);
  ASSERT_EQ(run(arguments + "--threads 2 -o two").code, 0);
  const auto loss = [&](const char* folder) {
    return nlohmann::json::parse(read_text(path(folder) / "results.json")).at("runs")[0].at("train_loss");
  };
  EXPECT_EQ(loss("one"), loss("two"));
}

TEST_F(SequenceProgram, LearnsATextAndContinuesIt) {
  write("text.txt", small_text());
  const Outcome r = run(std::string(kTinyText) + "-o out --characters 10");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("1440 characters, 11 different ones"), HasSubstr("bits per character")));
  EXPECT_EQ(lines_of(read_text(path("out/metrics.csv"))).size(), 3u);
  const Outcome first = run("text --generate out/model.safetensors --prompt 'the ' --characters 20");
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.out, StartsWith("the "));
  EXPECT_EQ(first.out.size(), 4u + 20u + 1u);
  EXPECT_EQ(run("text --generate out/model.safetensors --prompt 'the ' --characters 20").out, first.out);
  EXPECT_NE(run("text --generate out/model.safetensors --prompt 'the ' --characters 20 --seed 7").out,
            first.out);
  expect_error("text --generate out/model.safetensors --prompt Z", 2,
               "the model does not know the byte 0x5a");
}

TEST_F(SequenceProgram, ReadsStandardInput) {
  write("text.txt", small_text());
  ASSERT_EQ(run(std::string(kTinyText) + "-o out --characters 10").code, 0);
  const std::string flags = std::string(kTinyText).replace(0, 16, "text -i -");
  const Outcome r = shell("$P " + flags + " -o piped --characters 10 < text.txt");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(read_text(path("piped/model.safetensors")), read_text(path("out/model.safetensors")));
}

TEST_F(SequenceProgram, GeneratedTextDoesNotSteerATerminal) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "a\x1B[31mb\tc\n";
  write("text.txt", text);
  ASSERT_EQ(run(std::string(kTinyText) + "-o out --characters 10").code, 0);
  const std::string generate =
      "text --generate out/model.safetensors --characters 40 --prompt \"$(printf 'a\\033[3\\tb')\"";
  EXPECT_THAT(run(generate).out, StartsWith("a\x1B[3\tb"));
  const std::string shown = run_on_terminal(generate);
  EXPECT_THAT(shown, AllOf(HasSubstr("a\\x1B[3"), Not(HasSubstr("\x1B"))));
  EXPECT_THAT(run_on_terminal(std::string(kTinyText) + "-o out --prompt \"$(printf '\\033[')\""),
              AllOf(HasSubstr("\\x1B["), Not(HasSubstr("\x1B"))));
}

TEST_F(SequenceProgram, ATextIsNeverReplaced) {
  for (const std::string name : {"model.safetensors", "metrics.csv", "sample.txt", "manifest.json"}) {
    std::filesystem::create_directories(path("out"));
    write("out/" + name, small_text());
    expect_error("text -i out/" + name + " -o out --length 16 --epochs 1 --width 8 --blocks 1 --heads 1", 2,
                 "the run would replace its input out/" + name);
    EXPECT_EQ(read_text(path("out/" + name)), small_text());
  }
}

TEST_F(SequenceProgram, BadInputGetsOneLine) {
  expect_error("track --tasks parity,s4", 2, "unknown task 's4', expected one of parity, s3, s5");
  expect_error("track --eigenvalues relu", 2, "unknown eigenvalue form 'relu'");
  expect_error("track --norms none", 2, "unknown normalisation 'none'");
  expect_error("track --norm-models s3", 2, "--norm-models: 's3', expected a task and JT, as in s3:3");
  expect_error("track --tasks parity --length 0", 2, "--length is 0, expected at least 1");
  expect_error("track --tasks parity --test-length 0", 2, "--test-length is 0, expected at least 1");
  expect_error("track --states 5 --width 48", 2, "4 heads of JO = 5 do not divide the width 48");
  expect_error("track --seeds 0", 2, "--seeds is 0, expected at least 1");
  expect_error("text", 2, "give either --input");
  expect_error("text -i none.txt", 1, "none.txt: cannot be opened (No such file or directory)");
  write("text.txt", "");
  expect_error("text -i text.txt", 1, "text.txt: the file is empty");
  write("text.txt", "abc");
  expect_error("text -i text.txt", 1,
               "text.txt: 3 characters are too few for sequences of 128 in both parts");
  expect_error("text -i text.txt --length 0", 2, "--length is 0, expected at least 1");
  expect_error("text --generate text.txt", 1, "text.txt");
  expect_error("track --samples 99999999999999", 2,
               "--samples is 99999999999999, expected at most 6710886 of");
  expect_error("track --seeds 99999999999999", 2, "--seeds is 99999999999999, expected at most 1000000");
  expect_error("track --length 99999999999999", 2, "--length is 99999999999999, expected at most 1073741824");
  expect_error("track --seed -1", 2, "--seed: -1 is negative");
  // A sample that cannot be drawn is refused before the training, which may take hours.
  write("text.txt", small_text());
  for (const std::string flag : {"--characters -1", "--temperature nan", "--context 0", "--prompt Z"}) {
    expect_error(kTinyText + flag, 2,
                 flag == "--prompt Z" ? "does not know the byte 0x5a" : "expected 0 or more");
  }
  EXPECT_FALSE(std::filesystem::exists(path("text-model")));
  EXPECT_FALSE(std::filesystem::exists(path("tracking")));
  expect_error("speak", 2, "see plstm-sequence --help");
}

}  // namespace
}  // namespace plstm::test
