#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/random.hpp>
#include <plstm/learn/run_folder.hpp>

#include "apps/dag/dag_program.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using Json = nlohmann::json;

class DagRun : public DagProgram {
 protected:
  void SetUp() override { write_workflows(); }

  void expect_ok(const std::string& arguments) const {
    const Outcome r = run(arguments);
    ASSERT_EQ(r.code, 0) << arguments << "\n" << r.out << r.err;
  }
};

TEST_F(DagRun, TargetsOfGraphsAreLearntAndPredicted) {
  expect_ok("train -i workflows -o run --target-columns makespan --ignore seconds part" + small());
  for (const char* file : {"model.safetensors", "schema.json", "splits.json", "config.json", "metrics.csv",
                           "test_predictions.csv", "test_scores.json", "manifest.json"}) {
    EXPECT_TRUE(std::filesystem::exists(path("run") / file)) << file;
  }
  const Json scores = Json::parse(read_text(path("run/test_scores.json")));
  for (const char* model : {"pLSTM", "mean of training set", "ridge, no structure", "forest on subtrees",
                            "boosted trees on counts"})
    EXPECT_TRUE(scores.contains(model)) << model;
  expect_ok("predict -i workflows --model-paths run -o p.csv --confidence 0.8");
  const std::vector<std::string> rows = lines_of(read_text(path("p.csv")));
  ASSERT_EQ(rows.size(), 25u);
  EXPECT_EQ(rows[0], "graph,makespan,makespan_low,makespan_high,error");
  EXPECT_THAT(rows[1], StartsWith("w0,"));
}

TEST_F(DagRun, TargetsOfNodesHaveARowForEachNode) {
  expect_ok("train -i workflows -o run --target-columns seconds --ignore makespan part" + small());
  const Json scores = Json::parse(read_text(path("run/test_scores.json")));
  EXPECT_TRUE(scores.contains("boosted trees on counts"));
  EXPECT_FALSE(scores.contains("forest on subtrees")) << "which are counted of graphs alone";
  expect_ok("predict -i workflows --model-paths run -o p.csv");
  const std::vector<std::string> rows = lines_of(read_text(path("p.csv")));
  ASSERT_EQ(rows.size(), 1u + 8 * (4 + 5 + 6));
  EXPECT_EQ(rows[0], "graph,node,seconds,error");
  EXPECT_THAT(rows[1], StartsWith("w0,t0,"));
  const Outcome r = run("evaluate -i workflows --model-paths run -o e.csv");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("24 graphs, 120 labels"));
  EXPECT_THAT(r.err, HasSubstr("run was trained on a part of these graphs"));
  expect_ok("convert -i workflows -o all.jsonl");
  write("some.jsonl", lines_of(read_text(path("all.jsonl"))).at(3) + "\n");
  EXPECT_EQ(run("evaluate -i some.jsonl --model-paths run").err, "");
  EXPECT_EQ(lines_of(read_text(path("e.csv"))).at(0), "graph,node,seconds_true,seconds");
}

TEST_F(DagRun, TargetsOfEdgesAndWordsWork) {
  std::string edges = "graph,source,target,kind\n";
  for (const std::string& line : lines_of(read_text(path("workflows/edges.csv"))))
    if (!line.starts_with("graph")) edges += line + (line.ends_with("t1") ? ",fast\n" : ",slow\n");
  write("workflows/edges.csv", edges);
  expect_ok("train -i workflows -o run --target-columns kind --ignore seconds makespan part" + small());
  expect_ok("predict -i workflows --model-paths run -o p.csv");
  EXPECT_EQ(lines_of(read_text(path("p.csv"))).at(0), "graph,tail,head,kind_fast,kind_slow,kind_class,error");
}

