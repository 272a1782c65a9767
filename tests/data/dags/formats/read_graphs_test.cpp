#include <filesystem>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/formats/read_graphs.hpp>
#include <plstm/data/files/output_file.hpp>

#include "support/data_folders.hpp"
#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

const std::string kJson =
    R"({"nodes": [{"id": "a"}, {"id": "b"}], "links": [{"source": "a", "target": "b"}]})";
const std::string kLines = kJson + "\n" + kJson + "\n";
const std::string kAnd = "aag 3 2 0 1 1\n2\n4\n6\n6 2 4\n";
const std::string kXml =
    "<graphml><graph id=\"x\" edgedefault=\"directed\"><node id=\"a\"/><node id=\"b\"/></graph></graphml>";
const std::string kDot = "digraph d { a -> b -> c; }";
const std::string kTable = "graph,source,target\ng,a,b\nh,a,b\n";
const std::string kSet = "plstm-graphs 1\ngraph 1 0\nn\n";

class ReadGraphs : public ::testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) const {
    OutputFile output(folder_ / file);
    output.stream() << text;
    output.commit();
  }

  // Name and number of nodes of each graph.
  std::vector<std::pair<std::string, NodeId>> read(const std::string& file,
                                                   const GraphReadOptions& options = {}) const {
    std::vector<std::pair<std::string, NodeId>> found;
    for (const GraphRecord& record : read_graphs(folder_ / file, options)) {
      found.emplace_back(record.name, record.num_nodes);
    }
    return found;
  }

  test::TemporaryFolder folder_;
};

TEST(GraphFormats, HaveNames) {
  for (const char* text :
       {"node-link", "node-link-lines", "graphml", "dot", "tables", "tu", "aiger", "plstm"}) {
    EXPECT_EQ(name(parse_graph_format(text)), text);
  }
  EXPECT_THAT([] { parse_graph_format("gml"); },
              ThrowsMessage<ConfigError>("unknown format of graphs 'gml', expected one of node-link, "
                                         "node-link-lines, graphml, dot, tables, tu, aiger, plstm"));
}

TEST_F(ReadGraphs, AFileOfEachKindCompressedOrNot) {
  const std::vector<std::pair<std::string, std::string>> files{{"a.json", kJson},
                                                               {"a.jsonl", kLines},
                                                               {"a.ndjson", kLines},
                                                               {"and.aag", kAnd},
                                                               {"a.graphs", kSet},
                                                               {"a.graphml", kXml},
                                                               {"a.xml", kXml},
                                                               {"a.dot", kDot},
                                                               {"a.gv", kDot},
                                                               {"a.csv", kTable},
                                                               {"a.tsv", "source\ttarget\na\tb\n"}};
  for (const auto& [file, text] : files) {
    write(file, text);
    write(file + ".gz", text);
    // Without an ending, the beginning tells.
    write("any", text);
    write("any.gz", text);
    const auto records = read(file);
    EXPECT_EQ(read(file + ".gz"), records) << file;
    EXPECT_EQ(read("any").size(), records.size()) << file;
    EXPECT_EQ(read("any.gz").back().second, records.back().second) << file;
  }
  EXPECT_THAT(read("a.jsonl"), ElementsAre(std::pair("1", 2), std::pair("2", 2)));
  EXPECT_THAT(read("and.aag.gz"), ElementsAre(std::pair("and", 4)));
}

TEST_F(ReadGraphs, ATableMayHaveAColumnOfGraphsAndBraces) {
  write("any", "graph,source,target,at\ng,a,b,{}\n");
  EXPECT_THAT(read("any"), ElementsAre(std::pair("g", 2)));
  write("any", "graph\n{ a -- b, }");
  EXPECT_THAT([&] { read("any"); }, ThrowsMessage<FileError>(HasSubstr("',' should not stand here")));
}

TEST_F(ReadGraphs, TheFormatMayBeNamed) {
  write("a.txt", kLines);
  EXPECT_THAT(read("a.txt", {GraphFormat::kNodeLink}), SizeIs(2));
  EXPECT_THAT([&] { read("a.txt", {GraphFormat::kAiger}); },
              ThrowsMessage<FileError>(HasSubstr("is no AIGER file")));
}

TEST_F(ReadGraphs, AFolderOfFiles) {
  std::filesystem::create_directory(folder_ / "in");
  write("in/b.jsonl.gz", kLines);
  write("in/a.json", kJson);
  write("in/c.aag", kAnd);
  write("in/README", "words");
  write("in/list.csv", "name,depth\n");
  write("in/.hidden.json", "nonsense");
  EXPECT_THAT(read("in"),
              ElementsAre(std::pair("1", 2), std::pair("2", 2), std::pair("3", 2), std::pair("c", 4)));
  EXPECT_THAT(read("in", {GraphFormat::kNodeLink}), SizeIs(3));
  EXPECT_THAT(read("in", {GraphFormat::kAiger}), SizeIs(1));
  EXPECT_EQ(read_graphs(folder_ / "in")[2].place, (folder_ / "in/b.jsonl.gz").string() + ":2");
}

