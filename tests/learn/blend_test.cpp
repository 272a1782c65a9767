#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/learn/blend.hpp>

#include "learn/some_labels.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;

TEST(Blend, IsTheWeightedMean) {
  const std::vector<float> first{0, 4}, second{8, 8};
  EXPECT_THAT(blend(first, second, 0.25f), ElementsAre(2, 5));
  EXPECT_THROW(blend(first, std::vector<float>{1}, 0.5f), ShapeError);
}

TEST(Blend, TheShareIsTheBestOfFive) {
  const SomeLabels some(TaskType::kRegression, 0, {1, 2, 3, 4});
  const std::vector<std::int32_t> rows{0, 1, 2, 3};
  const std::vector<float> truth{1, 2, 3, 4}, wrong{4, 4, 4, 0};
  EXPECT_EQ(choose_blend_share(some.labels(), rows, truth, wrong), 0.0f);
  EXPECT_EQ(choose_blend_share(some.labels(), rows, wrong, truth), 1.0f);
  // Errors of 3 and -1: a quarter of the first and three quarters of the second cancel out.
  const std::vector<float> above{4, 5, 6, 7}, below{0, 1, 2, 3};
  EXPECT_EQ(choose_blend_share(some.labels(), rows, above, below), 0.75f);
  EXPECT_EQ(choose_blend_share(some.labels(), rows, truth, truth), 0.5f) << "the first at a tie";
}

TEST(Blend, AnswersAreJudgedByTheirOrder) {
  const SomeLabels some(TaskType::kClassification, 0, {0, 1, 0, 1});
  const std::vector<std::int32_t> rows{0, 1, 2, 3};
  const std::vector<float> good{.1f, .6f, .2f, .7f}, bad{.9f, .1f, .8f, .2f};
  EXPECT_EQ(choose_blend_share(some.labels(), rows, bad, good), 0.75f) << "the first of those that order all";
  const SomeLabels equal(TaskType::kClassification, 0, {1, 1});
  EXPECT_EQ(choose_blend_share(equal.labels(), std::vector<std::int32_t>{0, 1}, std::vector<float>{.1f, .2f},
                               std::vector<float>{.3f, .4f}),
            0.5f)
      << "ROC-AUC is undefined";
}

// Both models are right about each row, and the second one is surer.
TEST(Blend, ClassesAreJudgedByTheirLikelihood) {
  const SomeLabels some(TaskType::kMulticlass, 2, {0, 1});
  const std::vector<std::int32_t> rows{0, 1};
  const std::vector<float> unsure{.6f, .4f, .4f, .6f}, sure{.9f, .1f, .1f, .9f};
  EXPECT_EQ(choose_blend_share(some.labels(), rows, unsure, sure), 1.0f);
  EXPECT_EQ(choose_blend_share(some.labels(), rows, sure, unsure), 0.0f);
  const SomeLabels missing(TaskType::kMulticlass, 2, {kMissing, kMissing});
  EXPECT_EQ(choose_blend_share(missing.labels(), rows, unsure, sure), 0.5f);
}

TEST(Blend, TheValidationRowsChooseForTheTestRows) {
  const SomeLabels some(TaskType::kRegression, 0, {1, 2, 3, 4});
  const Split split{{0}, {1, 2}, {3}};
  const HeldOut first{{2, 3}, {10}, 7, 100, 2.5}, second{{9, 9}, {20}, 0, 10, 0.5};
  const HeldOut both = blend(some.labels(), split, first, second);
  EXPECT_THAT(both.validation, ElementsAre(2, 3));
  EXPECT_THAT(both.test, ElementsAre(10));
  EXPECT_EQ(both.best_epoch, 7);
  EXPECT_EQ(both.parameters, 110);
  EXPECT_EQ(both.seconds, 3);
}

}  // namespace
}  // namespace plstm::test
