#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/formats/graphml.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

std::vector<GraphRecord> read_xml(const std::string& text) {
  std::vector<GraphRecord> records;
  std::istringstream stream(text);
  read_graphml(stream, "a.graphml", [&](GraphRecord&& record) { records.push_back(std::move(record)); });
  return records;
}

template <class Message>
void expect_xml_error(const std::string& text, const Message& message) {
  EXPECT_THAT([&] { read_xml(text); }, ThrowsMessage<FileError>(message)) << text;
}

// A graph of nodes a and b, of which a has this value of a key of this type.
std::string with_value(const std::string& type, const std::string& value) {
  return "<graphml>\n<key id=\"k\" for=\"node\" attr.name=\"v\" attr.type=\"" + type +
         "\"/>\n<graph edgedefault=\"directed\">\n<node id=\"a\"><data key=\"k\">" + value +
         "</data></node><node id=\"b\"/>\n</graph></graphml>";
}

AttributeValue value_read(const std::string& type, const std::string& value) {
  return read_xml(with_value(type, value)).at(0).node_attributes.at(0).values.at(0);
}

// A graph with these elements.
std::string with_elements(const std::string& elements) {
  return "<graphml>\n<graph edgedefault=\"directed\">\n" + elements + "\n</graph></graphml>";
}

TEST(Graphml, WhatNetworkxWrites) {
  const std::vector<GraphRecord> records = read_xml(R"(<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
  <key id="d5" for="graph" attr.name="name" attr.type="string" />
  <key id="d4" for="edge" attr.name="port" attr.type="long" />
  <key id="d3" for="node" attr.name="fast" attr.type="boolean" />
  <key id="d2" for="node" attr.name="w" attr.type="double" />
  <key id="d1" for="node" attr.name="load" attr.type="long" />
  <key id="d0" for="node" attr.name="kind" attr.type="string" />
  <graph edgedefault="directed">
    <node id="x">
      <data key="d0">input</data>
      <data key="d1">3</data>
      <data key="d2">0.5</data>
      <data key="d3">True</data>
    </node>
    <node id="a&amp;b">
      <data key="d0">add</data>
    </node>
    <edge source="x" target="a&amp;b">
      <data key="d4">0</data>
    </edge>
    <data key="d5">sum</data>
  </graph>
</graphml>
)");
  ASSERT_THAT(records, SizeIs(1));
  const GraphRecord& record = records[0];
  const AttributeValue none;
  EXPECT_EQ(record.name, "sum");
  EXPECT_EQ(record.place, "a.graphml:9");
  EXPECT_THAT(record.graph_attributes, IsEmpty());
  EXPECT_TRUE(record.directed);
  EXPECT_TRUE(record.typed);
  EXPECT_EQ(record.num_nodes, 2);
  EXPECT_THAT(record.node_names, ElementsAre("x", "a&b"));
  EXPECT_THAT(record.edges, ElementsAre(Arc{0, 1}));
  EXPECT_THAT(record.node_attributes,
              ElementsAre(AttributeColumn{"kind", {"input", "add"}}, AttributeColumn{"load", {3.0, none}},
                          AttributeColumn{"w", {0.5, none}}, AttributeColumn{"fast", {"true", none}}));
  EXPECT_THAT(record.edge_attributes, ElementsAre(AttributeColumn{"port", {0.0}}));
}

TEST(Graphml, SeveralGraphsWithDefaultsAndAttributesOfTheirOwn) {
  const std::vector<GraphRecord> records = read_xml(R"(<graphml>
<key id="n" for="node" attr.name="kind" attr.type="string"><default>plain</default></key>
<key id="g" for="graph" attr.name="y" attr.type="double"/>
<key id="all" for="all" attr.name="note" attr.type="string"/>
<graph id="first" edgedefault="directed"><data key="g">1.5</data>
  <edge source="b" target="a"><data key="all">late</data></edge>
  <node id="a"/><node id="b"><data key="n">odd</data></node></graph>
<graph id="second" edgedefault="undirected"><node id="a"/></graph>
</graphml>)");
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].name, "first");
  EXPECT_EQ(records[0].place, "a.graphml:5");
  EXPECT_THAT(records[0].edges, ElementsAre(Arc{1, 0}));
  EXPECT_THAT(records[0].node_attributes, ElementsAre(AttributeColumn{"kind", {"plain", "odd"}}));
  EXPECT_THAT(records[0].edge_attributes, ElementsAre(AttributeColumn{"note", {"late"}}));
  EXPECT_THAT(records[0].graph_attributes, ElementsAre(AttributeColumn{"y", {1.5}}));
  EXPECT_EQ(records[1].name, "second");
  EXPECT_FALSE(records[1].directed);
  EXPECT_THAT(records[1].graph_attributes, IsEmpty());
}

