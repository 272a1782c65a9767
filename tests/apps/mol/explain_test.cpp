// plstm-mol explain: contributions of atoms and fragments, as a table and as pictures.
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/mol/mol_program.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

struct Row {
  std::string row, smiles, id, target, unit, part, atoms, symbol, contribution, error;
};

// Tables of these tests have no quoted fields but those of errors, which come last.
std::vector<Row> rows_of(const std::string& table) {
  std::vector<Row> rows;
  std::vector<std::string> lines = lines_of(table);
  EXPECT_EQ(lines.at(0), "row,smiles,id,target,unit,part,atoms,symbol,contribution,error");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::istringstream line(lines[i]);
    Row row;
    for (std::string Row::*field : {&Row::row, &Row::smiles, &Row::id, &Row::target, &Row::unit, &Row::part,
                                    &Row::atoms, &Row::symbol, &Row::contribution})
      std::getline(line, row.*field, ',');
    std::getline(line, row.error);
    rows.push_back(row);
  }
  return rows;
}

double sum_of(const std::vector<Row>& rows, const std::string& row, const std::string& target,
              std::initializer_list<const char*> parts) {
  double sum = 0;
  for (const Row& each : rows) {
    if (each.row != row || each.target != target) continue;
    for (const char* part : parts) {
      if (each.part == part) sum += std::stod(each.contribution);
    }
  }
  return sum;
}

class MolExplain : public MolProgram {
 protected:
  std::string picture(const std::string& name) const { return read_text(path(name)); }
};

TEST_F(MolExplain, PartsAddUpToThePrediction) {
  train();
  write("in.csv", "name,smiles\nester,CC(=O)OCc1ccccc1\nmethane,C\n");
  const Outcome r =
      run("explain -i in.csv --smiles-columns smiles --id-column name --model-paths run -o parts.csv "
          "--fragments");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("2 molecules explained, 0 bad rows, written to parts.csv"),
                           HasSubstr("value: baseline, atoms and interaction add up to the prediction")));
  const std::vector<Row> rows = rows_of(read_text(path("parts.csv")));
  const std::vector<Row> predicted = [&] {
    std::vector<Row> only;
    for (const Row& row : rows) {
      if (row.part == "prediction") only.push_back(row);
    }
    return only;
  }();
  ASSERT_THAT(predicted, SizeIs(2));
  EXPECT_EQ(predicted[0].id, "ester");
  EXPECT_EQ(predicted[0].unit, "of target");
  const std::vector<std::string> table = lines_of(
      run("predict -i in.csv --smiles-columns smiles --id-column name --drop-extra-columns --model-paths run")
          .out);
  for (std::size_t i = 0; i < 2; ++i) {
    const double value = std::stod(predicted[i].contribution);
    EXPECT_THAT(table.at(i + 1), HasSubstr("," + predicted[i].contribution.substr(0, 5)));
    EXPECT_NEAR(sum_of(rows, predicted[i].row, "value", {"baseline", "atom", "interaction"}), value, 1e-6);
    EXPECT_NEAR(sum_of(rows, predicted[i].row, "value", {"baseline", "fragment", "fragment_interaction"}),
                value, 1e-6);
  }
  std::string symbols, fragments;
  for (const Row& row : rows) {
    if (row.row != "1") continue;
    if (row.part == "atom") symbols += row.atoms + row.symbol + " ";
    if (row.part == "fragment") fragments += row.atoms + ":" + row.symbol + ";";
  }
  EXPECT_EQ(symbols, "0C 1C 2O 3O 4C 5C 6C 7C 8C 9C 10C ");
  EXPECT_THAT(fragments, AllOf(HasSubstr("0 1"), HasSubstr("c1ccccc1;")));
}

TEST_F(MolExplain, BadRowsStayWithTheirErrors) {
  train();
  const Outcome r = run("explain --model-paths run CCO C1CC C");
  EXPECT_EQ(r.code, 0) << r.err;
  const std::vector<Row> rows = rows_of(r.out);
  std::map<std::string, int> count;
  for (const Row& row : rows) ++count[row.row];
  EXPECT_EQ(count["1"], 6) << "baseline, three atoms, interaction, prediction";
  EXPECT_EQ(count["2"], 1);
  EXPECT_EQ(count["3"], 4);
  EXPECT_THAT(r.out, HasSubstr("2,C1CC,,,,,,,,"));
  EXPECT_THAT(r.err, AllOf(HasSubstr("1 of 3 rows are bad"), HasSubstr("add up to the prediction")));
  EXPECT_EQ(run("explain --strict --model-paths run CCO C1CC").code, 1);
  EXPECT_EQ(run("explain --model-paths run C1CC").code, 0) << "no molecule at all";
}

// Occlusion takes the square of the atoms: one long row must not stop all others.
TEST_F(MolExplain, AMoleculeOfTooManyAtomsSaysTheWayOut) {
  train();
  const std::string many = " CCO " + std::string(401, 'C');
  const Outcome r = run("explain --model-paths run" + many);
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("it has 401 atoms"), HasSubstr("--max-atoms")));
  const Outcome few = run("explain --model-paths run --max-atoms 2 CCO CC");
  EXPECT_THAT(few.out, HasSubstr("it has 3 atoms"));
  EXPECT_THAT(few.err, HasSubstr("1 of 2 rows are bad"));
  const Outcome gradient = run("explain --method gradient --model-paths run" + many);
  EXPECT_THAT(gradient.out, Not(HasSubstr("it has")));
}

