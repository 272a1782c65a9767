#include <limits>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/dags/formats/node_link.hpp>
#include <plstm/data/files/input_file.hpp>

#include "graph/any_dag.hpp"
#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

using JsonTexts = std::vector<std::string>;

std::vector<GraphRecord> read_json(const std::string& text, bool lines = false) {
  std::vector<GraphRecord> records;
  std::istringstream stream(text);
  (lines ? read_node_link_lines : read_node_link)(
      stream, "a.json", [&](GraphRecord&& record) { records.push_back(std::move(record)); });
  return records;
}

GraphRecord read_one_json(const std::string& text) {
  std::vector<GraphRecord> records = read_json(text);
  EXPECT_EQ(records.size(), 1u);
  return records.at(0);
}

template <class Message>
void expect_json_error(const std::string& text, const Message& message, bool lines = false) {
  EXPECT_THAT([&] { read_json(text, lines); }, ThrowsMessage<FileError>(message)) << text;
}

// A graph of two nodes a and b with one link that has these members, too.
std::string with_link(const std::string& members) {
  return R"({"nodes": [{"id": "a"}, {"id": "b"}], "links": [{"source": "a", "target": "b", )" + members +
         "}]}";
}

TEST(NodeLink, WhatNetworkxWrites) {
  // json.dumps(networkx.node_link_data(g)) of networkx 3.1
  const GraphRecord record = read_one_json(
      R"({"directed": true, "multigraph": false, "graph": {"name": "sum", "makespan": 12.5}, "nodes": )"
      R"([{"kind": "input", "load": 3, "id": "x"}, {"kind": "add", "fast": true, "id": "y"}, {"id": "z"}], "links": )"
      R"([{"port": 0, "source": "x", "target": "y"}, {"weight": null, "source": "y", "target": "z"}]})");
  EXPECT_EQ(record.name, "sum");
  EXPECT_EQ(record.place, "a.json:1");
  EXPECT_TRUE(record.directed);
  EXPECT_TRUE(record.typed);
  EXPECT_EQ(record.num_nodes, 3);
  EXPECT_THAT(record.node_names, ElementsAre("x", "y", "z"));
  EXPECT_THAT(record.edges, ElementsAre(Arc{0, 1}, Arc{1, 2}));
  const AttributeValue none;
  EXPECT_THAT(record.node_attributes, ElementsAre(AttributeColumn{"kind", {"input", "add", none}},
                                                  AttributeColumn{"load", {3.0, none, none}},
                                                  AttributeColumn{"fast", {none, "true", none}}));
  EXPECT_THAT(record.edge_attributes,
              ElementsAre(AttributeColumn{"port", {0.0, none}}, AttributeColumn{"weight", {none, none}}));
  EXPECT_THAT(record.graph_attributes, ElementsAre(AttributeColumn{"makespan", {12.5}}));
}

TEST(NodeLink, EdgesMayBeCalledEdgesAndOtherMembersAreAttributesOfTheGraph) {
  const GraphRecord record = read_one_json(
      R"({"edges": [{"source": 7, "target": 5}], "nodes": [{"id": 5}, {"id": 7}], "y": 1.5, "name": "g"})");
  EXPECT_TRUE(record.directed);
  EXPECT_EQ(record.name, "g");
  EXPECT_THAT(record.node_names, ElementsAre("5", "7"));
  EXPECT_THAT(record.edges, ElementsAre(Arc{1, 0}));
  EXPECT_THAT(record.graph_attributes, ElementsAre(AttributeColumn{"y", {1.5}}));
}

TEST(NodeLink, NodesThatAreNumberedHaveNoNames) {
  for (const char* nodes : {R"([{"id": 0}, {"id": 1}])", R"([{}, {}])"}) {
    const GraphRecord record = read_one_json(
        std::string(R"({"directed": false, "links": [{"source": 1, "target": 0}], "nodes": )") + nodes + "}");
    EXPECT_THAT(record.node_names, IsEmpty());
    EXPECT_EQ(record.num_nodes, 2);
    EXPECT_FALSE(record.directed);
    EXPECT_THAT(record.edges, ElementsAre(Arc{1, 0}));
  }
  EXPECT_THAT(read_one_json(R"({"nodes": [{"id": "0"}, {"id": "1"}]})").node_names, ElementsAre("0", "1"));
  EXPECT_THAT(read_one_json(R"({"nodes": [{"id": [0, 1]}, {"id": 2.5}]})").node_names,
              ElementsAre("[0,1]", "2.5"));
}

