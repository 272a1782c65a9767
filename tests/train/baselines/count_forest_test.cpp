#include "plstm/train/baselines/count_forest.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// One tree for the second of two tasks: is there more than one count of label 7?
CountForest one_tree() {
  CountForest model;
  model.labels = {3, 7};
  model.values = 1;
  model.forests.resize(2);
  model.forests[1] = {{{1, 2, 1.5F, 0.5F}, {-1, 0, 0, 0.25F}, {-1, 0, 0, 1}}, {0}, 3};
  model.curves = {{0, 0}, {2, -1}};
  return model;
}

TEST(CountForest, ReadsCountsAndValues) {
  const CountForest model = one_tree();
  std::vector<float> row(model.width(), -1);
  const std::vector<GraphCount> graph{{2, 9}, {7, 4}, {8, 1}};
  read_columns(model, graph, std::vector<float>{2.5F}, row);
  EXPECT_THAT(row, ElementsAre(0, 4, 2.5F));
  read_columns(model, {}, std::vector<float>{kNaN}, row);
  EXPECT_THAT(row, ElementsAre(0, 0, 0));
  EXPECT_THROW(read_columns(model, graph, std::vector<float>{1, 2}, row), ShapeError);
}

TEST(CountForest, AddsToTheLogitsOfItsTasks) {
  const CountForest model = one_tree();
  std::vector<float> row;
  std::vector<double> logits{10, 20};
  const std::vector<GraphCount> graph{{7, 2}};
  add_logits(model, graph, std::vector<float>{0}, row, logits);
  // All of one tree say yes: log((1 + 1/2) / (0 + 1/2)).
  EXPECT_THAT(logits, ElementsAre(10, ::testing::DoubleNear(20 + 2 * std::log(3.0) - 1, 1e-12)));
}

TEST(CountForest, FrequentLabelsAreThoseThatDivideGraphs) {
  const std::vector<std::vector<GraphCount>> counts{
      {{1, 1}, {5, 2}, {9, 1}}, {{1, 4}, {9, 1}}, {{1, 1}, {4, 1}, {9, 2}}, {{1, 1}, {4, 3}}};
  const std::vector<GraphCounts> graphs(counts.begin(), counts.end());
  EXPECT_THAT(frequent_labels(graphs, 10), ElementsAre(4, 5, 9)) << "all have the first";
  EXPECT_THAT(frequent_labels(graphs, 2), ElementsAre(4, 9));
  EXPECT_TRUE(frequent_labels({}, 2).empty());
}

TEST(CountForest, RefusesWhatMakesNoSense) {
  check_count_forest(one_tree(), 2);
  check_count_forest({}, 5);
  EXPECT_THROW(check_count_forest(one_tree(), 3), ShapeError);
  const auto broken = [](auto change) {
    CountForest model = one_tree();
    change(model);
    return [model] { check_count_forest(model, 2); };
  };
  EXPECT_THAT(broken([](CountForest& m) {
                m.labels = {7, 7};
              }),
              ThrowsMessage<ConfigError>(HasSubstr("ascend")));
  EXPECT_THAT(broken([](CountForest& m) { m.forests[1].nodes[0].column = 3; }),
              ThrowsMessage<ShapeError>(HasSubstr("reads column 3 of 3")));
  for (const std::int32_t right : {-5, 0, 1, 3}) {
    EXPECT_THAT(broken([&](CountForest& m) { m.forests[1].nodes[0].right = right; }),
                ThrowsMessage<ShapeError>(HasSubstr("leads to node")))
        << right;
  }
  EXPECT_THAT(broken([](CountForest& m) { m.forests[1].nodes[2].value = kNaN; }),
              ThrowsMessage<ConfigError>(HasSubstr("not finite")));
  for (const float share : {-0.25F, 1.5F}) {  // whose log-odds are no number
    EXPECT_THAT(broken([&](CountForest& m) { m.forests[1].nodes[2].value = share; }),
                ThrowsMessage<ConfigError>(HasSubstr("share of 0 to 1")))
        << share;
  }
  EXPECT_THAT(broken([](CountForest& m) { m.forests[1].roots = {1}; }),
              ThrowsMessage<ShapeError>(HasSubstr("roots")));
  EXPECT_THAT(broken([](CountForest& m) {
                m.forests[1].roots = {0, 3};
              }),
              ThrowsMessage<ShapeError>(HasSubstr("roots")));
  EXPECT_THAT(broken([](CountForest& m) { m.forests[1].roots.clear(); }),
              ThrowsMessage<ShapeError>(HasSubstr("no root")));
  EXPECT_THAT(broken([](CountForest& m) { m.forests[1].columns = 4; }),
              ThrowsMessage<ShapeError>(HasSubstr("4 columns")));
  EXPECT_THAT(broken([](CountForest& m) { m.curves[0].shift = std::nan(""); }),
              ThrowsMessage<ConfigError>(HasSubstr("curve")));
}

}  // namespace
}  // namespace plstm
