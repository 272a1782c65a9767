// How sure plstm-mol is of its predictions.
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/mol/mol_program.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<std::string> fields_of(const std::string& line) {
  std::istringstream text(line);
  std::vector<std::string> fields;
  for (std::string field; std::getline(text, field, ',');) fields.push_back(field);
  if (line.ends_with(',')) fields.emplace_back();
  return fields;
}

using MolCertainty = MolProgram;

TEST_F(MolCertainty, IntervalsGrowWithTheConfidence) {
  train();
  double former = 0;
  for (const char* confidence : {"0.5", "0.8", "0.9"}) {
    const Outcome r = run(std::string("predict --model-paths run CCO --confidence ") + confidence);
    ASSERT_EQ(r.code, 0) << r.err;
    const std::vector<std::string> row = fields_of(lines_of(r.out)[1]);
    ASSERT_THAT(row, SizeIs(9));
    const double value = std::atof(row[3].c_str());
    const double low = std::atof(row[4].c_str()), high = std::atof(row[5].c_str());
    EXPECT_LT(low, value);
    EXPECT_NEAR(high - value, value - low, 1e-6);
    EXPECT_GE(high - low, former);
    former = high - low;
    EXPECT_EQ(row[6], "1.0000") << "it is a training molecule, or one that validates or tests";
  }
  const Outcome all = run("predict --model-paths run CCO --confidence 0.9999");
  EXPECT_EQ(all.code, 0);
  EXPECT_THAT(all.err, HasSubstr("too few molecules"));
  EXPECT_THAT(fields_of(lines_of(all.out)[1])[4], IsEmpty());
  EXPECT_EQ(run("predict --model-paths run CCO --confidence 1.5").code, 2);
  EXPECT_NE(run("predict --model-paths run CCO --confidence 1").code, 0);
}

TEST_F(MolCertainty, SaysWhatItHasNeverSeenAndWhichMoleculesAreNear) {
  train();
  const Outcome r =
      run("predict --model-paths run 'CC[Se]C' CCCCN 'C1CC' --neighbours-out near.csv --num-neighbours 3");
  ASSERT_EQ(r.code, 0) << r.err;
  const auto rows = lines_of(r.out);
  EXPECT_EQ(rows[0], "row,smiles,id,value,value_low,value_high,similarity,warning,error");
  EXPECT_THAT(rows[1], HasSubstr("never seen in training: element Se"));
  EXPECT_THAT(rows[2], Not(HasSubstr("never seen")));
  EXPECT_THAT(rows[3], StartsWith("3,C1CC,,,,,,,"));
  const auto near = lines_of(read_text(path("near.csv")));
  ASSERT_THAT(near, SizeIs(7));
  EXPECT_EQ(near[0], "row,smiles,id,rank,training_row,similarity");
  EXPECT_THAT(near[4], StartsWith("2,CCCCN,,1,"));
  // Rows count from 1 in the file that was learnt: CCCCN is row 11 there, if it was no test row.
  const std::string nearest = fields_of(near[4])[4];
  const auto data = lines_of(read_text(path("data.csv")));
  EXPECT_THAT(data.at(std::stoul(nearest)), StartsWith("CCC")) << nearest;
  EXPECT_EQ(run("predict --model-paths run -i data.csv -o o.csv --neighbours-out data.csv").code, 2);
  for (const char* both :
       {"-o o.csv --neighbours-out ./o.csv", "--neighbours-out -", "-o - --neighbours-out -"}) {
    const Outcome same = run(std::string("predict --model-paths run -i data.csv ") + both);
    EXPECT_EQ(same.code, 2) << both;
    EXPECT_THAT(same.err, HasSubstr("the same place")) << both;
  }
  EXPECT_EQ(run("predict --model-paths run -i data.csv -o o.csv --neighbours-out -").code, 0);
}

TEST_F(MolCertainty, SetsOfClassesHaveTheNamesOfTheLabels) {
  std::string text = "smiles,y\n";
  for (int i = 0; i < 40; ++i) {
    text +=
        std::string(static_cast<std::size_t>(i / 2 + 1), 'C') + (i % 2 == 0 ? "O,active\n" : "N,inactive\n");
  }
  write("words.csv", text);
  const Outcome trained = run("train -i words.csv -o run -t classification" + small());
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Outcome r = run("predict -i words.csv --model-paths run --confidence 0.9 --no-domain");
  ASSERT_EQ(r.code, 0) << r.err;
  const auto rows = lines_of(r.out);
  EXPECT_EQ(rows[0], "row,smiles,id,y,y_predicted,y_class,y_set,error");
  int certain = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::vector<std::string> fields = fields_of(rows[i]);
    EXPECT_EQ(fields[5], std::stod(fields[4]) > 0.5 ? "active" : "inactive");
    const std::string& set = fields[6];
    EXPECT_THAT(set, ::testing::AnyOf("active", "inactive", "inactive|active", "active|inactive", "none"));
    certain += set == "active" || set == "inactive" ? 1 : 0;
  }
  EXPECT_GT(certain, 0);
}

TEST_F(MolCertainty, EvaluateSaysHowOftenTheyHold) {
  train();
  const Outcome r = run("evaluate -i data.csv --model-paths run --confidence 0.8");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("value: intervals at 80 % confidence hold "));
  EXPECT_THAT(r.out, HasSubstr("of 30 values"));
  const Outcome all = run("evaluate -i data.csv --model-paths run --confidence 0.9999");
  EXPECT_THAT(all.out,
              HasSubstr("value: too few molecules were held out in training for intervals at 99.99 %"));
  EXPECT_THAT(all.out, Not(HasSubstr("inf")));
  const Outcome info = run("info --model-paths run");
  EXPECT_THAT(info.out, HasSubstr("It says how sure it is, from its errors on "));
  EXPECT_THAT(info.out, HasSubstr("the nearest are found among "));
}

TEST_F(MolCertainty, RunsTogetherAndOlderFilesHaveNoIntervals) {
  train();
  ASSERT_EQ(run("train -i data.csv -o other --target-columns value --seed 4" + small()).code, 0);
  const Outcome both = run("predict --model-paths run other --no-domain -i data.csv --drop-extra-columns");
  EXPECT_EQ(lines_of(both.out)[0], "row,smiles,id,value,error");
  EXPECT_THAT(lines_of(run("predict --model-paths run,other CCO").out)[0],
              StartsWith("row,smiles,id,value,similarity,warning"));
}

}  // namespace
}  // namespace plstm::test
