#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/objectives/confusion.hpp>
#include <plstm/train/objectives/metrics.hpp>

namespace plstm {
namespace {

using Values = std::vector<double>;

Confusion confusion_of(const std::vector<std::vector<double>>& counts) {
  Confusion confusion(std::ssize(counts));
  for (std::size_t label = 0; label < counts.size(); ++label) {
    for (std::size_t chosen = 0; chosen < counts.size(); ++chosen) {
      confusion.add(static_cast<Index>(label), static_cast<Index>(chosen), counts[label][chosen]);
    }
  }
  return confusion;
}

TEST(Confusion, CountsChoices) {
  const Confusion yes_no = binary_confusion(Values{-1, 0, 2, 3, 0.5}, Values{0, 1, 1, 0, 1});
  EXPECT_EQ(yes_no(0, 0), 1);
  EXPECT_EQ(yes_no(0, 1), 1);
  EXPECT_EQ(yes_no(1, 0), 1) << "a score equal to the threshold does not exceed it";
  EXPECT_EQ(yes_no(1, 1), 2);
  EXPECT_EQ(yes_no.rows(), 5);
  EXPECT_EQ(yes_no.right(), 3);
  EXPECT_EQ(binary_confusion(Values{0.4, 0.6}, Values{0, 1}, 0.5).right(), 2);
  const Values logits = {1, 3, 2,  //
                         5, 5, 0,  //
                         0, 0, 9};
  const Confusion classes = class_confusion({logits.data(), 3, 3}, Values{1, 0, 0});
  EXPECT_EQ(classes(1, 1), 1);
  EXPECT_EQ(classes(0, 0), 1) << "the first of equal ones";
  EXPECT_EQ(classes(0, 2), 1);
  EXPECT_EQ(classes.of_label(0), 2);
  EXPECT_EQ(classes.of_chosen(2), 1);
}

TEST(Confusion, ScoresOfYesAndNoByHand) {
  const Confusion confusion = confusion_of({{4, 2}, {1, 3}});
  EXPECT_DOUBLE_EQ(*balanced_accuracy(confusion), (4.0 / 6 + 3.0 / 4) / 2);
  EXPECT_DOUBLE_EQ(*f1(confusion), 6.0 / (6 + 2 + 1));
  EXPECT_DOUBLE_EQ(*mcc(confusion), (3 * 4 - 2 * 1) / std::sqrt(5.0 * 4 * 6 * 5));
}

TEST(Confusion, ScoresOfClassesByHand) {
  const Confusion confusion = confusion_of({{2, 1, 0}, {0, 3, 1}, {1, 0, 2}});
  EXPECT_DOUBLE_EQ(*balanced_accuracy(confusion), (2.0 / 3 + 3.0 / 4 + 2.0 / 3) / 3);
  EXPECT_DOUBLE_EQ(*f1(confusion), (4.0 / 6 + 6.0 / 8 + 4.0 / 6) / 3);
  EXPECT_DOUBLE_EQ(*mcc(confusion), (7 * 10 - 34) / (100.0 - 34));
  // A class that is nowhere has no part in a mean; one that was chosen alone has an F1 of 0.
  EXPECT_DOUBLE_EQ(*balanced_accuracy(confusion_of({{1, 1, 0}, {0, 2, 0}, {0, 0, 0}})), 0.75);
  EXPECT_DOUBLE_EQ(*f1(confusion_of({{1, 0, 0}, {0, 1, 0}, {0, 0, 0}})), 1);
  EXPECT_DOUBLE_EQ(*f1(confusion_of({{1, 0, 1}, {0, 1, 0}, {0, 0, 0}})), (2.0 / 3 + 1 + 0) / 3);
}

TEST(Confusion, PerfectGuessedAndInverse) {
  const Confusion perfect = confusion_of({{7, 0}, {0, 3}});
  for (const auto& score : {balanced_accuracy(perfect), f1(perfect), mcc(perfect)}) EXPECT_EQ(score, 1.0);
  const Confusion inverse = confusion_of({{0, 7}, {3, 0}});
  EXPECT_EQ(balanced_accuracy(inverse), 0.0);
  EXPECT_EQ(f1(inverse), 0.0);
  EXPECT_EQ(mcc(inverse), -1.0);
  const Confusion guessed = confusion_of({{4, 4}, {2, 2}});
  EXPECT_EQ(balanced_accuracy(guessed), 0.5);
  EXPECT_EQ(mcc(guessed), 0.0);
  const Confusion always_yes = confusion_of({{0, 5}, {0, 2}});
  EXPECT_EQ(mcc(always_yes), 0.0) << "it says nothing about the label";
  EXPECT_EQ(balanced_accuracy(always_yes), 0.5);
  const Confusion classes = confusion_of({{2, 0, 0}, {0, 1, 0}, {0, 0, 5}});
  for (const auto& score : {balanced_accuracy(classes), f1(classes), mcc(classes)}) EXPECT_EQ(score, 1.0);
}

TEST(Confusion, AbsentWhereTheLabelsDefineNothing) {
  for (const Confusion& confusion : {confusion_of({{0, 0}, {0, 0}}), confusion_of({{3, 1}, {0, 0}})}) {
    EXPECT_EQ(balanced_accuracy(confusion), std::nullopt);
    EXPECT_EQ(f1(confusion), std::nullopt);
    EXPECT_EQ(mcc(confusion), std::nullopt);
  }
  EXPECT_EQ(f1(confusion_of({{0, 0}, {1, 3}})), 6.0 / 7) << "positives alone have an F1";
  EXPECT_EQ(mcc(confusion_of({{0, 0}, {1, 3}})), std::nullopt);
  EXPECT_EQ(f1(Confusion(3)), std::nullopt);
}

TEST(Confusion, RefusesWhatIsNoClass) {
  EXPECT_THROW(Confusion(1), ConfigError);
  EXPECT_THROW(Confusion(2).add(0, 2), ConfigError);
  EXPECT_THROW(Confusion(2)(-1, 0), ConfigError);
  const Values logits(6);
  EXPECT_THROW(class_confusion({logits.data(), 2, 3}, Values{0, 3}), ConfigError);
  EXPECT_THROW(class_confusion({logits.data(), 2, 3}, Values{0, 0.5}), ConfigError);
  EXPECT_THROW(class_confusion({logits.data(), 2, 3}, Values{0, std::nan("")}), ConfigError);
  EXPECT_THROW(class_confusion({logits.data(), 2, 3}, Values{0}), ShapeError);
  EXPECT_THROW(binary_confusion(logits, Values{0}), ShapeError);
}

std::vector<std::pair<int, int>> some_choices(int classes) {
  return *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, classes), rc::gen::inRange(0, classes)));
}

