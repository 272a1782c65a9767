// Several trainings of plstm-mol: folds, replicates and splits that the user gives.
#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/files/digest.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/split_file.hpp>
#include <plstm/learn/run_folder.hpp>

#include "apps/mol/mol_program.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line + ",");
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

class MolCrossValidation : public MolProgram {
 protected:
  static std::string flags(const std::string& folder, const std::string& more, int epochs = 2) {
    return "train -i data.csv -o " + folder +
           " --no-molecule-values --hidden-dim 16 --heads 2 --depth 1 --batch-size 8 --quiet "
           "--ensemble-size 1 --threads 1 --no-report --epochs " +
           std::to_string(epochs) + " " + more;
  }

  std::vector<std::string> lines(const std::string& name) const { return lines_of(read_text(path(name))); }

  // The numbers of the rows in a table of predictions, and how often each comes.
  std::map<int, int> rows_in(const std::string& name) const {
    std::map<int, int> rows;
    const std::vector<std::string> text = lines(name);
    for (std::size_t i = 1; i < text.size(); ++i) ++rows[std::stoi(text[i])];
    return rows;
  }

  // Digests of all files but those with times and dates.
  std::map<std::string, std::string> contents(const std::string& folder) const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(path(folder))) {
      const std::string name = entry.path().filename().string();
      if (!entry.is_regular_file() || name.starts_with('.') || name == "metrics.csv" ||
          name == "manifest.json")
        continue;
      files[fs::relative(entry.path(), path(folder)).string()] = sha256_of_file(entry.path());
    }
    return files;
  }

  std::vector<std::string> changed(const std::string& folder) const {
    const std::optional<RunManifest> manifest = read_run_manifest(path(folder));
    return manifest ? changed_files(path(folder), *manifest) : std::vector<std::string>{"manifest.json"};
  }
};

TEST_F(MolCrossValidation, TestsEveryRowOnce) {
  write_molecules();
  const Outcome r = run(flags("run", "--target-columns value active --folds 3 --split-sizes 0.6 0.2 0.2"));
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("3 trainings, random 3-fold"), HasSubstr("RMSE"), HasSubstr("±"),
                           HasSubstr("mean of targets"), HasSubstr("\nactive "), Not(HasSubstr("nan"))));
  EXPECT_THAT(names_in("run"), ElementsAre("config.json", "cross_validation.csv", "cross_validation.json",
                                           "cv_predictions.csv", "fold_1", "fold_2", "fold_3",
                                           "manifest.json", "splits.json"));
  EXPECT_THAT(names_in("run/fold_2"),
              ElementsAre("config.json", "manifest.json", "metrics.csv", "model.safetensors", "splits.json",
                          "test_predictions.csv", "test_scores.json"));
  EXPECT_THAT(changed("run"), IsEmpty());
  std::map<int, int> tested;
  for (const Split& split : read_splits(path("run/splits.json"))) {
    std::set<std::int32_t> rows;
    for (const auto* part : {&split.train, &split.validation, &split.test})
      rows.insert(part->begin(), part->end());
    EXPECT_EQ(rows.size(), 30u) << "no row is in two parts";
    EXPECT_THAT(split.test, SizeIs(10));
    EXPECT_THAT(split.validation, SizeIs(5)) << "a quarter of the others";
    for (const std::int32_t row : split.test) ++tested[row];
  }
  EXPECT_EQ(tested.size(), 30u);
  const std::map<int, int> predicted = rows_in("run/cv_predictions.csv");
  EXPECT_EQ(predicted.size(), 30u);
  for (const auto& [row, count] : predicted) EXPECT_EQ(count, 1) << row;
}

