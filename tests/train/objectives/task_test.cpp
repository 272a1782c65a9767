#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;

TEST(Task, ALossIsThatOfTheTasksItFits) {
  const std::vector<Task> tasks{{}, {TaskType::kMulticlass, 3, 2.0}, {TaskType::kClassification}};
  EXPECT_EQ(
      objective_of(tasks, LossKind::kFocal, 1.5).tasks,
      (std::vector<TaskLoss>{
          {LossKind::kSquaredError}, {LossKind::kFocal, 3, 2.0, 1.5}, {LossKind::kFocal, 0, 1.0, 1.5}}));
  EXPECT_NO_THROW(check_objective(tasks, objective_of(tasks, LossKind::kHuber), Metric::kLoss));
  EXPECT_THROW(check_objective(tasks, objective_of(tasks, LossKind::kHuber, -1.0), Metric::kLoss),
               ConfigError);
  EXPECT_THROW(
      check_objective(std::span(tasks).first(1), objective_of(tasks, LossKind::kHuber), Metric::kLoss),
      ConfigError)
      << "three losses for one task";
}

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

TEST(Task, TasksOfDifferentTypes) {
  const std::vector<Task> tasks{
      {TaskType::kRegression}, {TaskType::kMulticlass, 2}, {TaskType::kClassification}};
  EXPECT_EQ(num_outputs(tasks), 4);
  EXPECT_EQ(default_metric(tasks), Metric::kLoss);
  EXPECT_EQ(default_metric(std::span(tasks).first(1)), Metric::kRmse);
  EXPECT_EQ(default_objective(tasks).tasks, (std::vector<TaskLoss>{{LossKind::kSquaredError, 0, 1},
                                                                   {LossKind::kCrossEntropy, 2, 1},
                                                                   {LossKind::kBinaryCrossEntropy, 0, 1}}));
  Matrix<double> outputs{{1, 0, 0, 0}};
  finish_predictions<double>(tasks, TargetScaler({-40499.97872, 0, 0}, {0.5, 1, 1}), {outputs.data(), 1, 4});
  EXPECT_EQ(outputs, (Matrix<double>{{-40499.97872 + 0.5, 0.5, 0.5, 0.5}}));
  EXPECT_THROW(finish_predictions<double>(tasks, {}, {outputs.data(), 1, 3}), ShapeError);
}

TEST(Task, RefusesTasksThatMakeNoSense) {
  const auto check = [](std::vector<Task> tasks) { check_tasks(tasks); };
  EXPECT_NO_THROW(check({{TaskType::kRegression}, {TaskType::kMulticlass, 2}}));
  EXPECT_THROW(check({}), ConfigError);
  EXPECT_THROW(check({{TaskType::kMulticlass, 1}}), ConfigError);
  EXPECT_THROW(check({{TaskType::kRegression, 2}}), ConfigError);
  EXPECT_THROW(check({{TaskType::kRegression, 0, -1}}), ConfigError);
  EXPECT_NO_THROW(check({{TaskType::kRegression, 0, 0}, {TaskType::kRegression}}));
  EXPECT_THROW(check({{TaskType::kRegression, 0, 0}, {TaskType::kRegression, 0, 0}}), ConfigError);
}

TEST(Task, MulticlassSumsToOneInEveryTask) {
  std::vector<float> outputs{0, 0, 1000, 0};
  finish_predictions(TaskType::kMulticlass, 2, {}, {outputs.data(), 1, 4});
  EXPECT_THAT(outputs, ElementsAre(0.5f, 0.5f, 1, 0));
  EXPECT_THROW(finish_predictions(TaskType::kMulticlass, 3, {}, {outputs.data(), 1, 4}), ShapeError);
}

TEST(Task, TheClassThatIsChosen) {
  const auto chosen = [](const Task& task, std::vector<double> values) { return chosen_class(task, values); };
  const Task yes_no{TaskType::kClassification, 0, 1, {"inactive", "active"}},
      classes{TaskType::kMulticlass, 3};
  EXPECT_EQ(chosen(yes_no, {0.5}), 0) << "as accuracy counts it";
  EXPECT_EQ(chosen(yes_no, {0.51}), 1);
  EXPECT_EQ(chosen(classes, {0.2, 0.3, 0.5}), 2);
  EXPECT_EQ(chosen(classes, {0.4, 0.4, 0.2}), 0);
  EXPECT_THROW(chosen(classes, {0.5, 0.5}), ShapeError);
  EXPECT_THROW(chosen(yes_no, {}), ShapeError);
  EXPECT_THROW(chosen({}, {0.5}), ConfigError);
  EXPECT_EQ(class_name(yes_no, 1), "active");
  EXPECT_EQ(class_name(classes, 2), "2");
}

TEST(Task, NamesOfClassesAreAsManyAsClasses) {
  const auto check = [](Task task) { check_tasks({&task, 1}); };
  EXPECT_NO_THROW(check({TaskType::kClassification, 0, 1, {"no", "yes"}}));
  EXPECT_NO_THROW(check({TaskType::kMulticlass, 3, 1, {"a", "b", "c"}}));
  EXPECT_THROW(check({TaskType::kMulticlass, 3, 1, {"a", "b"}}), ConfigError);
  EXPECT_THROW(check({TaskType::kMulticlass, 3, 1, {"a", "b", "a"}}), ConfigError);
  EXPECT_THROW(check({TaskType::kRegression, 0, 1, {"a", "b"}}), ConfigError);
}

TEST(Task, LossesAndMetricsMustFit) {
  const std::vector<Task> regression(2), yes_no{{TaskType::kClassification}},
      mixed{{}, {TaskType::kClassification}};
  EXPECT_NO_THROW(check_objective(regression, LossKind::kAbsoluteError, Metric::kR2));
  EXPECT_NO_THROW(check_objective(yes_no, LossKind::kBinaryCrossEntropy, Metric::kPrAuc));
  EXPECT_NO_THROW(check_objective(mixed, default_objective(mixed), Metric::kLoss));
  EXPECT_THROW(check_objective(yes_no, LossKind::kSquaredError, Metric::kRocAuc), ConfigError);
  EXPECT_THROW(check_objective(yes_no, LossKind::kBinaryCrossEntropy, Metric::kRmse), ConfigError);
  EXPECT_THROW(check_objective(regression, LossKind::kSquaredError, Metric::kRocAuc), ConfigError);
  EXPECT_THROW(check_objective(mixed, default_objective(mixed), Metric::kRmse), ConfigError);
  for (const TaskType type : {TaskType::kRegression, TaskType::kClassification, TaskType::kMulticlass}) {
    const std::vector<Task> tasks{{type, type == TaskType::kMulticlass ? 3 : 0}};
    EXPECT_NO_THROW(check_objective(tasks, default_objective(tasks), default_metric(tasks)));
  }
}

TEST(Task, ShowTheDefaultMetricFirst) {
  for (const TaskType type : {TaskType::kRegression, TaskType::kClassification, TaskType::kMulticlass}) {
    const std::vector<Metric> shown = shown_metrics(type);
    EXPECT_EQ(shown.front(), default_metric(type)) << name(type);
    const std::span<const Metric> fitting = fitting_metrics(type);
    for (const Metric metric : shown) {
      EXPECT_NE(std::ranges::find(fitting, metric), fitting.end()) << name(metric);
    }
  }
}

}  // namespace
}  // namespace plstm
