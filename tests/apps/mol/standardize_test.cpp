// plstm-mol with --standardize, --ignore-stereo and --add-h: what is said in training is repeated by all that follows.
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/data/graph_file.hpp>

#include "apps/mol/mol_program.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class MolStandardize : public MolProgram {
 protected:
  // Twelve acids, every other one as a salt.
  void write_acids() const {
    std::string text = "smiles,value\n";
    for (int i = 1; i <= 12; ++i) {
      text += std::string(static_cast<std::size_t>(i), 'C') + (i % 2 == 0 ? "C(=O)[O-].[Na+]," : "C(=O)O,") +
              std::to_string(i * 0.5) + "\n";
    }
    write("acids.csv", text);
  }
  Outcome train_acids(const std::string& more) const {
    return run("train -i acids.csv -o run --epochs 2 --no-baselines" + small_network() + more);
  }
  static std::string small_network() { return " --hidden-dim 8 --heads 2 --depth 1 --batch-size 8 --quiet"; }

  // The field of a row and a column of a table without quoted fields.
  static std::string field(const Outcome& table, std::size_t row, const std::string& column) {
    const auto fields_of = [](const std::string& line) {
      std::vector<std::string> fields;
      std::istringstream stream(line);
      for (std::string each; std::getline(stream, each, ',');) fields.push_back(each);
      return fields;
    };
    const std::vector<std::string> lines = lines_of(table.out);
    const std::vector<std::string> header = fields_of(lines.at(0)), fields = fields_of(lines.at(row));
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (header[i] == column) return i < fields.size() ? fields[i] : "";
    }
    ADD_FAILURE() << "no column " << column << " in " << lines.at(0);
    return "";
  }
};

TEST_F(MolStandardize, IsRepeatedAtPrediction) {
  write_acids();
  const Outcome trained = train_acids(" --standardize");
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.err, HasSubstr("standardising has changed 6 of 12 molecules"));
  EXPECT_THAT(read_text(path("run/config.json")), HasSubstr("\"standardize\""));
  const std::string asked = "\"CCCC(=O)O\" \"[K+].[O-]C(=O)CCC\" \"CC1C\"";
  const Outcome predicted = run("predict --model-paths run " + asked);
  EXPECT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_EQ(field(predicted, 1, "value"), field(predicted, 2, "value"));
  EXPECT_EQ(field(predicted, 1, "similarity"), "1.0000");
  EXPECT_EQ(field(predicted, 2, "similarity"), "1.0000");
  EXPECT_EQ(field(predicted, 1, "standardized_smiles"), "");
  EXPECT_EQ(field(predicted, 2, "standardized_smiles"), "CCCC(=O)O");
  EXPECT_EQ(field(predicted, 2, "smiles"), "[K+].[O-]C(=O)CCC");
  EXPECT_THAT(field(predicted, 3, "error"), HasSubstr("CC1C"));
  EXPECT_THAT(predicted.err, HasSubstr("standardising has changed 1 of 2 molecules"));
  write("new.csv", "smiles\nCCCC(=O)[O-].[NH4+]\n");
  EXPECT_EQ(field(run("predict -i new.csv --model-paths run"), 1, "value"), field(predicted, 1, "value"));
  const Outcome evaluated = run("evaluate -i acids.csv --model-paths run --report report.html");
  EXPECT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_THAT(evaluated.err, HasSubstr("standardising has changed 6 of 12 molecules"));
  EXPECT_THAT(read_text(path("report.html")), HasSubstr("standardised"));
}

TEST_F(MolStandardize, IsOffByDefault) {
  write_acids();
  ASSERT_EQ(train_acids("").code, 0);
  EXPECT_THAT(read_text(path("run/config.json")), Not(AnyOf(HasSubstr("standardize"), HasSubstr("add_h"))));
  const Outcome predicted = run("predict --model-paths run \"CCCC(=O)O\" \"[K+].[O-]C(=O)CCC\"");
  EXPECT_NE(field(predicted, 1, "value"), field(predicted, 2, "value"));
  EXPECT_THAT(lines_of(predicted.out)[0], Not(HasSubstr("standardized_smiles")));
}

TEST_F(MolStandardize, StepsAreChosen) {
  write_acids();
  const Outcome refused = train_acids(" --standardize cleanup wash");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("'wash'"), HasSubstr("tautomer")));
  ASSERT_EQ(train_acids(" --standardize tautomer charges --ignore-stereo").code, 0);
  const Outcome predicted =
      run("predict --model-paths run Oc1ccccn1 O=c1cccc[nH]1 \"C[C@H](N)F\" \"C[C@@H](N)F\" CCO.CO");
  EXPECT_EQ(field(predicted, 1, "value"), field(predicted, 2, "value"));
  EXPECT_EQ(field(predicted, 3, "value"), field(predicted, 4, "value"));
  EXPECT_EQ(field(predicted, 5, "standardized_smiles"), "") << "fragments stay";
}

// Duplicates are found among standardised molecules.
TEST_F(MolStandardize, ComesBeforeTheSplit) {
  std::string text = "smiles,value\n";
  for (int i = 1; i <= 20; ++i) {
    const std::string chain(static_cast<std::size_t>(1 + (i - 1) / 2), 'C');
    text += chain + (i % 2 == 0 ? "C(=O)[O-].[Na+],1\n" : "C(=O)O,2\n");
  }
  write("acids.csv", text);
  const Outcome trained = train_acids(" --standardize");
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.err, HasSubstr("10 molecules have several rows with different values"));
  EXPECT_THAT(train_acids("").err, Not(HasSubstr("several rows")));
}

