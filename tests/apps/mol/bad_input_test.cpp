// Every kind of bad input: one clear line that names the place, the right exit code, and nothing
// half-written.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/mol/mol_program.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class MolBadInput : public MolProgram {
 protected:
  // Runs, and expects `code` and a single line on stderr with all the given parts.
  void expect_error(const std::string& arguments, int code, const std::vector<std::string>& parts) const {
    const Outcome r = run(arguments);
    EXPECT_EQ(r.code, code) << arguments << "\n" << r.err;
    EXPECT_EQ(lines_of(r.err).size(), 1u) << r.err;
    EXPECT_THAT(r.err, StartsWith("plstm-mol: error: "));
    for (const std::string& part : parts) EXPECT_THAT(r.err, HasSubstr(part)) << arguments;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path(""))) {
      EXPECT_NE(entry.path().extension(), ".partial") << entry.path() << " was left behind by " << arguments;
    }
  }
  std::string train_on(const std::string& file) const {
    return "train -i " + file + " -o run --target-columns value" + small();
  }
};

TEST_F(MolBadInput, UsageErrors) {
  expect_error("", 2, {"subcommand"});
  expect_error("train -i data.csv", 2, {"--output-dir"});
  expect_error("train --no-such-flag", 2, {});
  expect_error("train -i a.csv -o run -t ranking", 2, {"ranking"});
  expect_error("predict --model-paths m.safetensors", 2, {"--data-path"});
  write_molecules();
  expect_error(train_on("data.csv") + " --split-sizes 0.5 0.6 0.1", 2, {"sum"});
  expect_error("train -i data.csv -o run --target-columns value --heads 7", 2, {"multiple of heads"});
  expect_error("train -i data.csv -o run --target-columns value --epochs 0", 2, {"epochs"});
  expect_error(train_on("data.csv") + " --dropout 1.5", 2, {"dropout"});
  expect_error(train_on("data.csv") + " --threads -1", 2, {"threads"});
  expect_error(train_on("data.csv") + " --ensemble-size 0", 2, {"ensemble-size"});
  expect_error(train_on("data.csv") + " --ensemble-size 1000000000", 2, {"ensemble-size", "1 to 1000"});
  expect_error("train -i data.csv -o run --target-columns value --batch-size 9223372036854775807", 2,
               {"batch_size", "at most 2147483647"});
  for (const char* classes : {"-3", "1", "2000000000"}) {
    expect_error(train_on("data.csv") + " -t multiclass --multiclass-num-classes " + classes, 2,
                 {"--multiclass-num-classes is ", "expected 2 to 1000"});
  }
  expect_error(train_on("data.csv") + " --seed -1", 2, {"--seed", "-1 is negative"});
  expect_error("train -i data.csv -o run --target-columns value value", 2,
               {"--target-columns names 'value' twice"});
  expect_error(train_on("data.csv") + " --metric speed", 2, {"speed", "rmse"});
  expect_error(train_on("data.csv") + " --orientation up", 2, {"up", "canonical"});
}

TEST_F(MolBadInput, FilesThatCannotBeRead) {
  expect_error(train_on("missing.csv"), 1, {"missing.csv", "cannot be opened"});
  write("empty.csv", "");
  expect_error(train_on("empty.csv"), 1, {"empty.csv", "no rows"});
  write("data.xlsx", "x");
  expect_error(train_on("data.xlsx"), 1, {"data.xlsx", ".csv"});
  write("no.sdf", "this\nis\nno\nSD file\n");
  expect_error(train_on("no.sdf"), 1, {"no.sdf"});
  write("header.csv", "smiles,value\n");
  expect_error(train_on("header.csv"), 1, {"header.csv", "none of its 0 rows"});
}

TEST_F(MolBadInput, NoEmptyFolderIsLeft) {
  const std::string flags = " --target-columns value" + small();
  expect_error("train -i missing.csv -o run/deep/" + flags, 1, {"missing.csv"});
  write_molecules();
  expect_error("train -i data.csv -o run --target-columns weight", 1, {"'weight'"});
  expect_error("train -i data.csv -o run/deep" + flags + " --max-lr 1e38", 1, {"finite"});
  EXPECT_EQ(shell("ulimit -f 1; trap '' XFSZ; $P train -i data.csv -o run/deep" + flags).code, 1);
  EXPECT_EQ(shell("RDBASE=nowhere $P quickstart -o run").code, 1);
  EXPECT_FALSE(std::filesystem::exists(path("run")));
  // What was there before stays.
  std::filesystem::create_directory(path("mine"));
  expect_error("train -i missing.csv -o mine/deep" + flags, 1, {"missing.csv"});
  expect_error("train -i missing.csv -o mine" + flags, 1, {"missing.csv"});
  EXPECT_TRUE(std::filesystem::is_empty(path("mine")));
}

