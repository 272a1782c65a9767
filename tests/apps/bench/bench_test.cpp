// plstm-bench on small sets of graphs that a test writes.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/bench/bench_program.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Json = nlohmann::json;

namespace fs = std::filesystem;

TEST_F(BenchProgram, FoldsGiveThreeTables) {
  write_graphs("Toy");
  const Outcome r = run("tu --dataset Toy --model plstm,majority" + small());
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out,
              AllOf(HasSubstr("Toy: 30 graphs, 2 classes, 135 edges listed in both directions; stratified "
                              "3-fold: 6 runs"),
                    HasSubstr("Toy plstm fold 2 seed 0: accuracy "), HasSubstr("[6/6, 0s left]")));

  const std::vector<std::string> lines = results();
  ASSERT_THAT(lines, SizeIs(7));
  EXPECT_EQ(lines[0],
            "dataset,model,protocol,settings,fold,seed,metric,validation,test,best_epoch,parameters");
  EXPECT_THAT(lines[1], AllOf(StartsWith("Toy,majority,stratified 3-fold,"), HasSubstr(",0,0,accuracy,"),
                              EndsWith(",0.5,0,2")))
      << "five of ten test graphs are of the larger class";
  EXPECT_THAT(lines[6], AllOf(StartsWith("Toy,plstm,"), HasSubstr(",2,0,accuracy,")));

  const Json json = Json::parse(read_text(path("out/results.json")));
  ASSERT_THAT(json["runs"], SizeIs(6));
  ASSERT_THAT(json["cells"], SizeIs(2));
  const Json& cell = json["cells"][1];
  EXPECT_EQ(cell["model"], "plstm");
  EXPECT_EQ(cell["settings"]["width"], 16);
  const Json& test = cell["scores"]["accuracy"]["test"];
  EXPECT_EQ(test["n"], 3);
  double sum = 0, squares = 0;
  for (int i = 3; i < 6; ++i) sum += json["runs"][i]["scores"][0]["test"].get<double>() / 3;
  for (int i = 3; i < 6; ++i)
    squares += std::pow(json["runs"][i]["scores"][0]["test"].get<double>() - sum, 2);
  EXPECT_NEAR(test["mean"].get<double>(), sum, 1e-12);
  EXPECT_NEAR(test["standard_deviation"].get<double>(), std::sqrt(squares / 2), 1e-12);
  EXPECT_THAT(read_text(path("out/results.json")), Not(HasSubstr(path("").string())))
      << "no path of the machine";

  EXPECT_THAT(read_text(path("out/results.md")),
              AllOf(HasSubstr("| Toy | majority | stratified 3-fold | accuracy | 0.5000 ± 0.0000 | "),
                    HasSubstr("| Toy | plstm |"), HasSubstr("divisor n - 1")));
  EXPECT_THAT(r.out, HasSubstr(read_text(path("out/results.md"))));
}

TEST_F(BenchProgram, NumbersAreJudgedByRmseMaeAndPearson) {
  write_graphs("Sizes", false);
  const Outcome r = run("tu -d Sizes -m plstm,mean --split random --seeds 2" + small());
  ASSERT_EQ(r.code, 0) << r.err;
  const std::vector<std::string> lines = results();
  ASSERT_THAT(lines, SizeIs(1 + 2 * 2 * 3));
  EXPECT_THAT(lines[1], AllOf(StartsWith("Sizes,mean,random 0.8:0.1:0.1,"), HasSubstr(",0,0,rmse,")));
  EXPECT_THAT(lines[3], HasSubstr(",0,0,pearson,,,0,1")) << "undefined for a constant";
  EXPECT_THAT(lines[9], HasSubstr(",0,0,pearson,0"));
  EXPECT_NE(lines[1], lines[4]) << "another seed, another split";
}

