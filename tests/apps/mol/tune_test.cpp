#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/mol/mol_program.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class MolTune : public MolProgram {
 protected:
  // Settings that are given are not searched: one candidate differs from the other in its learning rate alone.
  static std::string flags(int epochs = 2) {
    return " --target-columns value --ensemble-size 1 --hidden-dim 16 --heads 2 --depth 1 --batch-size 8 "
           "--dropout 0 --weight-decay 0.1 --no-report --epochs " +
           std::to_string(epochs);
  }
  static std::string search() { return "tune -i data.csv -o run --trials 3 --search-folds 2" + flags(); }
};

TEST_F(MolTune, TrainsWithTheBestSettingsOfASearch) {
  write_molecules();
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
  EXPECT_THAT(table[2], HasSubstr(",no,"));
  const auto config = nlohmann::json::parse(read_text(path("run/config.json")));
  const std::string rate = nlohmann::json(config["learning_rate"]).dump();
  EXPECT_THAT(table[1], HasSubstr("," + rate + ",0.1,0,8,16,1")) << "the model is trained with them";
  const auto splits = nlohmann::json::parse(read_text(path("run/splits.json")));
  EXPECT_EQ(splits["test"].size(), 3u);
  EXPECT_EQ(run("predict --model-paths run CCO").code, 0);

  // The same settings, given by hand, train the same model.
  const std::string trained = "train -i data.csv -o other" + flags() + " --quiet --max-lr " + rate;
  ASSERT_EQ(run(trained).code, 0);
  EXPECT_EQ(read_text(path("other/model.safetensors")), read_text(path("run/model.safetensors")));
}

TEST_F(MolTune, TestRowsAreNeverLookedAt) {
  write_molecules();
  ASSERT_EQ(run(search() + " --quiet").code, 0);
  const std::string table = read_text(path("run/tuning.csv"));
  const auto splits = nlohmann::json::parse(read_text(path("run/splits.json")));
  std::vector<std::string> lines = lines_of(read_text(path("data.csv")));
  for (const std::size_t row : splits["test"]) {
    std::string& line = lines[row + 1];
    const std::size_t value = line.find(",m");
    line = line.substr(0, line.find(',', value + 1)) + ",1000,0,0";
  }
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  write("data.csv", text);
  ASSERT_EQ(run(search() + " --quiet").code, 0);
  EXPECT_EQ(read_text(path("run/tuning.csv")), table) << "other values of test rows change no score";
}

TEST_F(MolTune, GoesOnWhereItWasLeft) {
  write_molecules();
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
  EXPECT_THAT(r.out, HasSubstr("training 3:"));
  EXPECT_EQ(read_text(path("run/tuning.csv")), table);
  EXPECT_EQ(read_text(path("run/model.safetensors")), model);

  const Outcome again = run(search() + " --quiet");
  EXPECT_THAT(again.err, HasSubstr("the former one is now in run/tuning.json.given_up"));
  EXPECT_EQ(read_text(path("run/tuning.csv")), table);

  const Outcome other = run(search() + " --resume --seed 5");
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("was begun with other data or other settings"));
  write("run/tuning.json", "[]");
  const Outcome damaged = run(search() + " --resume");
  EXPECT_EQ(damaged.code, 1);
  EXPECT_THAT(damaged.err, HasSubstr("is no record of a search"));
}

TEST_F(MolTune, StopsWithWhatItHas) {
  write_molecules();
  const Outcome r =
      shell("$P tune -i data.csv -o run --trials 7 --search-folds 20" + flags(500) +
            " & pid=$!; for i in $(seq 600); do [ -e run/tuning.json ] && break; sleep 0.05; done; "
            "kill -TERM $pid; wait $pid");
  EXPECT_EQ(r.code, 143) << r.err;
  EXPECT_THAT(r.err, HasSubstr("tuning.json"));
  EXPECT_THAT(r.err, HasSubstr("--resume"));
  EXPECT_FALSE(std::filesystem::exists(path("run/model.safetensors")));
}

TEST_F(MolTune, AShortTimeIsEnoughForTheRecommendation) {
  write_molecules();
  const Outcome r = run("tune -i data.csv -o run --minutes 1e-9" + flags());
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("the recommended settings are the best"));
  EXPECT_TRUE(std::filesystem::exists(path("run/model.safetensors")));
}

TEST_F(MolTune, RefusesWhatItCannotSearch) {
  write_molecules();
  for (const char* flag : {"--folds 3", "--replicates 2"}) {
    const Outcome r = run(search() + " " + flag);
    EXPECT_EQ(r.code, 2) << flag;
    EXPECT_THAT(r.err, HasSubstr("searches settings for one division of the data"));
  }
  EXPECT_EQ(run("tune -i data.csv -o run --trials 0" + flags()).code, 2);
  EXPECT_EQ(run("tune -i data.csv -o run --search-folds 90" + flags()).code, 2);
}

}  // namespace
}  // namespace plstm::test