TEST_F(MolCrossValidation, WritesScoresThatAgree) {
  write_molecules();
  ASSERT_EQ(run(flags("run", "--target-columns value active --folds 3")).code, 0);
  const std::vector<std::string> table = lines("run/cross_validation.csv");
  EXPECT_EQ(table[0], "replicate,fold,seed,predictor,target,test_rows,rmse,mae,r2,spearman");
  EXPECT_EQ(table.size(), 1u + 3 * 3 * 3) << "folds, predictors, targets with their mean";
  double sum = 0, squares = 0;
  for (int fold = 1; fold <= 3; ++fold) {
    const auto scores =
        nlohmann::json::parse(read_text(path("run/fold_" + std::to_string(fold) + "/test_scores.json")));
    const double value = scores["pLSTM"]["value"]["rmse"];
    sum += value;
    squares += value * value;
    EXPECT_THAT(table, Contains(StartsWith("1," + std::to_string(fold) + ",0,pLSTM,value,10,")));
  }
  const auto means = nlohmann::json::parse(read_text(path("run/cross_validation.json")));
  EXPECT_EQ(means["trainings"], 3);
  EXPECT_EQ(means["division"], "random 3-fold");
  const auto& score = means["scores"]["pLSTM"]["value"]["rmse"];
  EXPECT_NEAR(score["mean"].get<double>(), sum / 3, 1e-12);
  EXPECT_NEAR(score["standard_deviation"].get<double>(), std::sqrt((squares - sum * sum / 3) / 2), 1e-7);
  EXPECT_EQ(score["trainings"], 3);
}

TEST_F(MolCrossValidation, TablesOfManyScoresFitALine) {
  write_molecules();
  const Outcome r = run(flags("run", "--target-columns value active -t regression classification --folds 2"));
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("RMSE"), HasSubstr("enrichment at 1 %")));
  int of_value = 0, of_active = 0;
  for (const std::string& line : lines_of(r.out)) {
    EXPECT_LE(line.size(), 150u) << line;
    of_value += line.starts_with("value ") ? 1 : 0;
    of_active += line.starts_with("active ") ? 1 : 0;
  }
  EXPECT_EQ(of_value, 1) << "it has no scores in the second table";
  EXPECT_GE(of_active, 1);
  EXPECT_THAT(lines("run/cross_validation.csv")[0], HasSubstr("rmse,mae,r2,spearman,roc_auc"));
}

TEST_F(MolCrossValidation, FoldsKeepTheSharesOfClasses) {
  write_molecules();
  const Outcome r = run(flags("run", "-t classification --target-columns active --folds 5"));
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("stratified 5-fold"), HasSubstr("balanced accuracy")));
  for (const Split& split : read_splits(path("run/splits.json"))) {
    EXPECT_EQ(std::ranges::count_if(split.test, [](std::int32_t row) { return row % 3 == 0; }), 2);
  }
  EXPECT_THAT(lines("run/cv_predictions.csv")[0], HasSubstr("active,active_class,error"));
}

TEST_F(MolCrossValidation, FoldsOfScaffoldsAndMoleculesAreWhole) {
  write_molecules("data.csv", true);  // of four scaffolds
  std::string text = read_text(path("data.csv"));
  const std::vector<std::string> rows = lines_of(text);
  for (std::size_t i = 1; i <= 10; ++i) text += rows[i] + "\n";  // ten molecules come twice
  write("data.csv", text);
  ASSERT_EQ(run(flags("run", "--target-columns value --folds 2 --split scaffold")).code, 0);
  ASSERT_EQ(
      run(flags("other", "--target-columns value --folds 2 --split random_with_repeated_smiles --seed 5"))
          .code,
      0);
  for (const Split& split : read_splits(path("run/splits.json"))) {
    std::set<int> tested, others;
    for (const std::int32_t row : split.test) tested.insert((row < 30 ? row : row - 30) % 4);
    for (const std::int32_t row : split.train) others.insert((row < 30 ? row : row - 30) % 4);
    for (const int scaffold : tested) EXPECT_FALSE(others.contains(scaffold));
  }
  for (const Split& split : read_splits(path("other/splits.json"))) {
    EXPECT_THAT(split.test, SizeIs(20));
    for (std::int32_t row = 0; row < 10; ++row) {
      EXPECT_EQ(std::ranges::count(split.test, row), std::ranges::count(split.test, row + 30)) << row;
    }
  }
}