// The second member starts from mix_seed(seed, 1). Trained alone, the two give the average.
TEST_F(BenchProgram, PredictionsOfMembersAreAveraged) {
  write_graphs("Sizes", false);
  write("split.json",
        R"({"train": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "valid": [10, 11, 12], "test": [20, 21, 25, 29]})");
  const std::string common =
      "tu -d Sizes -m plstm --splits-file split.json --data-dir . --width 16 --heads 2 --blocks 1 --epochs 2 "
      "--save-predictions ";
  const auto predictions = [&](const std::string& folder, const std::string& flags) {
    const Outcome r = run(common + "-o " + folder + flags);
    EXPECT_EQ(r.code, 0) << r.err;
    std::vector<double> values;
    for (const auto& file : fs::directory_iterator(path(folder + "/runs"))) {
      if (file.path().extension() != ".csv") continue;
      const std::vector<std::string> lines = lines_of(read_text(file.path()));
      for (std::size_t i = 1; i < lines.size(); ++i) {
        values.push_back(std::stod(lines[i].substr(lines[i].rfind(',') + 1)));
      }
    }
    return values;
  };
  const std::vector<double> first = predictions("first", " --members 1 --seed 7");
  const std::vector<double> second =
      predictions("second", " --members 1 --seed " + std::to_string(mix_seed(7, 1)));
  const std::vector<double> both = predictions("both", " --members 2 --seed 7");
  ASSERT_THAT(first, SizeIs(4));
  ASSERT_THAT(both, SizeIs(4));
  EXPECT_NE(first, second);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(both[i], (first[i] + second[i]) / 2, 1e-5);
  const auto parameters = [&](const std::string& folder) {
    return Json::parse(read_text(path(folder + "/results.json")))["runs"][0]["parameters"].get<int>();
  };
  EXPECT_EQ(parameters("both"), 2 * parameters("first"));
  expect_failure(common + "-o none --members 0", 2, "members");
}

// A ring, a chain and a star of four nodes each; the last two have as many edges.
TEST_F(BenchProgram, ForestsCountSubtrees) {
  write_kinds(
      "Shapes",
      {{4, {{0, 1}, {1, 2}, {2, 3}, {0, 3}}}, {4, {{0, 1}, {1, 2}, {2, 3}}}, {4, {{0, 1}, {0, 2}, {0, 3}}}});
  ASSERT_EQ(run("tu -d Shapes -m forest,plstm,plstm+forest,majority" + small()).code, 0);
  EXPECT_EQ(mean_of("Shapes", "forest", "accuracy", "test"), 1);
  EXPECT_EQ(mean_of("Shapes", "plstm+forest", "accuracy", "validation"), 1);
  EXPECT_LT(mean_of("Shapes", "majority", "accuracy", "test"), 0.5);
}

TEST_F(BenchProgram, ForestsSeeDirectionsOfDirectedSets) {
  for (const char* name : {"Turns", "Same"}) {
    write_kinds(name, {{3, {{0, 1}, {1, 2}}}, {3, {{0, 1}, {2, 1}}}});
  }
  ASSERT_EQ(run("tu -d Turns -m forest --directed" + small()).code, 0);
  EXPECT_EQ(mean_of("Turns", "forest", "accuracy", "test"), 1);
  ASSERT_EQ(run("tu -d Same -m forest" + small()).code, 0);
  EXPECT_EQ(mean_of("Same", "forest", "accuracy", "test"), 0.5) << "without directions they are the same";
}

TEST_F(BenchProgram, ForestsReadValuesOfNodesAndLearnNumbers) {
  write_kinds("Values", {{2, {{0, 1}}, 1}, {2, {{0, 1}}, 3}});
  ASSERT_EQ(run("tu -d Values -m forest" + small()).code, 0);
  EXPECT_EQ(mean_of("Values", "forest", "accuracy", "test"), 1);
  write_graphs("Sizes", false);
  ASSERT_EQ(run("tu -d Sizes -m forest,mean" + small()).code, 0);
  EXPECT_LT(mean_of("Sizes", "forest", "rmse", "test"), 0.5 * mean_of("Sizes", "mean", "rmse", "test"));
}