TEST(Graphml, ValuesByTheirTypes) {
  EXPECT_EQ(value_read("int", "-7"), AttributeValue(-7.0));
  EXPECT_EQ(value_read("long", "9007199254740992"), AttributeValue(9007199254740992.0));
  EXPECT_EQ(value_read("double", " 1e300\n"), AttributeValue(1e300));
  EXPECT_EQ(value_read("float", "0.1"), AttributeValue(0.1));
  EXPECT_EQ(value_read("double", "NaN"), AttributeValue());
  EXPECT_EQ(value_read("int", ""), AttributeValue());
  EXPECT_EQ(value_read("boolean", "1"), AttributeValue("true"));
  EXPECT_EQ(value_read("boolean", "false"), AttributeValue("false"));
  EXPECT_EQ(value_read("string", "&lt;x&#228;<![CDATA[<b>]]>"), AttributeValue("<x\xC3\xA4<b>"));
  EXPECT_EQ(value_read("string", ""), AttributeValue(""));
}

TEST(Graphml, ValuesThatDoNotFitTheirTypes) {
  const auto problem = [](const std::string& text) {
    return "a.graphml:3: graph '': attribute 'v': " + text;
  };
  expect_xml_error(with_value("int", "1.5"), problem("'1.5' is no whole number of 64 bits"));
  expect_xml_error(
      with_value("long", "9007199254740993"),
      problem("9007199254740993 has more digits than a number of this program; declare a string"));
  expect_xml_error(with_value("double", "1e999"), problem("'1e999' is out of range"));
  expect_xml_error(with_value("double", "inf"), problem("'inf' is not a finite number"));
  expect_xml_error(with_value("boolean", "maybe"), problem("'maybe' is neither true nor false"));
  expect_xml_error(with_value("date", "1"),
                   problem("'date' is no type, expected boolean, int, long, float, double or string"));
}

TEST(Graphml, DanglingIdsRepeatedIdsAndUnknownKeys) {
  expect_xml_error(with_elements("<node id=\"a\"/>\n<edge source=\"a\" target=\"q\"/>"),
                   "a.graphml:4: the graph has no node 'q'");
  expect_xml_error(with_elements("<node id=\"a\"/>\n<node id=\"a\"/>"),
                   "a.graphml:4: two nodes are called 'a'; names of nodes must differ");
  expect_xml_error(with_elements("<node id=\"a\"><data key=\"k\">1</data></node>"),
                   "a.graphml:3: no key 'k' is declared before the graph");
  expect_xml_error(
      "<graphml><key id=\"k\" for=\"edge\"/><graph edgedefault=\"directed\"><node id=\"a\"><data "
      "key=\"k\">1</data></node></graph></graphml>",
      "a.graphml:1: key 'k' is for 'edge', and here is a node");
  expect_xml_error("<graphml>\n<key id=\"k\" for=\"edge\"/>\n<key id=\"k\" for=\"edge\"/></graphml>",
                   "a.graphml:3: two keys are called 'k'");
}

TEST(Graphml, GraphsOfOtherForms) {
  expect_xml_error("", "a.graphml: there is no element 'graphml'");
  expect_xml_error("<gexf/>", "a.graphml:1: the document is 'gexf', expected 'graphml'");
  expect_xml_error("<graphml><graph/></graphml>",
                   "a.graphml:1: element 'graph' has no attribute edgedefault");
  expect_xml_error("<graphml><graph edgedefault=\"up\"/></graphml>",
                   "a.graphml:1: edgedefault is 'up', expected 'directed' or 'undirected'");
  expect_xml_error(with_elements("<node/>"), "a.graphml:3: element 'node' has no attribute id");
  expect_xml_error(with_elements("<node id=\"a\"><graph/></node>"),
                   "a.graphml:3: a graph inside of a graph is not read");
  expect_xml_error(with_elements("<hyperedge/>"), "a.graphml:3: hyperedges are not read");
  expect_xml_error(
      with_elements("<node id=\"a\"/><node id=\"b\"/><edge source=\"a\" target=\"b\" directed=\"false\"/>"),
      "a.graphml:3: the edge is undirected, and the graph is not");
  expect_xml_error("<graphml><key id=\"k\" for=\"nodes\"/><graph edgedefault=\"directed\"/></graphml>",
                   HasSubstr("Attribute for is not valid: nodes"));
  EXPECT_THAT(read_xml("<graphml/>"), IsEmpty());
}

