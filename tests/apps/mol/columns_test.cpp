#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/mol/mol_program.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class MolColumns : public MolProgram {
 protected:
  /// Forty rows: chains with an end group at several temperatures. The value follows from both.
  void write_rows(const std::string& name = "data.csv") const {
    std::string text = "smiles,temperature,value\n";
    const char* const groups[] = {"O", "N"};
    for (int i = 0; i < 40; ++i) {
      const int carbons = 1 + i % 10, temperature = 280 + i * 13 % 41;
      text += std::string(static_cast<std::size_t>(carbons), 'C') + groups[i / 10 % 2] + "," +
              std::to_string(temperature) + "," + std::to_string(0.2 * carbons + 0.1 * (temperature - 300)) +
              "\n";
    }
    write(name, text);
  }

  Outcome train_on_rows(const std::string& flags) const {
    write_rows();
    return run("train -i data.csv --target-columns value " + flags + small() + " --ensemble-size 2");
  }

  double rmse(const std::string& folder) const {
    return nlohmann::json::parse(read_text(path(folder + "/test_scores.json")))["pLSTM"]["all"]["rmse"];
  }

  /// The program says one line of error with these parts.
  void expect_error(const std::string& arguments, const std::vector<std::string>& parts) const {
    const Outcome r = run(arguments);
    EXPECT_NE(r.code, 0) << arguments;
    EXPECT_EQ(lines_of(r.err).size(), 1u) << r.err;
    for (const std::string& part : parts) EXPECT_THAT(r.err, HasSubstr(part)) << arguments;
  }
};

TEST_F(MolColumns, FromTrainingToExplanation) {
  ASSERT_EQ(train_on_rows("-o blind").code, 0);
  const Outcome trained = train_on_rows("-o run --descriptors-columns temperature");
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.err, AllOf(HasSubstr("test molecules are in the training part, too, "),
                                 HasSubstr(" of them with equal temperature; ")));
  EXPECT_THAT(trained.err, Not(HasSubstr("different values"))) << "temperatures differ, too";
  EXPECT_LT(rmse("run"), 0.5 * rmse("blind"));
  EXPECT_THAT(read_text(path("run/test_predictions.csv")),
              HasSubstr("row,smiles,temperature,value_true,value,"));
  EXPECT_THAT(read_text(path("run/report.html")), HasSubstr("Columns beside the molecule"));
  EXPECT_EQ(nlohmann::json::parse(read_text(path("run/config.json")))["descriptors_columns"][0],
            "temperature");
  EXPECT_THAT(run("info run").out,
              HasSubstr("Beside the molecule it reads the column temperature (280 to 320 in training)."));
  const auto told = nlohmann::json::parse(run("info run --json").out)[0];
  EXPECT_EQ(told["features"]["columns"][0], "temperature");
  EXPECT_EQ(told["learnt_from"]["columns"]["temperature"]["highest"], 320);

  const Outcome predicted = run("predict -i data.csv --model-paths run -o out.csv");
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_THAT(read_text(path("out.csv")), HasSubstr("row,smiles,id,temperature,value,value_predicted,"));
  const Outcome hot = run("predict --model-paths run CCCO CCN --descriptors temperature=400");
  ASSERT_EQ(hot.code, 0) << hot.err;
  EXPECT_THAT(hot.out, HasSubstr("never seen in training: temperature 400 (280 to 320 were seen)"));
  EXPECT_EQ(run("predict --model-paths run --descriptors temperature=400 CCCO CCN").out, hot.out);
  EXPECT_EQ(run("evaluate -i data.csv --model-paths run --report page.html").code, 0);
  EXPECT_THAT(read_text(path("page.html")), HasSubstr("(temperature 2"));
  EXPECT_EQ(run("fingerprint -i data.csv --model-paths run -o prints.csv").code, 0);
  const Outcome explained = run("explain --model-paths run CCCO --descriptors temperature=290");
  ASSERT_EQ(explained.code, 0) << explained.err;
  EXPECT_THAT(explained.err, HasSubstr("those at the given temperature, which no atom changes"));
  EXPECT_EQ(run("explain -i data.csv --model-paths run -o parts.csv --method gradient").code, 0);
}

TEST_F(MolColumns, NumbersThatAreMissing) {
  ASSERT_EQ(train_on_rows("-o run --descriptors-columns temperature --no-report").code, 0);
  write("bare.csv", "smiles\nCCO\n");
  for (const char* const command : {"predict", "explain", "fingerprint"}) {
    expect_error(std::string(command) + " -i bare.csv --model-paths run",
                 {"bare.csv: there is no column 'temperature'", "--descriptors-columns"});
    expect_error(
        std::string(command) + " --model-paths run CCO",
        {std::string(command) + ": the model reads temperature beside the molecule; say --descriptors "
                                "'temperature=NUMBER'"});
  }
  expect_error("predict --model-paths run CCO --descriptors speed=3",
               {"no column 'speed'", "it reads temperature"});
  expect_error("predict --model-paths run CCO --descriptors temperature=warm", {"expected NAME=NUMBER"});
  expect_error("predict -i data.csv --model-paths run --descriptors temperature=3",
               {"is for SMILES as arguments"});
  expect_error("train -i data.csv -o other --descriptors-columns speed",
               {"data.csv: there is no column 'speed'"});
  expect_error("train -i data.csv -o other --target-columns value --descriptors-columns value",
               {"'value' is a target"});
  write("some.csv", "smiles,temperature\nCCO,\nCCN,cold\nCCC,300\n");
  const Outcome r = run("predict -i some.csv --model-paths run");
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.out, AllOf(HasSubstr("never seen in training: a missing temperature"),
                           HasSubstr("column 'temperature': 'cold' is not a number")));
}

TEST_F(MolColumns, SplitsThatKeepMoleculesTogetherHoldThemOutTogether) {
  const Outcome folds = train_on_rows(
      "-o run --descriptors-columns temperature --folds 2 --split random_with_repeated_smiles --no-report");
  ASSERT_EQ(folds.code, 0) << folds.err;
  EXPECT_THAT(folds.err, Not(HasSubstr("in the training part, too")));
  EXPECT_THAT(read_text(path("run/cv_predictions.csv")), HasSubstr("temperature"));
}

}  // namespace
}  // namespace plstm::test