TEST_F(BenchProgram, GoesOnWhereItStopped) {
  write_graphs("Toy");
  ASSERT_EQ(run("tu -d Toy -m plstm" + small()).code, 0);
  const std::vector<std::string> before = results();
  const std::vector<fs::path> files = run_files();
  ASSERT_THAT(files, SizeIs(3));
  EXPECT_THAT(files[1].filename().string(), StartsWith("Toy_plstm_fold1_seed0_"));

  Outcome r = run("tu -d Toy -m plstm" + small());
  EXPECT_THAT(r.out, AllOf(HasSubstr("3 runs, 3 of them finished before"), Not(HasSubstr("accuracy 0."))));
  EXPECT_EQ(results(), before);

  const std::string untouched = read_text(files[0]);
  fs::remove(files[1]);
  write("out/runs/" + files[2].filename().string(), "{\"half\": ");
  r = run("tu -d Toy -m plstm" + small());
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("3 runs, 1 of them finished before"), HasSubstr("is no record of a run"),
                           HasSubstr("fold 1 seed 0: accuracy"), HasSubstr("fold 2 seed 0: accuracy")));
  EXPECT_EQ(results(), before) << "the same bits as in one go";
  EXPECT_EQ(read_text(files[0]), untouched);
}

TEST_F(BenchProgram, OtherSettingsSplitsAndDataMakeOtherRuns) {
  write_graphs("Toy");
  ASSERT_EQ(run("tu -d Toy -m plstm --fold-list 0" + small()).code, 0);
  for (const std::string more :
       {"--dropout 0.5", "--set beta2=0.9", "--seed 1", "--orientation bfs", "--preset paper"}) {
    const std::size_t files = run_files().size();
    const Outcome r = run("tu -d Toy -m plstm --fold-list 0 " + more + small());
    ASSERT_EQ(r.code, 0) << r.err;
    EXPECT_THAT(r.out, Not(HasSubstr("finished before"))) << more;
    EXPECT_EQ(run_files().size(), files + 1) << more;
  }
  write("Toy/Toy_node_labels.txt", "7\n" + read_text(path("Toy/Toy_node_labels.txt")).substr(2));
  EXPECT_THAT(run("tu -d Toy -m plstm --fold-list 0" + small()).out, Not(HasSubstr("finished before")));
  // Seed 1 joins the cell of seed 0; the others, the changed data among them, are cells of their own.
  EXPECT_THAT(Json::parse(read_text(path("out/results.json")))["cells"], SizeIs(6));
}

TEST_F(BenchProgram, BlocksAreAPatternOrANumber) {
  write_graphs("Toy");
  const std::string arguments =
      "tu -d Toy -m plstm --fold-list 0 --data-dir . -o out --width 16 --heads 2 --epochs 1"
      " --folds 3 --members 1 ";
  const auto settings_of_only_run = [&] {
    EXPECT_THAT(run_files(), SizeIs(1));
    return Json::parse(read_text(run_files().at(0)))["settings"];
  };
  ASSERT_EQ(run(arguments + "--set blocks=PDP").code, 0);
  EXPECT_EQ(settings_of_only_run()["blocks"], "PDP");
  EXPECT_FALSE(settings_of_only_run().contains("pd_blocks"));
  EXPECT_THAT(run(arguments + "--blocks PDP").out, HasSubstr("1 of them finished before"));
  fs::remove_all(path("out"));
  ASSERT_EQ(run(arguments + "--set blocks=PDPD").code, 0);
  EXPECT_EQ(settings_of_only_run()["pd_blocks"], 2);
  for (const std::string same : {"--blocks 2", "--blocks PDPD", "--set pd_blocks=2"}) {
    EXPECT_THAT(run(arguments + same).out, HasSubstr("1 of them finished before")) << same;
  }
  expect_failure(arguments + "--set blocks=PXD", 2, "PXD");
  expect_failure(arguments + "--set blocks=2", 2, "setting 'blocks' is 2, expected a word");
  expect_failure(arguments + "--set pd_blocks=PD", 2,
                 "setting 'pd_blocks' is \"PD\", expected a whole number");
  expect_failure(arguments + "--set blocks=PD pd_blocks=1", 2, "'blocks' and 'pd_blocks' are both given");
  expect_failure(arguments + "--set bloks=PD", 2, "heads, blocks, pd_blocks, layer,");
  expect_failure(arguments + "--set heads=3", 2, "heads");
}