// The user learns of it before a large table is read.
TEST_F(MolBadInput, AFolderThatCannotBeMadeIsSaidFirst) {
  write_molecules();
  std::filesystem::create_symlink("nowhere", path("link"));
  for (const char* folder : {"data.csv/run", "data.csv", "link"}) {
    expect_error("train -i missing.csv -o " + std::string(folder) + small(), 1,
                 {"the output folder cannot be made", "--output-dir"});
  }
  expect_error("train -i missing.csv -o ''" + small(), 2, {"the name of the file is empty", "--output-dir"});
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
}

TEST_F(MolBadInput, AMissingColumnIsNamedWithThoseThereAre) {
  write("data.csv", "smiles,weight\nCCO,1\n");
  expect_error(train_on("data.csv"), 1, {"data.csv", "'value'", "'weight'"});
  expect_error("train -i data.csv -o run --smiles-columns structure", 1, {"'structure'", "'smiles'"});
}

// Bad rows are counted, kept in the output with their error, and stop the run only with --strict.
TEST_F(MolBadInput, BadRowsAreKeptWithTheirError) {
  train();
  write("bad.csv", "smiles,value\nCCO,1\nC1CC,2\nCCN,many\nCCC\n,3\nCCF,nan\nC(C)(C)(C)(C)C,1\n");
  const Outcome r = run("predict -i bad.csv --model-paths run -o out.csv");
  EXPECT_EQ(r.code, 0) << r.err;
  const auto rows = lines_of(read_text(path("out.csv")));
  ASSERT_EQ(rows.size(), 8u);
  EXPECT_THAT(rows[1], AllOf(StartsWith("1,CCO,,"), ::testing::EndsWith(",")));
  EXPECT_THAT(rows[2], AllOf(StartsWith("2,C1CC,,2,,"), HasSubstr("never closed")));
  EXPECT_THAT(rows[4], HasSubstr("1 fields, expected 2"));
  EXPECT_THAT(rows[5], HasSubstr("no atoms"));
  EXPECT_THAT(rows[7], HasSubstr("valence"));
  EXPECT_THAT(r.out, HasSubstr("3 rows predicted, 4 bad rows"));
  expect_error("predict -i bad.csv --model-paths run -o strict.csv --strict", 1,
               {"bad.csv", "row 2", "line 3", "C1CC"});
  EXPECT_FALSE(std::filesystem::exists(path("strict.csv")));
  expect_error("predict --model-paths run --strict CCO C1CC", 1, {"argument 2", "C1CC"});
}

TEST_F(MolBadInput, TrainingGoesOnWithoutBadRows) {
  write_molecules();
  std::ofstream(path("data.csv"), std::ios::app) << "C1CC,x,1,0,0\nCCO,y,many,0,0\n";
  const Outcome r =
      run("train -i data.csv -o run --target-columns value --hidden-dim 16 --heads 2 --epochs 1");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("30 molecules (2 bad rows)"));
  const std::string predictions = read_text(path("run/test_predictions.csv"));
  EXPECT_THAT(predictions, AllOf(HasSubstr("31,C1CC"), HasSubstr("never closed"),
                                 HasSubstr("'value': 'many' is not a number")));
  std::filesystem::remove_all(path("run"));
  expect_error(train_on("data.csv") + " --strict", 1, {"data.csv", "row 31", "C1CC"});
}

TEST_F(MolBadInput, LabelsThatAreNone) {
  write_molecules();
  expect_error("train -i data.csv -o run -t classification --target-columns value" + small(), 1,
               {"data.csv", "'value'", "0 and 1", "--task-type"});
  expect_error("train -i data.csv -o run -t multiclass --target-columns value" + small(), 1,
               {"data.csv", "'0.250000' is no class", "--task-type"});
}

TEST_F(MolBadInput, ValuesThatAreNotFinite) {
  write("data.csv", "smiles,value\nCCO,-inf\nCCN,inf\n");
  expect_error(train_on("data.csv"), 1, {"none of its 2 rows", "not a finite number"});
  write_molecules();
  expect_error(train_on("data.csv") + " --max-lr 1e30 --grad-clip 1e30", 1, {"epoch", "not finite"});
  EXPECT_FALSE(std::filesystem::exists(path("run/model.safetensors")));
}

