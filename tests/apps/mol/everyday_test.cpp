// Files and habits of people who use plstm-mol: read right, or named with the way out.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "apps/mol/mol_program.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class MolEveryday : public MolProgram {
 protected:
  /// Thirty alkanes of different sizes with what `field` writes behind each.
  template <class Field>
  void write_rows(const std::string& name, const std::string& header, const Field& field) const {
    std::string text = header + "\n";
    for (int i = 0; i < 30; ++i)
      text += std::string(static_cast<std::size_t>(i + 1), 'C') + "," + field(i) + "\n";
    write(name, text);
  }

  Outcome train_on(const std::string& name, const std::string& more = "",
                   const std::string& folder = "run") const {
    return run("train -i " + name + " -o " + folder + small() + " --ensemble-size 1 --no-molecule-values " +
               more);
  }

  static std::string number(int i) { return std::to_string(i * 0.25); }
};

// Rows of a table by position.
std::string field_of(const std::string& table, std::size_t line, std::size_t column) {
  std::istringstream text(lines_of(table).at(line));
  std::string field;
  for (std::size_t i = 0; i <= column; ++i) std::getline(text, field, ',');
  return field;
}

TEST_F(MolEveryday, SmilesArgumentsAreReadAsTyped) {
  train();
  const Outcome arguments =
      run("predict --model-paths run '[C]' '[Na+].[Cl-]' '[H][H]' 'C' '[OH:1][CH3:2]' "
          "'[C:1]([H])([H])([H])[OH]'");
  write("same.csv", "smiles\n[C]\n[Na+].[Cl-]\n[H][H]\nC\n[OH:1][CH3:2]\n[C:1]([H])([H])([H])[OH]\n");
  EXPECT_EQ(arguments.code, 0) << arguments.err;
  EXPECT_EQ(arguments.out, run("predict --model-paths run -i same.csv").out);
  EXPECT_NE(field_of(arguments.out, 1, 3), field_of(arguments.out, 4, 3)) << "an atom is no methane";
  EXPECT_EQ(field_of(arguments.out, 5, 3), field_of(arguments.out, 6, 3)) << "atom maps are no chemistry";
}

TEST_F(MolEveryday, SeveralModelsMayFollowOneFlag) {
  train();
  ASSERT_EQ(run("train -i data.csv -o other --target-columns value --seed 4" + small()).code, 0);
  const std::string both = run("predict -i data.csv --model-paths run,other").out;
  EXPECT_EQ(run("predict -i data.csv --model-paths run other").out, both);
  EXPECT_EQ(run("predict --model-paths run other/model.safetensors -i data.csv").out, both);
  EXPECT_EQ(run("evaluate -i data.csv --model-paths run other").code, 0);
  EXPECT_EQ(lines_of(run("predict --model-paths run other CCO").out).size(), 2u);
  const Outcome wrong = run("predict -i data.csv --model-paths run missing");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("'missing' is no model"));
  const Outcome mistyped = run("predict --model-paths run othr/model.safetensors CCO");
  EXPECT_EQ(mistyped.code, 1);
  EXPECT_THAT(mistyped.err, HasSubstr("othr/model.safetensors"));
}

TEST_F(MolEveryday, PipesAreReadAndWritten) {
  train();
  const std::string table = run("predict -i data.csv --model-paths run").out;
  EXPECT_EQ(shell("$P predict -i - --input-format csv --model-paths run -o - < data.csv").out, table);
  EXPECT_EQ(shell("$P predict -i /dev/stdin --input-format csv --model-paths run < data.csv").out, table);
  EXPECT_FALSE(fs::exists(path("-")));
  EXPECT_EQ(shell("cat data.csv | $P predict -i - --model-paths run").out, table);
  write("data.txt", read_text(path("data.csv")));
  const Outcome nameless = run("predict -i data.txt --model-paths run");
  EXPECT_EQ(nameless.code, 1);
  EXPECT_THAT(nameless.err, HasSubstr("--input-format"));
}