TEST_F(MolCrossValidation, ReplicatesAreTheRunsOfTheirSeeds) {
  write_molecules();
  const Outcome r = run(flags("run", "--target-columns value --replicates 2 --seed 7"));
  ASSERT_EQ(r.code, 0) << r.err;
  ASSERT_EQ(run(flags("alone", "--target-columns value --seed 8")).code, 0);
  EXPECT_EQ(read_text(path("run/replicate_2/splits.json")), read_text(path("alone/splits.json")));
  EXPECT_EQ(read_text(path("run/replicate_2/test_predictions.csv")),
            read_text(path("alone/test_predictions.csv")));
  EXPECT_NE(read_text(path("run/replicate_1/splits.json")), read_text(path("alone/splits.json")));
}

TEST_F(MolCrossValidation, FoldsOfEachReplicate) {
  write_molecules();
  ASSERT_EQ(run(flags("run", "--target-columns value --num-folds 2 --num-replicates 2")).code, 0);
  EXPECT_THAT(names_in("run/replicate_2"), ElementsAre("fold_1", "fold_2"));
  const std::map<int, int> rows = rows_in("run/cv_predictions.csv");
  EXPECT_EQ(rows.size(), 30u);
  for (const auto& [row, count] : rows) EXPECT_EQ(count, 2) << row;
  const std::vector<std::string> table = lines("run/cv_predictions.csv");
  EXPECT_THAT(table[0], StartsWith("row,replicate,fold,smiles,"));
  EXPECT_THAT(table[30], StartsWith("30,1,"));
  EXPECT_THAT(table[31], StartsWith("1,2,"));
}

TEST_F(MolCrossValidation, AColumnSaysTheParts) {
  std::string text = "smiles,set,y\n";
  for (int i = 0; i < 30; ++i) {
    const char* words[] = {"train", "Train", "training", "VAL",   "test",
                           "",      "train", "train",    "train", "test"};
    text += std::string(static_cast<std::size_t>(i + 1), 'C') + "O," + words[i % 10] + "," +
            std::to_string(i) + "\n";
  }
  write("data.csv", text);
  const Outcome r = run(flags("run", "--splits-column set"));
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("3 rows have an empty cell in column 'set'"));
  const Split split = read_split(path("run/splits.json"));
  EXPECT_THAT(split.validation, ElementsAre(3, 13, 23));
  EXPECT_THAT(split.test, ElementsAre(4, 9, 14, 19, 24, 29));
  EXPECT_EQ(split.train.size(), 18u);
  const auto config = nlohmann::json::parse(read_text(path("run/config.json")));
  EXPECT_EQ(config["target_columns"], nlohmann::json({"y"})) << "the column is no target";
  write("wrong.csv", text + "CC,tset,1\n");
  const Outcome wrong = run("train -i wrong.csv -o out --splits-column set" + small());
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, AllOf(HasSubstr("line 32"), HasSubstr("tset"), HasSubstr("set")));
  EXPECT_FALSE(fs::exists(path("out")));
}

TEST_F(MolCrossValidation, AFileOfSeveralSplitsIsRunWhole) {
  write_molecules();
  write("splits.json", R"([{"train": "0-19", "val": "20-24", "test": "25-29"},
                           {"train": "10-29", "val": "5-9", "test": "0-4"}])");
  const Outcome r = run(flags("run", "--target-columns value --splits-file splits.json"));
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("2 trainings, splits.json"));
  EXPECT_EQ(rows_in("run/cv_predictions.csv").size(), 10u);
  EXPECT_EQ(read_splits(path("run/splits.json")), read_splits(path("splits.json")));
}

TEST_F(MolCrossValidation, BadRowsComeOnce) {
  write_molecules();
  std::ofstream(path("data.csv"), std::ios::app) << "xx,bad,1,1,1\n";
  ASSERT_EQ(run(flags("run", "--target-columns value --folds 2")).code, 0);
  const std::vector<std::string> table = lines("run/cv_predictions.csv");
  EXPECT_THAT(table, SizeIs(32));
  EXPECT_THAT(table.back(), AllOf(StartsWith("31,,,xx,"), HasSubstr("'x' at character 1")));
}

