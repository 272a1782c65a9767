#include <string>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/graph/attributed_graph.hpp>

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Three nodes, two edges, and an array of each kind.
AttributedGraph sample() {
  return {.dag = Dag(3, {{0, 1}, {1, 2}}),
          .node_value_width = 2,
          .node_code_width = 1,
          .edge_value_width = 3,
          .edge_code_width = 2,
          .node_values = std::vector<float>(6),
          .node_codes = std::vector<std::int32_t>(3),
          .edge_values = std::vector<float>(6),
          .edge_codes = std::vector<std::int32_t>(4)};
}

std::string complaint(const AttributedGraph& graph) {
  try {
    check_attributed_graph(graph);
  } catch (const ShapeError& error) {
    return error.what();
  }
  return "none";
}

TEST(AttributedGraph, AcceptsArraysThatFit) {
  EXPECT_EQ(complaint(sample()), "none");
  EXPECT_EQ(complaint(AttributedGraph{}), "none");
  AttributedGraph bare;
  bare.dag = Dag(2, {{0, 1}});
  EXPECT_EQ(complaint(bare), "none");
}

TEST(AttributedGraph, NamesTheArrayThatDoesNotFit) {
  AttributedGraph graph = sample();
  graph.node_values.pop_back();
  EXPECT_THAT(complaint(graph), AllOf(HasSubstr("node_values"), HasSubstr("5"), HasSubstr("6")));
  graph = sample();
  graph.node_codes.push_back(0);
  EXPECT_THAT(complaint(graph), AllOf(HasSubstr("node_codes"), HasSubstr("4"), HasSubstr("3")));
  graph = sample();
  graph.edge_values.clear();
  EXPECT_THAT(complaint(graph), AllOf(HasSubstr("edge_values"), HasSubstr("0"), HasSubstr("6")));
  graph = sample();
  graph.edge_code_width = 0;
  EXPECT_THAT(complaint(graph), AllOf(HasSubstr("edge_codes"), HasSubstr("4"), HasSubstr("0")));
}

TEST(AttributedGraph, NamesANegativeWidth) {
  AttributedGraph graph = sample();
  graph.edge_value_width = -3;
  EXPECT_EQ(complaint(graph), "check_attributed_graph: edge_value_width is -3, expected 0 or more");
}

}  // namespace
}  // namespace plstm