TEST(Graphml, DrawingsAreLeftOut) {
  const std::string document =
      "<graphml><key id=\"d\" for=\"node\" yfiles.type=\"nodegraphics\"/><graph "
      "edgedefault=\"directed\"><desc>words</desc>"
      "<node id=\"a\"><data key=\"d\"><y:ShapeNode><y:Fill color=\"#FFCC00\"/></y:ShapeNode></data><port "
      "name=\"p\"/>"
      "</node></graph></graphml>";
  EXPECT_THAT(read_xml(document).at(0).node_attributes, IsEmpty());
}

TEST(Graphml, TextThatIsNoXml) {
  expect_xml_error("<graphml>\n<graph edgedefault=\"directed\">",
                   "a.graphml:2: the document ends inside the element 'graph'");
  expect_xml_error("<graphml></graph>", "a.graphml:1: 'graph' ends here, but 'graphml' began last");
  expect_xml_error("</graphml>", "a.graphml:1: 'graphml' ends here, but nothing has begun");
  expect_xml_error("<graphml", "a.graphml:1: the tag that begins here has no end");
  expect_xml_error("<graphml a>", "a.graphml:1: attribute 'a' has no value");
  expect_xml_error("<graphml a=1>", "a.graphml:1: the value of attribute 'a' does not stand in quotes");
  expect_xml_error("<", "a.graphml:1: the tag that begins here is malformed");
  expect_xml_error("<graphml><!-- ", "a.graphml:1: the comment that begins here has no end");
  expect_xml_error("<graphml><![CDATA[ ",
                   "a.graphml:1: the section of character data that begins here has no end");
  expect_xml_error("<?xml version=\"1.0\" encoding=\"UTF-16\"?><graphml/>",
                   "a.graphml:1: the document must be in UTF-8; convert it");
  expect_xml_error(std::string("<graphml/>\0", 11), StartsWith("a.graphml: has a zero byte"));
  expect_xml_error("<graphml><!ENTITY x></graphml>", "a.graphml:1: a declaration stands inside an element");
  EXPECT_THAT(read_xml("<?xml version='1.0'?><!DOCTYPE graphml [<!ENTITY a '>'>]><!-- <x> --><graphml/>"),
              IsEmpty());
}

// Which is parsed piece by piece.
TEST(Graphml, ALargeGraph) {
  std::string nodes, edges;
  constexpr int kNodes = 20'000;
  for (int i = 0; i < kNodes; ++i) {
    const std::string id = std::to_string(i);
    nodes += "<node id=\"n" + id + "\"><data key=\"k\">" + id + "</data><desc>" + std::string(80, 'x') +
             "</desc></node>\n";
    if (i == 0) continue;
    edges += "<edge source=\"n" + std::to_string(i / 2) + "\" target=\"n" + id + "\"><data key=\"w\">" + id +
             "</data><desc>" + std::string(80, 'x') + "</desc></edge>\n";
  }
  const GraphRecord record =
      read_xml(
          "<graphml><key id=\"k\" for=\"node\" attr.name=\"k\" attr.type=\"int\"/><key id=\"w\" for=\"edge\" "
          "attr.name=\"w\" attr.type=\"int\"/><key id=\"d\" for=\"node\" attr.name=\"d\" "
          "attr.type=\"int\"><default>7"
          "</default></key><graph edgedefault=\"directed\">" +
          edges + nodes + "</graph></graphml>")
          .at(0);
  ASSERT_EQ(record.num_nodes, kNodes);
  ASSERT_THAT(record.edges, SizeIs(kNodes - 1));
  const auto& k = find_attribute(record.node_attributes, "k")->values;
  const auto& d = find_attribute(record.node_attributes, "d")->values;
  const auto& w = find_attribute(record.edge_attributes, "w")->values;
  for (int i = 1; i < kNodes; ++i) {
    const auto at = static_cast<std::size_t>(i);
    ASSERT_EQ(record.node_names[at], "n" + std::to_string(i));
    ASSERT_EQ(k[at], AttributeValue(static_cast<double>(i)));
    ASSERT_EQ(d[at], AttributeValue(7.0));
    ASSERT_EQ(w[at - 1], AttributeValue(static_cast<double>(i)));
    ASSERT_EQ(record.edges[at - 1], (Arc{i / 2, i}));
  }
}

TEST(Graphml, DeepNestingIsRefused) {
  std::string open, close;
  for (int i = 0; i < 100'000; ++i) {
    open += "<a>";
    close += "</a>";
  }
  expect_xml_error(with_elements(open + close), "a.graphml:3: elements are nested more than 64 levels deep");
  expect_xml_error(with_elements("<desc>" + open),
                   "a.graphml:3: elements are nested more than 64 levels deep");
}

}  // namespace
}  // namespace plstm