TEST(NodeLink, ListsAreSetsAndObjectsHaveTheirMembersNamed) {
  const GraphRecord record =
      read_one_json(with_link(R"("tags": ["a", 2, 0.5, true], "at": {"x": 1, "y": {"z": "t"}})"));
  EXPECT_THAT(record.edge_attributes,
              ElementsAre(AttributeColumn{"tags", {JsonTexts{"a", "2", "0.5", "true"}}},
                          AttributeColumn{"at.x", {1.0}}, AttributeColumn{"at.y.z", {"t"}}));
}

TEST(NodeLink, KeysOfAMultigraphAreNoAttributes) {
  const std::string nodes = R"("nodes": [{"id": "a"}, {"id": "b"}], "links": [)";
  const std::string links =
      R"({"source": "a", "target": "b", "key": 0}, {"source": "a", "target": "b", "key": 1}]})";
  EXPECT_THAT(read_one_json(R"({"multigraph": true, )" + nodes + links).edge_attributes, IsEmpty());
  EXPECT_THAT(read_one_json(R"({"multigraph": false, )" + nodes + links).edge_attributes,
              ElementsAre(AttributeColumn{"key", {0.0, 1.0}}));
  EXPECT_THAT(read_one_json(R"({"multigraph": true, )" + nodes +
                            R"({"source": "a", "target": "b", "key": "calls"}]})")
                  .edge_attributes,
              ElementsAre(AttributeColumn{"key", {"calls"}}));
}

TEST(NodeLink, ADocumentHasAnyNumberOfGraphs) {
  const std::string text = "[{\"nodes\": []},\n {\"nodes\": [{\"id\": \"]\\\"\"}]}]\n\n{\"nodes\": [{}]}\n";
  const std::vector<GraphRecord> records = read_json(text);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].place, "a.json:1");
  EXPECT_EQ(records[1].place, "a.json:2");
  EXPECT_THAT(records[1].node_names, ElementsAre("]\""));
  EXPECT_EQ(records[2].place, "a.json:4");
  EXPECT_EQ(records[2].name, "");
  EXPECT_THAT(read_json("[ ]"), IsEmpty());
  EXPECT_EQ(read_json("\xEF\xBB\xBF{\"nodes\": []}").size(), 1u);
}

TEST(NodeLink, OneGraphALine) {
  const std::vector<GraphRecord> records = read_json("{\"nodes\": [{}]}\r\n\n{\"nodes\": [{}, {}]}", true);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].place, "a.json:1");
  EXPECT_EQ(records[1].place, "a.json:3");
  EXPECT_EQ(records[1].num_nodes, 2);
  expect_json_error("{\"nodes\": []}\n{\"nodes\": [}\n", StartsWith("a.json:2: this is no JSON"), true);
}

TEST(NodeLink, GraphsAreTakenBeforeTheNextLineIsRead) {
  std::istringstream stream("{\"nodes\": []}\nnonsense\n");
  int taken = 0;
  EXPECT_THROW(read_node_link_lines(stream, "a", [&](GraphRecord&&) { ++taken; }), FileError);
  EXPECT_EQ(taken, 1);
}

TEST(NodeLink, TheFormIsShownWhereItIsAnother) {
  const auto form =
      HasSubstr(R"(expected {"directed": true, "graph": {"name": "sum"}, "nodes": [{"id": "a"},)");
  expect_json_error(R"({"vertices": []})", AllOf(StartsWith("a.json:1: there is no list \"nodes\": "), form));
  expect_json_error(R"({"nodes": 3})", AllOf(StartsWith("a.json:1: \"nodes\" must be a list: "), form));
  expect_json_error(R"({"nodes": ["a"]})",
                    AllOf(StartsWith("a.json:1: node 1 of 1: a node must be an object: "), form));
  expect_json_error(R"({"nodes": [], "links": [[0, 1]]})",
                    AllOf(StartsWith("a.json:1: entry 1 of \"links\": a link must be an object: "), form));
  expect_json_error(R"({"nodes": [{}], "links": [{"source": 0}]})",
                    AllOf(StartsWith("a.json:1: entry 1 of \"links\": there is no \"target\": "), form));
  expect_json_error(R"({"nodes": [], "graph": [1]})",
                    AllOf(StartsWith("a.json:1: \"graph\" must be an object"), form));
  expect_json_error("\n17", "a.json:2: a graph should stand here: an object in curly brackets");
  expect_json_error("[3]", "a.json:1: a graph should stand here: an object in curly brackets");
  expect_json_error("", "a.json:1: there is no graph; expected an object in curly brackets");
}

