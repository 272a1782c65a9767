#include "plstm/train/baselines/companion.hpp"

#include <limits>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(Companion, MustFitTheTasks) {
  const std::vector<Task> tasks(1);
  Companion companion{{1, {0, 1}, {{5, 1}}, {0.0}, {1.0}}, 0.4};
  check_companion(companion, tasks);
  EXPECT_FALSE(expects_errors(companion, 1));
  EXPECT_THAT([&] { check_companion(companion, std::vector<Task>(2)); },
              ThrowsMessage<ConfigError>(HasSubstr("1 tasks, expected 2 or 4")));
  const Companion of_errors{{1, {0, 1}, {{5, 1}}, {0.0, 0.5}, {1.0, 0.1}}, 0.4};
  check_companion(of_errors, tasks);
  EXPECT_TRUE(expects_errors(of_errors, 1));
  EXPECT_FALSE(expects_errors(of_errors, 2)) << "then it predicts both";
  EXPECT_THAT(
      [&] {
        check_companion(companion, std::vector<Task>{{TaskType::kMulticlass, 3}});
      },
      ThrowsMessage<ConfigError>(HasSubstr("multiclass")));
  for (const double share : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    companion.share = share;
    EXPECT_THAT([&] { check_companion(companion, tasks); }, ThrowsMessage<ConfigError>(HasSubstr("share")));
  }
}

TEST(Companion, ForestsAreForTasksOfYesAndNo) {
  Companion companion{{1, {0, 1}, {{5, 1}}, {0.0}, {1.0}}, 0.4};
  companion.forest.labels = {5};
  companion.forest.forests = {{{{-1, 0, 0, 0.5F}}, {0}, 1}};
  companion.forest.curves = {{1, 2}};
  check_companion(companion, std::vector<Task>{{TaskType::kClassification}});
  EXPECT_THAT([&] { check_companion(companion, std::vector<Task>(1)); },
              ThrowsMessage<ConfigError>(HasSubstr("not of yes and no")));
  const CompanionPredictor predictor(std::make_shared<const Companion>(companion));
  CompanionPredictor::Workspace workspace;
  std::vector<double> logit(1);
  const std::vector<GraphCount> graph{{5, 1}};
  predictor.predict(graph, {}, workspace, logit);
  EXPECT_NEAR(logit[0], 1 + 2, 1e-12) << "alike, and as many trees for as against";
}

}  // namespace
}  // namespace plstm