TEST_F(BenchProgram, JobsAndThreadsDoNotChangeABit) {
  write_graphs("Toy");
  ASSERT_EQ(run("tu -d Toy -m plstm --dropout 0.1 --seeds 2 --jobs 1 --threads 1" + small()).code, 0);
  const std::vector<std::string> serial = results();
  ASSERT_THAT(serial, SizeIs(7));
  for (const std::string more : {"--jobs 2 --threads 2", "--jobs 3 --threads 4", "--jobs 1 --threads 2"}) {
    fs::remove_all(path("out"));
    ASSERT_EQ(run("tu -d Toy -m plstm --dropout 0.1 --seeds 2 " + more + small()).code, 0);
    EXPECT_EQ(results(), serial) << more;
  }
}

// The network is trained once for both, and says the same as alone; so does the forest.
TEST_F(BenchProgram, TheDefaultIsTheNetworkTheForestAndBoth) {
  write_graphs("Toy");
  ASSERT_EQ(run("tu -d Toy --seeds 2 --save-predictions" + small()).code, 0);
  const auto texts = [&] {
    std::map<std::string, std::string> by_name;
    for (const fs::path& file : run_files()) {
      if (file.extension() == ".csv") by_name[file.filename().string()] = read_text(file);
    }
    return by_name;
  };
  const std::map<std::string, std::string> together = texts();
  ASSERT_THAT(together, SizeIs(18)) << "models, folds, seeds";
  EXPECT_THAT(results(), SizeIs(19));
  std::map<std::pair<int, int>, std::map<std::string, double>> seconds;
  const Json json = Json::parse(read_text(path("out/results.json")));
  for (const Json& record : json["runs"]) {
    seconds[{record["fold"], record["seed"]}][record["model"]] = record["seconds"];
  }
  ASSERT_THAT(seconds, SizeIs(6));
  for (auto& [run, of] : seconds) EXPECT_DOUBLE_EQ(of["plstm+forest"], of["plstm"] + of["forest"]);
  fs::remove_all(path("out"));
  for (const char* model : {"plstm+forest", "forest", "plstm"}) {
    const Outcome r = run(std::string("tu -d Toy --seeds 2 --save-predictions -m ") + model + small());
    ASSERT_EQ(r.code, 0) << r.err;
  }
  EXPECT_EQ(texts(), together);
}

TEST_F(BenchProgram, FailedNetworksLeaveTheirForests) {
  write_graphs("Toy");
  const std::string wild = " --learning-rate 1e30 --warmup-epochs 0 --batch-size 4";
  const Outcome r = run("tu -d Toy --fold-list 0" + wild + small());
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.out, AllOf(HasSubstr("Toy plstm fold 0 seed 0 failed: training: epoch 1, step "),
                           HasSubstr("Toy plstm+forest fold 0 seed 0 failed: training: epoch 1, step "),
                           HasSubstr("Toy forest fold 0 seed 0: accuracy ")));
  EXPECT_THAT(r.err,
              StartsWith("plstm-bench: error: 2 runs failed; the first was Toy plstm fold 0 seed 0: "));
  EXPECT_THAT(results(), SizeIs(2)) << "header and the forest";
}

TEST_F(BenchProgram, ARunThatFailsLeavesTheOthers) {
  write_graphs("Toy");
  const std::string wild = " --learning-rate 1e30 --warmup-epochs 0 --batch-size 4";
  const Outcome r = run("tu -d Toy -m plstm,majority --fold-list 0" + wild + small());
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.out, HasSubstr("Toy plstm fold 0 seed 0 failed: training: epoch 1, step "));
  EXPECT_THAT(r.err,
              StartsWith("plstm-bench: error: 1 runs failed; the first was Toy plstm fold 0 seed 0: "));
  EXPECT_THAT(results(), SizeIs(2)) << "header and the majority";
}

