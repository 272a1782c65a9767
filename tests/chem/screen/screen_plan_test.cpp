#include "plstm/chem/screen/screen_plan.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>

#include "chem/screen/library.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

class ScreenPlanTest : public ::testing::Test {
 protected:
  ScreenPlanTest() {
    write_file(folder_ / "a.csv", library_table(0, 10));
    write_file(folder_ / "b.csv.gz", library_table(10, 11));
    write_file(folder_ / "c.csv", "smiles,id,stock\n");
    files_ = {folder_ / "a.csv", folder_ / "b.csv.gz", folder_ / "c.csv"};
    options_.target_columns = std::vector<std::string>{};
  }

  TemporaryFolder folder_;
  std::vector<std::filesystem::path> files_;
  MoleculeReaderOptions options_;
};

TEST_F(ScreenPlanTest, CountsRowsAndNotesPlaces) {
  std::int64_t last = 0;
  const ScreenPlan plan = plan_screen(files_, options_, 5, [&](std::int64_t done) { last = done; });
  EXPECT_EQ(last, 3);
  ASSERT_THAT(plan.inputs, SizeIs(3));
  EXPECT_THAT(plan.inputs[0].places, SizeIs(2));
  EXPECT_EQ(plan.inputs[0].places[1].row.rows, 5);
  EXPECT_EQ(plan.inputs[0].places[1].row.line, 7);
  EXPECT_EQ(plan.inputs[0].sha256, sha256_of(library_table(0, 10)));
  EXPECT_EQ(plan.inputs[1].rows, 1);
  EXPECT_EQ(plan.inputs[2].rows, 0);
  EXPECT_THAT(plan.inputs[2].places, SizeIs(1));
  EXPECT_EQ(plan.num_rows(), 11);
  EXPECT_EQ(plan.num_parts(), 3);
  EXPECT_EQ(plan.rows_of(1), 5);
  EXPECT_EQ(plan.rows_of(2), 1);
  EXPECT_EQ(plan_screen(files_, options_, 11).num_parts(), 1);
  const std::vector<std::filesystem::path> none{files_[2]};
  EXPECT_EQ(plan_screen(none, options_, 5).num_parts(), 1);
  EXPECT_EQ(plan_screen(none, options_, 5).rows_of(0), 0);
}

TEST_F(ScreenPlanTest, ComesBackFromJson) {
  options_.featurize.columns = {"stock"};
  write_file(folder_ / "d.csv", "smiles,id,stock\nC,a,\"1,5\"\nC,b,2\nC,c,3\n");
  const std::string block = "x\n\n\n  1  0  0  0  0  0            999 V2000\n    0.0 0.0 0.0 C\nM  END\n";
  const std::vector<std::filesystem::path> files{folder_ / "d.csv"};
  const ScreenPlan plan = plan_screen(files, options_, 1);
  EXPECT_TRUE(plan.inputs[0].places[1].numbers.comma);
  EXPECT_EQ(parse_screen_plan(screen_plan_json(plan), "plan.json"), plan);
  write_file(folder_ / "e.sdf", block + block + "$$$$\n");
  const std::vector<std::filesystem::path> molecules{folder_ / "e.sdf"};
  const ScreenPlan with_lines = plan_screen(molecules, {}, 1);
  ASSERT_EQ(with_lines.num_parts(), 2);
  EXPECT_THAT(with_lines.inputs[0].places[1].row.ahead, SizeIs(4));
  EXPECT_EQ(parse_screen_plan(screen_plan_json(with_lines), "plan.json"), with_lines);
  for (const std::string text :
       {"", "[]", "{\"format\": 2}", "{\"format\": 1, \"part_rows\": 0, \"reading\": \"\"}"}) {
    EXPECT_THAT([&] { parse_screen_plan(text, "p.json"); },
                ThrowsMessage<FileError>(HasSubstr("p.json: is no plan")));
  }
}

TEST_F(ScreenPlanTest, KnowsWhetherItIsCurrent) {
  const ScreenPlan plan = plan_screen(files_, options_, 5);
  EXPECT_TRUE(seems_current(plan, files_, options_, 5));
  EXPECT_FALSE(seems_current(plan, files_, options_, 6));
  EXPECT_FALSE(seems_current(plan, std::span(files_).first(2), options_, 5));
  MoleculeReaderOptions headless = options_;
  headless.header = false;
  EXPECT_FALSE(seems_current(plan, files_, headless, 5));
  std::ofstream(files_[0], std::ios::app) << "CCCC,more,1\n";
  EXPECT_FALSE(seems_current(plan, files_, options_, 5));
}

TEST_F(ScreenPlanTest, RefusesWhatCannotBeReadAgain) {
  const std::vector<std::filesystem::path> input{"-"};
  EXPECT_THAT([&] { plan_screen(input, options_, 5); },
              ThrowsMessage<ConfigError>(HasSubstr("standard input can be read once")));
  EXPECT_THAT([&] { plan_screen(files_, options_, 0); }, ThrowsMessage<ConfigError>(HasSubstr("at least 1")));
  files_.push_back(folder_ / "missing.csv");
  EXPECT_THAT([&] { plan_screen(files_, options_, 5); }, ThrowsMessage<FileError>(HasSubstr("missing.csv")));
}

}  // namespace
}  // namespace plstm::test
