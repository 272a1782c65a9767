#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/formats/dot.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

std::vector<GraphRecord> read_graphviz(const std::string& text) {
  std::vector<GraphRecord> records;
  std::istringstream stream(text);
  read_dot(stream, "a.dot", [&](GraphRecord&& record) { records.push_back(std::move(record)); });
  return records;
}

template <class Message>
void expect_dot_error(const std::string& text, const Message& message) {
  EXPECT_THAT([&] { read_graphviz(text); }, ThrowsMessage<FileError>(message)) << text;
}

TEST(Dot, NodesEdgesAndAttributes) {
  const std::vector<GraphRecord> records = read_graphviz(R"(// a sum
# of two
digraph "sum of two" {
  rankdir=LR; graph [y="1.5"];
  node [kind=add];
  z [kind="in\"put", load=3];
  /* the order of nodes is that of their first mention */
  z -> "m o" -> a:port:ne [port=0];
  edge [port=1]
  10 -> a; "m" + " o" -> -1.5
})");
  ASSERT_THAT(records, SizeIs(1));
  const GraphRecord& record = records[0];
  const AttributeValue none;
  EXPECT_EQ(record.name, "sum of two");
  EXPECT_EQ(record.place, "a.dot:3");
  EXPECT_TRUE(record.directed);
  EXPECT_FALSE(record.typed);
  EXPECT_THAT(record.node_names, ElementsAre("z", "m o", "a", "10", "-1.5"));
  EXPECT_THAT(record.edges, ElementsAre(Arc{0, 1}, Arc{1, 2}, Arc{3, 2}, Arc{1, 4}));
  EXPECT_THAT(record.node_attributes,
              ElementsAre(AttributeColumn{"kind", {"in\"put", "add", "add", "add", "add"}},
                          AttributeColumn{"load", {"3", none, none, none, none}}));
  EXPECT_THAT(record.edge_attributes, ElementsAre(AttributeColumn{"port", {"0", "0", "1", "1"}}));
  EXPECT_THAT(record.graph_attributes,
              ElementsAre(AttributeColumn{"rankdir", {"LR"}}, AttributeColumn{"y", {"1.5"}}));
}

TEST(Dot, SeveralGraphs) {
  const std::vector<GraphRecord> records = read_graphviz("graph { b -- a } ;\nDiGraph second { }");
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].name, "");
  EXPECT_FALSE(records[0].directed);
  EXPECT_THAT(records[0].node_names, ElementsAre("b", "a"));
  EXPECT_THAT(records[0].edges, ElementsAre(Arc{0, 1}));
  EXPECT_EQ(records[1].name, "second");
  EXPECT_EQ(records[1].place, "a.dot:2");
  EXPECT_EQ(records[1].num_nodes, 0);
}

TEST(Dot, SubgraphsAtTheEndsOfEdges) {
  const GraphRecord record =
      read_graphviz("digraph { a -> {b; c} -> d; {g} subgraph s { color=red; e } f -> subgraph s }").at(0);
  EXPECT_THAT(record.node_names, ElementsAre("a", "b", "c", "d", "g", "e", "f"));
  EXPECT_THAT(record.edges, ElementsAre(Arc{0, 1}, Arc{0, 2}, Arc{1, 3}, Arc{2, 3}, Arc{6, 5}));
  EXPECT_THAT(record.graph_attributes, IsEmpty());
  // Boost.Graph would drop these edges to b.
  expect_dot_error(
      "digraph {\na -> {c -> b} }",
      "a.dot:2: a subgraph at an end of this edge names nodes in edges only; name them alone, too");
  expect_dot_error("digraph { subgraph s {c -> b} subgraph s -> a }", HasSubstr("names nodes in edges only"));
  EXPECT_THAT(read_graphviz("digraph { a -> {b; c -> b; c} }").at(0).edges, SizeIs(3));
}

TEST(Dot, StrictGraphsHaveNoRepeatedEdges) {
  EXPECT_THAT(read_graphviz("strict digraph { a -> b; a -> b; b -> b }").at(0).edges, ElementsAre(Arc{0, 1}));
  const GraphRecord record = read_graphviz("digraph { a -> b; a -> b }").at(0);
  EXPECT_THAT([&] { dag_of(record); },
              ThrowsMessage<GraphError>(HasSubstr("edges 1 and 2 are both 'a' -> 'b'")));
}