TEST_F(BenchProgram, FlagsOfTheDataMayStandBeforeTheCommand) {
  write_graphs("Toy");
  fs::create_directories(path("sets"));
  fs::rename(path("Toy"), path("sets/Toy"));
  EXPECT_EQ(run("--data-dir sets tu -d Toy -m majority -o out").code, 0);
}

TEST_F(BenchProgram, GivenFoldsAndPredictions) {
  write_graphs("Toy");
  write("Toy.json",
        R"({"folds": [{"train": [0,1,2,3,4,5,6,7], "valid": [8,9,10,11], "test": [29,12]},
                      {"train": [29,28,27,26], "valid": [20,21,22], "test": [0,1,2]}]})");
  const Outcome r =
      run("tu -d Toy -m plstm --splits-file '{}.json' --fold-list 1 --save-predictions" + small());
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("given 2-fold: 1 runs"));
  const std::vector<fs::path> files = run_files();
  ASSERT_THAT(files, SizeIs(2));
  const Json record = Json::parse(read_text(files[0]));
  EXPECT_EQ(record["train_rows"], 4);
  EXPECT_EQ(record["validation_rows"], 3);
  const std::vector<std::string> lines = lines_of(read_text(files[1]));
  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_EQ(lines[0], "row,class_true,class_0,class_1");
  EXPECT_THAT(lines[1], StartsWith("0,0,0."));
  EXPECT_THAT(lines[2], StartsWith("1,1,0."));
}

TEST_F(BenchProgram, ListsWhatThereIs) {
  write_graphs("Toy");
  write("mols.csv", "smiles,y\nCCO,1\n");
  const Outcome r = run("--list --data-dir .");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("Toy          tu"), HasSubstr("mols         moleculenet"),
                           HasSubstr("plstm"), HasSubstr("majority")));
}

TEST_F(BenchProgram, ManifestKnowsDirectionsAndTasks) {
  fs::create_directories(path("Arrows"));
  write("Arrows/Arrows_A.txt", "2, 1\n4, 3\n5, 6\n");
  write("Arrows/Arrows_graph_indicator.txt", "1\n1\n2\n2\n3\n3\n");
  write("Arrows/Arrows_graph_labels.txt", "0\n1\n0\n");
  write("manifest.json",
        R"({"sets": [{"name": "Arrows", "kind": "tu", "title": "three arrows", "directed": true,
                                       "task": "multiclass", "read": "Arrows"},
                                      {"name": "Far", "kind": "tu", "title": "elsewhere", "read": "Far"}]})");
  write("split.json", R"({"train": [0], "valid": [1], "test": [2]})");
  const Outcome list = run("--list --data-dir .");
  EXPECT_THAT(list.out, AllOf(HasSubstr("Arrows       tu           three arrows"),
                              HasSubstr("Far          tu           (not there) elsewhere")));
  ASSERT_EQ(run("tu -d Arrows -m plstm --splits-file split.json" + small()).code, 0);
  expect_failure("tu -d Arrows --splits-file split.json --orientation bfs" + small(), 2,
                 "Arrows is directed");
  expect_failure("tu -d Arrows --task regression --splits-file split.json" + small(), 2,
                 "Arrows has classes");
  ASSERT_EQ(run("tu -d Arrows --manifest none.json" + small()).code, 1);
}

// A change of what only cells have is for the cells among the models of a call.
TEST_F(BenchProgram, RecurrentCellsHaveDirections) {
  write_graphs("Toy");
  const Outcome r = run("tu -d Toy -m dagnn,gin --directions backward --fold-list 0" + small());
  ASSERT_EQ(r.code, 0) << r.err;
  const Json json = Json::parse(read_text(path("out/results.json")));
  ASSERT_THAT(json["cells"], SizeIs(2));
  EXPECT_EQ(json["cells"][0]["settings"]["directions"], "backward");
  EXPECT_FALSE(json["cells"][1]["settings"].contains("directions"));
  for (const std::string model : {"dvae", "tree-lstm", "max-plus"}) {
    const Outcome other = run("tu -d Toy -m " + model + " --fold-list 0" + small());
    EXPECT_EQ(other.code, 0) << model << other.err;
  }
  expect_failure("tu -d Toy -m dagnn --directions up" + small(), 2,
                 "unknown directions 'up', expected one of forward,");
}