TEST_F(MolEveryday, LongWorkSaysHowFarItIs) {
  train();
  std::string rows;
  for (int i = 0; i < 3000; ++i)
    rows += "CCO," + std::string(100, 'a') + "\n";  // more than is read at a time
  write("rows.csv", rows);
  const std::string slowly = "{ echo smiles,note; cat rows.csv; sleep 3; cat rows.csv; } | ";
  const Outcome r =
      shell(slowly + "PLSTM_PROGRESS=on $P predict -i - --model-paths run -o out.csv --no-domain");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("predicting: 4096 rows, ")) << "a pipe has no end that is known";
  EXPECT_THAT(r.err, HasSubstr(" s so far\n"));
  const Outcome quiet = shell(slowly + "$P predict -i - --model-paths run -o out.csv --no-domain");
  EXPECT_EQ(quiet.err, "") << "PLSTM_PROGRESS=off, which these tests set, says nothing";
}

TEST_F(MolEveryday, CompressedFilesAreReadAndWritten) {
  train();
  const std::string table = run("predict -i data.csv --model-paths run").out;
  ASSERT_EQ(shell("gzip -k data.csv").code, 0);
  EXPECT_EQ(run("predict -i data.csv.gz --model-paths run").out, table);
  ASSERT_EQ(
      shell("$P predict -i data.csv --model-paths run -o out.csv.gz && gunzip -c out.csv.gz > out.csv").code,
      0);
  EXPECT_EQ(read_text(path("out.csv")), table);
  write("damaged.csv.gz", read_text(path("data.csv.gz")).substr(0, 100));
  const Outcome damaged = run("predict -i damaged.csv.gz --model-paths run -o damaged.csv");
  EXPECT_EQ(damaged.code, 1);
  EXPECT_FALSE(fs::exists(path("damaged.csv")));
}

TEST_F(MolEveryday, PredictionsStandBesideTheColumnsOfTheInput) {
  train();
  write("mine.csv", "plate,canonical,project,value,row\nP1,CCO,\"a, b\",2.5,9\nP2,CX,c,3,8\n");
  const Outcome r = run("predict -i mine.csv --smiles-columns canonical --model-paths run");
  EXPECT_EQ(
      lines_of(r.out)[0],
      "row,smiles,id,plate,project,value,row_input,value_predicted,value_low,value_high,similarity,warning,"
      "error");
  EXPECT_THAT(lines_of(r.out)[1], StartsWith("1,CCO,,P1,\"a, b\",2.5,9,"));
  EXPECT_THAT(lines_of(r.out)[2], StartsWith("2,CX,,P2,c,3,8,,"));
  EXPECT_EQ(
      lines_of(run("predict -i mine.csv --smiles-columns canonical --model-paths run --drop-extra-columns "
                   "--no-intervals --no-domain")
                   .out)[0],
      "row,smiles,id,value,error");
}

TEST_F(MolEveryday, AnOutputThatIsAnInputIsRefused) {
  train();
  const std::string before = read_text(path("data.csv"));
  fs::create_symlink("data.csv", path("link.csv"));
  for (const char* output : {"data.csv", "./data.csv", "link.csv"}) {
    const Outcome r = run(std::string("predict -i data.csv --model-paths run -o ") + output);
    EXPECT_EQ(r.code, 2) << output;
    EXPECT_THAT(r.err, HasSubstr("which is read"));
  }
  EXPECT_EQ(run("evaluate -i data.csv --model-paths run -o data.csv").code, 2);
  EXPECT_EQ(run("predict -i data.csv --model-paths run/model.safetensors -o run/model.safetensors").code, 2);
  EXPECT_EQ(run("export -i data.csv --target-columns value -o data.csv").code, 2);
  EXPECT_EQ(read_text(path("data.csv")), before);
  const std::string table = read_text(path("run/test_predictions.csv"));
  const Outcome r = run(
      "train -i run/test_predictions.csv --smiles-columns smiles --target-columns value -o run" + small());
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("run/test_predictions.csv, which is read"));
  EXPECT_EQ(read_text(path("run/test_predictions.csv")), table);
}

TEST_F(MolEveryday, OutputsThatCannotBeWrittenAreErrors) {
  train();
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no device /dev/full";
  write("one.csv", "smiles,value\nCCO,1\nCCC,2\n");
  for (const char* command : {"predict -i one.csv --model-paths run", "evaluate -i one.csv --model-paths run",
                              "info run", "--help", "train --help", "--version"}) {
    EXPECT_EQ(shell("$P " + std::string(command) + " > /dev/full").code, 1) << command;
    EXPECT_EQ(shell("$P " + std::string(command) + " >&-").code, 1) << command;
  }
}