TEST_F(MolStandardize, ExplainsTheStandardisedMoleculeAndSaysSo) {
  write_acids();
  ASSERT_EQ(train_acids(" --standardize").code, 0);
  const Outcome explained = run("explain --model-paths run --svg-dir pictures \"[Na+].[O-]C(=O)CC\" CCO");
  EXPECT_EQ(explained.code, 0) << explained.err;
  EXPECT_THAT(explained.out, StartsWith("row,smiles,id,standardized_smiles,target,"));
  EXPECT_EQ(field(explained, 2, "standardized_smiles"), "CCC(=O)O");
  EXPECT_EQ(field(explained, 2, "part"), "atom");
  EXPECT_EQ(field(explained, 2, "symbol"), "C");  // not sodium, the first atom of the input
  EXPECT_EQ(field(explained, 6, "symbol"), "O");
  EXPECT_EQ(field(explained, 9, "standardized_smiles"), "");
  EXPECT_THAT(read_text(path("pictures/row1.svg")), HasSubstr("row 1 (standardised)"));
  EXPECT_THAT(read_text(path("pictures/row2.svg")), Not(HasSubstr("(standardised)")));
}

TEST_F(MolStandardize, HydrogensAreAtomsOnDemand) {
  write_acids();
  ASSERT_EQ(train_acids(" --add-h").code, 0);
  const Outcome predicted = run("predict --model-paths run CCO OCC");
  EXPECT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_EQ(field(predicted, 1, "value"), field(predicted, 2, "value"));
  for (const char* method : {"occlusion", "gradient"}) {
    const Outcome explained =
        run(std::string("explain --model-paths run CCO --svg-dir pictures --method ") + method);
    EXPECT_EQ(explained.code, 0) << explained.err;
    // Baseline, three atoms with their hydrogens, interaction, prediction.
    EXPECT_THAT(lines_of(explained.out), SizeIs(7)) << method;
  }
  const Outcome tuned = run("train -i acids.csv -o tuned --init-from pretrained --epochs 1 --quiet --add-h");
  EXPECT_EQ(tuned.code, 2);
  EXPECT_THAT(tuned.err, HasSubstr("'hydrogens', which the pretrained model does not know"));
}

TEST_F(MolStandardize, ATrainingThatStartsFromAModelReadsAsItDoes) {
  write_acids();
  ASSERT_EQ(train_acids(" --standardize --no-companion").code, 0);
  const std::string from_run = "train -i acids.csv --init-from run --epochs 1 --quiet --no-companion -o ";
  EXPECT_THAT(run(from_run + "second").err, HasSubstr("standardising has changed 6"));
  EXPECT_THAT(run(from_run + "third --standardize none").err, Not(HasSubstr("standardising")));
}

TEST_F(MolStandardize, ExportedGraphsAreThoseOfStandardisedMolecules) {
  write("in.smi", "CC(=O)[O-].[Na+] acetate\n");
  EXPECT_EQ(run("export -i in.smi -o salt.graphs").code, 0);
  EXPECT_EQ(run("export -i in.smi -o acid.graphs --standardize").code, 0);
  EXPECT_EQ(run("export -i in.smi -o all.graphs --standardize --add-h").code, 0);
  EXPECT_EQ(read_graph_file(path("salt.graphs")).graphs[0].dag.num_nodes(), 5);
  EXPECT_EQ(read_graph_file(path("acid.graphs")).graphs[0].dag.num_nodes(), 4);
  EXPECT_EQ(read_graph_file(path("all.graphs")).graphs[0].dag.num_nodes(), 8);
}

TEST_F(MolStandardize, ColumnsOfTheInputNeverCollide) {
  train();
  write("in.csv",
        "smiles,row,error,value,value_low,row_input,error,similarity,x,x,standardized_smiles\n"
        "CCO,1,2,3,4,5,6,7,8,9,10\n");
  const Outcome r = run("predict -i in.csv --model-paths run");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(
      lines_of(r.out)[0],
      "row,smiles,id,row_input_input,error_input,value,value_low,row_input,error_input_input,similarity,x,"
      "x_input,standardized_smiles,value_predicted,value_low_predicted,value_high,similarity_predicted,"
      "warning,error");
  EXPECT_THAT(lines_of(r.out)[1], StartsWith("1,CCO,,1,2,3,4,5,6,7,8,9,10,"));
}

TEST_F(MolStandardize, TargetsMayBeNamedLikeOurColumns) {
  write_molecules();
  ASSERT_EQ(shell("sed -i '1s/.*/smiles,id,error,row,error_true/' data.csv").code, 0);
  const Outcome trained = run("train -i data.csv -o run --target-columns error row error_true" + small());
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_EQ(lines_of(read_text(path("run/test_predictions.csv")))[0],
            "row,smiles,error_true,row_true,error_true_true,error_predicted,row_predicted,error_true_"
            "predicted,error");
  EXPECT_THAT(
      lines_of(run("predict --model-paths run CCO").out)[0],
      AllOf(StartsWith("row,smiles,id,error_predicted,row_predicted,error_true,"), EndsWith(",error")));
}

}  // namespace
}  // namespace plstm::test