TEST_F(ReadGraphs, AFolderOfTables) {
  std::filesystem::create_directory(folder_ / "in");
  write("in/edges.csv.gz", kTable);
  write("in/nodes.csv", "graph,id\ng,a\ng,b\nh,a\nh,b\nh,c\n");
  EXPECT_THAT(read("in"), ElementsAre(std::pair("g", 2), std::pair("h", 3)));
  // Tables of edges under other names are files of a folder where there are no others.
  std::filesystem::create_directory(folder_ / "many");
  write("many/b.csv", kTable);
  write("many/a.csv", "from,to\na,b\n");
  EXPECT_THAT(read("many"), ElementsAre(std::pair("1", 2), std::pair("g", 2), std::pair("h", 2)));
}

TEST_F(ReadGraphs, ATuFolder) {
  std::filesystem::create_directory(folder_ / "DS");
  write("DS/DS_A.txt", "1, 2\n3, 4\n2, 1\n4, 3\n");
  write("DS/DS_graph_indicator.txt", "1\n1\n2\n2\n");
  EXPECT_THAT(read("DS", {.format = {}, .tu_directed = false}),
              ElementsAre(std::pair("1", 2), std::pair("2", 2)));
  EXPECT_THAT([&] { read("DS"); }, ThrowsMessage<FileError>(HasSubstr(
                                       "DS_A.txt: line 3 runs from node 2 to 1 of graph 1, against line 1")));
}

TEST_F(ReadGraphs, WhatIsNotThere) {
  EXPECT_THAT([&] { read("absent.json"); }, ThrowsMessage<FileError>(HasSubstr("there is no such file")));
  std::filesystem::create_directory(folder_ / "empty");
  EXPECT_THAT(
      [&] { read("empty"); },
      ThrowsMessage<FileError>(AllOf(HasSubstr("the folder has no graphs: no file ends in .json, .jsonl,"),
                                     EndsWith("and there is no file *_A.txt of a set in TU format"))));
  EXPECT_THAT(
      [&] { read("empty", {GraphFormat::kDot}); },
      ThrowsMessage<FileError>(EndsWith("the folder has no graphs: no file ends in .dot, .gv, with or "
                                        "without .gz")));
}

TEST_F(ReadGraphs, AnotherEncodingIsNamed) {
  test::write_text_to(folder_ / "a.json", std::string("\xFF\xFE{\0}\0", 6));
  EXPECT_THAT([&] { read("a.json"); },
              ThrowsMessage<FileError>(HasSubstr("a.json: is UTF-16; save it as UTF-8")));
}

TEST_F(ReadGraphs, DamagedCompressionIsAnError) {
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += kJson + "\n";
  for (const char* file : {"a.jsonl.gz", "a.json.gz"}) {
    write(file, many);
    const std::string whole = test::text_of(folder_ / file);
    test::write_text_to(folder_ / file, whole.substr(0, whole.size() - 20));
    EXPECT_THAT([&] { read(file); },
                ThrowsMessage<FileError>(HasSubstr("the compressed data is cut off after")))
        << file;
  }
}

TEST_F(ReadGraphs, GraphsAreTakenOneByOne) {
  write("a.jsonl", kLines + "nonsense\n");
  int taken = 0;
  EXPECT_THROW(read_graphs(folder_ / "a.jsonl", {}, [&](GraphRecord&&) { ++taken; }), FileError);
  EXPECT_EQ(taken, 2);
}

TEST_F(ReadGraphs, WorkflowsOfWfCommons) {
  const auto datasets = test::datasets_dir();
  if (!datasets || !std::filesystem::exists(*datasets / "WfInstances"))
    GTEST_SKIP() << "there is no WfInstances";
  std::size_t graphs = 0, nodes = 0, edges = 0;
  read_graphs(*datasets / "WfInstances", {}, [&](GraphRecord&& record) {
    const Dag dag = dag_of(record);
    ++graphs;
    nodes += static_cast<std::size_t>(dag.num_nodes());
    edges += static_cast<std::size_t>(dag.num_edges());
    EXPECT_EQ(record.place, (*datasets / "WfInstances" / (record.name + ".json")).string() + ":1");
    EXPECT_NE(find_attribute(record.node_attributes, "runtime_s"), nullptr);
    EXPECT_NE(find_attribute(record.graph_attributes, "makespan_s"), nullptr);
  });
  EXPECT_EQ(graphs, 61u);
  EXPECT_EQ(nodes, 13'579u);
  EXPECT_EQ(edges, 20'882u);
}

}  // namespace
}  // namespace plstm
