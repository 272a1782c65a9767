// Several trainings of plstm-dag: folds, replicates and splits that the user gives.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/files/digest.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/split_file.hpp>
#include <plstm/learn/run_folder.hpp>

#include "apps/dag/dag_program.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class DagCrossValidation : public DagProgram {
 protected:
  void SetUp() override { write_workflows(); }

  static std::string flags(const std::string& folder, const std::string& more, int epochs = 2) {
    return "train -i workflows -o " + folder +
           " --ensemble-size 1 --hidden-dim 16 --quiet --threads 1 --epochs " + std::to_string(epochs) + more;
  }
  static std::string makespan() { return " --target-columns makespan --ignore seconds part"; }
  static std::string seconds() { return " --target-columns seconds --ignore makespan part"; }

  void expect_ok(const std::string& arguments) const {
    const Outcome r = run(arguments);
    ASSERT_EQ(r.code, 0) << arguments << "\n" << r.out << r.err;
  }

  std::vector<std::string> lines(const std::string& name) const { return lines_of(read_text(path(name))); }

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
};

TEST_F(DagCrossValidation, TestsEveryGraphOnceWithFeaturesOfItsTrainingPart) {
  const Outcome r = run(flags("run", makespan() + " --folds 3 --split-sizes 0.6 0.2 0.2"));
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("3 trainings, random 3-fold"), HasSubstr("RMSE"), HasSubstr("±"),
                           HasSubstr("forest on subtrees")));
  EXPECT_THAT(names_in("run"), ElementsAre("config.json", "cross_validation.csv", "cross_validation.json",
                                           "cv_predictions.csv", "fold_1", "fold_2", "fold_3",
                                           "manifest.json", "report.html", "splits.json"));
  EXPECT_THAT(names_in("run/fold_2"),
              ElementsAre("config.json", "manifest.json", "metrics.csv", "model.safetensors", "report.html",
                          "schema.json", "splits.json", "test_predictions.csv", "test_scores.json"));
  EXPECT_THAT(changed_files(path("run"), read_run_manifest(path("run")).value()), IsEmpty());
  std::map<int, int> tested;
  for (const Split& split : read_splits(path("run/splits.json"))) {
    EXPECT_THAT(split.test, SizeIs(8));
    EXPECT_THAT(split.validation, SizeIs(4)) << "a quarter of the others";
    for (const std::int32_t graph : split.test) ++tested[graph];
  }
  EXPECT_EQ(tested.size(), 24u);
  const std::vector<std::string> table = lines("run/cv_predictions.csv");
  ASSERT_THAT(table, SizeIs(25));
  EXPECT_EQ(table[0], "graph,replicate,fold,makespan_true,makespan");
  for (int g = 0; g < 24; ++g)
    EXPECT_THAT(table[static_cast<std::size_t>(g) + 1], StartsWith("w" + std::to_string(g) + ",1,"));
  std::set<std::string> schemas;
  for (const char* fold : {"fold_1", "fold_2", "fold_3"})
    schemas.insert(read_text(path(std::string("run/") + fold + "/schema.json")));
  EXPECT_EQ(schemas.size(), 3u) << "means and deviations are those of the training part";
  EXPECT_EQ(lines("run/cross_validation.csv")[0],
            "replicate,fold,seed,predictor,target,test_rows,rmse,mae,r2,spearman");
  const auto means = nlohmann::json::parse(read_text(path("run/cross_validation.json")));
  EXPECT_EQ(means["trainings"], 3);
  const std::string html = read_text(path("run/report.html"));
  for (const char* part : {"on 24 graphs that were not learnt", "random 3-fold", "RMSE of the trainings",
                           "Predicted and measured", "<article", "cross_validation.csv"})
    EXPECT_THAT(html, HasSubstr(part));
  EXPECT_THAT(read_text(path("run/fold_2/report.html")), HasSubstr("fold 2 of 3"));
}

TEST_F(DagCrossValidation, NodesStayWithTheirGraphsUnlessThereIsOne) {
  expect_ok(flags("run", seconds() + " --folds 2"));
  EXPECT_THAT(lines("run/cv_predictions.csv"), SizeIs(1 + 8 * (4 + 5 + 6)));
  for (const Split& split : read_splits(path("run/splits.json"))) EXPECT_THAT(split.test, SizeIs(12));
  expect_ok("convert -i workflows -o all.jsonl");
  write("one.jsonl", lines("all.jsonl").at(2) + "\n");
  expect_ok("train -i one.jsonl -o one --target-columns seconds --folds 3 --split-sizes 0.6 0.2 0.2" +
            small());
  std::set<std::int32_t> tested;
  for (const Split& split : read_splits(path("one/splits.json"))) {
    EXPECT_THAT(split.test, SizeIs(2)) << "of six nodes";
    tested.insert(split.test.begin(), split.test.end());
  }
  EXPECT_THAT(tested, SizeIs(6));
  const std::vector<std::string> table = lines("one/cv_predictions.csv");
  EXPECT_THAT(table, SizeIs(7));
  EXPECT_EQ(table[0], "graph,replicate,fold,node,seconds_true,seconds");
}

