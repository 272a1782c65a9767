#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/mol/mol_program.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class MolTasks : public MolProgram {
 protected:
  /// Thirty molecules with a number, yes or no, one of three words, and a weight.
  void write_mixture() const {
    std::string text = "smiles,value,active,kind,weight\n";
    const char* const groups[] = {"O", "N", "OC"};
    const char* const kinds[] = {"low", "mid", "high"};
    for (int i = 0; i < 30; ++i) {
      text += std::string(static_cast<std::size_t>(1 + i / 3), 'C') + groups[i % 3] + "," +
              std::to_string(i / 3 * 0.25 + i % 3) + "," + (i % 3 == 0 ? "yes" : "no") + "," + kinds[i % 3] +
              "," + std::to_string(i % 4) + "\n";
    }
    write("data.csv", text);
  }

  static std::string quick() { return small() + " --ensemble-size 2"; }

  Outcome train_with(const std::string& flags) const {
    return run("train -i data.csv -o run " + flags + quick());
  }

  /// The program says one line of error with these parts.
  void expect_error(const std::string& arguments, int code, const std::vector<std::string>& parts) const {
    const Outcome r = run(arguments);
    EXPECT_EQ(r.code, code) << arguments << "\n" << r.err;
    EXPECT_EQ(lines_of(r.err).size(), 1u) << r.err;
    for (const std::string& part : parts) EXPECT_THAT(r.err, HasSubstr(part)) << arguments;
  }

  nlohmann::json config() const { return nlohmann::json::parse(read_text(path("run/config.json"))); }
};

constexpr const char* kMixture =
    "--target-columns value active kind -t regression classification multiclass --weight-column weight";

TEST_F(MolTasks, NumbersAnswersAndClassesInOneModel) {
  write_mixture();
  const Outcome trained = train_with(kMixture);
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.err, AllOf(HasSubstr("'kind' has classes, so that the networks predict all targets"),
                                 HasSubstr("rows weigh 0 to 3 in training, 8 of them nothing")));
  EXPECT_THAT(trained.out, AllOf(HasSubstr("RMSE"), HasSubstr("ROC AUC"), HasSubstr("mean of training set"),
                                 Not(HasSubstr("ridge"))));
  EXPECT_EQ(config()["task_type"],
            nlohmann::json::parse(R"(["regression", "classification", "multiclass"])"));
  EXPECT_EQ(config()["weight_column"], "weight");
  const auto scores = nlohmann::json::parse(read_text(path("run/test_scores.json")));
  EXPECT_TRUE(scores["pLSTM"]["value"].contains("rmse"));
  EXPECT_FALSE(scores["pLSTM"]["value"].contains("accuracy"));
  EXPECT_TRUE(scores["pLSTM"]["kind"].contains("accuracy"));
  EXPECT_TRUE(scores["mean of training set"]["kind"]["accuracy"].is_number());
  EXPECT_THAT(read_text(path("run/report.html")), HasSubstr("regression, classification, multiclass"));

  const Outcome predicted = run("predict --model-paths run CCO");
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_THAT(predicted.out, HasSubstr("value,active,kind_high,kind_low,kind_mid,active_class,kind_class,"
                                       "value_low,value_high,active_set,kind_set"));
  const Outcome evaluated = run(
      "evaluate -i data.csv --model-paths run --splits-file run/splits.json -o rows.csv --report page.html");
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_THAT(evaluated.out, AllOf(HasSubstr("\nvalue  "), HasSubstr("kind: sets of classes")));
  EXPECT_THAT(read_text(path("rows.csv")), HasSubstr("value_true,active_true,kind_true"));
  EXPECT_THAT(read_text(path("page.html")), HasSubstr("active"));
  EXPECT_THAT(run("info run").out,
              AllOf(HasSubstr("value: a number (regression)"), HasSubstr("active: one of the"),
                    HasSubstr("kind: one of the classes high, low, mid (multiclass)")));
  const Outcome explained = run("explain --model-paths run CCO -o parts.csv");
  ASSERT_EQ(explained.code, 0) << explained.err;
  EXPECT_THAT(read_text(path("parts.csv")),
              AllOf(HasSubstr("value,of target"), HasSubstr("kind_mid,log-odds")));
}

TEST_F(MolTasks, NumbersBesideYesAndNoHaveACompanionAndABaseline) {
  write_mixture();
  const Outcome trained =
      train_with("--target-columns value active -t regression classification --task-weights 1 3");
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.out, HasSubstr("ridge on Morgan fingerprints"));
  EXPECT_TRUE(config()["companion"].get<bool>());
  EXPECT_EQ(config()["task_weights"], nlohmann::json::parse("[1.0, 3.0]"));
}

