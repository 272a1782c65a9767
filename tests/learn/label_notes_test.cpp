#include "plstm/learn/label_notes.hpp"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

#include "learn/learn_graphs.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

LabeledGraphs data_of(const std::vector<std::vector<double>>& targets) {
  Random random(kSeed);
  const std::vector<LearnGraph> graphs = make_learn_graphs(targets.size(), random);
  LabeledGraphs data;
  for (std::size_t i = 0; i < targets.size(); ++i) data.add(graphs[i].graph, targets[i]);
  return data;
}

TEST(LabelNotes, SayNothingOfGoodLabels) {
  const LabeledGraphs data = data_of({{0}, {1}, {0}, {1}});
  const std::vector<Task> tasks{{TaskType::kClassification}};
  EXPECT_THAT(notes_on_labels(data, {{0, 1}, {2, 3}}, tasks, Metric::kRocAuc), IsEmpty());
}

TEST(LabelNotes, NameAConstantTaskAmongOthers) {
  const LabeledGraphs data = data_of({{1, 5}, {2, 5}, {3, kAbsent}, {4, 6}});
  EXPECT_THAT(notes_on_labels(data, {{0, 1, 2}, {3}}, std::vector<Task>(2), Metric::kRmse),
              ElementsAre(HasSubstr("all training values of 'target_2' are 5")));
}

TEST(LabelNotes, SayThatTheLossChooses) {
  const LabeledGraphs data = data_of({{0}, {1}, {1}, {1}});
  const std::vector<Task> tasks{{TaskType::kClassification}};
  EXPECT_THAT(notes_on_labels(data, {{0, 1}, {2, 3}}, tasks, Metric::kRocAuc),
              ElementsAre(HasSubstr("roc_auc is undefined")));
  EXPECT_THAT(notes_on_labels(data, {{0, 1}, {2, 3}}, tasks, Metric::kAccuracy), IsEmpty());
  EXPECT_THAT(notes_on_labels(data, {{0, 1}, {2, 3}}, tasks, Metric::kF1), IsEmpty());
  EXPECT_THAT(notes_on_labels(data, {{1, 2}, {0}}, tasks, Metric::kF1),
              Contains(HasSubstr("f1 is undefined")));
  const std::vector<Task> classes{{TaskType::kMulticlass, 3}};
  EXPECT_THAT(notes_on_labels(data, {{0, 1}, {0}}, classes, Metric::kF1), IsEmpty());
  EXPECT_THAT(notes_on_labels(data, {{0, 1}, {2, 3}}, classes, Metric::kMcc),
              ElementsAre(HasSubstr("mcc is undefined")));
  EXPECT_THAT(notes_on_labels(data, {{0, 1}, {}}, tasks, Metric::kRocAuc),
              ElementsAre(HasSubstr("nothing to validate with")));
  EXPECT_THROW(notes_on_labels(data, {{0, 9}, {}}, tasks, Metric::kRocAuc), ConfigError);
}

TEST(LabelNotes, KnowThatRowsOfWeightZeroSayNothingToTheLoss) {
  Random random(kSeed);
  const std::vector<LearnGraph> graphs = make_learn_graphs(4, random);
  LabeledGraphs data;
  for (std::size_t i = 0; i < 4; ++i)
    data.add(graphs[i].graph, std::vector<double>{1.0 * i}, i < 2 ? 1.F : 0.F);
  EXPECT_THAT(notes_on_labels(data, {{0, 1}, {2, 3}}, std::vector<Task>(1), Metric::kLoss),
              ElementsAre(HasSubstr("nothing to validate with")));
  EXPECT_THAT(notes_on_labels(data, {{0, 1}, {2, 3}}, std::vector<Task>(1), Metric::kRmse), IsEmpty())
      << "metrics count all rows alike";
}

}  // namespace
}  // namespace plstm::test