TEST_F(DagCrossValidation, GroupsStayInOneFold) {
  std::string graphs = "graph,makespan,customer\n";
  for (int g = 0; g < 24; ++g)
    graphs += "w" + std::to_string(g) + "," + std::to_string(g * 7 % 5) + ",c" + std::to_string(g % 6) + "\n";
  write("workflows/graphs.csv", graphs);
  const std::string arguments =
      " --target-columns makespan --ignore seconds --group-column customer --folds ";
  const Outcome r = run(flags("run", arguments + "3"));
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("random 3-fold of whole groups of one 'customer'"));
  for (const Split& split : read_splits(path("run/splits.json"))) {
    std::set<int> tested;
    for (const std::int32_t graph : split.test) tested.insert(graph % 6);
    EXPECT_THAT(tested, SizeIs(2));
    for (const std::int32_t graph : split.train) EXPECT_FALSE(tested.contains(graph % 6));
  }
  EXPECT_THAT(r.err, Not(HasSubstr("the folds have"))) << "all of them have eight graphs";
  std::string uneven = "graph,makespan,customer\n";
  for (int g = 0; g < 24; ++g)
    uneven += "w" + std::to_string(g) + "," + std::to_string(g * 7 % 5) +
              (g < 16 ? ",large\n" : ",c" + std::to_string(g) + "\n");
  write("uneven.csv", uneven);
  fs::copy(path("workflows"), path("uneven"));
  fs::rename(path("uneven.csv"), path("uneven/graphs.csv"));
  EXPECT_THAT(
      run("train -i uneven -o uneven_run" + arguments + "2" + small()).err,
      HasSubstr("the folds have 8 to 16 test graphs, as whole groups of one 'customer' stay together"));
  const Outcome many = run(flags("other", arguments + "7"));
  EXPECT_EQ(many.code, 2);
  EXPECT_THAT(many.err, HasSubstr("--folds 7: 'customer' has too few different values (6)"));
}

// Below ten graphs nodes are divided, unless whole graphs must stay together.
TEST_F(DagCrossValidation, GroupsStayTogetherWhateverHasTheTargets) {
  write_workflows(8);
  const std::string targets = " --target-columns seconds --ignore makespan --group-column ";
  const Outcome r = run(flags("run", targets + "part --folds 2"));
  ASSERT_EQ(r.code, 0) << r.err;
  std::map<std::string, std::set<std::string>> folds_of_graph;
  for (const std::string& line : lines("run/cv_predictions.csv")) {
    if (line.starts_with("graph")) continue;
    const std::size_t first = line.find(','), second = line.find(',', first + 1),
                      third = line.find(',', second + 1);
    folds_of_graph[line.substr(0, first)].insert(line.substr(second + 1, third - second - 1));
  }
  ASSERT_THAT(folds_of_graph, SizeIs(8));
  for (const auto& [graph, folds] : folds_of_graph) EXPECT_THAT(folds, SizeIs(1)) << graph;
  EXPECT_THAT(run(flags("out", targets + "nosuch")).err, HasSubstr("'nosuch' is no attribute of the graphs"));
  EXPECT_THAT(run(flags("out", targets + "part --split-over things")).err,
              HasSubstr("--group-column keeps whole graphs together"));
}

// The files of a run are those of its trainings, too.
TEST_F(DagCrossValidation, NoOutputGoesIntoTheRunThatIsRead) {
  expect_ok(flags("run", makespan() + " --folds 2"));
  const auto before = contents("run");
  const std::string part = "run/fold_2", in = " -i workflows --model-paths ";
  for (const std::string& arguments :
       {"predict" + in + "run -o run/fold_2/model.safetensors", "predict" + in + part + " -o run/config.json",
        "evaluate" + in + "run --report run/fold_1/report.html",
        "evaluate" + in + part + " --report run/report.html"}) {
    const Outcome r = run(arguments);
    EXPECT_EQ(r.code, 2) << arguments;
    EXPECT_THAT(r.err, HasSubstr("belongs to the run that is read")) << arguments;
  }
  EXPECT_EQ(contents("run"), before);
  EXPECT_THAT(run("evaluate" + in + "run -o both.x --report ./both.x").err, HasSubstr("name two files"));
  EXPECT_THAT(run("evaluate" + in + "run --report -").err, HasSubstr("--report -: "));
  EXPECT_FALSE(fs::exists(path("-")) || fs::exists(path("both.x")));
}

TEST_F(DagCrossValidation, FoldsKeepTheSharesOfClasses) {
  std::string graphs = "graph,kind\n";
  for (int g = 0; g < 24; ++g) graphs += "w" + std::to_string(g) + (g % 4 == 0 ? ",yes\n" : ",no\n");
  write("workflows/graphs.csv", graphs);
  const Outcome r = run(flags("run", " --target-columns kind --folds 3"));
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("stratified 3-fold"));
  for (const Split& split : read_splits(path("run/splits.json"))) {
    EXPECT_EQ(std::ranges::count_if(split.test, [](std::int32_t graph) { return graph % 4 == 0; }), 2);
  }
}

