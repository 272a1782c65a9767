// Predictions of many files, in parts that a stopped run goes on with.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/core/random.hpp>

#include "apps/mol/mol_program.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class MolParts : public MolProgram {
 protected:
  /// A library in two files, with a bad row in each, and a model.
  void prepare() {
    train(" --ensemble-size 1");
    for (const auto& [name, first, last] : {std::tuple("a.csv", 0, 23), std::tuple("b.csv", 23, 40)}) {
      std::string text = "smiles,id,stock\n";
      for (int i = first; i < last; ++i) text += row(i);
      write(name, text);
    }
    std::string both = "smiles,id,stock\n";
    for (int i = 0; i < 40; ++i) both += row(i);
    write("both.csv", both);
  }
  static std::string row(int i) {
    const char* ends[] = {"O", "N", "OC", "Cl"};
    const std::string smiles = std::string(static_cast<std::size_t>(1 + i % 9), 'C') + ends[i % 4];
    return (i % 17 == 16 ? "C1CC" : smiles) + ",\"m" + std::to_string(i) + "\n\"," + std::to_string(i % 5) +
           "\n";
  }

  void expect_error(const std::string& arguments, int code, const std::vector<std::string>& parts) const {
    const Outcome r = run(arguments);
    EXPECT_EQ(r.code, code) << arguments << "\n" << r.err;
    EXPECT_EQ(lines_of(r.err).size(), 1u) << r.err;
    for (const std::string& part : parts) EXPECT_THAT(r.err, HasSubstr(part)) << arguments;
  }

  std::map<std::string, std::string> contents(const std::string& folder) const {
    std::map<std::string, std::string> files;
    for (const std::string& name : names_in(folder)) files[name] = read_text(path(folder) / name);
    return files;
  }
  /// The parts of a folder as one table.
  std::string joined(const std::string& folder) const {
    std::string table;
    for (const auto& [name, text] : contents(folder)) {
      if (!name.starts_with("part_")) continue;
      table += table.empty() ? text : text.substr(text.find('\n') + 1);
    }
    return table;
  }

  const std::string predict_ = "predict -i a.csv b.csv --model-paths run ";
};

TEST_F(MolParts, ManyFilesAreOneTable) {
  prepare();
  const Outcome both = run("predict -i both.csv --model-paths run");
  EXPECT_EQ(both.code, 0) << both.err;
  EXPECT_EQ(run(predict_).out, both.out);
  EXPECT_EQ(shell("gzip -k b.csv && $P predict -i a.csv b.csv.gz --model-paths run").out, both.out);
  EXPECT_EQ(shell("$P predict -i a.csv - --model-paths run < b.csv").out, both.out);
  write("other.csv", "smiles,id,price\nC,x,1\n");
  expect_error("predict -i a.csv other.csv --model-paths run -o out.csv", 1,
               {"other.csv", "'price'", "'stock'"});
  expect_error("predict -i a.csv missing.csv --model-paths run -o out.csv", 1, {"missing.csv"});
  expect_error("predict -i a.csv - - --model-paths run -o out.csv", 2, {"standard input"});
  EXPECT_FALSE(std::filesystem::exists(path("out.csv")));
}

TEST_F(MolParts, PartsMakeUpTheTable) {
  prepare();
  const std::string table = run(predict_).out;
  const Outcome r = run(predict_ + "-o out/ --part-rows 12");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("38 rows predicted, 2 bad rows, written to out/ in 4 parts"));
  EXPECT_EQ(joined("out"), table);
  const auto manifest = nlohmann::json::parse(read_text(path("out/manifest.json")));
  EXPECT_EQ(manifest["complete"], true);
  EXPECT_EQ(manifest["bad_rows"], 2);
  EXPECT_EQ(manifest["inputs"][1]["path"], "b.csv");
  EXPECT_EQ(manifest["inputs"][1]["rows"], 17);
  EXPECT_EQ(manifest["parts"][3]["rows"], 4);
  EXPECT_THAT(names_in("out"), testing::SizeIs(5));
  ASSERT_EQ(run(predict_ + "-o packed/ --gzip --threads 1").code, 0);
  EXPECT_EQ(shell("gunzip -c packed/part_00000.csv.gz").out, table);
}