TEST_F(MolEveryday, AClosedOutputDoesNotReachTheFilesOfARun) {
  write_molecules();
  const Outcome r = shell(
      "$P train -i data.csv -o run --target-columns value --hidden-dim 16 --heads 2 --depth 1 --epochs 2 "
      ">&-");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(read_text(path("run/metrics.csv")), Not(HasSubstr("val loss")));
}

TEST_F(MolEveryday, ErrorsThatCannotBeSaidAreErrorsStill) {
  train(" --ensemble-size 1");
  for (const char* stream : {" 2>&-", " 2>/dev/full", " >&- 2>&-"}) {
    EXPECT_EQ(shell("$P predict -i missing.csv --model-paths run" + std::string(stream)).code, 1) << stream;
    EXPECT_EQ(shell("$P predict" + std::string(stream)).code, 2) << stream;
  }
  EXPECT_EQ(shell("$P predict -i data.csv --model-paths run -o p.csv 2>&-").code, 0);
  EXPECT_EQ(shell("$P evaluate -i data.csv --model-paths run -o e.csv 2>&-").code, 0) << "has notes to say";
}

TEST_F(MolEveryday, AnEmptyNameIsNoFile) {
  train(" --ensemble-size 1");
  for (const char* arguments :
       {"predict -i data.csv --model-paths run -o ''", "predict -i '' --model-paths run",
        "train -i data.csv --target-columns value -o ''"}) {
    const Outcome r = run(arguments);
    EXPECT_EQ(r.code, 2) << arguments;
    EXPECT_EQ(r.out, "") << arguments;
    EXPECT_THAT(r.err, HasSubstr("is empty")) << arguments;
  }
}

TEST_F(MolEveryday, WordsInPlaceOfNumbersNameTheWayOut) {
  write_molecules();
  EXPECT_THAT(run("train -i data.csv -o run --target-columns id" + small()).err,
              HasSubstr("target 'id': 'm0' is not a number; if these are labels, say --task-type"));
}

TEST_F(MolEveryday, TablesOfManyProgramsAreRead) {
  train(" --ensemble-size 1");
  const std::string expected = run("predict --model-paths run CCO --columns smiles,value").out;
  const std::pair<const char*, const char*> tables[] = {
      {"bars", "smiles|note\nCCO|x\n"},
      {"comments", "# of a tool\n# today at noon\nsmiles,note\nCCO,x\n"},
      {"two CR", "smiles,note\r\r\nCCO,x\r\r\n"}};
  for (const auto& [what, text] : tables) {
    write("a.csv", text);
    const Outcome r = run("predict -i a.csv --model-paths run --columns smiles,value");
    EXPECT_EQ(r.out, expected) << what << r.err;
  }
}

TEST_F(MolEveryday, CompressedDataOfOtherProgramsIsNoTable) {
  train(" --ensemble-size 1");
  write("a.csv", std::string("\xFD"
                             "7zXZ\0\0\4\xE6\xD6\xB4",
                             11));
  const Outcome r = run("predict -i a.csv --model-paths run");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("a.csv: is compressed by xz, no text"));
}

TEST_F(MolEveryday, DamagedCompressedDataSaysWhere) {
  train(" --ensemble-size 1");
  ASSERT_EQ(
      shell("{ cat data.csv; for i in 1 2 3 4 5 6 7 8 9; do sed 1d data.csv; done; } | gzip > a.csv.gz && "
            "head -c 200 a.csv.gz > cut.csv.gz")
          .code,
      0);
  for (const char* command : {"predict -i cut.csv.gz --model-paths run -o p.csv",
                              "train -i cut.csv.gz -o run2 --target-columns value --epochs 1"}) {
    const Outcome r = run(command);
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.err, HasSubstr("cut.csv.gz: the compressed data is cut off after 200 bytes"));
    EXPECT_THAT(r.err, HasSubstr("get the file again"));
    EXPECT_FALSE(std::filesystem::exists(path("p.csv")) || std::filesystem::exists(path("run2")));
  }
}

