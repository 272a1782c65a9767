#include "plstm/learn/predict_things.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/learn/fit.hpp>

#include "learn/learn_graphs.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;

TEST(PredictThings, AreThoseOfTheirGraphsInAnyOrder) {
  Random random(kSeed);
  LabeledGraphs data(Readout::kNode);
  for (const LearnGraph& each : make_learn_graphs(12, random)) data.add(each.graph, each.node_targets);
  Recipe recipe = quick(recipe::regression());
  recipe.epochs = 2;
  const Predictor predictor = fit(data, recipe);
  const Predictions all = predictor.predict(data.graphs());
  const auto last = static_cast<std::int32_t>(data.num_things() - 1);
  const std::vector<std::int32_t> things{last, 0, 5, 5};
  const Predictions some = predict_things(predictor, data, things);
  EXPECT_THAT(some.offsets, ElementsAre(0, 4));
  EXPECT_THAT(some.values, ElementsAre(all(last), all(0), all(5), all(5)));
  ASSERT_EQ(some.expected_errors.size(), 4u);
  EXPECT_GT(some.expected_errors[0], 0);
  EXPECT_EQ(predict_things(predictor, data, {}).num_rows(), 0);
  for (const std::int32_t wrong : {-1, last + 1})
    EXPECT_THROW(predict_things(predictor, data, std::span(&wrong, 1)), ConfigError) << wrong;
  LabeledGraphs graphs;
  graphs.add(data.graphs().front(), std::vector<double>{1});
  const std::int32_t first = 0;
  EXPECT_THROW(predict_things(predictor, graphs, std::span(&first, 1)), ConfigError);
}

}  // namespace
}  // namespace plstm::test