TEST_F(MolParts, ColumnsAreChosen) {
  prepare();
  const Outcome r = run(predict_ + "--columns id,value,error");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(StartsWith("id,value,error\n"), HasSubstr("C1CC")));
  expect_error(predict_ + "--columns id,price", 2,
               {"'price'", "its columns are row, smiles, id, stock, value"});
}

TEST_F(MolParts, TheBestRowsAreTheSameFromATableAndFromParts) {
  prepare();
  const Outcome best = run(predict_ + "--keep-best 5 --best-by value");
  ASSERT_EQ(best.code, 0) << best.err;
  const auto rows = lines_of(run(predict_ + "--keep-best 1000 --best-by value --columns value").out);
  ASSERT_EQ(rows.size(), 39u) << "two rows are bad";
  EXPECT_EQ(rows[0], "row,value");
  for (std::size_t i = 2; i < rows.size(); ++i) {
    const auto value = [&](std::size_t at) { return std::stod(rows[at].substr(rows[at].find(',') + 1)); };
    EXPECT_GE(value(i - 1), value(i));
  }
  ASSERT_EQ(run(predict_ + "--keep-best 5 --best-by value -o out/ --part-rows 7").code, 0);
  EXPECT_EQ(read_text(path("out/best.csv")), best.out);
  const Outcome lowest = run(predict_ + "--keep-best 3 --best-by stock --lowest --columns id,stock");
  EXPECT_EQ(lowest.out, "row,id,stock\n1,\"m0\n\",0\n6,\"m5\n\",0\n11,\"m10\n\",0\n");
  const Outcome none = run(predict_ + "--keep-best 3 --best-by id --columns id");
  EXPECT_THAT(none.err, HasSubstr("38 rows without an error have no number in 'id'"));
  expect_error(predict_ + "--keep-best 3", 2, {"--best-by"});
  expect_error(predict_ + "--best-by value", 2, {"--keep-best"});
  expect_error(predict_ + "--lowest", 2, {"--lowest"});
  expect_error(predict_ + "--keep-best 3 --best-by price", 2, {"'price'"});
}

TEST_F(MolParts, ShardsShareOutTheParts) {
  prepare();
  const std::string parts = "-o whole/ --part-rows 6 --keep-best 4 --best-by value";
  ASSERT_EQ(run(predict_ + parts).code, 0);
  const std::string shards = "-o shards/ --part-rows 6 --keep-best 4 --best-by value";
  const Outcome plan = run(predict_ + shards + " --plan-only");
  ASSERT_EQ(plan.code, 0) << plan.err;
  EXPECT_THAT(plan.out, HasSubstr("40 rows in 2 files make 7 parts"));
  EXPECT_EQ(names_in("shards"), std::set<std::string>{"plan.json"});
  const Outcome together = shell("for i in 1 3; do $P " + predict_ + shards + " --shard $i/3 & done; wait");
  EXPECT_THAT(together.out, HasSubstr("others are not"));
  EXPECT_FALSE(std::filesystem::exists(path("shards/manifest.json")));
  const Outcome last = run(predict_ + shards + " --shard 2/3 --resume");
  EXPECT_THAT(last.out, HasSubstr("with it all are"));
  for (const auto& [name, text] : contents("whole"))
    EXPECT_EQ(read_text(path("shards/" + name)), text) << name;
  EXPECT_THAT(names_in("shards"), testing::Contains("manifest_2_of_3.json"));
  expect_error(predict_ + shards + " --shard 2/3", 1, {"manifest_2_of_3.json", "--resume"});
  expect_error(predict_ + shards + " --shard 2/4 --resume", 2, {"number of shards"});
  expect_error(predict_ + shards + " --shard 4/3", 2, {"'4/3'"});
}

