#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/graph_file.hpp>

#include "graph/any_dag.hpp"
#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

// Any finite float, all exponents alike.
float any_float(Random& random) {
  for (;;) {
    const auto bits = static_cast<std::uint32_t>(random.next() >> 32);
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isfinite(value)) return value;
  }
}

AttributedGraph any_graph(const GraphSet& set, Random& random) {
  AttributedGraph graph;
  graph.dag = test::any_dag(8);
  graph.node_code_width = static_cast<std::int32_t>(set.node_vocabulary_sizes.size());
  graph.edge_code_width = static_cast<std::int32_t>(set.edge_vocabulary_sizes.size());
  graph.node_value_width = set.node_value_width;
  graph.edge_value_width = set.edge_value_width;
  const auto fill = [&](std::int32_t rows, const std::vector<std::int32_t>& sizes, std::int32_t width,
                        std::vector<std::int32_t>& codes, std::vector<float>& values) {
    for (std::int32_t row = 0; row < rows; ++row) {
      for (const std::int32_t size : sizes) {
        codes.push_back(static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(size))));
      }
      for (std::int32_t i = 0; i < width; ++i) values.push_back(any_float(random));
    }
  };
  fill(graph.dag.num_nodes(), set.node_vocabulary_sizes, set.node_value_width, graph.node_codes,
       graph.node_values);
  fill(graph.dag.num_edges(), set.edge_vocabulary_sizes, set.edge_value_width, graph.edge_codes,
       graph.edge_values);
  return graph;
}

GraphSet any_set() {
  GraphSet set;
  Random random(*rc::gen::arbitrary<std::uint64_t>().as("seed"));
  for (int i = test::any_up_to(3, "node code columns"); i > 0; --i) set.node_vocabulary_sizes.push_back(i);
  for (int i = test::any_up_to(2, "edge code columns"); i > 0; --i)
    set.edge_vocabulary_sizes.push_back(5 * i);
  set.node_value_width = test::any_up_to(2, "node value columns");
  set.edge_value_width = test::any_up_to(2, "edge value columns");
  const int labels = test::any_up_to(2, "labels");
  for (int i = 0; i < labels; ++i) set.label_names.push_back("label # " + std::to_string(i));
  for (int i = test::any_up_to(3, "graphs"); i > 0; --i) {
    set.graphs.push_back(any_graph(set, random));
    for (int j = 0; j < labels; ++j) {
      set.present.push_back(random.below(2) == 0 ? 0 : 1);
      set.labels.push_back(set.present.back() == 0 ? 0.0f : any_float(random));
    }
  }
  return set;
}

class GraphFile : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& text) {
    std::ofstream(folder_ / "set.graphs", std::ios::binary) << text;
    return folder_ / "set.graphs";
  }
  GraphSet read(const std::string& text) { return read_graph_file(file(text)); }
  void expect_error(const std::string& text, const std::string& message) {
    const auto path = file(text);
    EXPECT_THAT([&] { read_graph_file(path); },
                ThrowsMessage<FileError>(AllOf(HasSubstr(path.string() + ": "), HasSubstr(message))))
        << text;
  }
  // The same behind a first line and one column of each kind.
  void expect_graph_error(const std::string& text, const std::string& message) {
    expect_error("plstm-graphs 1\nnode_codes 3\nedge_values 1\nlabel y\n" + text, message);
  }
  std::string written(const GraphSet& set) {
    write_graph_file(folder_ / "out.graphs", set);
    std::ostringstream text;
    text << std::ifstream(folder_ / "out.graphs", std::ios::binary).rdbuf();
    return text.str();
  }
  test::TemporaryFolder folder_;
};

constexpr const char* kExample =
    "plstm-graphs 1\n"
    "node_codes 119 5\n"
    "node_values 1\n"
    "edge_codes 4\n"
    "label logS\n"
    "label melting point\n"
    "graph 2 1 -0.77 ?\n"
    "n 6 0 12.011\n"
    "n 8 4 15.999\n"
    "e 0 1 3\n"
    "graph 0 0 ? 1e-45\n";

TEST_F(GraphFile, TheExampleOfTheHeaderMeansWhatItSays) {
  const GraphSet set = read(kExample);
  EXPECT_THAT(set.node_vocabulary_sizes, ElementsAre(119, 5));
  EXPECT_THAT(set.edge_vocabulary_sizes, ElementsAre(4));
  EXPECT_EQ(set.node_value_width, 1);
  EXPECT_EQ(set.edge_value_width, 0);
  EXPECT_THAT(set.label_names, ElementsAre("logS", "melting point"));
  ASSERT_EQ(set.graphs.size(), 2u);
  EXPECT_EQ(set.graphs[0].dag, Dag(2, {{0, 1}}));
  EXPECT_THAT(set.graphs[0].node_codes, ElementsAre(6, 0, 8, 4));
  EXPECT_THAT(set.graphs[0].node_values, ElementsAre(12.011f, 15.999f));
  EXPECT_THAT(set.graphs[0].edge_codes, ElementsAre(3));
  EXPECT_EQ(set.graphs[1].dag, Dag());
  EXPECT_THAT(set.labels, ElementsAre(-0.77f, 0.0f, 0.0f, std::numeric_limits<float>::denorm_min()));
  EXPECT_THAT(set.present, ElementsAre(1, 0, 0, 1));
  EXPECT_EQ(written(set), kExample);
}