TEST_F(MolCrossValidation, AllModelsPredict) {
  write_molecules();
  ASSERT_EQ(run(flags("run", "--target-columns value --folds 2")).code, 0);
  const Outcome both = run("predict --model-paths run CCO --no-domain");
  ASSERT_EQ(both.code, 0) << both.err;
  double sum = 0;
  for (const char* fold : {"run/fold_1", "run/fold_2"}) {
    sum +=
        std::stod(cells_of(lines_of(run(std::string("predict --model-paths ") + fold + " CCO").out)[1])[3]);
  }
  EXPECT_NEAR(std::stod(cells_of(lines_of(both.out)[1])[3]), sum / 2, 1e-6);
  EXPECT_THAT(run("info run").out,
              AllOf(HasSubstr("2 trainings (cross-validation, random 2-fold)"), HasSubstr("2 networks")));
  const Outcome evaluated = run("evaluate -i data.csv --model-paths run");
  EXPECT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_THAT(evaluated.err, AllOf(HasSubstr("of 30 rows were learnt by some of the models of run"),
                                   HasSubstr("cv_predictions.csv")));
  std::ofstream(path("run/fold_2/model.safetensors"), std::ios::app) << "x";
  const Outcome damaged = run("predict --model-paths run CCO");
  EXPECT_EQ(damaged.code, 1);
  EXPECT_THAT(damaged.err, HasSubstr("fold_2/model.safetensors"));
}

TEST_F(MolCrossValidation, OneRunReplacesTheOther) {
  write_molecules();
  ASSERT_EQ(run(flags("run", "--target-columns value")).code, 0);
  ASSERT_EQ(run(flags("run", "--target-columns value --folds 3")).code, 0);
  EXPECT_THAT(names_in("run"), AllOf(Not(Contains("model.safetensors")), Not(Contains("unfinished"))));
  ASSERT_EQ(run(flags("run", "--target-columns value --folds 2")).code, 0);
  EXPECT_THAT(names_in("run"), AllOf(Contains("fold_2"), Not(Contains("fold_3"))));
  ASSERT_EQ(run(flags("run", "--target-columns value")).code, 0);
  EXPECT_THAT(names_in("run"), AllOf(Contains("model.safetensors"), Not(Contains("fold_1")),
                                     Not(Contains("cv_predictions.csv"))));
}

TEST_F(MolCrossValidation, RefusesWhatMakesNoSense) {
  write_molecules();
  write("splits.json", R"({"train": "0-19", "val": "20-24", "test": "25-29"})");
  EXPECT_EQ(run(flags("out", "--target-columns value --folds 0")).code, 2);
  EXPECT_EQ(run(flags("out", "--target-columns value --folds 2 --splits-file splits.json")).code, 2);
  EXPECT_EQ(run(flags("out", "--target-columns value --splits-column id --splits-file splits.json")).code, 2);
  EXPECT_EQ(run(flags("out", "--target-columns value --splits-column missing")).code, 1);
  const Outcome many = run(flags("out", "--target-columns value --folds 31"));
  EXPECT_EQ(many.code, 2);
  EXPECT_THAT(many.err, AllOf(HasSubstr("--folds 31"), HasSubstr("31 folds of 30 rows")));
  EXPECT_EQ(run(flags("out", "--target-columns value --replicates 2 --split-sizes 0.9 0.1 0")).code, 2);
  const Outcome chains = run(flags("out", "--target-columns value --folds 2 --split scaffold"));
  EXPECT_EQ(chains.code, 2);
  EXPECT_THAT(chains.err, HasSubstr("too few different scaffolds in data.csv (1)"));
  EXPECT_FALSE(fs::exists(path("out")));
  fs::create_directories(path("out/fold_2"));
  const Outcome mine = run(flags("out", "--target-columns value --folds 2"));
  EXPECT_EQ(mine.code, 1);
  EXPECT_THAT(mine.err, HasSubstr("out/fold_2: no training has written this folder"));
  EXPECT_THAT(names_in("out"), ElementsAre("fold_2"));
}