TEST_F(MolEveryday, MissingValuesHaveManyNames) {
  const char* missing[] = {"NA", "\\N", "N/A", "NULL", "None", "-nan(ind)", "not measured", ""};
  write_rows("data.csv", "smiles,a,b",
             [&](int i) { return number(i) + "," + (i % 2 == 0 ? missing[i / 2 % 8] : number(i)); });
  const Outcome r = train_on("data.csv");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.err, "plstm-mol: target 'b': 15 of 30 rows have a value\n");
}

// "None" may be a class, and rows of it must not vanish without a word.
TEST_F(MolEveryday, WordsForMissingValuesAmongClassesAreSaid) {
  const char* names[] = {"None", "Low", "High"};
  write_rows("words.csv", "smiles,y", [&](int i) { return std::string(names[i % 3]); });
  const Outcome r = train_on("words.csv", "-t multiclass");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err,
              AllOf(HasSubstr("target 'y': 10 values are 'None', which stands for missing values; a class "
                              "needs another name"),
                    HasSubstr("target 'y': 20 of 30 rows have a value")));
  write_rows("pair.csv", "smiles,y", [&](int i) { return std::string(i % 2 == 0 ? "None" : "Present"); });
  const Outcome pair = train_on("pair.csv", "-t classification");
  EXPECT_EQ(pair.code, 1);
  EXPECT_THAT(pair.err, HasSubstr("15 values are 'None', which stands for missing values"));
}

TEST_F(MolEveryday, ATableOfWhichNoRowFitsIsNotScored) {
  write_rows("words.csv", "smiles,y", [](int i) { return std::string(i % 2 == 0 ? "low" : "high"); });
  ASSERT_EQ(train_on("words.csv", "-t multiclass").code, 0);
  write_rows("others.csv", "smiles,y", [](int i) { return std::string(i % 2 == 0 ? "yes" : "no"); });
  const Outcome r = run("evaluate -i others.csv --model-paths run");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err,
              AllOf(HasSubstr("'yes' is no label"), HasSubstr("none of its 30 rows can be evaluated")));
}

TEST_F(MolEveryday, DroppedRowsAreSaidAlsoWhenQuiet) {
  write_rows("data.csv", "smiles,y", [](int i) { return i == 4 ? "high" : number(i); });
  const Outcome r = train_on("data.csv");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, AllOf(HasSubstr("1 of 30 rows cannot be used; the first is row 5 (line 6)"),
                           HasSubstr("'high'")));
}

TEST_F(MolEveryday, ATargetWithoutAValueIsNamedBeforeTraining) {
  write_rows("empty.csv", "smiles,y,z", [](int i) { return "," + number(i); });
  const Outcome empty = train_on("empty.csv", "--target-columns y");
  EXPECT_EQ(empty.code, 1);
  EXPECT_THAT(empty.err, AllOf(HasSubstr("target 'y' has no value"), HasSubstr("'z'")));
  EXPECT_FALSE(fs::exists(path("run/model.safetensors")));
  train("");
  const Outcome evaluate = run("evaluate -i empty.csv --model-paths run --target-columns y");
  EXPECT_EQ(evaluate.code, 1);
  EXPECT_THAT(evaluate.err, HasSubstr("target 'y' has no value"));
}

TEST_F(MolEveryday, ConstantTargetsAreNamedBeforeTraining) {
  write_rows("same.csv", "smiles,y", [](int) { return "3.5"; });
  const Outcome same = train_on("same.csv");
  EXPECT_EQ(same.code, 1);
  EXPECT_THAT(same.err, HasSubstr("all training values of 'y' are 3.5"));
  write_rows("one.csv", "smiles,y,z", [](int i) { return "1," + number(i); });
  const Outcome one = train_on("one.csv");
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_THAT(one.err, HasSubstr("all training values of 'y' are 1"));
  fs::remove_all(path("run"));
  write_rows("both.csv", "smiles,y,z", [](int) { return std::string("1,2"); });
  const Outcome both = train_on("both.csv");
  EXPECT_EQ(both.code, 1);
  EXPECT_THAT(both.err, HasSubstr("each of the targets 'y', 'z' has one value"));
  EXPECT_FALSE(fs::exists(path("run/model.safetensors")));
}