TEST(NodeLink, DanglingAndRepeatedIds) {
  expect_json_error(
      "\n"
      R"({"nodes": [{"id": "a"}], "edges": [{"source": "a", "target": "b"}]})",
      "a.json:2: entry 1 of \"edges\": \"target\" is 'b', which is the id of no node");
  expect_json_error(R"({"nodes": [{"id": "a"}, {"id": "b"}, {"id": "a"}]})",
                    "a.json:1: node 3 of 3: two nodes are called 'a'; names of nodes must differ");
  expect_json_error(R"({"nodes": [{"id": "a"}, {"name": "b"}]})",
                    "a.json:1: node 2 of 2: it has no \"id\", and the nodes before it have one");
  expect_json_error(R"({"nodes": [{"id": null}]})",
                    "a.json:1: node 1 of 1: an id must be a text, a number or a list of them");
  expect_json_error(R"({"nodes": [], "links": [], "edges": []})",
                    "a.json:1: there are both \"links\" and \"edges\"; one of them is enough");
}

TEST(NodeLink, NumbersAreReadExactlyOrNotAtAll) {
  EXPECT_THAT(read_one_json(with_link(R"("n": 9007199254740992, "m": -9223372036854775808, "x": 1e300)"))
                  .edge_attributes,
              ElementsAre(AttributeColumn{"n", {9007199254740992.0}},
                          AttributeColumn{"m", {-9223372036854775808.0}}, AttributeColumn{"x", {1e300}}));
  for (const char* number : {"9007199254740993", "-9007199254740993", "18446744073709551615"}) {
    expect_json_error(with_link("\"n\": " + std::string(number)),
                      "a.json:1: entry 1 of \"links\": attribute 'n': " + std::string(number) +
                          " has more digits than a number of this program; write it as a text");
  }
  for (const char* number : {"1e999", "NaN", "-Infinity"}) {
    expect_json_error(with_link("\"n\": " + std::string(number)), StartsWith("a.json:1: this "));
  }
  EXPECT_THAT(read_one_json(R"({"nodes": [{"id": 18446744073709551615}]})").node_names,
              ElementsAre("18446744073709551615"));
}

TEST(NodeLink, ValuesThatAreNoAttributes) {
  expect_json_error(
      with_link(R"("v": [[1]])"),
      "a.json:1: entry 1 of \"links\": attribute 'v': a list may have texts, numbers, true and false only");
  expect_json_error(with_link(R"("v.w": 1, "v": {"w": 2})"),
                    "a.json:1: entry 1 of \"links\": attribute 'v.w': is given twice");
  expect_json_error(with_link(R"("v": 1, "v": 2)"), "a.json:1: 'v' comes twice in an object");
  std::string many;
  for (int i = 0; i < 20; ++i) many += "\"v" + std::to_string(i) + "\": 1, ";
  expect_json_error(with_link(many + "\"v7\": 2"), "a.json:1: 'v7' comes twice in an object");
  expect_json_error(R"({"nodes": [], "directed": 1})", "a.json:1: \"directed\" must be true or false");
}

TEST(NodeLink, TextThatIsCutOffOrDamaged) {
  expect_json_error("\n{\"nodes\": [",
                    "a.json:2: the graph that begins here has no end; the file may be cut off");
  expect_json_error("[{\"nodes\": []}", "a.json:1: the list of graphs has no end; the file may be cut off");
  expect_json_error("[{\"nodes\": []} {\"nodes\": []}]",
                    "a.json:1: a comma or the end of the list should stand here");
  expect_json_error("{\"nodes\":\n [],\n \"a\": nonsense}", StartsWith("a.json:3: this is no JSON"));
  expect_json_error("{\"nodes\": [{\"id\": \"\xFF\"}]}", StartsWith("a.json:1: this is no JSON"));
}

TEST(NodeLink, DeepNestingIsRefused) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  for (const bool lines : {false, true}) {
    expect_json_error(with_link("\"v\": " + deep), HasSubstr("nested more than 64 levels deep"), lines);
  }
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  expect_json_error(objects + "1" + std::string(100'000, '}'), HasSubstr("nested more than 64 levels deep"));
}