TEST_F(MolBadInput, SplitsThatDoNotFit) {
  write_molecules();
  expect_error(train_on("data.csv") + " --split scaffold", 1,
               {"data.csv", "same scaffold", "--split random"});
  write("far.json", R"({"train": [0, 99], "valid": [1], "test": [2]})");
  expect_error(train_on("data.csv") + " --splits-file far.json", 1, {"far.json", "99"});
  write("twice.json", R"({"train": [0, 1], "valid": [1], "test": [2]})");
  expect_error(train_on("data.csv") + " --splits-file twice.json", 1, {"twice.json", "twice"});
  write("no.json", "[");
  expect_error(train_on("data.csv") + " --splits-file no.json", 1, {"no.json"});
}

TEST_F(MolBadInput, ModelFilesThatAreNone) {
  train();
  expect_error("predict --model-paths missing.safetensors CCO", 1, {"missing.safetensors"});
  expect_error("info data.csv", 1, {"data.csv"});
  const std::string bytes = read_text(path("run/model.safetensors"));
  write("cut.safetensors", bytes.substr(0, bytes.size() / 2));
  expect_error("predict --model-paths cut.safetensors CCO", 1, {"cut.safetensors"});
  expect_error("evaluate -i data.csv --model-paths cut.safetensors", 1, {"cut.safetensors"});
  std::string foreign = bytes;
  foreign.replace(foreign.find("\"plstm\""), 7, "\"other\"");
  write("foreign.safetensors", foreign);
  expect_error("info foreign.safetensors", 1, {"foreign.safetensors", "not a model of plstm"});
  std::filesystem::create_directory(path("nothing"));
  expect_error("info nothing", 1, {"nothing", "no model"});
}

TEST_F(MolBadInput, OutputsThatCannotBeWritten) {
  train();
  expect_error("predict -i data.csv --model-paths run -o no/such/folder/out.csv", 1,
               {"no/such/folder/out.csv", "cannot be written"});
  expect_error("train -i data.csv -o data.csv --target-columns value" + small(), 1,
               {"data.csv", "--output-dir"});
}

TEST_F(MolBadInput, EvaluateNamesTheTargetThatIsMissing) {
  train();
  write("other.csv", "smiles,other\nCCO,1\n");
  expect_error("evaluate -i other.csv --model-paths run", 1, {"other.csv", "'value'"});
}

// A run that asks for bfloat16 where there is none leaves no folder behind.
TEST_F(MolBadInput, PrecisionThatTheProcessorLacks) {
  train();
  ::setenv("PLSTM_ISA", "avx2", 1);
  const std::string flag = " --precision bfloat16", message = "choose precision float";
  expect_error("train -i data.csv -o other --target-columns value" + flag, 2, {message});
  EXPECT_FALSE(std::filesystem::exists(path("other")));
  expect_error("predict --model-paths run CCO" + flag, 2, {message});
  expect_error("evaluate -i data.csv --model-paths run" + flag, 2, {message});
  ::unsetenv("PLSTM_ISA");
  expect_error("predict --model-paths run CCO --precision half", 2, {"--precision", "half"});
}

TEST_F(MolBadInput, PredictSaysThatThereIsNoMolecule) {
  train();
  write("header.csv", "smiles,value\n");
  const Outcome r = run("predict -i header.csv --model-paths run");
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(lines_of(r.out), ::testing::SizeIs(1));
  EXPECT_THAT(r.err, HasSubstr("header.csv has no molecule"));
}

TEST_F(MolBadInput, OutputsNeverReplaceAModel) {
  train();
  const std::string model = read_text(path("run/model.safetensors"));
  for (const std::string command : {"predict -i data.csv", "evaluate -i data.csv"}) {
    for (const std::string file : {"model.safetensors", "splits.json", "manifest.json", "metrics.csv"}) {
      expect_error(command + " --model-paths run -o run/" + file, 2, {"run/" + file, "belongs to the run"});
    }
    expect_error(command + " --model-paths run/model.safetensors -o run/model.safetensors", 2, {"is read"});
  }
  EXPECT_EQ(read_text(path("run/model.safetensors")), model);
  EXPECT_EQ(run("predict -i data.csv --model-paths run -o run/predictions.csv").code, 0);
  EXPECT_EQ(run("predict -i data.csv --model-paths run -o run/predictions.csv").code, 0);
}

}  // namespace
}  // namespace plstm::test