RC_GTEST_PROP(Confusion, MccOfTwoClassesIsTheirCorrelation, ()) {
  Confusion confusion(2);
  Values labels, choices;
  for (const auto& [label, chosen] : some_choices(2)) {
    confusion.add(label, chosen);
    labels.push_back(label);
    choices.push_back(chosen);
  }
  const std::optional<double> expected = pearson(choices, labels), value = mcc(confusion);
  if (expected) RC_ASSERT(std::abs(*value - *expected) < 1e-12);
  const bool varies = std::ranges::adjacent_find(labels, std::not_equal_to{}) != labels.end();
  RC_ASSERT(value.has_value() == varies);
}

RC_GTEST_PROP(Confusion, NumbersOfClassesDoNotMatter, ()) {
  const int classes = 4;
  Confusion confusion(classes), renumbered(classes);
  for (const auto& [label, chosen] : some_choices(classes)) {
    confusion.add(label, chosen);
    renumbered.add((label + 1) % classes, (chosen + 1) % classes);
  }
  const auto same = [](const std::optional<double>& a, const std::optional<double>& b) {
    return a.has_value() == b.has_value() && (!a || std::abs(*a - *b) < 1e-12);
  };
  RC_ASSERT(same(balanced_accuracy(confusion), balanced_accuracy(renumbered)));
  RC_ASSERT(same(f1(confusion), f1(renumbered)));
  RC_ASSERT(same(mcc(confusion), mcc(renumbered)));
}

}  // namespace
}  // namespace plstm