TEST_F(MolParts, ResumeRefusesWhatWouldNotFit) {
  prepare();
  ASSERT_EQ(run(predict_ + "-o out/ --part-rows 10").code, 0);
  const std::string go_on = predict_ + "-o out/ --part-rows 10 --resume";
  EXPECT_EQ(run(go_on).code, 0);
  expect_error(predict_ + "-o out/ --part-rows 10", 1, {"out/", "--resume"});
  expect_error(predict_ + "-o out/ --part-rows 11 --resume", 2, {"--part-rows is 11"});
  expect_error(go_on + " --confidence 0.5", 2, {"--confidence is 0.5", "0.9"});
  expect_error(go_on + " --no-domain", 2, {"--no-domain is set"});
  expect_error(go_on + " --columns id", 2, {"--columns is id"});
  expect_error("predict -i b.csv a.csv --model-paths run -o out/ --part-rows 10 --resume", 2,
               {"input 1 is b.csv"});
  ASSERT_EQ(
      run("train -i data.csv -o again --target-columns value --seed 5 --ensemble-size 1" + small()).code, 0);
  expect_error("predict -i a.csv b.csv --model-paths again -o out/ --part-rows 10 --resume", 2,
               {"the model (digest)"});
  expect_error(predict_ + "-o run/", 1, {"run/", "no manifest of parts", "another folder"});
  expect_error(predict_ + "-o out.csv --resume", 2, {"FOLDER/"});
  expect_error(predict_ + "-o new/ --neighbours-out n.csv", 2, {"--neighbours-out"});
  expect_error("predict CCO --model-paths run -o new/", 2, {"SMILES"});
  expect_error("predict -i - --model-paths run -o new/", 2, {"standard input"});
  EXPECT_FALSE(std::filesystem::exists(path("new")));
}

TEST_F(MolParts, StoppedOrKilledAtAnyMomentItEndsWithTheSameBytes) {
  prepare();
  // Two blocks a part, so that stops come in the middle of parts, too.
  std::string text = "smiles,id\n";
  for (int i = 0; i < 4500; ++i) {
    text += std::string(static_cast<std::size_t>(1 + i % 9), 'C') + "O,m" + std::to_string(i) + "\n";
  }
  write("many.csv", text);
  const std::string command = "predict -i many.csv --model-paths run --no-intervals --part-rows 1500 ";
  const std::chrono::milliseconds whole = time_of(command + "-o whole/");
  Random random(kSeed);
  for (const int signal : {SIGTERM, SIGKILL}) {
    const std::string folder = signal == SIGTERM ? "stopped" : "killed";
    const std::string again = command + "-o " + folder + "/ --resume";
    for (int i = 0; i < 6; ++i) {
      const auto most = static_cast<std::uint64_t>(whole.count() + 1);
      const Outcome r = run_and_interrupt(again, signal, std::chrono::milliseconds(random.below(most)));
      EXPECT_TRUE(r.code == 0 || r.code == 128 + signal) << r.err;
    }
    EXPECT_EQ(run(again).code, 0);
    EXPECT_EQ(contents(folder), contents("whole")) << folder;
  }
}

TEST_F(MolParts, ASignalStopsBetweenBlocksAndSaysHowToGoOn) {
  prepare();
  std::string text = "smiles,id\n";
  for (int i = 0; i < 4000; ++i) text += "CCO,m" + std::to_string(i) + "\n";
  write("many.csv", text);
  const std::string command = "predict -i many.csv --model-paths run --part-rows 50 -o out/";
  const Outcome r = shell("$P " + command +
                          " & pid=$!; until [ -e out/part_00000.csv ]; do sleep 0.02; done; kill -TERM $pid; "
                          "wait $pid");
  EXPECT_EQ(r.code, 128 + SIGTERM);
  EXPECT_THAT(r.err, AllOf(HasSubstr("stopped by SIGTERM; "),
                           HasSubstr(" of 80 parts are written; to go on: "), HasSubstr("-o out/ --resume")));
  EXPECT_FALSE(std::filesystem::exists(path("out/part_00079.csv")));
  const Outcome more = run(command + " --resume");
  EXPECT_EQ(more.code, 0) << more.err;
  EXPECT_THAT(more.err, HasSubstr("finished parts are kept"));
  EXPECT_THAT(more.out, HasSubstr("4000 rows predicted, 0 bad rows"));
}

}  // namespace
}  // namespace plstm::test
