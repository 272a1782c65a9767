#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/graph_file.hpp>

#include "apps/mol/mol_program.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class MolExport : public MolProgram {
 protected:
  GraphSet exported(const std::string& arguments) const {
    const Outcome r = run("export " + arguments + " -o out.graphs");
    EXPECT_EQ(r.code, 0) << r.err;
    return read_graph_file(path("out.graphs"));
  }
};

TEST_F(MolExport, WritesTheGraphOfEachMolecule) {
  write("in.smi", "OCC ethanol\nC methane\n");
  const GraphSet set = exported("-i in.smi --orientation input");
  EXPECT_THAT(set.node_vocabulary_sizes, ElementsAre(119, 5, 12, 12, 10, 6, 6, 2, 2));
  EXPECT_THAT(set.edge_vocabulary_sizes, ElementsAre(5, 7, 2));
  EXPECT_THAT(set.label_names, SizeIs(0));
  ASSERT_THAT(set.graphs, SizeIs(2));
  EXPECT_EQ(set.graphs[0].dag, Dag(3, {{0, 1}, {1, 2}}));
  EXPECT_EQ(set.graphs[0].node_codes[0], 7);  // oxygen, counted from hydrogen = 0
  EXPECT_EQ(set.graphs[1].dag.num_nodes(), 1);
  // By canonical rank the carbon at the end comes first.
  EXPECT_EQ(exported("-i in.smi").graphs[0].node_codes[0], 5);
}

TEST_F(MolExport, AtomValuesOnDemand) {
  write("in.smi", "OCC ethanol\nC methane\n");
  EXPECT_EQ(exported("-i in.smi").node_value_width, 0);
  const GraphSet set = exported("-i in.smi --atom-values");
  EXPECT_EQ(set.node_value_width, 5);
  EXPECT_THAT(set.graphs[0].node_values, SizeIs(15));
}

TEST_F(MolExport, CarriesTheTargetsAsLabels) {
  write("in.csv", "smiles,logS,name,melting point\nCO,-0.77,a,\nCN,0.1,b,-93.5\n");
  const GraphSet set = exported("-i in.csv --target-columns logS 'melting point'");
  EXPECT_THAT(set.label_names, ElementsAre("logS", "melting point"));
  EXPECT_THAT(set.labels, ElementsAre(-0.77f, 0.0f, 0.1f, -93.5f));
  EXPECT_THAT(set.present, ElementsAre(1, 0, 1, 1));
}

TEST_F(MolExport, SaysWhichRowsAreSkippedAndWhy) {
  write("in.smi", "CO a\nC1CC b\nC c\nCCC d\n");
  const Outcome r = run("export -i in.smi -o out.graphs --min-bonds 1");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("2 graphs written to out.graphs; skipped: 1 rows that cannot be read, 1 "
                               "molecules with less than 1 bonds"));
  EXPECT_THAT(r.err, AllOf(HasSubstr("row 2 (line 2) is skipped"), HasSubstr("C1CC")));
  EXPECT_THAT(read_graph_file(path("out.graphs")).graphs, SizeIs(2));
}

TEST_F(MolExport, OfManyBadRowsTheFirstAreNamed) {
  std::string text = "CO\n";
  for (int i = 0; i < 12; ++i) text += "C1CC\n";
  write("in.smi", text);
  const Outcome r = run("export -i in.smi -o out.graphs");
  EXPECT_THAT(r.out, HasSubstr("1 graphs written to out.graphs; skipped: 12 rows"));
  EXPECT_EQ(lines_of(r.err).size(), 11u) << r.err;
  EXPECT_THAT(r.err, HasSubstr("further rows"));
}

TEST_F(MolExport, StopsAfterTheMoleculesAskedFor) {
  write("in.smi", "C a\nCO b\nCCO c\nCCCO d\n");
  const GraphSet set = exported("-i in.smi --max-molecules 2 --min-bonds 1");
  ASSERT_THAT(set.graphs, SizeIs(2));
  EXPECT_EQ(set.graphs[1].dag.num_nodes(), 3);
}

TEST_F(MolExport, ErrorsLeaveNoFile) {
  write("in.smi", "C a\nC1CC b\n");
  const auto expect_error = [&](const std::string& arguments, int code, const std::string& message) {
    const Outcome r = run("export -i in.smi " + arguments);
    EXPECT_EQ(r.code, code) << arguments << "\n" << r.err;
    EXPECT_THAT(r.err, HasSubstr(message));
    EXPECT_FALSE(std::filesystem::exists(path("out.graphs")));
    EXPECT_FALSE(std::filesystem::exists(path("out.graphs.partial")));
  };
  expect_error("", 2, "--output");
  expect_error("-o out.graphs --max-molecules 0", 2, "--max-molecules must be at least 1");
  expect_error("-o out.graphs --min-bonds -1", 2, "--min-bonds must not be negative");
  expect_error("-o out.graphs --orientation up", 2, "canonical");
  expect_error("-o out.graphs --strict", 1, "row 2");
  expect_error(
      "-o out.graphs --min-bonds 1", 1,
      "in.smi: has no molecule to export: 1 rows that cannot be read, 1 molecules with less than 1 bonds");
  expect_error("-o no/such/folder/out.graphs", 1, "cannot be written");
}

}  // namespace
}  // namespace plstm::test
