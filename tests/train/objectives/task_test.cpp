#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;

TEST(Task, NamesGoThereAndBack) {
  for (const TaskType type : {TaskType::kRegression, TaskType::kClassification, TaskType::kMulticlass}) {
    EXPECT_EQ(parse_task_type(name(type)), type);
  }
  EXPECT_THROW(parse_task_type("ranking"), ConfigError);
}

TEST(Task, CountsOutputs) {
  EXPECT_EQ(num_outputs(TaskType::kRegression, 3, 0), 3);
  EXPECT_EQ(num_outputs(TaskType::kClassification, 12, 0), 12);
  EXPECT_EQ(num_outputs(TaskType::kMulticlass, 2, 5), 10);
}

TEST(Task, RegressionGoesBackToTheUnitsOfTheTargets) {
  std::vector<float> outputs{0, 1, -1, 2};
  finish_predictions(TaskType::kRegression, 0, TargetScaler({10, 5}, {2, 1}), {outputs.data(), 2, 2});
  EXPECT_THAT(outputs, ElementsAre(10, 6, 8, 7));
}

TEST(Task, ClassificationGivesProbabilities) {
  std::vector<float> outputs{0, 1000, -1000, std::log(3.0f)};
  finish_predictions(TaskType::kClassification, 0, {}, {outputs.data(), 2, 2});
  EXPECT_THAT(outputs, ElementsAre(0.5f, 1, 0, FloatNear(0.75f, 1e-6f)));
}

TEST(Task, MulticlassSumsToOneInEveryTask) {
  std::vector<float> outputs{0, 0, 1000, 0};
  finish_predictions(TaskType::kMulticlass, 2, {}, {outputs.data(), 1, 4});
  EXPECT_THAT(outputs, ElementsAre(0.5f, 0.5f, 1, 0));
  EXPECT_THROW(finish_predictions(TaskType::kMulticlass, 3, {}, {outputs.data(), 1, 4}), ShapeError);
}

}  // namespace
}  // namespace plstm
