#include "plstm/train/certainty/training_domain.hpp"

#include <functional>
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

}  // namespace
}  // namespace plstm