TEST_F(MolTasks, WordsForKindsMustFitTheTargets) {
  write_mixture();
  expect_error(
      "train -i data.csv -o run --target-columns value active -t regression classification multiclass", 2,
      {"--task-type names 3 kinds for the 2 targets"});
  expect_error("train -i data.csv -o run --smiles-columns smiles -t regression classification", 2,
               {"2 kinds of targets (--task-type) for the 4 targets 'value' 'active' 'kind' 'weight'"});
  expect_error(std::string("train -i data.csv -o run --metric rmse ") + kMixture, 2,
               {"--metric rmse means nothing for targets of several kinds", "only loss does"});
  expect_error("train -i data.csv -o run --target-columns value --task-weights 1 2", 2,
               {"--task-weights has 2 numbers for 1 targets (value)"});
  expect_error("train -i data.csv -o run --target-columns value --task-weights 0", 2,
               {"--task-weights are all 0"});
}

TEST_F(MolTasks, RefusesWeightsThatAreNone) {
  write("data.csv", "smiles,value,w\nCC,1,1\nCO,2,\nCN,3,2\n");
  expect_error("train -i data.csv -o run --weight-column w" + small(), 1,
               {"data.csv: row 2 (line 3): the weight '' (column 'w') is no number from 0 to 1e+30"});
  write("data.csv", "smiles,value,w\nCC,1,1\nCO,2,-0.5\n");
  expect_error("train -i data.csv -o run --weight-column w" + small(), 1, {"row 2 (line 3)", "'-0.5'"});
  expect_error("train -i data.csv -o run --weight-column v" + small(), 1, {"'v'"});
  EXPECT_THAT(names_in("run"), ::testing::IsEmpty());
}

TEST_F(MolTasks, LossesHaveTheirParameters) {
  write_mixture();
  ASSERT_EQ(train_with("--target-columns value --quantile 0.9 --no-report").code, 0);
  EXPECT_EQ(config()["loss"], "quantile");
  EXPECT_EQ(config()["loss_parameter"], 0.9);
  ASSERT_EQ(train_with("--target-columns value --loss-function huber --no-report").code, 0);
  EXPECT_EQ(config()["loss"], "huber");
  EXPECT_FALSE(config().contains("loss_parameter"));
  ASSERT_EQ(train_with("--target-columns kind -t multiclass --focal-gamma 1 --no-report").code, 0);
  EXPECT_EQ(config()["loss"], "focal");
  expect_error("train -i data.csv -o run --target-columns value --quantile 1.5", 2,
               {"--quantile 1.5", "expected a quantile between 0 and 1"});
  expect_error("train -i data.csv -o run --target-columns value --quantile 0.5 --loss-function huber", 2,
               {"--quantile belongs to --loss-function quantile, not to huber"});
  expect_error("train -i data.csv -o run --target-columns value --focal-gamma 2", 2,
               {"means nothing for --task-type regression", "huber"});
}

TEST_F(MolTasks, ClassesCountEquallyOnDemand) {
  write_mixture();
  const Outcome trained = train_with("--target-columns active -t classification --class-balance");
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.err, HasSubstr("the classes of 'active' count equally (--class-balance)"));
  EXPECT_TRUE(config()["class_balance"].get<bool>());
  expect_error("train -i data.csv -o run --target-columns value --class-balance", 2,
               {"--class-balance means nothing for --task-type regression"});
}

TEST_F(MolTasks, BoundsAreLearntOrDropped) {
  std::string text = "smiles,value\n";
  for (int i = 0; i < 30; ++i) {
    const std::string carbons(static_cast<std::size_t>(1 + i), 'C');
    text += carbons + "O," + (i >= 20 ? "> 4" : i < 3 ? "<=0.5" : std::to_string(i * 0.2)) + "\n";
  }
  write("data.csv", text);
  const Outcome learnt = train_with("");
  ASSERT_EQ(learnt.code, 0) << learnt.err;
  EXPECT_THAT(learnt.err, AllOf(HasSubstr("13 values are bounds (10 like '>5', 3 like '<5')"),
                                HasSubstr("--censored drop leaves them out")));
  EXPECT_EQ(config()["censored"], "learn");
  EXPECT_THAT(read_text(path("run/report.html")), HasSubstr("values are bounds"));
  const Outcome evaluated = run("evaluate -i data.csv --model-paths run -o rows.csv");
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_THAT(evaluated.err,
              HasSubstr("target 'value': 13 of 30 values are bounds such as '>5'; scores leave them out"));
  EXPECT_THAT(evaluated.out, AllOf(HasSubstr("30 molecules, 0 bad rows"),
                                   HasSubstr("of 13 predictions are on the allowed side of a bound")));
  EXPECT_THAT(read_text(path("rows.csv")), AllOf(HasSubstr("O,>4,"), HasSubstr("O,<0.5,")));
  const Outcome dropped = train_with("--censored drop");
  ASSERT_EQ(dropped.code, 0) << dropped.err;
  EXPECT_THAT(dropped.err, HasSubstr("They are left out (--censored drop)"));
  EXPECT_EQ(config()["censored"], "drop");
}

}  // namespace
}  // namespace plstm::test