TEST_F(GraphFile, LineEndsBlanksAndCommentsDoNotMatter) {
  std::string text;
  for (const char* c = kExample; *c != '\0'; ++c) {
    if (*c == '\n') {
      text += " \t\r\n \r\n  # a comment\r\n";
    } else {
      text += *c == ' ' ? "  " : std::string(1, *c);
    }
  }
  text.replace(text.find("melting  point"), 14, "melting point");
  EXPECT_EQ(read(text), read(kExample));
  EXPECT_EQ(read("plstm-graphs 1"), GraphSet());
  EXPECT_EQ(read("plstm-graphs 1\ngraph 1 0\nn"), read("plstm-graphs 1\nnode_values 0\ngraph 1 0\nn\n"));
}

TEST_F(GraphFile, ParallelEdgesAreKeptWhereTheHeaderSaysSo) {
  const std::string text = "plstm-graphs 1\nparallel_edges\ngraph 2 2\nn\nn\ne 0 1\ne 0 1\n";
  const GraphSet set = read(text);
  ASSERT_EQ(set.graphs.size(), 1u);
  EXPECT_EQ(set.graphs[0].dag, Dag(2, {{0, 1}, {0, 1}}, ParallelEdges::kKeep));
  EXPECT_EQ(written(set), text);
  expect_error("plstm-graphs 1\nparallel_edges 1\n", "line 2 has '1' too many at its end");
  expect_error("plstm-graphs 1\ngraph 2 2\nn\nn\ne 0 1\ne 0 1\n", "the line parallel_edges)");
}

TEST_F(GraphFile, EmptySetsAreWritten) {
  EXPECT_EQ(written({}), "plstm-graphs 1\n");
}

RC_GTEST_FIXTURE_PROP(GraphFile, WrittenSetsAreReadBackToTheLastBit, ()) {
  const GraphSet set = any_set();
  const std::string text = written(set);
  const GraphSet again = read(text);
  RC_ASSERT(again == set);
  RC_ASSERT(written(again) == text);  // -0 and 0 are equal, but not their bits
}

TEST_F(GraphFile, ErrorsOfTheHeaderNameFileAndLine) {
  expect_error("", "is empty");
  expect_error("\n \n# nothing\n", "is empty");
  expect_error("smiles,logS\n", "line 1 does not begin with 'plstm-graphs': this is no graph file");
  expect_error("plstm-graphs\n", "line 1 ends where version should stand");
  expect_error("plstm-graphs 2\n", "line 1 names version '2' of the format, expected 1");
  expect_error("plstm-graphs 1 x\n", "line 1 has 'x' too many at its end");
  expect_error("plstm-graphs 1\nnodes 3\n", "line 2 begins with 'nodes', expected node_codes");
  expect_error("plstm-graphs 1\n\nnode_codes\n", "line 3 ends where vocabulary size should stand");
  expect_error("plstm-graphs 1\nnode_codes 3 0\n",
               "line 2 has '0' as vocabulary size, expected 1..2147483647");
  expect_error("plstm-graphs 1\nedge_codes 3x\n", "line 2 has '3x' as vocabulary size");
  expect_error("plstm-graphs 1\nedge_codes 99999999999\n", "line 2 has '99999999999' as vocabulary size");
  expect_error("plstm-graphs 1\nnode_values -1\n", "line 2 has '-1' as number of columns, expected 0..65536");
  expect_error("plstm-graphs 1\nedge_values 1 2\n", "line 2 has '2' too many at its end");
  expect_error("plstm-graphs 1\nedge_values 1\nedge_values 1\n",
               "line 3 says edge_values for the second time");
  expect_error("plstm-graphs 1\r\nlabel a\rb\r\n", "line 2 has a carriage return before its end");
  expect_error("plstm-graphs 1\nlabel \n", "line 2 has no name for the label");
}