TEST_F(MolCrossValidation, StoppedAnywhereItEndsWithTheSameBytes) {
  write_molecules();
  const std::string more = "--target-columns value --folds 3";
  ASSERT_EQ(run(flags("whole", more, 5)).code, 0);
  const auto whole = contents("whole");
  ASSERT_EQ(run(flags("run", "--target-columns value --seed 9")).code, 0);
  const auto former = contents("run");
  Random random(kSeed);
  for (const int signal : {SIGTERM, SIGKILL}) {
    fs::remove_all(path("run"));
    ASSERT_EQ(run(flags("run", "--target-columns value --seed 9")).code, 0);
    const int stops = run_to_the_end(flags("run", more + " --resume --checkpoint-seconds 0", 5), signal,
                                     random, [&](const Outcome& r) {
                                       EXPECT_THAT(changed("run"), IsEmpty());
                                       if (fs::exists(path("run/fold_1"))) return;  // killed after the end
                                       for (const auto& [name, text] : former)
                                         EXPECT_EQ(sha256_of_file(path("run/" + name)), text) << name;
                                       if (signal == SIGTERM && !r.err.empty()) {
                                         EXPECT_THAT(r.err, HasSubstr("stopped by SIGTERM"));
                                       }
                                     });
    EXPECT_GT(stops, 0);
    EXPECT_EQ(contents("run"), whole) << signal;
  }
}

TEST_F(MolCrossValidation, NamesTheFoldThatCannotBeTrained) {
  std::string rare = "smiles,active\n";
  for (int i = 1; i <= 12; ++i)
    rare += std::string(static_cast<std::size_t>(i), 'C') + (i == 1 ? ",1\n" : ",0\n");
  write("data.csv", rare);
  const Outcome r = run(flags("run", "--target-columns active -t classification --folds 4"));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, ContainsRegex("fold [1-4] of 4: fit: all training values of 'active' are 0"));
}

TEST_F(MolCrossValidation, NamesTheFlagIfWholeScaffoldsLeaveNothingToTrainOn) {
  std::string two = "smiles,value\n";
  for (int i = 1; i <= 8; ++i) {
    two += std::string(static_cast<std::size_t>(i), 'C') + (i % 2 == 0 ? "c1ccccc1," : ",") +
           std::to_string(i) + "\n";
  }
  write("data.csv", two);
  const Outcome r = run(flags("run", "--target-columns value --folds 2 --split scaffold"));
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, AllOf(HasSubstr("--folds 2: "), HasSubstr("take --split random")));
}

TEST_F(MolCrossValidation, AFinishedFoldIsNotTrainedAgain) {
  write_molecules();
  const std::string loud =
      "train -i data.csv -o run --target-columns value --no-molecule-values --hidden-dim 16 --heads 2 "
      "--depth 1 "
      "--ensemble-size 1 --no-report --folds 2 --epochs 400 --patience 0 --threads 1";
  const Outcome stopped = run_and_terminate(loud, "fold 2 of 2");
  ASSERT_EQ(stopped.code, 143) << stopped.err;
  EXPECT_THAT(stopped.err, AllOf(HasSubstr("1 of 2 trainings are finished"), HasSubstr("--resume")));
  EXPECT_THAT(names_in("run"), ElementsAre("unfinished"));
  const std::string model = read_text(path("run/unfinished/fold_1/model.safetensors"));
  const auto time = fs::last_write_time(path("run/unfinished/fold_1/model.safetensors"));
  const Outcome other = run(loud + " --resume --max-lr 0.5");
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("learning_rate"));
  EXPECT_EQ(fs::last_write_time(path("run/unfinished/fold_1/model.safetensors")), time);
  const Outcome finished = run(loud + " --resume");
  ASSERT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(read_text(path("run/fold_1/model.safetensors")), model);
  EXPECT_THAT(finished.out, HasSubstr("fold 1 of 2\nfold 1 of 2 was finished before: RMSE"));
  EXPECT_THAT(run(loud + " --resume").out, HasSubstr("finished already"));
  // Without the flag nothing is lost, either.
  const Outcome again = run_and_terminate(loud + " --seed 3", "fold 2 of 2");
  EXPECT_EQ(again.code, 143);
  EXPECT_THAT(run(flags("run", "--target-columns value --folds 2")).err, HasSubstr("unfinished.given_up"));
  EXPECT_THAT(names_in("run"), AllOf(Not(Contains("unfinished")), Not(Contains("unfinished.given_up"))));
}

}  // namespace
}  // namespace plstm::test