TEST_F(BenchProgram, BadInputIsOneLine) {
  write_graphs("Toy");
  write_graphs("Sizes", false);
  expect_failure("", 2, "nothing to do");
  expect_failure("tu", 2, "--dataset");
  expect_failure("tu -d Nothing" + small(), 1, "data set 'Nothing' is not there");
  expect_failure("tu -d Toy -m magic" + small(), 2, "unknown model 'magic', expected one of plstm, ");
  expect_failure("tu -d Toy -m morgan" + small(), 2, "morgan is for molecules");
  expect_failure("tu -d Toy -m mean" + small(), 2, "use the model majority");
  expect_failure("tu -d Toy -m gin,plstm,gin" + small(), 2, "--model names gin twice");
  expect_failure("tu -d Toy,Toy" + small(), 2, "--dataset names Toy twice");
  expect_failure("tu -d Sizes -m majority" + small(), 2, "use the model mean");
  expect_failure("tu -d Sizes --task classification" + small(), 2, "Sizes has numbers");
  expect_failure("tu -d Toy --task guess" + small(), 2, "unknown task 'guess'");
  expect_failure("tu -d Toy --set depth=3" + small(), 2, "there is no setting 'depth'");
  expect_failure("tu -d Toy --set depth" + small(), 2, "expected name=value");
  expect_failure("tu -d Toy -m gin --set gated=true" + small(), 2,
                 "belong to blocks of the paper, this body has none");
  expect_failure("tu -d Toy --batch-size 2.5" + small(), 2, "'batch_size' is 2.5, expected a whole number");
  expect_failure("tu -d Toy --dropout much" + small(), 2, "'dropout' is \"much\", expected a number");
  expect_failure("tu -d Toy --pooling all" + small(), 2, "unknown pooling 'all'");
  expect_failure("tu -d Toy --batch-size 0" + small(), 2, "batch_size must be at least 1");
  expect_failure("tu -d Toy --preset best" + small(), 2, "unknown preset 'best'");
  expect_failure("tu -d Toy --orientation up" + small(), 2, "expected one of index, bfs, dfs");
  expect_failure("tu -d Toy --split scaffold" + small(), 2, "expected one of folds, random");
  expect_failure("tu -d Toy --split random --split-sizes 1 1 1" + small(), 2, "sum is 3");
  expect_failure("tu -d Toy --fold-list 3" + small(), 2, "there is no fold 3, expected 0..2");
  expect_failure("tu -d Toy --seeds 0" + small(), 2, "--seeds is 0");
  expect_failure("tu -d Toy --seeds 99999999999" + small(), 2,
                 "--seeds is 99999999999, expected 1 to 1000000");
  expect_failure("tu -d Toy --jobs=-1" + small(), 2, "--jobs is -1");
  expect_failure("tu -d Toy --threads=-1" + small(), 2, "threads is -1");
  expect_failure("tu -d Toy --splits-file none.json" + small(), 1, "none.json");
  write("large.json", R"({"train": [0], "valid": [1], "test": [99]})");
  expect_failure("tu -d Toy --splits-file large.json" + small(), 1, "the data set has 30 rows");
  write("manifest.json", "[]");
  expect_failure("tu -d Toy" + small(), 1, "no manifest");
  write("manifest.json", std::string(100'000, '[') + std::string(100'000, ']'));
  expect_failure("tu -d Toy" + small(), 1, "nested more than 64 levels deep");
  fs::remove(path("manifest.json"));
  write("file", "");
  expect_failure("tu -d Toy --data-dir . -o file", 1, "the output folder cannot be made");
}

}  // namespace
}  // namespace plstm::test
