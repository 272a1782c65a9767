#include <cstdlib>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/data/value_list.hpp>

#include "apps/mol/mol_program.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class MolThings : public MolProgram {
 protected:
  /// Thirty alcohols, amines and ethers with charges and kinds of their atoms and with lengths of their bonds.
  void write_lists() const {
    std::string text = "smiles,id,charge,kind,length\n";
    const char* const groups[] = {"O", "N", "OC"};
    for (int i = 0; i < 30; ++i) {
      const int carbons = 1 + i / 3;
      std::string charges, kinds, lengths;
      for (int c = 0; c < carbons; ++c) {
        charges += c + 1 == carbons ? "0.2, " : "0, ";
        kinds += "carbon, ";
        lengths += c + 1 == carbons ? "1.43" : "1.54, ";
      }
      const bool ether = i % 3 == 2;
      charges += ether ? "-0.4, 0.2" : i % 3 == 1 ? "-0.3" : "-0.4";
      kinds += ether ? "other, carbon" : "other";
      if (ether) lengths += ", 1.43";
      text += std::string(static_cast<std::size_t>(carbons), 'C') + groups[i % 3] + ",m" + std::to_string(i) +
              ",\"[" + charges + "]\",\"[" + kinds + "]\",\"[" + lengths + "]\"\n";
    }
    write("data.csv", text);
  }

  static std::string quick() { return small() + " --ensemble-size 1"; }

  Outcome train_on(const std::string& flags) const {
    return run("train -i data.csv -o run " + flags + quick());
  }

  void expect_error(const std::string& arguments, const std::vector<std::string>& parts) const {
    const Outcome r = run(arguments);
    EXPECT_NE(r.code, 0) << arguments;
    EXPECT_THAT(lines_of(r.err), SizeIs(1)) << r.err;
    for (const std::string& part : parts) EXPECT_THAT(r.err, HasSubstr(part)) << arguments;
  }
};

// The fields of a line without commas inside of them.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == ',') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

TEST_F(MolThings, ValuesOfAtomsFromTheTableToTheReport) {
  write_lists();
  const Outcome trained =
      run("train -i data.csv -o run --atom-target-columns charge --hidden-dim 16 --heads 2 "
          "--depth 1 --epochs 20 --batch-size 4 --ensemble-size 1 --no-atom-values");
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.out,
              AllOf(HasSubstr("30 molecules (0 bad rows), 24 to train, 3 to validate, 3 to test"),
                    HasSubstr("atoms with values: "), HasSubstr("mean of equal atom environments"),
                    HasSubstr("mean of training set"), Not(HasSubstr("ridge"))));
  const auto config = nlohmann::json::parse(read_text(path("run/config.json")));
  EXPECT_EQ(config["targets_of"], "atoms");
  EXPECT_FALSE(config["companion"].get<bool>());
  EXPECT_THAT(read_text(path("run/report.html")),
              AllOf(HasSubstr("Test atoms"), HasSubstr("test atoms"), HasSubstr(", atom 0 (C)")));
  EXPECT_THAT(read_text(path("run/test_predictions.csv")), HasSubstr("charge_true,charge,error"));
  EXPECT_THAT(run("info run").out, AllOf(HasSubstr("It predicts charge of each atom: a number"),
                                         HasSubstr("held-out atoms"), HasSubstr("companion")));
  EXPECT_EQ(nlohmann::json::parse(run("info run --json").out)[0]["targets_of"], "atoms");

  // An atom has the same value wherever it stands.
  const Outcome one =
      run("predict --model-paths run --long CCO OCC \"[H]OC([H])([H])C\" \"C(\" C --no-domain");
  ASSERT_EQ(one.code, 0) << one.err;
  const std::vector<std::string> lines = lines_of(one.out);
  EXPECT_EQ(lines[0], "row,smiles,id,atom,symbol,charge,charge_low,charge_high,error");
  ASSERT_THAT(lines, SizeIs(1 + 3 + 3 + 3 + 1 + 1));
  const auto value = [&](std::size_t line) { return std::atof(fields_of(lines[line])[5].c_str()); };
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(value(4 + i), value(3 - i), 1e-5);
    EXPECT_NEAR(value(7 + i), value(4 + i), 1e-5);
  }
  EXPECT_THAT(lines[7], HasSubstr(",1,O,")) << "the hydrogen is atom 0";
  EXPECT_THAT(lines[10], HasSubstr("4,C(,,,,,,,SMILES 'C(': "));
  EXPECT_LT(value(3), value(1)) << "oxygen is negative";

  const Outcome lists = run("predict -i data.csv --model-paths run -o lists.csv");
  ASSERT_EQ(lists.code, 0) << lists.err;
  EXPECT_THAT(
      read_text(path("lists.csv")),
      HasSubstr("row,smiles,id,charge,kind,length,charge_predicted,charge_low,charge_high,similarity"));

  const Outcome evaluated = run("evaluate -i data.csv --model-paths run -o rows.csv --report page.html");
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_THAT(evaluated.out, AllOf(HasSubstr("30 molecules with 205 atoms that have values, 0 bad rows"),
                                   HasSubstr("of 205 values")));
  EXPECT_THAT(read_text(path("page.html")), HasSubstr("atoms of the rows"));
}