TEST_F(DagRun, MessagePassingWithDirectionsIsTrainedSavedAndRead) {
  const std::string flags = " --hidden-dim 16 --epochs 2 --ensemble-size 1 --quiet --no-report";
  for (const std::string model : {"gcn-directed", "gin-directed", "lstm-directed"}) {
    for (const std::string target : {"makespan --ignore seconds part", "seconds --ignore makespan part"}) {
      expect_ok("train -i workflows -o run --model " + model + " --target-columns " + target + flags);
      EXPECT_TRUE(Json::parse(read_text(path("run/test_scores.json"))).contains(model));
      const Outcome info = run("info --model-paths run");
      EXPECT_THAT(info.out, HasSubstr(model));
      expect_ok("predict -i workflows --model-paths run -o p.csv");
      const Outcome evaluated = run("evaluate -i workflows --model-paths run -o e.csv");
      EXPECT_EQ(evaluated.code, 0) << evaluated.err;
    }
  }
}

TEST_F(DagRun, AnAttributeDividesTheGraphs) {
  expect_ok("train -i workflows -o run --target-columns makespan --ignore seconds --splits-column part" +
            small());
  const Json splits = Json::parse(read_text(path("run/splits.json")));
  EXPECT_EQ(splits.at("test"), Json({0, 6, 12, 18}));
  EXPECT_THAT(read_text(path("run/schema.json")), Not(HasSubstr("\"val\"")));
}

TEST_F(DagRun, GraphsWithoutAPartAreCounted) {
  std::string graphs = "graph,makespan,part\n";
  for (int g = 0; g < 24; ++g)
    graphs += "w" + std::to_string(g) + "," + std::to_string(g * 7 % 5) + "," +
              (g < 5    ? ""
               : g < 9  ? "test"
               : g < 12 ? "val"
                        : "train") +
              "\n";
  write("workflows/graphs.csv", graphs);
  const Outcome r = run(
      "train -i workflows -o run --target-columns makespan --ignore seconds --splits-column part --epochs 1 "
      "--ensemble-size 1 --hidden-dim 16");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("5 graphs without a part are left out"));
  EXPECT_THAT(r.out, HasSubstr("12 to train, 3 to validate, 4 to test"));
}

TEST_F(DagRun, PartsMayHaveFilesOfTheirOwn) {
  expect_ok("convert -i workflows -o all.jsonl");
  const std::vector<std::string> lines = lines_of(read_text(path("all.jsonl")));
  ASSERT_EQ(lines.size(), 24u);
  std::string train, test;
  for (std::size_t i = 0; i < lines.size(); ++i) (i < 18 ? train : test) += lines[i] + "\n";
  write("train.jsonl", train);
  write("test.jsonl", test);
  expect_ok(
      "train -i train.jsonl --separate-test-path test.jsonl -o run --target-columns makespan --ignore "
      "seconds part" +
      small());
  const Json splits = Json::parse(read_text(path("run/splits.json")));
  EXPECT_EQ(splits.at("test"), Json({18, 19, 20, 21, 22, 23}));
}

TEST_F(DagRun, GroupsFillAllPartsHoweverLargeTheyAre) {
  std::string graphs = "graph,makespan,customer\n";
  for (int g = 0; g < 24; ++g)
    graphs += "w" + std::to_string(g) + "," + std::to_string(g * 7 % 5) + "," +
              (g < 16 ? "large" : std::to_string(g)) + "\n";
  write("workflows/graphs.csv", graphs);
  for (int seed = 0; seed < 4; ++seed) {
    expect_ok(
        "train -i workflows -o run --target-columns makespan --ignore seconds --group-column customer "
        "--seed " +
        std::to_string(seed) + small());
    const Json splits = Json::parse(read_text(path("run/splits.json")));
    for (const char* part : {"train", "valid", "test"}) EXPECT_FALSE(splits.at(part).empty()) << part << seed;
  }
  std::string alike = "graph,makespan,customer\n";
  for (int g = 0; g < 24; ++g) alike += "w" + std::to_string(g) + "," + std::to_string(g) + ",large\n";
  write("workflows/graphs.csv", alike);
  const Outcome r =
      run("train -i workflows -o other --target-columns makespan --ignore seconds --group-column customer");
  EXPECT_THAT(r.err, HasSubstr("--group-column customer: its 1 groups cannot fill"));
}