TEST_F(MolEveryday, LossesAndMetricsThatDoNotFitAreRefused) {
  write_molecules();
  for (const char* flags :
       {"-t classification --target-columns active --loss-function squared_error",
        "-t classification --target-columns active --metric rmse",
        "-t multiclass --target-columns kind --metric roc_auc", "--target-columns value --metric roc_auc",
        "--target-columns value --loss-function binary_cross_entropy"}) {
    const Outcome r = run(std::string("train -i data.csv -o run ") + flags + small());
    EXPECT_EQ(r.code, 2) << flags;
    EXPECT_THAT(r.err, AllOf(HasSubstr("--task-type"), HasSubstr("choose one of"))) << flags;
    EXPECT_THAT(lines_of(r.err), SizeIs(1));
  }
}

TEST_F(MolEveryday, AnUndefinedMetricIsSaid) {
  std::string parts = R"({"train": [)";
  for (int i = 0; i < 20; ++i) parts += (i > 0 ? "," : "") + std::to_string(i);
  write("split.json", parts + R"(], "valid": [21, 23, 25], "test": [20, 22]})");
  write_rows("data.csv", "smiles,y", [](int i) { return std::to_string(i % 2); });
  const Outcome r = train_on("data.csv", "-t classification --splits-file split.json --patience 2");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("roc_auc is undefined on the validation part"));
}

TEST_F(MolEveryday, LabelsOfYesAndNoAreMapped) {
  const std::pair<const char*, const char*> pairs[] = {
      {"False", "True"}, {"No", "Yes"}, {"-1", "1"}, {"1", "2"}, {"inactive", "active"}};
  std::string predictions;
  for (const auto& [no, yes] : pairs) {
    write_rows("data.csv", "smiles,y", [&](int i) { return std::string(i % 3 == 0 ? yes : no); });
    const Outcome r = train_on("data.csv", "-t classification");
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_THAT(r.err, HasSubstr(std::string("'") + no + "' is 0, '" + yes + "' is 1"));
    EXPECT_THAT(run("info run").out, HasSubstr(std::string(no) + ", " + yes));
    EXPECT_THAT(read_text(path("run/test_predictions.csv")), HasSubstr(std::string(",") + no + ","));
    std::string table = run("predict --model-paths run CCO --no-intervals").out;
    const std::size_t said =
        std::min(table.find("," + std::string(no) + ","), table.find("," + std::string(yes) + ","));
    ASSERT_NE(said, std::string::npos) << "the class is called as the data calls it";
    table.replace(said + 1, table.find(',', said + 1) - said - 1,
                  table.compare(said + 1, std::strlen(yes), yes) == 0 ? "one" : "zero");
    if (predictions.empty()) predictions = table;
    EXPECT_EQ(table, predictions) << "the labels say the same; classes have their names";
    EXPECT_EQ(run("evaluate -i data.csv --model-paths run").code, 0);
  }
  write_rows("data.csv", "smiles,y", [](int i) { return std::string(i % 2 == 0 ? "red" : "blue"); });
  EXPECT_EQ(train_on("data.csv", "-t classification").code, 1);
}

TEST_F(MolEveryday, ClassesAreThoseThatTheDataHas) {
  const char* names[] = {"low", "mid", "high"};
  write_rows("words.csv", "smiles,y", [&](int i) { return std::string(names[i % 3]); });
  ASSERT_EQ(train_on("words.csv", "-t multiclass").code, 0);
  EXPECT_EQ(lines_of(run("predict --model-paths run CCO").out)[0],
            "row,smiles,id,y_high,y_low,y_mid,y_class,y_set,similarity,warning,error");
  const char* numbers[] = {"0", "5", "100"};
  write_rows("gaps.csv", "smiles,y", [&](int i) { return std::string(numbers[i % 3]); });
  const Outcome gaps = train_on("gaps.csv", "-t multiclass");
  EXPECT_THAT(gaps.err, HasSubstr("'100' is 2"));
  EXPECT_EQ(lines_of(run("predict --model-paths run CCO").out)[0],
            "row,smiles,id,y_0,y_5,y_100,y_class,y_set,similarity,warning,error");
  EXPECT_EQ(train_on("gaps.csv", "-t multiclass --multiclass-num-classes 4").code, 1);
}

