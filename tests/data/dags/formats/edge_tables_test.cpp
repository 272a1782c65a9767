#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/formats/edge_tables.hpp>
#include <plstm/data/files/output_file.hpp>

#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

std::vector<GraphRecord> read_edges(const std::string& text) {
  std::vector<GraphRecord> records;
  std::istringstream stream(text);
  read_edge_table(stream, "a.csv", [&](GraphRecord&& record) { records.push_back(std::move(record)); });
  return records;
}

void expect_edges_error(const std::string& text, const std::string& message) {
  EXPECT_THAT([&] { read_edges(text); }, ThrowsMessage<FileError>(message)) << text;
}

// A folder of tables.
class EdgeTables : public ::testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) const {
    OutputFile output(folder_ / file);
    output.stream() << text;
    output.commit();
  }

  std::vector<GraphRecord> read() const {
    std::vector<GraphRecord> records;
    read_edge_tables(folder_.path(), [&](GraphRecord&& record) { records.push_back(std::move(record)); });
    return records;
  }

  void expect_error(const std::string& message) const {
    EXPECT_THAT([&] { read(); }, ThrowsMessage<FileError>((folder_ / message).string()));
  }

  test::TemporaryFolder folder_;
  const AttributeValue none_;
};

TEST_F(EdgeTables, EdgesAlone) {
  const std::vector<GraphRecord> records =
      read_edges("source,target,bytes,kind\nload,clean, 12 ,file\nclean,train,NA,\nload,train,3,file\n");
  ASSERT_THAT(records, SizeIs(1));
  const GraphRecord& record = records[0];
  EXPECT_EQ(record.name, "");
  EXPECT_EQ(record.place, "a.csv:2");
  EXPECT_TRUE(record.directed);
  EXPECT_FALSE(record.typed);
  EXPECT_THAT(record.node_names, ElementsAre("load", "clean", "train"));
  EXPECT_THAT(record.edges, ElementsAre(Arc{0, 1}, Arc{1, 2}, Arc{0, 2}));
  EXPECT_THAT(record.node_attributes, IsEmpty());
  EXPECT_THAT(record.edge_attributes, ElementsAre(AttributeColumn{"bytes", {"12", none_, "3"}},
                                                  AttributeColumn{"kind", {"file", none_, "file"}}));
}

TEST_F(EdgeTables, TheEndsHaveManyNames) {
  for (const char* header : {"source,target", "from,to", "tail,head", "src,dst", "Source,TARGET"}) {
    EXPECT_THAT(read_edges(std::string(header) + "\na,b\n").at(0).edges, ElementsAre(Arc{0, 1})) << header;
  }
  EXPECT_THAT(read_edges("to;from\nb;a\n").at(0).edges, ElementsAre(Arc{0, 1}));
  EXPECT_THAT(read_edges("from\ttarget\tsource\nx\tb\ta\n").at(0).edge_attributes,
              ElementsAre(AttributeColumn{"from", {"x"}}));
}

TEST_F(EdgeTables, RowsOfAGraphNeedNotBeAdjacent) {
  const std::vector<GraphRecord> records =
      read_edges("graph,source,target,w\nfirst,a,b,1\nsecond,b,c,2\nfirst,b,c,3\n");
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].name, "first");
  EXPECT_EQ(records[1].name, "second");
  EXPECT_EQ(records[1].place, "a.csv:3");
  EXPECT_THAT(records[0].edges, ElementsAre(Arc{0, 1}, Arc{1, 2}));
  EXPECT_THAT(records[1].node_names, ElementsAre("b", "c"));
  EXPECT_THAT(records[0].edge_attributes, ElementsAre(AttributeColumn{"w", {"1", "3"}}));
}

TEST_F(EdgeTables, NodesAndGraphsHaveTables) {
  write("graphs.csv", "graph,makespan\ng2,7\ng1,\n");
  write("nodes.csv", "graph,id,kind,load\ng1,a,read,1.5\ng2,a,write,2\ng1,b,read,-\n");
  write("edges.csv", "graph,source,target\ng1,b,a\n");
  const std::vector<GraphRecord> records = read();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].name, "g2");
  EXPECT_EQ(records[0].place, (folder_ / "graphs.csv").string() + ":2");
  EXPECT_THAT(records[0].graph_attributes, ElementsAre(AttributeColumn{"makespan", {"7"}}));
  EXPECT_THAT(records[1].graph_attributes, ElementsAre(AttributeColumn{"makespan", {none_}}));
  EXPECT_THAT(records[1].node_names, ElementsAre("a", "b"));
  EXPECT_THAT(records[1].node_attributes, ElementsAre(AttributeColumn{"kind", {"read", "read"}},
                                                      AttributeColumn{"load", {"1.5", none_}}));
  EXPECT_THAT(records[1].edges, ElementsAre(Arc{1, 0}));
}

