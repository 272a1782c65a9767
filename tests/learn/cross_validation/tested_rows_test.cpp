#include "plstm/learn/cross_validation/tested_rows.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>

#include "learn/cross_validation/some_series.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class TestedRowsTest : public ::testing::Test {
 protected:
  void table(const std::string& part, const std::string& text) const {
    std::filesystem::create_directories(folder_ / part);
    AtomicFile file(folder_ / part / "test_predictions.csv");
    file.stream() << text;
    file.commit();
  }

  std::vector<std::string> lines(const TrainingSeries& series, const TestedTables& tables) const {
    const TestedRows tested = read_tested_rows(folder_.path(), series, tables);
    std::vector<std::string> lines{join(columns_of(tested))};
    for (const TestedRows::Row& row : tested.rows) lines.push_back(join(fields_of(row, series)));
    return lines;
  }

  static std::string join(const std::vector<std::string>& fields) {
    std::string text;
    for (const std::string& field : fields) text += (text.empty() ? "" : "|") + field;
    return text;
  }

  TemporaryFolder folder_;
};

TEST_F(TestedRowsTest, StandByReplicateAndNumberAndBadOnesOnceAtTheEnd) {
  table("replicate_1/fold_1", "row,y,error\n3,0.3,\n5,,bad\n");
  table("replicate_1/fold_2", "row,y,error\n1,0.1,\n5,,bad\n");
  table("replicate_2/fold_1", "row,y,error\n1,0.2,\n5,,bad\n");
  table("replicate_2/fold_2", "row,y,error\n3,0.4,\n5,,bad\n");
  EXPECT_THAT(lines(some_series(2, 2), {.has_errors = true}),
              ElementsAre("row|replicate|fold|y|error", "1|1|2|0.1|", "3|1|1|0.3|", "1|2|1|0.2|",
                          "3|2|2|0.4|", "5||||bad"));
}

TEST_F(TestedRowsTest, NumbersMayComeFromElsewhere) {
  table("fold_1", "graph,fold\na,1\nb,2\n");
  table("fold_2", "graph,fold\nc,3\n");
  TestedTables tables;
  tables.number = [](std::size_t part, std::size_t place) {
    return static_cast<std::int64_t>(part == 0 ? 10 * (1 - place) : 5);
  };
  EXPECT_THAT(lines(some_series(2, 1), tables),
              ElementsAre("graph|replicate|fold_number|fold", "b|1|1|2", "c|1|2|3", "a|1|1|1"));
}

TEST_F(TestedRowsTest, RefusesTablesThatDoNotFit) {
  table("fold_1", "row,y\n1,0\n");
  EXPECT_THAT([&] { read_tested_rows(folder_.path(), some_series(2, 1)); },
              ThrowsMessage<FileError>(HasSubstr("fold_2/test_predictions.csv: cannot be opened")));
  table("fold_2", "row,z\n1,0\n");
  EXPECT_THAT([&] { read_tested_rows(folder_.path(), some_series(2, 1)); },
              ThrowsMessage<FileError>(HasSubstr("has other columns")));
  table("fold_2", "row,y\nx,0\n");
  EXPECT_THAT(
      [&] { read_tested_rows(folder_.path(), some_series(2, 1)); },
      ThrowsMessage<FileError>(HasSubstr("fold_2/test_predictions.csv: line 2: begins with no number")));
}

}  // namespace
}  // namespace plstm::test