TEST_F(MolEveryday, EqualMoleculesInTrainingAndTestAreSaid) {
  std::string text = "smiles,y\n";
  for (int i = 0; i < 30; ++i) {
    const std::string chain(static_cast<std::size_t>(i % 10 + 1), 'C');
    text += (i < 10 ? chain + "O" : i < 20 ? "O" + chain : "[OH:1]" + chain) + "," + std::to_string(i) + "\n";
  }
  write("data.csv", text);
  const Outcome random = train_on("data.csv");
  EXPECT_EQ(random.code, 0) << random.err;
  EXPECT_THAT(random.err, AllOf(HasSubstr("test molecules are in the training part, too"),
                                HasSubstr("--split random_with_repeated_smiles"),
                                HasSubstr("10 molecules have several rows with different values")));
  const Outcome kept = train_on("data.csv", "--split random_with_repeated_smiles");
  EXPECT_EQ(kept.code, 0) << kept.err;
  EXPECT_THAT(kept.err, Not(HasSubstr("in the training part")));
}

TEST_F(MolEveryday, FormulasInTextsAreSaidAndEscaped) {
  train();
  write("ids.csv", "smiles,name\nCC,\"=HYPERLINK(\"\"x\"\")\"\nCCC,-3.5\n");
  const std::string command = "predict -i ids.csv --id-column name --model-paths run";
  EXPECT_THAT(run(command).err, HasSubstr("1 fields begin with"));
  const Outcome escaped = run(command + " --escape-formulas");
  EXPECT_THAT(escaped.err, IsEmpty());
  EXPECT_THAT(escaped.out, AllOf(HasSubstr("'=HYPERLINK"), HasSubstr(",-3.5,")));
}

TEST_F(MolEveryday, ControlCharactersOfFilesDoNotReachTheTerminal) {
  write_rows("data.csv", "smiles,\x1b[31mred", [](int i) { return number(i); });
  EXPECT_THAT(train_on("data.csv", "--target-columns missing").err,
              AllOf(HasSubstr("\\x1B[31mred"), Not(HasSubstr("\x1b"))));
  const Outcome r = train_on("data.csv");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(run("info run").out, Not(HasSubstr("\x1b")));
}

TEST_F(MolEveryday, SenselessNumbersOfThreadsAreRefused) {
  train();
  const Outcome r = run("predict --model-paths run --threads 100000000 CCO");
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("number of threads is 100000000"));
}

TEST_F(MolEveryday, AMoleculeInPlaceOfTheHeaderIsNoHeader) {
  train();
  for (const char* text : {"CCO\nCCN\n", "CCO,2.5\nCCN,3\n", "CCO,ethanol\nCCN,ethylamine\n"}) {
    write("bare.csv", text);
    const Outcome r = run("predict -i bare.csv --model-paths run");
    EXPECT_EQ(r.code, 1) << text;
    EXPECT_THAT(r.err, HasSubstr("--no-header-row")) << text;
    EXPECT_EQ(lines_of(run("predict -i bare.csv --model-paths run --no-header-row").out).size(), 3u) << text;
  }
}

// Their differences stand behind more digits than usual numbers have.
TEST_F(MolEveryday, PredictionsOfTargetsWithAHugeOffsetDiffer) {
  write_rows("data.csv", "smiles,energy",
             [](int i) { return "1000000000" + std::to_string(100000 + i) + ".25"; });
  ASSERT_EQ(train_on("data.csv").code, 0);
  const Outcome r = run("predict --model-paths run CCO CCCCCCCCCCCCCC");
  ASSERT_EQ(r.code, 0) << r.err;
  const auto lines = lines_of(r.out);
  EXPECT_THAT(lines.at(1), HasSubstr(",1000000000100"));
  EXPECT_NE(lines.at(1).substr(lines[1].find("1000000000")), lines.at(2).substr(lines[2].find("1000000000")));
}

TEST_F(MolEveryday, NotesOfAWideTableAreNoFlood) {
  std::string header = "smiles";
  for (int i = 0; i < 50; ++i) header += ",c" + std::to_string(i);
  write_rows("wide.csv", header, [](int) {
    std::string fields = "0";
    for (int i = 1; i < 50; ++i) fields += ",0";
    return fields;
  });
  const Outcome r = train_on("wide.csv");
  EXPECT_THAT(r.err, HasSubstr("more such notes"));
  EXPECT_LE(lines_of(r.err).size(), 24u) << r.err;
}

}  // namespace
}  // namespace plstm::test