TEST_F(DagRun, IntervalsThatAModelHasNotAreRefusedBeforeAnythingIsWritten) {
  expect_ok(
      "train -i workflows -o run --target-columns makespan --ignore seconds part --split-sizes 1 0 0 "
      "--no-companion" +
      small());
  const Outcome r = run("predict -i workflows --model-paths run --confidence 0.9");
  EXPECT_EQ(r.code, 2) << r.err;
  EXPECT_EQ(r.out, "");
}

TEST_F(DagRun, TheNodesOfOneGraphAreDivided) {
  expect_ok("convert -i workflows -o all.jsonl");
  write("one.jsonl", lines_of(read_text(path("all.jsonl"))).at(2) + "\n");
  expect_ok("train -i one.jsonl -o run --target-columns seconds --split-sizes 0.5 0.25 0.25" + small());
  const Json splits = Json::parse(read_text(path("run/splits.json")));
  EXPECT_EQ(splits.at("train").size() + splits.at("valid").size() + splits.at("test").size(), 6u);
  EXPECT_THAT(read_text(path("run/config.json")), HasSubstr("\"split_over\": \"things\""));
}

TEST_F(DagRun, TheBitsDoNotDependOnThreadsOrInterruptions) {
  const std::string arguments =
      "train -i workflows --target-columns makespan --ignore seconds part --epochs 4 --ensemble-size 2 "
      "--hidden-dim 16 --checkpoint-seconds 0 ";
  expect_ok(arguments + "-o one --threads 1");
  expect_ok(arguments + "-o two --threads 2");
  EXPECT_EQ(read_text(path("one/model.safetensors")), read_text(path("two/model.safetensors")));
  const Outcome stopped = run_and_terminate(arguments + "-o stopped", "epoch 2/4");
  EXPECT_TRUE(stopped.code == 143 || stopped.code == 0) << stopped.err;
  expect_ok(arguments + "-o stopped --resume");
  EXPECT_EQ(read_text(path("one/model.safetensors")), read_text(path("stopped/model.safetensors")));
  EXPECT_EQ(read_text(path("one/test_predictions.csv")), read_text(path("stopped/test_predictions.csv")));
}

// A short training over a finished run is killed before its end, after it, or while it puts its files in place.
TEST_F(DagRun, AKilledTrainingLeavesOneRunWhole) {
  const auto flags = [](const std::string& folder, int seed) {
    return "train -i workflows --target-columns makespan --ignore seconds part -o " + folder + small() +
           " --threads 1 --seed " + std::to_string(seed);
  };
  expect_ok(flags("run", 1));
  const auto most = time_of(flags("other", 2));
  const std::string before = read_text(path("run/model.safetensors")),
                    after = read_text(path("other/model.safetensors"));
  ASSERT_NE(before, after);
  Random random(kSeed);
  kill_over_a_finished_run(flags("run", 2), 8, most, random, [&] {
    const std::optional<RunManifest> manifest = read_run_manifest(path("run"));
    ASSERT_TRUE(manifest.has_value());
    EXPECT_THAT(changed_files(path("run"), *manifest), IsEmpty());
    EXPECT_EQ(read_text(path("run/model.safetensors")), manifest->seed == 1 ? before : after);
  });
  EXPECT_EQ(read_text(path("run/model.safetensors")), after);
  EXPECT_EQ(names_in("run"), names_in("other"));
}

TEST_F(DagRun, AnEditedSchemaIsKept) {
  expect_ok("schema -i workflows --ignore seconds makespan part -o schema.json");
  Json schema = Json::parse(read_text(path("schema.json")));
  schema["degrees"] = false;
  write("schema.json", schema.dump());
  expect_ok("train -i workflows -o run --target-columns makespan --schema schema.json" + small());
  EXPECT_EQ(Json::parse(read_text(path("run/schema.json"))).at("degrees"), false);
  const Outcome r = run("info --model-paths run --json");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(Json::parse(r.out).at("schema").at("degrees"), false);
  EXPECT_THAT(run("info --model-paths run").out,
              AllOf(HasSubstr("predicts for each graph: makespan (a number)"),
                    HasSubstr("machine (category of 2 texts)"), HasSubstr("On its test part, pLSTM: ")));
}