TEST_F(MolExplain, PicturesHaveOneScaleForAll) {
  train();
  write("in.csv", "smiles,id\nCCO,a<b>\nCCCCCN,second\nC1CC,bad\n");
  const Outcome r = run("explain -i in.csv --id-column id --model-paths run -o parts.csv --svg-dir pictures");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("2 pictures in pictures"));
  const std::string first = picture("pictures/row1.svg"), second = picture("pictures/row2.svg");
  EXPECT_FALSE(fs::exists(path("pictures/row3.svg")));
  EXPECT_THAT(
      first, AllOf(StartsWith("<svg"), EndsWith("</svg>\n"), HasSubstr("a&lt;b&gt;"), HasSubstr(">value: ")));
  const auto scale = [](const std::string& svg) {
    const std::size_t at = svg.find(">+") + 2;
    return svg.substr(at, svg.find('<', at) - at);
  };
  EXPECT_EQ(scale(first), scale(second));
  EXPECT_GT(std::stod(scale(first)), 0);
}

TEST_F(MolExplain, PicturesOfAnEarlierRunDoNotStay) {
  train();
  fs::create_directory(path("pictures"));
  write("pictures/row7.svg", "old");
  write("pictures/mine.svg", "mine");
  ASSERT_EQ(run("explain --model-paths run CCO --svg-dir pictures").code, 0);
  EXPECT_FALSE(fs::exists(path("pictures/row7.svg")));
  EXPECT_EQ(picture("pictures/mine.svg"), "mine");
  EXPECT_THAT(picture("pictures/row1.svg"), StartsWith("<svg"));
}

TEST_F(MolExplain, EveryTargetHasContributionsAndPictures) {
  write_molecules();
  ASSERT_EQ(run("train -i data.csv -o both --target-columns value kind" + small()).code, 0);
  const Outcome r = run("explain --model-paths both CCO --svg-dir pictures");
  ASSERT_EQ(r.code, 0) << r.err;
  const std::vector<Row> rows = rows_of(r.out);
  for (const std::string target : {"value", "kind"}) {
    EXPECT_NEAR(sum_of(rows, "1", target, {"baseline", "atom", "interaction"}),
                sum_of(rows, "1", target, {"prediction"}), 1e-6);
  }
  EXPECT_THAT(picture("pictures/row1_target1.svg"), HasSubstr(">value: "));
  EXPECT_THAT(picture("pictures/row1_target2.svg"), HasSubstr(">kind: "));
}

TEST_F(MolExplain, ProbabilitiesAreLogOdds) {
  write_molecules();
  ASSERT_EQ(run("train -i data.csv -o yes --task-type classification --target-columns active" + small()).code,
            0);
  const Outcome r = run("explain --model-paths yes CCO --svg-dir pictures");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(rows_of(r.out).at(1).unit, "log-odds");
  EXPECT_THAT(picture("pictures/row1.svg"), HasSubstr(">log-odds of active: "));
}

TEST_F(MolExplain, GradientsAddUpToo) {
  train();
  const Outcome exact = run("explain --model-paths run CCCCO"),
                r = run("explain --model-paths run CCCCO --method gradient");
  ASSERT_EQ(r.code, 0) << r.err;
  const std::vector<Row> rows = rows_of(r.out);
  EXPECT_NEAR(sum_of(rows, "1", "value", {"baseline", "atom", "interaction"}),
              sum_of(rows, "1", "value", {"prediction"}), 1e-6);
  for (const char* part : {"baseline", "prediction"}) {
    EXPECT_NEAR(sum_of(rows, "1", "value", {part}), sum_of(rows_of(exact.out), "1", "value", {part}), 1e-4);
  }
  EXPECT_NE(r.out, exact.out);
  EXPECT_EQ(run("explain --model-paths run CCCCO --method shap").code, 2);
}

TEST_F(MolExplain, RefusesWhatWouldDestroyInputs) {
  train();
  write("in.csv", "smiles\nCCO\n");
  EXPECT_EQ(run("explain -i in.csv --model-paths run -o in.csv").code, 2);
  EXPECT_EQ(read_text(path("in.csv")), "smiles\nCCO\n");
  EXPECT_EQ(run("explain --model-paths run").code, 2);
  EXPECT_EQ(run("explain --model-paths run -i in.csv CCO").code, 2);
  write("file", "x");
  const Outcome r = run("explain --model-paths run CCO -o parts.csv --svg-dir file");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("file"));
  EXPECT_FALSE(fs::exists(path("parts.csv")));
}

TEST_F(MolExplain, TheSameForEveryNumberOfThreads) {
  train();
  EXPECT_EQ(run("explain --model-paths run CCO CCCN --threads 1 --fragments").out,
            run("explain --model-paths run CCO CCCN --threads 4 --fragments").out);
}

}  // namespace
}  // namespace plstm::test
