#include <cmath>
#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/learn/row_labels.hpp>

#include "learn/some_labels.hpp"

namespace plstm::test {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

TEST(RowLabels, KnowsWhichAreThere) {
  const SomeLabels some(TaskType::kRegression, 0, {1, 2, kMissing, 4, 5, kMissing}, 2);
  const std::vector<std::int32_t> rows{2, 0, 1};
  EXPECT_THAT(labelled_rows(some.labels(), rows, 0), ElementsAre(2, 0));
  EXPECT_THAT(labelled_rows(some.labels(), rows, 1), ElementsAre(0, 1));
  EXPECT_THAT(labels_of(some.labels(), labelled_rows(some.labels(), rows, 1), 1), ElementsAre(2, 4));
  EXPECT_THAT(labelled_rows(some.labels(), {}, 0), IsEmpty());
}

TEST(HeldOutConstant, IsTheMeanOfTheTrainingRows) {
  const SomeLabels some(TaskType::kRegression, 0, {1, kMissing, 3, kMissing, kMissing, kMissing, 50, 60}, 2);
  const HeldOut held_out = held_out_constant(some.labels(), {{0, 1, 2}, {3}, {3, 0}});
  EXPECT_THAT(held_out.validation, ElementsAre(2, 0)) << "0 where no training row has a label";
  EXPECT_THAT(held_out.test, ElementsAre(2, 0, 2, 0));
  EXPECT_EQ(held_out.parameters, 2);
}

TEST(HeldOutConstant, IsTheShareOfEachClassWithHalfALabelMore) {
  const SomeLabels answers(TaskType::kClassification, 0, {1, 1, 0, 0});
  EXPECT_THAT(held_out_constant(answers.labels(), {{0, 1, 2}, {3}, {}}).validation,
              ElementsAre(FloatNear(2.5f / 4, 1e-6f)));
  const SomeLabels classes(TaskType::kMulticlass, 3, {0, 2, 2, 1});
  const HeldOut held_out = held_out_constant(classes.labels(), {{0, 1, 2}, {}, {3}});
  EXPECT_THAT(held_out.test, ElementsAre(FloatNear(1.5f / 4.5f, 1e-6f), FloatNear(0.5f / 4.5f, 1e-6f),
                                         FloatNear(2.5f / 4.5f, 1e-6f)));
}

TEST(Judge, GivesEveryReportedMetric) {
  const SomeLabels some(TaskType::kRegression, 0, {1, 2, 3, kMissing});
  const std::vector<std::int32_t> rows{2, 0, 3};
  EXPECT_THAT(judge(some.labels(), rows, std::vector<float>{4, 2, 99}),
              ElementsAre(Optional(DoubleEq(1)), Optional(DoubleEq(1)), Optional(DoubleEq(1))));
  EXPECT_THAT(judge(some.labels(), rows, std::vector<float>{4, 4, 4})[2], std::nullopt)
      << "no correlation with a constant";
  EXPECT_THROW(judge(some.labels(), rows, std::vector<float>{1}), ShapeError);
}

TEST(Score, JudgesBothPartsOfTheSplit) {
  const SomeLabels some(TaskType::kMulticlass, 2, {0, 1, 1, 0});
  const HeldOut held_out{{.9f, .1f, .8f, .2f}, {.4f, .6f}};
  const std::vector<MetricScore> scores = score(some.labels(), {{}, {0, 1}, {2}}, held_out);
  ASSERT_THAT(scores, SizeIs(1));
  EXPECT_EQ(scores[0].metric, "accuracy");
  EXPECT_THAT(scores[0].validation, Optional(0.5));
  EXPECT_THAT(scores[0].test, Optional(1.0));
}

}  // namespace
}  // namespace plstm::test