TEST(NodeLink, NamesThatAreReallyValuesTakeNoMemory) {
  const auto numbered = [](int i) { return "\"a" + std::to_string(i) + "\": 1"; };
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += (i == 0 ? "{" : ",{") + numbered(i) + "}";
  const auto message = HasSubstr("what differs from one to the next must be a value and no name");
  expect_json_error("{\"nodes\": [" + text + "]}", message);
  // Or in the first node and the last, with many between.
  std::string node;
  for (int i = 0; i < 20'000; ++i) node += (i == 0 ? "" : ",") + numbered(i);
  std::string others;
  for (int i = 0; i < 20'000; ++i) others += "{},";
  expect_json_error("{\"nodes\": [{" + node + "}," + others + "{" + node + "}]}", message);
  // A kind of node may have attributes of its own.
  std::string kinds;
  for (int i = 0; i < 20'000; ++i) kinds += (i == 0 ? "{" : ",{") + numbered(i % 100) + "}";
  EXPECT_EQ(read_one_json("{\"nodes\": [" + kinds + "]}").node_attributes.size(), 100u);
}

// A record with attributes of all kinds, as a reader makes it.
GraphRecord any_json_record() {
  const Dag dag = test::any_dag_with_parallel_edges();
  Random random(*rc::gen::arbitrary<std::uint64_t>().as("seed"));
  const auto any_value = [&]() -> AttributeValue {
    switch (random.below(5)) {
      case 0:
        return {};
      case 1:
        return static_cast<double>(random.below(7)) - 3;
      case 2:
        return random.uniform() * 1e10;
      case 3:
        return "text \"" + std::to_string(random.below(9)) + "\n\xC3\xA4";
      default:
        return JsonTexts(random.below(3), "1.5");
    }
  };
  GraphRecord record;
  record.place = "a.json:1";
  record.name = "graph";
  record.directed = random.below(2) == 0;
  record.typed = random.below(2) == 0;
  record.num_nodes = dag.num_nodes();
  record.edges.assign(dag.edges().begin(), dag.edges().end());
  if (random.below(2) == 0) {
    for (NodeId i = 0; i < record.num_nodes; ++i) record.node_names.push_back("n" + std::to_string(i));
  }
  const auto fill = [&](std::vector<AttributeColumn>& columns, std::size_t things) {
    for (const char* name : {"b", "a.c", "kind"}) {
      if (things == 0) break;
      columns.push_back({name, {}});
      for (std::size_t i = 0; i < things; ++i) columns.back().values.push_back(any_value());
    }
  };
  fill(record.node_attributes, static_cast<std::size_t>(record.num_nodes));
  fill(record.edge_attributes, record.edges.size());
  fill(record.graph_attributes, 1);
  return record;
}

RC_GTEST_PROP(NodeLinkProperty, WhatIsWrittenReadsBackEqual, ()) {
  const GraphRecord record = any_json_record();
  const std::string text = node_link_text(record);
  RC_ASSERT(text.find('\n') == std::string::npos);
  RC_ASSERT(read_json(text) == std::vector{record});
}

TEST(NodeLink, WritesOneRecordALine) {
  const test::TemporaryFolder folder;
  std::vector<GraphRecord> records(2);
  records[0].name = "first";
  records[1].num_nodes = 2;
  records[1].edges = {{0, 1}};
  write_node_link_lines(folder / "a.jsonl.gz", records);
  InputFile file(folder / "a.jsonl.gz");
  std::vector<GraphRecord> found;
  read_node_link_lines(file.stream(), "a", [&](GraphRecord&& record) { found.push_back(std::move(record)); });
  records[0].place = "a:1";
  records[1].place = "a:2";
  EXPECT_EQ(found, records);
  write_node_link_lines(folder / "b.jsonl", records);
  EXPECT_EQ(
      test::text_of(folder / "b.jsonl"),
      R"({"directed":true,"multigraph":false,"graph":{"name":"first"},"nodes":[],"links":[]})"
      "\n"
      R"({"directed":true,"multigraph":false,"graph":{},"nodes":[{"id":0},{"id":1}],"links":[{"source":0,"target":1}]})"
      "\n");
}

TEST(NodeLink, WhatCannotBeWrittenLeavesNothing) {
  const test::TemporaryFolder folder;
  const auto refuse = [&](const GraphRecord& record, const std::string& problem) {
    EXPECT_THAT([&] { write_node_link_lines(folder / "a.jsonl", std::span(&record, 1)); },
                ThrowsMessage<FileError>(HasSubstr(problem)));
    EXPECT_THAT(folder.names(), IsEmpty());
  };
  GraphRecord record;
  record.num_nodes = 1;
  record.node_attributes = {{"id", {1.0}}};
  refuse(record, "an attribute of nodes is called 'id', which means something else in JSON; rename it");
  record.node_attributes = {{"v", {std::numeric_limits<double>::infinity()}}};
  refuse(record, "attribute 'v': it has a value that is not finite");
  record.node_attributes = {{"v", {"\xFF"}}};
  refuse(record, "has a text that is no UTF-8");
  record.node_attributes = {{"v", {1.0}}, {"v", {2.0}}};
  refuse(record, "two attributes of nodes are called 'v'");
}

}  // namespace
}  // namespace plstm
