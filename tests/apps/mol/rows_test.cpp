#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/mol/mol_program.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class MolRows : public MolProgram {
 protected:
  /// Forty rows: chains with an end group in three solvents. The value follows from both.
  void write_rows() const {
    std::string text = "solute,solvent,value\n";
    const char* const solvents[] = {"O", "CCCCCC", "CC(C)=O"};
    for (int i = 0; i < 40; ++i) {
      text += std::string(static_cast<std::size_t>(1 + i % 10), 'C') + (i < 20 ? "O," : "N,") +
              solvents[i % 3] + "," + std::to_string(0.2 * (i % 10) + 2 * (i % 3)) + "\n";
    }
    write("data.csv", text);
  }

  Outcome train_on_rows(const std::string& flags) const {
    write_rows();
    return run("train -i data.csv --target-columns value " + flags + small() + " --ensemble-size 2");
  }

  double rmse(const std::string& folder) const {
    return nlohmann::json::parse(read_text(path(folder + "/test_scores.json")))["pLSTM"]["all"]["rmse"];
  }

  void expect_error(const std::string& arguments, const std::vector<std::string>& parts) const {
    const Outcome r = run(arguments);
    EXPECT_NE(r.code, 0) << arguments;
    EXPECT_EQ(lines_of(r.err).size(), 1u) << r.err;
    for (const std::string& part : parts) EXPECT_THAT(r.err, HasSubstr(part)) << arguments;
  }
};

TEST_F(MolRows, SoluteAndSolvent) {
  ASSERT_EQ(train_on_rows("-o blind --smiles-columns solute").code, 0);
  const Outcome trained = train_on_rows("-o run --smiles-columns solute solvent");
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_LT(rmse("run"), 0.7 * rmse("blind"));
  EXPECT_THAT(read_text(path("run/report.html")), HasSubstr("Molecules of a row"));
  EXPECT_THAT(run("info run").out, HasSubstr("A row has 2 molecules: solute, solvent."));
  const Outcome predicted = run("predict -i data.csv --model-paths run -o out.csv");
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_THAT(read_text(path("out.csv")),
              AllOf(HasSubstr("row,smiles,id,solute,solvent,value,"), HasSubstr("\n1,CO.O,,CO,O,")));
  write("other.csv", "what,in\nCCO,O\nCCO,C1\n");
  const Outcome renamed = run("predict -i other.csv --smiles-columns what in --model-paths run");
  EXPECT_EQ(renamed.code, 0);
  EXPECT_THAT(renamed.out, HasSubstr("solvent: "));
  const Outcome arguments = run("predict --model-paths run CCO O CCO CCCCCC");
  ASSERT_EQ(arguments.code, 0) << arguments.err;
  EXPECT_EQ(lines_of(arguments.out).size(), 3u);
  EXPECT_EQ(run("evaluate -i data.csv --model-paths run --report page.html").code, 0);
  EXPECT_EQ(run("fingerprint --model-paths run CCO O").code, 0);
  const Outcome explained = run("explain --model-paths run CCO O --svg-dir pictures --fragments");
  ASSERT_EQ(explained.code, 0) << explained.err;
  EXPECT_THAT(explained.out, HasSubstr("atom,3,O,"));
  EXPECT_THAT(read_text(path("pictures/row1.svg")), HasSubstr("<svg"));
}

TEST_F(MolRows, RowsThatDoNotFit) {
  ASSERT_EQ(train_on_rows("-o run --smiles-columns solute solvent --no-report").code, 0);
  expect_error("predict --model-paths run CCO O CC",
               {"3 SMILES are given, and a row of the model has 2 (solute, solvent)"});
  write("bare.csv", "solute\nCCO\n");
  expect_error("predict -i bare.csv --model-paths run", {"bare.csv: there is no column 'solvent'"});
  expect_error("predict -i data.csv --smiles-columns solute --model-paths run",
               {"--smiles-columns names 1 columns, and a row has 2 molecules (solute, solvent)"});
  expect_error("export -i data.csv -o x.graphs --smiles-columns solute solvent", {"a row has 1 molecule"});
  expect_error("train -i data.csv -o other --smiles-columns solute solvent --init-from pretrained",
               {"--init-from"});
}

}  // namespace
}  // namespace plstm::test