TEST_F(DagCrossValidation, ReplicatesAreTheRunsOfTheirSeeds) {
  expect_ok(flags("run", makespan() + " --replicates 2 --seed 7"));
  expect_ok(flags("alone", makespan() + " --seed 8"));
  for (const char* file : {"splits.json", "schema.json", "test_predictions.csv"})
    EXPECT_EQ(read_text(path(std::string("run/replicate_2/") + file)),
              read_text(path(std::string("alone/") + file)));
  EXPECT_NE(read_text(path("run/replicate_1/splits.json")), read_text(path("alone/splits.json")));
}

TEST_F(DagCrossValidation, SplitsOfAFileAndAttributesAreRepeated) {
  write("splits.json", R"([{"train": "0-15", "val": "16-19", "test": "20-23"},
                           {"train": "8-23", "val": "4-7", "test": "0-3"}])");
  const Outcome r = run(flags("run", makespan() + " --splits-file splits.json"));
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("2 trainings, splits.json"));
  EXPECT_EQ(read_splits(path("run/splits.json")), read_splits(path("splits.json")));
  EXPECT_THAT(lines("run/cv_predictions.csv"), SizeIs(9));
  expect_ok(flags("both", " --target-columns makespan --ignore seconds --splits-column part --replicates 2"));
  EXPECT_EQ(read_text(path("both/replicate_1/splits.json")), read_text(path("both/replicate_2/splits.json")));
  EXPECT_NE(read_text(path("both/replicate_1/model.safetensors")),
            read_text(path("both/replicate_2/model.safetensors")));
  EXPECT_THAT(lines("both/cv_predictions.csv"), SizeIs(1 + 2 * 4));
}

TEST_F(DagCrossValidation, AllModelsPredict) {
  expect_ok(flags("run", makespan() + " --folds 2"));
  const auto predict = [&](const std::string& folder) {
    const Outcome r = run("predict -i workflows --model-paths " + folder);
    EXPECT_EQ(r.code, 0) << r.err;
    const std::string line = lines_of(r.out).at(1);
    return std::stod(line.substr(line.find(',') + 1));
  };
  EXPECT_NEAR(predict("run"), (predict("run/fold_1") + predict("run/fold_2")) / 2, 1e-6);
  EXPECT_THAT(
      run("info --model-paths run").out,
      AllOf(HasSubstr("mean of 2 networks"), HasSubstr("2 trainings (cross-validation, random 2-fold)")));
  const Outcome evaluated = run("evaluate -i workflows --model-paths run --report new.html");
  EXPECT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_THAT(evaluated.err, HasSubstr("run/cv_predictions.csv"));
  const Outcome intervals = run("predict -i workflows --model-paths run --confidence 0.9");
  EXPECT_EQ(intervals.code, 2);
  EXPECT_THAT(intervals.err, HasSubstr("name one of the trainings, as run/fold_1"));
}

TEST_F(DagCrossValidation, RefusesWhatMakesNoSense) {
  expect_ok("convert -i workflows -o all.jsonl");
  write("splits.json", R"({"train": "0-15", "val": "16-19", "test": "20-23"})");
  const auto fails = [&](const std::string& more, const std::string& message) {
    const Outcome r = run(flags("out", makespan() + more));
    EXPECT_EQ(r.code, 2) << more;
    EXPECT_THAT(r.err, HasSubstr(message)) << more;
  };
  fails(" --folds 0", "--folds");
  fails(" --folds 2 --splits-file splits.json", "excludes");
  fails(" --folds 2 --splits-column part", "excludes");
  fails(" --folds 25", "--folds 25: there would be 25 folds of 24 graphs");
  fails(" --folds 2 --separate-test-path all.jsonl", "give all graphs with -i");
  fails(" --replicates 2 --split-sizes 0.9 0.1 0", "a split tests nothing");
  EXPECT_FALSE(fs::exists(path("out")));
}

TEST_F(DagCrossValidation, StoppedAnywhereItEndsWithTheSameBytes) {
  const std::string more = makespan() + " --folds 3 --no-report";
  expect_ok(flags("whole", more, 4));
  const auto whole = contents("whole");
  Random random(kSeed);
  for (const int signal : {SIGTERM, SIGKILL}) {
    fs::remove_all(path("run"));
    const int stops = run_to_the_end(flags("run", more + " --resume --checkpoint-seconds 0", 4), signal,
                                     random, [&](const Outcome& r) {
                                       if (signal == SIGTERM && !r.err.empty()) {
                                         EXPECT_THAT(r.err, HasSubstr("stopped by SIGTERM"));
                                       }
                                     });
    EXPECT_GT(stops, 0);
    EXPECT_EQ(contents("run"), whole) << signal;
  }
  EXPECT_THAT(run(flags("run", more + " --resume", 4)).out, HasSubstr("finished already"));
  expect_ok(flags("run", makespan(), 4));
  EXPECT_THAT(names_in("run"), AllOf(Contains("model.safetensors"), Not(Contains("fold_1")),
                                     Not(Contains("cv_predictions.csv"))));
}

}  // namespace
}  // namespace plstm::test
