#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/graph_record.hpp>
#include <plstm/graph/orientation.hpp>

#include "graph/any_dag.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

GraphRecord named_record(std::vector<std::string> names, std::vector<Arc> edges) {
  GraphRecord record;
  record.name = "adder";
  record.place = "a.json:3";
  record.num_nodes = static_cast<NodeId>(names.size());
  record.node_names = std::move(names);
  record.edges = std::move(edges);
  return record;
}

void expect_refused(const GraphRecord& record, const std::string& problem, const DagOptions& options = {}) {
  EXPECT_THAT([&] { dag_of(record, options); },
              ThrowsMessage<GraphError>("a.json:3: graph 'adder': " + problem));
}

TEST(GraphRecord, NodesHaveNamesOrNumbers) {
  GraphRecord record = named_record({"x", "y"}, {});
  EXPECT_EQ(node_name(record, 1), "y");
  record.node_names.clear();
  EXPECT_EQ(node_name(record, 1), "1");
}

TEST(GraphRecord, SetAttributeMakesColumnsInTheOrderOfTheirFirstValues) {
  std::vector<AttributeColumn> columns;
  set_attribute(columns, 3, "load", 1, 2.5);
  set_attribute(columns, 3, "kind", 2, std::string("and"));
  set_attribute(columns, 3, "load", 0, 7.0);
  ASSERT_EQ(columns.size(), 2u);
  EXPECT_EQ(columns[0], (AttributeColumn{"load", {7.0, 2.5, std::monostate()}}));
  EXPECT_EQ(columns[1], (AttributeColumn{"kind", {std::monostate(), std::monostate(), std::string("and")}}));
  EXPECT_EQ(find_attribute(columns, "kind"), &columns[1]);
  EXPECT_EQ(find_attribute(columns, "kinds"), nullptr);
  EXPECT_THROW(set_attribute(columns, 3, "load", 3, 1.0), ShapeError);
}

RC_GTEST_PROP(GraphRecordProperty, ADirectedRecordKeepsItsNodesAndEdges, ()) {
  const Dag dag = test::any_dag();
  GraphRecord record;
  record.num_nodes = dag.num_nodes();
  record.edges.assign(dag.edges().begin(), dag.edges().end());
  RC_ASSERT(dag_of(record) == dag);
}

TEST(GraphRecord, AnEndThatIsNoNodeIsRefused) {
  expect_refused(named_record({"a", "b"}, {{0, 1}, {0, 2}}),
                 "edge 2 of 2 names node 2, but the graph has 2 nodes, numbered from 0");
  expect_refused(named_record({}, {{-1, 0}}),
                 "edge 1 of 1 names node -1, but the graph has 0 nodes, numbered from 0");
}

TEST(GraphRecord, ASelfLoopIsRefused) {
  expect_refused(named_record({"a", "b\n"}, {{0, 1}, {1, 1}}),
                 "edge 2 of 2 leads from node 'b\\n' to itself; remove it");
}

TEST(GraphRecord, ParallelEdgesAreRefusedUnlessTheyAreKept) {
  const GraphRecord record = named_record({"a", "b", "c"}, {{0, 1}, {1, 2}, {0, 1}});
  expect_refused(record, "edges 1 and 3 are both 'a' -> 'b'; remove one of them, or keep parallel edges");
  EXPECT_EQ(dag_of(record, {ParallelEdges::kKeep}), Dag(3, record.edges, ParallelEdges::kKeep));
}

TEST(GraphRecord, ACycleIsRefusedWithItsNodes) {
  expect_refused(named_record({"in", "a", "b", "c", "out"}, {{0, 1}, {3, 1}, {1, 2}, {2, 3}, {3, 4}}),
                 "there is a cycle of 3 nodes, 'a' -> 'b' -> 'c' -> 'a'; remove or reverse one of its edges");
  expect_refused(named_record({"a", "b"}, {{0, 1}, {1, 0}, {0, 1}}),
                 "there is a cycle of 2 nodes, 'a' -> 'b' -> 'a'; remove or reverse one of its edges",
                 {ParallelEdges::kKeep});
}

TEST(GraphRecord, OfALongCycleTenNodesAreNamed) {
  GraphRecord record = named_record({}, {});
  record.num_nodes = 100'000;
  for (NodeId node = 0; node < record.num_nodes; ++node) {
    record.edges.push_back({node, (node + 1) % record.num_nodes});
  }
  EXPECT_THAT(
      [&] { dag_of(record); },
      ThrowsMessage<GraphError>(AllOf(
          StartsWith("a.json:3: graph 'adder': there is a cycle of 100000 nodes, '0' -> '1' -> '2' -> "),
          HasSubstr("'9' -> ... -> '0'; "), EndsWith("remove or reverse one of its edges"))));
}

TEST(GraphRecord, AnUndirectedGraphIsOrientedOnDemandOnly) {
  GraphRecord record = named_record({"a", "b", "c", "d"}, {{2, 0}, {1, 2}, {3, 1}});
  record.directed = false;
  expect_refused(
      record,
      "the graph is undirected, and a DAG has directions; give its edges directions, or have them oriented");
  EXPECT_EQ(dag_of(record, {.orient = true}), orient_by_bfs({4, {{2, 0}, {1, 2}, {3, 1}}}));
}

TEST(GraphRecord, AnUndirectedEdgeAndItsReverseAreParallel) {
  GraphRecord record = named_record({"a", "b", "c"}, {{0, 1}, {1, 2}, {1, 0}});
  record.directed = false;
  expect_refused(record, "edges 1 and 3 are both 'b' -- 'a'; remove one of them, or keep parallel edges",
                 {.orient = true});
  EXPECT_EQ(dag_of(record, {ParallelEdges::kKeep, true}).num_edges(), 3);
}

TEST(GraphRecord, NamesMustBeThoseOfAllNodes) {
  GraphRecord record = named_record({"a", "b"}, {});
  record.num_nodes = 3;
  expect_refused(record, "2 names for 3 nodes");
}

}  // namespace
}  // namespace plstm