TEST_F(MolThings, KindsOfAtomsBesideNumbers) {
  write_lists();
  const Outcome trained =
      train_on("--atom-target-columns charge kind -t regression classification --no-report");
  EXPECT_NE(trained.code, 0) << "carbon and other are no yes and no";
  const Outcome classes = train_on("--atom-target-columns charge kind -t regression multiclass");
  ASSERT_EQ(classes.code, 0) << classes.err;
  EXPECT_THAT(classes.err,
              AllOf(HasSubstr("target 'kind': 'carbon' is 0, 'other' is 1"), Not(HasSubstr("companion"))));
  const Outcome predicted = run("predict --model-paths run CO --no-domain");
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_THAT(predicted.out,
              HasSubstr("charge,kind_carbon,kind_other,kind_class,charge_low,charge_high,kind_set,error"));
  const Outcome evaluated = run("evaluate -i data.csv --model-paths run -o rows.csv");
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_THAT(read_text(path("rows.csv")), HasSubstr("\"[carbon, other]\""));
}

TEST_F(MolThings, BondsInFoldsAndASearch) {
  write_lists();
  const Outcome folds = train_on("--bond-target-columns length --folds 3");
  ASSERT_EQ(folds.code, 0) << folds.err;
  EXPECT_THAT(folds.out, HasSubstr("mean of equal bond environments"));
  EXPECT_THAT(read_text(path("run/report.html")), HasSubstr("(C-O of atoms"));
  EXPECT_THAT(read_text(path("run/cv_predictions.csv")), HasSubstr("length_true,length,error"));
  const Outcome predicted = run("predict --model-paths run/fold_1 --long CCO C --no-domain");
  EXPECT_THAT(predicted.out, AllOf(HasSubstr("bond,atoms,symbol,length,"), HasSubstr("1,CCO,,1,1 2,C-O,"),
                                   HasSubstr("2,C,,,,,,,,")));
  EXPECT_THAT(run("predict --model-paths run/fold_1 C --no-domain").out, HasSubstr("1,C,,[],[],[],"));
  const Outcome tuned = run("tune -i data.csv -o tuned --bond-target-columns length --trials 2" + quick());
  ASSERT_EQ(tuned.code, 0) << tuned.err;
}

TEST_F(MolThings, HydrogensAndListsOfPropertiesInSdFiles) {
  std::string text;
  const std::string atom = "    0.0000    0.0000    0.0000 ";
  for (int i = 0; i < 12; ++i) {
    const std::string element = i % 3 == 0 ? "O" : i % 3 == 1 ? "N" : "S";
    text += "m" + std::to_string(i) + "\n  test\n\n  3  2  0  0  0  0  0  0  0  0999 V2000\n" + atom +
            "H   0  0\n    1.0000    0.0000    0.0000 " + element +
            "   0  0\n    2.0000    0.0000    0.0000 C   0  0\n" +
            "  1  2  1  0\n  2  3  1  0\nM  END\n>  <atom.dprop.charge>  (1)\n0.3 -0.4\n0." +
            std::to_string(i) + "\n\n>  <bond.iprop.polar>\n1 0\n\n$$$$\n";
  }
  write("data.sdf", text);
  const Outcome heavy = run("train -i data.sdf -o run --atom-target-columns charge" + quick());
  ASSERT_EQ(heavy.code, 0) << heavy.err;
  EXPECT_THAT(run("evaluate -i data.sdf --model-paths run").out, HasSubstr("12 molecules with 24 atoms"));
  const Outcome all = run("train -i data.sdf -o run --atom-target-columns charge --add-h" + quick());
  ASSERT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(run("evaluate -i data.sdf --model-paths run").out, HasSubstr("12 molecules with 36 atoms"));
  const Outcome bonds =
      run("train -i data.sdf -o run --bond-target-columns polar -t classification --add-h" + quick());
  ASSERT_EQ(bonds.code, 0) << bonds.err;
  EXPECT_THAT(run("evaluate -i data.sdf --model-paths run").out, HasSubstr("12 molecules with 24 bonds"));
}

TEST_F(MolThings, OneLineSaysWhatDoesNotWork) {
  write_lists();
  ASSERT_EQ(train_on("--atom-target-columns charge --no-report").code, 0);
  expect_error("train -i data.csv -o run --atom-target-columns charge --target-columns length" + quick(),
               {"--target-columns and --atom-target-columns: one model predicts either molecules, or atoms"});
  expect_error("train -i data.csv -o run --atom-target-columns charge --standardize" + quick(),
               {"--standardize and --ignore-stereo change the order of atoms"});
  expect_error("train -i data.csv -o run --atom-target-columns charges" + quick(), {"'charges'"});
  expect_error("train -i data.csv -o run --atom-target-columns charge charge" + quick(),
               {"--atom-target-columns names 'charge' twice"});
  expect_error("train -i data.csv -o run --atom-target-columns length --strict" + quick(),
               {"row 1 (line 2): target 'length': 1 value for 2 atoms"});
  expect_error("evaluate -i data.csv --model-paths run --target-columns charge",
               {"name their columns with --atom-target-columns"});
  expect_error("explain --model-paths run CCO", {"explain: the model predicts atoms, and only"});
  expect_error("fingerprint --model-paths run CCO", {"fingerprint: the model predicts atoms"});
  expect_error("train -i data.csv -o whole --target-columns charge --strict" + quick(),
               {"target 'charge': it is a list", "--atom-target-columns"});
  write_molecules("numbers.csv");
  ASSERT_EQ(run("train -i numbers.csv -o whole --target-columns value --no-report" + quick()).code, 0);
  expect_error("predict --model-paths whole CCO --long", {"--long writes a row for each atom or bond"});
  EXPECT_NE(run("predict --model-paths run,whole CCO").code, 0);
}

}  // namespace
}  // namespace plstm::test
