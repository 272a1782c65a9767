#include "plstm/chem/screen/screen_part.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/files/input_file.hpp>

#include "chem/screen/library.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

std::vector<std::string> lines_in(const std::filesystem::path& path) {
  InputFile file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file.stream(), line);) lines.push_back(line);
  return lines;
}

class ScreenPart : public ::testing::Test {
 protected:
  ScreenPart() {
    write_file(folder_ / "a.csv", library_table(0, 23));
    write_file(folder_ / "b.csv.gz", library_table(23, 40));
    write_file(folder_ / "c.csv", library_table(40, 47));
    files_ = {folder_ / "a.csv", folder_ / "b.csv.gz", folder_ / "c.csv"};
    options_.reading.keep_fields = true;
  }

  ScreenPlan plan(std::int64_t part_rows) const {
    return plan_screen(files_, reading_for(small_predictor(), options_.reading), part_rows);
  }
  PartPredictor predictor(std::int64_t part_rows) const {
    return PartPredictor(small_predictor(), plan(part_rows), options_);
  }
  /// The lines of all parts without their headers.
  std::vector<std::string> rows_of_parts(std::int64_t part_rows) const {
    const TemporaryFolder parts;
    std::vector<std::string> rows;
    PartPredictor maker = predictor(part_rows);
    for (std::int64_t part = 0; part < plan(part_rows).num_parts(); ++part) {
      const ScreenPartRecord record = maker.predict(part, parts.path());
      const std::vector<std::string> lines = lines_in(parts / record.name);
      EXPECT_EQ(std::ssize(lines), record.written + 1);
      rows.insert(rows.end(), lines.begin() + 1, lines.end());
    }
    return rows;
  }

  TemporaryFolder folder_;
  std::vector<std::filesystem::path> files_;
  PartOptions options_;
};

TEST_F(ScreenPart, PartsOfAnySizeMakeUpTheSameTable) {
  const std::vector<std::string> whole = rows_of_parts(1000);
  ASSERT_THAT(whole, SizeIs(47));
  for (int i = 0; i < 47; ++i) {
    const std::string begin = std::to_string(i + 1) + ",";
    EXPECT_THAT(whole[static_cast<std::size_t>(i)], StartsWith(begin));
    EXPECT_THAT(whole[static_cast<std::size_t>(i)], HasSubstr(",m" + std::to_string(i) + ","));
  }
  for (const std::int64_t part_rows : {1, 4, 10, 23, 46})
    EXPECT_EQ(rows_of_parts(part_rows), whole) << part_rows;
}

TEST_F(ScreenPart, APartIsTheSameInAnyOrderAndForAnyNumberOfThreads) {
  PartPredictor forwards = predictor(6);
  std::vector<ScreenPartRecord> records;
  std::vector<std::string> texts;
  for (std::int64_t part = 0; part < 8; ++part) {
    records.push_back(forwards.predict(part, folder_.path()));
    texts.push_back(text_of(folder_ / records.back().name));
    EXPECT_EQ(records.back().sha256, sha256_of(texts.back()));
    EXPECT_EQ(records.back().bytes, std::ssize(texts.back()));
  }
  EXPECT_EQ(records[0].name, "part_00000.csv");
  EXPECT_EQ(records[1].rows, 6);
  EXPECT_EQ(records[1].bad_rows, 1);
  EXPECT_EQ(records[1].first_row, 6);
  const ThreadLimit limit(1);
  PartPredictor backwards = predictor(6);
  for (std::int64_t part = 7; part >= 0; --part) {
    EXPECT_EQ(backwards.predict(part, folder_.path()), records[static_cast<std::size_t>(part)]);
  }
}

TEST_F(ScreenPart, KeepsTheBestRowsOfAPart) {
  options_.best = BestOptions{4, "stock", false};
  options_.rows.columns = {"id", "error"};
  PartPredictor maker = predictor(20);
  EXPECT_THAT(maker.header(), ElementsAre("row", "stock", "id", "error"));
  const ScreenPartRecord record = maker.predict(1, folder_.path());
  EXPECT_EQ(record.rows, 20);
  EXPECT_EQ(record.written, 4);
  // Rows 21 to 40 with stock 4: 25, 30, 35, 40; row 35 is bad. Of those with stock 3 the first is row 24.
  EXPECT_THAT(lines_in(folder_ / record.name),
              ElementsAre("row,stock,id,error", "25,4,m24,", "30,4,m29,", "40,4,m39,", "24,3,m23,"));
  options_.best->lowest = true;
  options_.gzip = true;
  options_.rows.columns = {"id"};
  EXPECT_EQ(predictor(20).predict(2, folder_.path()).name, "part_00002.csv.gz");
  EXPECT_THAT(lines_in(folder_ / "part_00002.csv.gz"),
              ElementsAre("row,stock,id", "41,0,m40", "46,0,m45", "47,1,m46", "43,2,m42"));
  options_.best->by = "id";
  const ScreenPartRecord unranked = predictor(20).predict(0, folder_.path());
  EXPECT_EQ(unranked.written, 0);
  EXPECT_EQ(unranked.unranked + unranked.bad_rows, 20);
  options_.best->by = "logS";
  EXPECT_THAT([&] { predictor(20); }, ThrowsMessage<ConfigError>(HasSubstr("'logS'")));
}

TEST_F(ScreenPart, LeavesNothingOfAPartThatIsStopped) {
  struct Stop {};
  PartPredictor maker = predictor(30);
  const std::vector<std::string> before = folder_.names();
  std::int64_t done = 0;
  EXPECT_THROW(maker.predict(0, folder_.path(),
                             [&](std::int64_t rows) {
                               done = rows;
                               throw Stop();
                             }),
               Stop);
  EXPECT_EQ(done, 23) << "a block ends with its file";
  EXPECT_EQ(folder_.names(), before);
  EXPECT_EQ(maker.predict(0, folder_.path()), predictor(30).predict(0, folder_.path()))
      << "and can be made later";
}

TEST_F(ScreenPart, SaysIfAnInputHasLostRows) {
  PartPredictor maker = predictor(40);
  write_file(folder_ / "c.csv", library_table(40, 43));
  EXPECT_THAT([&] { maker.predict(1, folder_.path()); },
              ThrowsMessage<FileError>(AllOf(HasSubstr("c.csv"), HasSubstr("fewer rows"))));
  EXPECT_THAT([&] { maker.predict(2, folder_.path()); }, ThrowsMessage<ConfigError>(HasSubstr("no part 2")));
}

TEST_F(ScreenPart, NamesSortAsTheirNumbers) {
  EXPECT_EQ(part_name(7, 100, false), "part_00007.csv");
  EXPECT_EQ(part_name(7, 100000, true), "part_00007.csv.gz");
  EXPECT_EQ(part_name(7, 100001, false), "part_000007.csv");
}

}  // namespace
}  // namespace plstm::test