TEST_F(GraphFile, ErrorsOfAGraphNameFileAndLine) {
  expect_graph_error("graph 1\n", "line 5 ends where number of edges should stand");
  expect_graph_error("graph -1 0 1\n", "line 5 has '-1' as number of nodes");
  expect_graph_error("graph 0 0\n", "line 5 ends where label should stand");
  expect_graph_error("graph 0 0 low\n", "line 5 has no label: 'low' is not a number");
  expect_graph_error("graph 0 0 nan\n", "line 5 has no label: 'nan' is not a finite number");
  expect_graph_error("graph 0 0 1e99\n", "line 5 has no label: '1e99' is out of range");
  expect_graph_error("graph 0 0 1 2\n", "line 5 has '2' too many at its end");
  expect_graph_error("graph 0 0 ?\nlabel z\n", "line 6 begins with 'label', expected 'graph'");
  expect_graph_error("graph 2 0 ?\nn 1\ngraph 0 0 ?\n",
                     "line 7 begins with 'graph', expected 'n': node 1 of 2 of graph 0 (line 5)");
  expect_graph_error("graph 0 0 ?\ngraph 2000000000 0 ?\nn 1\n",
                     "ends before node 1 of 2000000000 of graph 1 (line 6)");
  expect_graph_error("graph 1 0 ?\nn\n", "line 6 ends where code should stand");
  expect_graph_error("graph 1 0 ?\nn 3\n", "line 6 has '3' as code, expected 0..2");
  expect_graph_error("graph 1 0 ?\nn 1.5\n", "line 6 has '1.5' as code, expected 0..2");
  expect_graph_error("graph 1 0 ?\nn 1 1\n", "line 6 has '1' too many at its end");
}

TEST_F(GraphFile, ErrorsOfEdgesNameFileAndLine) {
  const std::string nodes = "graph 2 2 ?\nn 0\nn 0\n";
  expect_graph_error(nodes + "n 0\n",
                     "line 8 begins with 'n', expected 'e': edge 0 of 2 of graph 0 (line 5)");
  expect_graph_error(nodes, "ends before edge 0 of 2 of graph 0 (line 5)");
  expect_graph_error(nodes + "e 0\n", "line 8 ends where head should stand");
  expect_graph_error(nodes + "e 0 2 0.5\n", "line 8 has '2' as head, expected 0..1");
  expect_graph_error(nodes + "e -1 0 0.5\n", "line 8 has '-1' as tail, expected 0..1");
  expect_graph_error(nodes + "e 0 1\n", "line 8 ends where value should stand");
  expect_graph_error(nodes + "e 0 1 inf\n", "line 8 has no value: 'inf' is not a finite number");
  expect_graph_error(nodes + "e 0 1 1\ne 0 1 1\n", "graph 0 (line 5): Dag: edge 1 repeats edge 0");
  expect_graph_error(nodes + "e 0 1 1\ne 1 0 1\n", "graph 0 (line 5): Dag: directed cycle");
}

TEST_F(GraphFile, DamagedFilesAreReadOrRefused) {
  const std::string alphabet = "0123456789-.?#eng \n\r\t\xff";
  Random random(3);
  int refused = 0;
  for (int i = 0; i < 500; ++i) {
    std::string text = kExample;
    for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
      text[random.below(text.size())] = alphabet[random.below(alphabet.size())];
    }
    if (random.below(4) == 0) text.resize(random.below(text.size()));
    try {
      const GraphSet set = read(text);
      EXPECT_NO_THROW(check_graph_set(set)) << text;
    } catch (const FileError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 300);
}

TEST_F(GraphFile, FilesThatCannotBeOpened) {
  EXPECT_THAT([&] { read_graph_file(folder_ / "absent.graphs"); },
              ThrowsMessage<FileError>(EndsWith("absent.graphs: cannot be opened; there is no such file")));
  EXPECT_THROW(read_graph_file(std::filesystem::temp_directory_path()), FileError);
}

TEST_F(GraphFile, WhatCannotBeWrittenLeavesNothing) {
  GraphSet set = read(kExample);
  const auto expect_write_error = [&](const char* message) {
    EXPECT_THAT([&] { write_graph_file(folder_ / "no.graphs", set); },
                ThrowsMessage<FileError>(HasSubstr(message)));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "no.graphs"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "no.graphs.partial"));
  };
  set.graphs[0].node_values[1] = std::numeric_limits<float>::infinity();
  expect_write_error("write_graph_file: graph 0 has a value that is not finite");
  set = read(kExample);
  set.labels[3] = std::numeric_limits<float>::quiet_NaN();
  expect_write_error("write_graph_file: graph 1 has a label that is not finite");
  set.labels.pop_back();
  EXPECT_THROW(write_graph_file(folder_ / "no.graphs", set), ShapeError);
  EXPECT_THAT([&] { write_graph_file(folder_ / "no" / "out.graphs", {}); },
              ThrowsMessage<FileError>(HasSubstr("cannot be written")));
}

}  // namespace
}  // namespace plstm