TEST(Dot, AttributeNamesLikeThoseOfNodes) {
  const GraphRecord record = read_graphviz("digraph { b=c; c [a=b]; a -> b }").at(0);
  EXPECT_THAT(record.node_names, ElementsAre("c", "a", "b"));
}

TEST(Dot, TextThatBreaksTheGrammar) {
  expect_dot_error("", "a.dot:1: there is no graph; expected one such as digraph name { a -> b; }");
  expect_dot_error("\nnode", "a.dot:2: 'node' stands where 'graph' or 'digraph' should");
  expect_dot_error("digraph a b {}", "a.dot:1: 'b' stands where '{' should");
  expect_dot_error("\ndigraph {\na",
                   "a.dot:2: the graph that begins here has no end; the file may be cut off");
  expect_dot_error("digraph {\n a -> }", "a.dot:2: an edge ends nowhere");
  expect_dot_error("digraph {\n -> a }", "a.dot:2: an edge begins nowhere");
  expect_dot_error("digraph { a -- b }", "a.dot:1: an edge of a digraph is written ->");
  expect_dot_error("graph { a -> b }", "a.dot:1: an edge of a graph is written --");
  expect_dot_error("digraph { a [b=c }", "a.dot:1: the list of attributes that begins here has no end");
  expect_dot_error("digraph { a [= ] }", StartsWith("a.dot:1: graph '': Wanted identifier"));
  expect_dot_error("digraph { a = }", "a.dot:1: attribute 'a' has no value");
  expect_dot_error("digraph { \"a }", "a.dot:1: the quote that opens here is never closed");
  expect_dot_error("digraph { /* }", "a.dot:1: a comment is never closed");
  expect_dot_error("digraph { a ! }", "a.dot:1: '!' begins no word of the language");
  expect_dot_error("digraph { \xC3\xA4 }",
                   "a.dot:1: '\\xC3' begins no word of the language; such letters must stand in quotes");
  expect_dot_error("digraph { a [label=<b>] }",
                   "a.dot:1: a text in HTML is not read; write a text in quotes");
  expect_dot_error("digraph { ) }", "a.dot:1: ')' should not stand here");
  expect_dot_error("digraph { a: }", "a.dot:1: a port has no name");
  expect_dot_error("digraph { \"a\" + b }", "a.dot:1: after a plus sign, a text in quotes should stand");
  expect_dot_error(std::string("digraph {}\0", 11), StartsWith("a.dot: has a zero byte"));
}

TEST(Dot, DeepNestingIsRefused) {
  const auto nested = [](int depth) {
    return "digraph " + std::string(static_cast<std::size_t>(depth), '{') + "a" +
           std::string(static_cast<std::size_t>(depth), '}');
  };
  EXPECT_EQ(read_graphviz(nested(60)).at(0).num_nodes, 1);
  expect_dot_error(nested(100'000), "a.dot:1: subgraphs are nested more than 64 levels deep");
}

TEST(Dot, FewWordsThatStandForManyEdgesAreRefused) {
  std::string nodes = "digraph { subgraph s {";
  for (int i = 0; i < 1000; ++i) nodes += " n" + std::to_string(i);
  EXPECT_THAT([&] { read_graphviz(nodes + "} subgraph s -> subgraph s -> subgraph s }"); },
              ThrowsMessage<FileError>(HasSubstr("stand for too many edges; write each edge")));
  EXPECT_THAT(read_graphviz(nodes + "} subgraph s -> z }").at(0).edges, SizeIs(1000));
}

TEST(Dot, LongTextsAreReadOrRefused) {
  std::string text = "digraph { a [label=\"" + std::string(100'000, 'x') + "\"] }";
  EXPECT_EQ(read_graphviz(text).at(0).node_attributes.at(0).values.at(0),
            AttributeValue(std::string(100'000, 'x')));
}

}  // namespace
}  // namespace plstm
