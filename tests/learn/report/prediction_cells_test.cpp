#include "plstm/learn/report/prediction_cells.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plstm {
namespace {

using ::testing::ElementsAre;

TEST(PredictionCells, NumbersHaveTenDigitsAndSixBehindThePoint) {
  EXPECT_EQ(format_prediction(1.0 / 3), "0.3333333333");
  EXPECT_EQ(format_prediction(2.5), "2.5");
  EXPECT_EQ(format_prediction(-40499.97812345678), "-40499.978123");
}

TEST(PredictionCells, ValuesThenChosenClasses) {
  Task number;
  Task yes_no;
  yes_no.type = TaskType::kClassification;
  yes_no.class_names = {"dull", "toxic"};
  Task colour;
  colour.type = TaskType::kMulticlass;
  colour.classes = 3;
  const std::vector<Task> tasks{number, yes_no, colour};
  EXPECT_THAT(class_columns({"a", "b", "c"}, tasks), ElementsAre("b_class", "c_class"));
  const std::vector<double> values{1.5, 0.75, 0.25, 0.125, 0.625};
  EXPECT_THAT(prediction_cells(tasks, values),
              ElementsAre("1.5", "0.75", "0.25", "0.125", "0.625", "toxic", "2"));
}

TEST(PredictionCells, NamesGetEndingsUntilTheyDiffer) {
  const std::vector<std::string> names{"a", "b", "b"};
  EXPECT_THAT(distinct_names({"a", "a_x"}, names, "_x"), ElementsAre("a_x_x", "b", "b_x"));
}

}  // namespace
}  // namespace plstm
