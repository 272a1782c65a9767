#include "plstm/learn/recipe.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const std::vector<Task> kOneNumber{{TaskType::kRegression}};

TEST(Recipe, SmallSetsOfMoleculesGetMoreMembersAndLargeOnesFewerEpochs) {
  const auto settings = [](std::int64_t samples) {
    return recommended_settings(Preset::kDefault,
                                {.molecules = true, .samples = samples, .graph_values = true}, kOneNumber);
  };
  EXPECT_EQ(settings(1499).members, 10);
  EXPECT_EQ(settings(1500).members, 5);
  EXPECT_EQ(settings(10000).members, 3);
  EXPECT_EQ(settings(19999).training.epochs, 60);
  EXPECT_EQ(settings(20000).training.epochs, 30);
  EXPECT_EQ(settings(100).model.pooling, Pooling::kSum);
  EXPECT_EQ(settings(2000).model.dropout, 0.2);
  EXPECT_EQ(settings(100).model.graph_value_layer, 64);
}

TEST(Recipe, ThePaperIsThePaper) {
  const Settings paper =
      recommended_settings(Preset::kPaper, {.samples = 100, .edge_features = true}, kOneNumber);
  const GraphModelConfig plain;
  EXPECT_EQ(paper.model.width, plain.width);
  EXPECT_EQ(stm_body(paper.model).blocks, stm_body(plain).blocks);
  EXPECT_EQ(stm_body(paper.model).gates.gate_bias, stm_body(plain).gates.gate_bias);
  EXPECT_FALSE(stm_body(paper.model).neighbours);
  EXPECT_EQ(paper.members, 1);
  EXPECT_EQ(paper.training.epochs, TrainOptions().epochs);
}

TEST(Recipe, BodiesThatSeeNoStructureSeeNoDegreesAndNoEdges) {
  const Settings none = recommended_settings(Preset::kDefault, {.samples = 100, .edge_features = true},
                                             kOneNumber, GraphBodyKind::kNone);
  EXPECT_FALSE(none.model.degree_encoding);
  EXPECT_FALSE(none.model.edge_encoder);
  const Settings gin = recommended_settings(Preset::kDefault, {.samples = 100, .edge_features = true},
                                            kOneNumber, GraphBodyKind::kGin);
  EXPECT_TRUE(gin.model.edge_encoder);
}

TEST(Recipe, ANetworkForPretrainingIsLargerAndRemembersAll) {
  GraphModelConfig model = recommended_pretraining_model();
  const GraphModelConfig fitted =
      recommended_settings(Preset::kDefault, {.molecules = true, .samples = 1'000'000}, kOneNumber).model;
  EXPECT_GT(model.width, fitted.width);
  EXPECT_EQ(model.dropout, 0);
  EXPECT_EQ(model.pooling, Pooling::kScaledSum);
  EXPECT_EQ(stm_body(model).gates.gate_bias, stm_body(fitted).gates.gate_bias);
  model.node_value_width = model.edge_value_width = 1;  // the data decides these
  check_config(model);
}

TEST(Recipe, AFewLargeGraphsGetEnoughSteps) {
  EXPECT_EQ(recommended_settings(Preset::kDefault, {.samples = 1}, kOneNumber).training.epochs, 300);
  EXPECT_EQ(recommended_settings(Preset::kDefault, {.samples = 150}, kOneNumber).training.epochs, 100);
}

TEST(Recipe, AtomsReadTheirNeighbours) {
  DataFacts facts{.molecules = true, .samples = 300, .edge_features = true};
  EXPECT_FALSE(stm_body(recommended_settings(Preset::kDefault, facts, kOneNumber).model).neighbours);
  for (const Readout readout : {Readout::kNode, Readout::kEdge}) {
    facts.readout = readout;
    EXPECT_TRUE(stm_body(recommended_settings(Preset::kDefault, facts, kOneNumber).model).neighbours);
  }
}

TEST(Recipe, LossAndMetricFollowFromTheTasks) {
  const std::vector<Task> yes_no{{TaskType::kClassification}, {TaskType::kClassification}};
  const Settings settings = recommended_settings(Preset::kDefault, {.samples = 100}, yes_no);
  EXPECT_EQ(settings.training.metric, Metric::kRocAuc);
  ASSERT_EQ(settings.training.loss.tasks.size(), 2u);
  EXPECT_EQ(settings.training.loss.tasks[1].kind, LossKind::kBinaryCrossEntropy);
}

TEST(Recipe, TheCallerHasTheLastWord) {
  Recipe recipe = recipe::regression();
  recipe.members = 2;
  recipe.epochs = 7;
  recipe.width = 32;
  recipe.learning_rate = 1e-4;
  recipe.batch_size = 5;
  recipe.change = [](Settings& settings) { settings.training.patience = 3; };
  const Settings settings = settings_of(recipe, {.samples = 100}, kOneNumber);
  EXPECT_EQ(settings.members, 2);
  EXPECT_EQ(settings.training.epochs, 7);
  EXPECT_EQ(settings.model.width, 32);
  EXPECT_EQ(settings.training.learning_rate, 1e-4);
  EXPECT_EQ(settings.training.batch_size, 5);
  EXPECT_EQ(settings.training.patience, 3);
  recipe.members = 0;
  EXPECT_THROW(settings_of(recipe, {.samples = 100}, kOneNumber), ConfigError);
}

TEST(Recipe, TasksAreListedOrAlike) {
  EXPECT_EQ(tasks_of(recipe::classification(), 2), (std::vector<Task>(2, {TaskType::kClassification})));
  EXPECT_EQ(tasks_of(recipe::multiclass(3), 1), (std::vector<Task>{{TaskType::kMulticlass, 3}}));
  const Recipe two = recipe::mixed({{TaskType::kRegression}, {TaskType::kClassification}});
  EXPECT_EQ(tasks_of(two, 2), two.tasks);
  EXPECT_THAT([&] { tasks_of(two, 3); },
              ThrowsMessage<ConfigError>(HasSubstr("the recipe has 2 tasks, the data has 3 targets")));
  EXPECT_THROW(tasks_of(recipe::multiclass(1), 1), ConfigError);
}

TEST(Recipe, NamesOfPresets) {
  EXPECT_EQ(parse_preset(name(Preset::kPaper)), Preset::kPaper);
  EXPECT_THAT([] { parse_preset("best"); }, ThrowsMessage<ConfigError>(HasSubstr("default, paper")));
}

}  // namespace
}  // namespace plstm::test