TEST_F(EdgeTables, OneGraphNeedsNoColumnOfGraphs) {
  write("graphs.tsv", "id\ty\nonly\t3\n");
  write("nodes.tsv.gz", "node\tkind\na\tx\nb\ty\nc\tz\n");
  write("edges.tsv", "tail\thead\na\tb\n");
  const std::vector<GraphRecord> records = read();
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].name, "only");
  EXPECT_EQ(records[0].num_nodes, 3);
}

TEST_F(EdgeTables, ADecimalCommaBecomesAPoint) {
  EXPECT_THAT(read_edges("source;target;w\na;b;1,5\nb;c;x,y\n").at(0).edge_attributes,
              ElementsAre(AttributeColumn{"w", {"1.5", "x,y"}}));
  expect_edges_error("source;target;w\na;b;1,5\nb;c;2.5\n",
                     "a.csv:3: column 'w': '2.5' has a decimal point, but numbers before it have a decimal "
                     "comma; write all of them with a decimal point");
}

TEST_F(EdgeTables, ColumnsWithoutANameAreLeftOut) {
  EXPECT_THAT(read_edges(",source,target\n0,a,b\n").at(0).edge_attributes, IsEmpty());
}

TEST_F(EdgeTables, DanglingIds) {
  write("nodes.csv", "id\na\nb\n");
  write("edges.csv", "source,target\na,b\na,q\n");
  expect_error("edges.csv:3: node 'q' is not in the table of nodes");
  write("nodes.csv", "graph,id\ng,a\ng,b\nh,q\n");
  write("edges.csv", "graph,source,target\ng,a,b\ng,a,q\n");
  expect_error("edges.csv:3: node 'q' of graph 'g' is not in the table of nodes");
  write("graphs.csv", "graph\ng\n");
  expect_error("nodes.csv:4: graph 'h' is not in the table of graphs");
}

TEST_F(EdgeTables, TablesThatDoNotFit) {
  EXPECT_THAT([&] { read(); },
              ThrowsMessage<FileError>(
                  EndsWith(": there is no table of edges: edges.csv or edges.tsv, with or without .gz")));
  write("edges.csv", "source,target\na,b\n");
  write("nodes.csv", "name\na\nb\n");
  expect_error("nodes.csv:1: there is no column id, node or node_id; the columns are 'name'");
  write("nodes.csv", "id\na\na\n");
  expect_error("nodes.csv:3: node 'a' stands there for the second time");
  write("nodes.csv", "graph,id\ng,a\nh,b\n");
  expect_error(
      "edges.csv:1: there is no column graph, and another table has more than one graph; the columns are "
      "'source' "
      "'target'");
  write("nodes.csv", "id\na\nb\n");
  write("edges.csv", "graph,source,target\ng,a,b\n");
  expect_error("edges.csv:1: there is a column graph, which the table of nodes has not");
  write("graphs.csv", "graph\ng\ng\n");
  expect_error("graphs.csv:3: two graphs are called 'g'");
  write("edges.tsv", "");
  EXPECT_THAT([&] { read(); }, ThrowsMessage<FileError>(
                                   EndsWith("there are both edges.csv and edges.tsv; remove one of them")));
}

TEST_F(EdgeTables, RowsThatAreMalformed) {
  expect_edges_error("source,target\na,b,c\n", "a.csv:2: 3 fields, expected 2");
  expect_edges_error("source,target\na, \n", "a.csv:2: the row has no name of a node at one end of the edge");
  expect_edges_error("graph,source,target\n,a,b\n", "a.csv:2: the row has no name of a graph");
  expect_edges_error("source,target,w,w\na,b,1,2\n", "a.csv: two columns are named 'w'; rename one");
  expect_edges_error("source,Source,target\na,b,c\n", "a.csv:1: two columns are called 'source'; rename one");
  expect_edges_error(
      "a,b\n1,2\n",
      "a.csv:1: there are no columns source and target (or from and to, tail and head, src and dst); the "
      "columns are 'a' 'b'");
  expect_edges_error("", "a.csv: the file has no rows");
}

TEST_F(EdgeTables, AHeaderAloneIsASetWithoutGraphs) {
  EXPECT_THAT(read_edges("source,target\n"), IsEmpty());
}

TEST_F(EdgeTables, LoopsAreToldByTheirNames) {
  const GraphRecord record = read_edges("source,target\na,b\nb,b\n").at(0);
  EXPECT_THAT(
      [&] { dag_of(record); },
      ThrowsMessage<GraphError>(HasSubstr("a.csv:2: graph '': edge 2 of 2 leads from node 'b' to itself")));
}

}  // namespace
}  // namespace plstm
