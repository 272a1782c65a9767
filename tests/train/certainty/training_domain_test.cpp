#include "plstm/train/certainty/training_domain.hpp"

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

const std::vector<std::int32_t> kNodeSizes{3, 4}, kEdgeSizes{2};

// A path whose nodes have these codes, two each, and whose edges have these.
AttributedGraph path(std::vector<std::int32_t> node_codes, std::vector<std::int32_t> edge_codes) {
  std::vector<Arc> edges;
  for (std::int32_t i = 0; i < std::ssize(edge_codes); ++i) edges.push_back({i, i + 1});
  AttributedGraph graph;
  graph.dag = Dag(static_cast<std::int32_t>(node_codes.size() / 2), edges);
  graph.node_codes = std::move(node_codes);
  graph.node_code_width = 2;
  graph.edge_codes = std::move(edge_codes);
  graph.edge_code_width = 1;
  return graph;
}

TrainingDomain domain_of_two() {
  TrainingDomain domain;
  add_to_domain(domain, kNodeSizes, kEdgeSizes, path({0, 3, 2, 0, 0, 3}, {1, 1}));
  add_to_domain(domain, kNodeSizes, kEdgeSizes, path({2, 2}, {}));
  domain.numbers = {17, 4};
  domain.offsets = {0, 2, 3};
  domain.features = {5, 9, 5};
  return domain;
}

TEST(TrainingDomain, KnowsSizesAndCodes) {
  const TrainingDomain domain = domain_of_two();
  check_training_domain(domain);
  EXPECT_EQ(domain.fewest_nodes, 1);
  EXPECT_EQ(domain.most_nodes, 3);
  EXPECT_THAT(domain.node_codes, ElementsAre(0, 2, 3, 5, 6));
  EXPECT_THAT(domain.edge_codes, ElementsAre(1));
  EXPECT_THAT(unseen_codes(domain, kNodeSizes, kEdgeSizes, path({0, 3, 2, 2}, {1})), IsEmpty());
  EXPECT_THAT(unseen_codes(domain, kNodeSizes, kEdgeSizes, path({1, 3, 1, 1, 0, 0}, {0, 1})),
              ElementsAre(UnseenCode{false, 0, 1}, UnseenCode{false, 1, 1}, UnseenCode{true, 0, 0}));
}

TEST(TrainingDomain, IsRefusedIfItContradictsItself) {
  const auto message = [](const std::function<void(TrainingDomain&)>& damage) {
    TrainingDomain domain = domain_of_two();
    damage(domain);
    try {
      check_training_domain(domain);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(message([](auto& d) { d.fewest_nodes = 5; }), HasSubstr("5 to 3 nodes"));
  EXPECT_THAT(message([](auto& d) { d.node_codes = {2, 2}; }), HasSubstr("do not ascend"));
  EXPECT_THAT(message([](auto& d) { d.offsets = {0, 3}; }), HasSubstr("2 offsets"));
  EXPECT_THAT(message([](auto& d) { d.offsets = {0, 4, 3}; }), HasSubstr("offsets"));
  EXPECT_THAT(message([](auto& d) {
                d.features = {9, 5, 5};
              }),
              HasSubstr("features of a graph that do not ascend"));
  EXPECT_THAT(message([](auto& d) { d.features = {5, 1u << 16, 5}; }), HasSubstr("feature 65536"));
  EXPECT_THAT(message([](auto& d) { d.numbers.resize(kMostDomainGraphs + 1); }), HasSubstr("at most 10000"));
}

TEST(TrainingDomain, KnowsTheRangesOfColumns) {
  constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
  const auto with_values = [](std::vector<float> values) {
    AttributedGraph graph = path({0, 3}, {});
    graph.graph_value_width = static_cast<std::int32_t>(values.size());
    graph.graph_values = std::move(values);
    return graph;
  };
  TrainingDomain domain;
  domain.columns.resize(2);
  domain.offsets = {0};
  EXPECT_NO_THROW(check_training_domain(domain)) << "no graph had a value";
  for (const float value : {300.0F, 280.0F, kMissing}) {
    add_to_domain(domain, kNodeSizes, kEdgeSizes, with_values({7, 1, value}));
  }
  EXPECT_EQ(domain.columns[0], (SeenColumn{1, 1, false}));
  EXPECT_EQ(domain.columns[1], (SeenColumn{280, 300, true}));
  EXPECT_NO_THROW(check_training_domain(domain));
  EXPECT_THAT(unseen_values(domain, with_values({9, 1, 290})), IsEmpty());
  EXPECT_THAT(unseen_values(domain, with_values({9, 1, kMissing})), IsEmpty());
  EXPECT_THAT(unseen_values(domain, with_values({9, 2, 301})),
              ElementsAre(UnseenValue{0, 2}, UnseenValue{1, 301}));
  EXPECT_EQ(unseen_values(domain, with_values({9, kMissing, 280})).size(), 1u)
      << "missing for the first time";
  EXPECT_THROW(unseen_values(domain, with_values({1})), ShapeError);
  domain.columns[0] = {3, 2, false};
  EXPECT_THAT([&] { check_training_domain(domain); }, ThrowsMessage<ConfigError>(HasSubstr("from 3 to 2")));
}

}  // namespace
}  // namespace plstm