TEST_F(DagRun, AGraphThatCannotBeUsedKeepsItsRow) {
  expect_ok("train -i workflows -o run --target-columns makespan --ignore seconds part" + small());
  write("new.jsonl",
        R"({"name": "good", "nodes": [{"id": "a", "machine": "small", "megabytes": 5}], "links": []}
{"graph": {"name": "loop"}, "nodes": [{"id": "a", "machine": "small", "megabytes": 5}, {"id": "b", "machine": "new", "megabytes": 5}], "links": [{"source": "a", "target": "b"}, {"source": "b", "target": "a"}]}
{"nodes": [{"id": "a", "machine": "small"}], "links": []}
)");
  const Outcome r = run("predict -i new.jsonl --model-paths run -o p.csv");
  EXPECT_EQ(r.code, 0) << r.err;
  const std::vector<std::string> rows = lines_of(read_text(path("p.csv")));
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_THAT(rows[1], ::testing::EndsWith(","));
  EXPECT_THAT(rows[2], AllOf(StartsWith("loop,,"), HasSubstr("new.jsonl:2")));
  EXPECT_THAT(rows[3], HasSubstr("'megabytes'"));
}

TEST_F(DagRun, MistakesAreOneLine) {
  const auto fails = [&](const std::string& arguments, const std::string& message) {
    const Outcome r = run(arguments);
    EXPECT_THAT(r.code, ::testing::AnyOf(1, 2)) << arguments;
    EXPECT_THAT(r.err, HasSubstr(message)) << arguments;
    EXPECT_EQ(lines_of(r.err).size(), 1u) << r.err;
  };
  fails("train -i workflows -o run --target-columns speed", "'speed' is no attribute");
  fails("train -i nothing.json -o run --target-columns makespan", "nothing.json");
  fails("train -i workflows -o run --target-columns makespan --splits-column size", "'size' is no attribute");
  fails("train -i workflows -o run --target-columns makespan --splits-column machine", "--splits-column");
  fails("train -i workflows -o run --target-columns makespan --split-over things", "belong to graphs");
  fails("train -i workflows -o run --target-columns makespan --schema workflows/nodes.csv", "nodes.csv");
  fails("train -i workflows -o workflows --target-columns makespan --categories tall", "'tall'");
  fails("convert -i workflows -o workflows/nodes.csv", "name another with -o");
  fails("predict -i workflows --model-paths workflows/nodes.csv", "nodes.csv");
  EXPECT_FALSE(std::filesystem::exists(path("run")));
}

TEST_F(DagRun, GraphFilesComeBackWithTheSameBytes) {
  const Outcome r = run("convert -i workflows -o a.graphs --ignore part");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("keeps no names"));
  const std::string text = read_text(path("a.graphs"));
  EXPECT_THAT(text,
              StartsWith("plstm-graphs 1\n# node code 1: machine (0 large, 1 small)\n# node value 1: "));
  EXPECT_THAT(text, HasSubstr("\nlabel makespan\n"));
  expect_ok("convert -i a.graphs -o b.jsonl");
  expect_ok("convert -i b.jsonl -o b.graphs.gz");
  expect_ok("convert -i b.graphs.gz -o c.graphs");
  const auto without_comments = [](const std::string& file) {
    std::string kept;
    for (const std::string& line : lines_of(file))
      if (!line.starts_with("#")) kept += line + "\n";
    return kept;
  };
  EXPECT_EQ(without_comments(read_text(path("c.graphs"))), without_comments(text));
  expect_ok("train -i a.graphs -o run --target-columns makespan" + small());
  const Outcome shown = run("convert -i a.graphs -o - --output-format plstm");
  EXPECT_EQ(without_comments(shown.out), without_comments(text));
}

