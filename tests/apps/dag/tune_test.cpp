#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/dag/dag_program.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class DagTune : public DagProgram {
 protected:
  void SetUp() override { write_workflows(); }

  // Settings that are given are not searched: one candidate differs from the other in its learning rate alone.
  static std::string flags(int epochs = 2) {
    return " --target-columns makespan --ignore seconds part --ensemble-size 1 --hidden-dim 16 --heads 2 "
           "--depth 1 "
           "--batch-size 8 --dropout 0 --weight-decay 0.1 --no-report --epochs " +
           std::to_string(epochs);
  }
  static std::string search() { return "tune -i workflows -o run --trials 3 --search-folds 2" + flags(); }
};

TEST_F(DagTune, TrainsWithTheBestSettingsOfASearch) {
  const Outcome r = run(search());
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("training 1: settings recommended on fold 1: RMSE "));
  EXPECT_THAT(r.out, HasSubstr("written to run"));
  const std::vector<std::string> table = lines_of(read_text(path("run/tuning.csv")));
  ASSERT_THAT(table, SizeIs(4));
  EXPECT_EQ(
      table[0],
      "settings,is_best,folds,mean_rmse,fold_1,learning_rate,weight_decay,dropout,batch_size,width,depth");
  EXPECT_THAT(table[1], HasSubstr(",yes,")) << "the best comes first";
  const auto config = nlohmann::json::parse(read_text(path("run/config.json")));
  const std::string rate = nlohmann::json(config["learning_rate"]).dump();
  EXPECT_THAT(table[1], HasSubstr("," + rate + ",0.1,0,8,16,1")) << "the model is trained with them";
  EXPECT_EQ(run("predict -i workflows --model-paths run").code, 0);

  // The same settings, given by hand, train the same model.
  const Outcome trained = run("train -i workflows -o other" + flags() + " --quiet --max-lr " + rate);
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_EQ(read_text(path("other/model.safetensors")), read_text(path("run/model.safetensors")));
}

TEST_F(DagTune, WhatIsTestedIsNeverLookedAt) {
  ASSERT_EQ(run(search() + " --quiet").code, 0);
  const std::string table = read_text(path("run/tuning.csv"));
  const auto splits = nlohmann::json::parse(read_text(path("run/splits.json")));
  std::vector<std::string> lines = lines_of(read_text(path("workflows/graphs.csv")));
  for (const std::size_t graph : splits["test"])
    lines[graph + 1] = "w" + std::to_string(graph) + ",1000,train";
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  write("workflows/graphs.csv", text);
  ASSERT_EQ(run(search() + " --quiet").code, 0);
  EXPECT_EQ(read_text(path("run/tuning.csv")), table) << "other values of test graphs change no score";
}

TEST_F(DagTune, SearchesOverTheNodesOfOneGraph) {
  ASSERT_EQ(run("convert -i workflows -o all.jsonl").code, 0);
  write("one.jsonl", lines_of(read_text(path("all.jsonl"))).at(2) + "\n");
  const Outcome r =
      run("tune -i one.jsonl -o run --target-columns seconds --split-sizes 0.5 0.25 0.25 --trials 2 "
          "--search-folds 2 "
          "--blocks PD" +
          small());
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(read_text(path("run/config.json")), HasSubstr("\"split_over\": \"things\""));
  EXPECT_THAT(lines_of(read_text(path("run/tuning.csv"))), SizeIs(3));
}

TEST_F(DagTune, GoesOnWhereItWasLeft) {
  ASSERT_EQ(run(search()).code, 0);
  const std::string table = read_text(path("run/tuning.csv"));
  const std::string model = read_text(path("run/model.safetensors"));
  auto state = nlohmann::ordered_json::parse(read_text(path("run/tuning.json")));
  ASSERT_GE(state["trials"].size(), 3u);
  state["trials"].erase(state["trials"].begin() + 2, state["trials"].end());
  std::filesystem::remove_all(path("run"));
  std::filesystem::create_directory(path("run"));
  write("run/tuning.json", state.dump());
  const Outcome r = run(search() + " --resume");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("2 trainings were done before"));
  EXPECT_THAT(r.out, Not(HasSubstr("training 2:")));
  EXPECT_EQ(read_text(path("run/tuning.csv")), table);
  EXPECT_EQ(read_text(path("run/model.safetensors")), model);
  const Outcome other = run(search() + " --resume --seed 5");
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("was begun with other data or other settings"));
}

TEST_F(DagTune, StopsWithWhatItHas) {
  const Outcome r =
      shell("$P tune -i workflows -o run --trials 7 --search-folds 20" + flags(500) +
            " & pid=$!; for i in $(seq 600); do [ -e run/tuning.json ] && break; sleep 0.05; done; "
            "kill -TERM $pid; wait $pid");
  EXPECT_EQ(r.code, 143) << r.err;
  EXPECT_THAT(r.err, HasSubstr("tuning.json"));
  EXPECT_THAT(r.err, HasSubstr("--resume"));
  EXPECT_FALSE(std::filesystem::exists(path("run/model.safetensors")));
}

TEST_F(DagTune, AShortTimeIsEnoughForTheRecommendation) {
  const Outcome r = run("tune -i workflows -o run --minutes 1e-9" + flags());
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("the recommended settings are the best"));
  EXPECT_TRUE(std::filesystem::exists(path("run/model.safetensors")));
}

TEST_F(DagTune, RefusesWhatItCannotSearch) {
  for (const char* flag : {"--folds 3", "--replicates 2"}) {
    const Outcome r = run(search() + " " + flag);
    EXPECT_EQ(r.code, 2) << flag;
    EXPECT_THAT(r.err, HasSubstr("searches settings for one division of the data"));
  }
  EXPECT_EQ(run("tune -i workflows -o run --trials 0" + flags()).code, 2);
  const Outcome many = run("tune -i workflows -o run --search-folds 90" + flags());
  EXPECT_EQ(many.code, 2);
  EXPECT_THAT(many.err, HasSubstr("--search-folds 90: there would be 90 folds"));
  EXPECT_EQ(run(search() + " --blocks PD").code, 2) << "--depth says the blocks";
}

}  // namespace
}  // namespace plstm::test
