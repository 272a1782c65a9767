#include "plstm/chem/screen/prediction_rows.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/screen/molecule_files.hpp>
#include <plstm/core/error.hpp>

#include "chem/screen/library.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

const std::vector<std::string> kFields{"error", "x", "x"};

std::vector<MoleculeRecord> records_of_table(bool with_molecules) {
  const TemporaryFolder folder;
  write_file(folder / "t.csv", "smiles,id,error,x,x\nCCO,a,0,1,2\nC1CC,b,3,4,5\nCC,c,6,7,8\n");
  MoleculeReaderOptions options;
  options.target_columns = std::vector<std::string>{};
  options.keep_fields = true;
  options.keep_molecules = with_molecules;
  options.featurize = small_predictor().featurize_options();
  MoleculeReader reader(folder / "t.csv", options);
  return reader.next_chunk(10);
}

TEST(PredictionRows, AColumnForEachThingThatIsKnown) {
  const PredictionRows rows(small_predictor(), kFields);
  const std::string target = small_predictor().columns().front();
  const std::vector<std::string>& header = rows.header();
  ASSERT_GE(header.size(), 8u);
  EXPECT_THAT(std::vector<std::string>(header.begin(), header.begin() + 7),
              ElementsAre("row", "smiles", "id", "error_input", "x", "x_input", target));
  EXPECT_EQ(header.back(), "error");
  EXPECT_TRUE(rows.compares());
  std::vector<MoleculeRecord> records = records_of_table(true);
  const PredictedRows predicted = rows.predict(records);
  ASSERT_THAT(predicted.cells, SizeIs(3));
  EXPECT_THAT(predicted.records, ElementsAre(0u, 1u, 2u));
  EXPECT_EQ(predicted.good, 2);
  for (const auto& row : predicted.cells) EXPECT_THAT(row, SizeIs(header.size()));
  EXPECT_EQ(predicted.cells[2][0], "3");
  EXPECT_EQ(predicted.cells[2][3], "6");
  EXPECT_NEAR(std::stod(predicted.cells[0][6]), small_predictor().predict("CCO").values[0], 1e-5);
  EXPECT_EQ(predicted.cells[1][6], "");
  EXPECT_THAT(predicted.cells[1].back(), HasSubstr("C1CC"));
  EXPECT_NE(predicted.cells[0][rows.column("similarity")], "");
}

TEST(PredictionRows, ChosenColumnsAreThoseOfTheWholeTable) {
  const PredictionRows all(small_predictor(), kFields);
  std::vector<MoleculeRecord> records = records_of_table(true);
  const PredictedRows whole = all.predict(records);
  for (const std::vector<std::string>& columns :
       {std::vector<std::string>{all.header()[6], "id"}, {"similarity", "row"}, {all.header()[7], "error"}}) {
    const PredictionRows rows(small_predictor(), kFields, {.columns = columns});
    EXPECT_EQ(rows.header(), columns);
    EXPECT_EQ(rows.compares(), columns.front() == "similarity");
    records = records_of_table(rows.compares());
    const PredictedRows some = rows.predict(records);
    ASSERT_THAT(some.cells, SizeIs(3));
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t c = 0; c < columns.size(); ++c) {
        EXPECT_EQ(some.cells[i][c], whole.cells[i][all.column(columns[c])]) << columns[c];
      }
    }
  }
}

TEST(PredictionRows, NeighboursOfGoodRecords) {
  const PredictionRows rows(small_predictor(), kFields, {.domain = false, .neighbours = 2});
  EXPECT_TRUE(rows.compares());
  EXPECT_THAT(rows.header(), Not(Contains("similarity")));
  std::vector<MoleculeRecord> records = records_of_table(true);
  const PredictedRows predicted = rows.predict(records);
  ASSERT_THAT(predicted.nearest, SizeIs(3));
  ASSERT_THAT(predicted.nearest[0], SizeIs(2));
  EXPECT_EQ(predicted.nearest[0][0].number, 3) << "the molecule itself";
  EXPECT_THAT(predicted.nearest[1], IsEmpty());
}

TEST(PredictionRows, RefusesWhatTheModelDoesNotHave) {
  EXPECT_THAT(
      [] {
        PredictionRows(small_predictor(), kFields, {.columns = {"id", "logS"}});
      },
      ThrowsMessage<ConfigError>(AllOf(HasSubstr("no column 'logS'"), HasSubstr("row, smiles, id"))));
  EXPECT_THAT(
      [] {
        PredictionRows(small_predictor(), kFields, {.columns = {"id", "id"}});
      },
      ThrowsMessage<ConfigError>(HasSubstr("twice")));
  EXPECT_THAT([] { PredictionRows(small_predictor(), kFields, {.each_thing = true}); },
              ThrowsMessage<ConfigError>(HasSubstr("molecules")));
  EXPECT_THAT([] { PredictionRows(small_predictor(), kFields).column("z"); },
              ThrowsMessage<ConfigError>(HasSubstr("'z'")));
}

}  // namespace
}  // namespace plstm::test