TEST_F(DagRun, WhatAGraphFileCannotHoldIsRefused) {
  const Outcome text = run("convert -i workflows -o a.graphs");
  EXPECT_EQ(text.code, 1);
  EXPECT_THAT(text.err,
              HasSubstr("graph attribute 'part' is 'test', and labels of a graph file are numbers"));
  EXPECT_EQ(lines_of(text.err).size(), 1u) << text.err;
  write("list.jsonl", R"({"nodes": [{"id": "a", "tags": ["x", "y"]}]})");
  const Outcome list = run("convert -i list.jsonl -o a.graphs");
  EXPECT_EQ(list.code, 1);
  EXPECT_THAT(list.err, HasSubstr("'tags' is a list"));
  EXPECT_FALSE(std::filesystem::exists(path("a.graphs")));
}

TEST_F(DagRun, EveryCommandHasAnExample) {
  const Outcome help = run("--help");
  EXPECT_EQ(help.code, 0);
  for (const char* command : {"train", "tune", "predict", "evaluate", "info", "schema", "convert"}) {
    EXPECT_THAT(help.out, HasSubstr(command));
    const Outcome r = run(std::string(command) + " --help");
    EXPECT_THAT(r.out, HasSubstr("Example")) << command;
  }
}

// The commands of the shell blocks of a document, without their comments.
std::vector<std::string> arguments_in(const char* document) {
  std::vector<std::string> arguments;
  bool in_block = false;
  for (std::string line : lines_of(read_text(std::filesystem::path(PLSTM_SOURCE_DIR) / document))) {
    if (line.starts_with("```")) in_block = line == "```sh";
    if (!in_block || !line.starts_with("plstm-dag ")) continue;
    line = line.substr(0, line.find(" #"));
    arguments.push_back(line.substr(std::string("plstm-dag ").size()));
  }
  return arguments;
}

TEST_F(DagRun, EveryCommandOfTheGuideForGraphsWorks) {
  expect_ok("convert -i workflows -o new.jsonl");
  const std::vector<std::string> commands = arguments_in("docs/dags.md");
  EXPECT_GE(commands.size(), 8u);
  for (const std::string& arguments : commands)
    expect_ok(arguments + (arguments.starts_with("t") ? small() : ""));
}

TEST_F(DagRun, TheCommandsOfTheReadmeWork) {
  expect_ok("convert -i workflows -o new.jsonl");
  const std::vector<std::string> commands = arguments_in("README.md");
  EXPECT_GE(commands.size(), 2u);
  for (const std::string& arguments : commands)
    expect_ok(arguments + (arguments.starts_with("t") ? small() : ""));
}

// What a flag names is there, and a key of a schema comes once: an attribute that leaks the target must not stay in.
TEST_F(DagRun, NothingThatIsNamedIsPassedOver) {
  write_workflows(3);
  EXPECT_THAT(run("convert -i workflows -o out.jsonl --ignore makespam").err,
              HasSubstr("--ignore names 'makespam', which is no attribute of the graphs"));
  EXPECT_EQ(run("convert -i workflows -o OUT.GRAPHS --ignore machine part").code, 0);
  EXPECT_THAT(read_text(path("OUT.GRAPHS")), HasSubstr("plstm-graphs"));
  EXPECT_EQ(run("convert -i OUT.GRAPHS -o again.jsonl").code, 0);
  EXPECT_THAT(run("tune -i workflows -o out --target-columns makespan --minutes nan").err,
              HasSubstr("'nan' is no number of minutes"));
  ASSERT_EQ(run("schema -i workflows -o schema.json").code, 0);
  std::string schema = read_text(path("schema.json"));
  const std::size_t kind = schema.find("\"kind\"");
  ASSERT_NE(kind, std::string::npos);
  write("schema.json", schema.insert(kind, "\"kind\": \"ignored\", "));
  EXPECT_THAT(run("train -i workflows -o out --target-columns makespan --schema schema.json").err,
              HasSubstr("'kind' comes twice in an object"));
}

}  // namespace
}  // namespace plstm::test
