#include <cstdint>
#include <filesystem>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/formats/aiger.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/files/input_file.hpp>

#include "support/data_folders.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

// x AND y, and x OR y as NOT (NOT x AND NOT y).
const std::string kAscii = "aag 4 2 0 2 2\n2\n4\n6\n9\n6 2 4\n8 3 5\ni0 x\ni1 y\no0 both\nc\nsome words\n";
const std::string kBinary =
    std::string("aig 4 2 0 2 2\n6\n9\n") + "\x02\x02" + "\x03\x02" + "i0 x\ni1 y\no0 both\n";

GraphRecord read_circuit(const std::string& text) {
  std::istringstream stream(text);
  return read_aiger(stream, "a.aig");
}

template <class Message>
void expect_circuit_error(const std::string& text, const Message& message) {
  EXPECT_THAT([&] { read_circuit(text); }, ThrowsMessage<FileError>(message)) << text;
}

std::vector<double> inversions(const GraphRecord& record) {
  std::vector<double> values;
  for (const AttributeValue& value : find_attribute(record.edge_attributes, "inverted")->values) {
    values.push_back(std::get<double>(value));
  }
  return values;
}

std::vector<std::string> node_kinds(const GraphRecord& record) {
  std::vector<std::string> values;
  for (const AttributeValue& value : find_attribute(record.node_attributes, "kind")->values) {
    values.push_back(std::get<std::string>(value));
  }
  return values;
}

TEST(Aiger, GatesInputsAndOutputs) {
  const GraphRecord record = read_circuit(kAscii);
  EXPECT_EQ(record.place, "a.aig");
  EXPECT_EQ(record.num_nodes, 6);
  EXPECT_THAT(record.node_names, ElementsAre("x", "y", "g3", "g4", "both", "o1"));
  EXPECT_THAT(node_kinds(record), ElementsAre("input", "input", "and", "and", "output", "output"));
  EXPECT_THAT(record.edges, ElementsAre(Arc{0, 2}, Arc{1, 2}, Arc{0, 3}, Arc{1, 3}, Arc{2, 4}, Arc{3, 5}));
  EXPECT_THAT(inversions(record), ElementsAre(0, 0, 1, 1, 0, 1));
  EXPECT_EQ(dag_of(record).num_edges(), 6);
}

TEST(Aiger, BinaryAndAsciiAreTheSameCircuit) {
  GraphRecord record = read_circuit(kBinary);
  // The larger input comes first in a binary file.
  EXPECT_THAT(record.edges, ElementsAre(Arc{1, 2}, Arc{0, 2}, Arc{1, 3}, Arc{0, 3}, Arc{2, 4}, Arc{3, 5}));
  const GraphRecord ascii =
      read_circuit("aag 4 2 0 2 2\r\n2\r\n4\r\n6\r\n9\r\n6 4 2\r\n8 5 3\r\ni0 x\r\ni1 y\r\no0 both\r\n");
  EXPECT_EQ(record, ascii);
}

TEST(Aiger, GatesOfAsciiFilesStandInAnyOrder) {
  const GraphRecord record = read_circuit("aag 9 1 0 1 2\n18\n12\n12 14 18\n14 19 19\n");
  EXPECT_THAT(record.node_names, ElementsAre("i0", "g6", "g7", "o0"));
  EXPECT_THAT(record.edges, ElementsAre(Arc{2, 1}, Arc{0, 1}, Arc{0, 2}, Arc{0, 2}, Arc{1, 3}));
}

TEST(Aiger, AGateOfOneLiteralHasParallelEdges) {
  const GraphRecord record = read_circuit("aag 2 1 0 1 1\n2\n4\n4 2 3\n");
  EXPECT_THAT(inversions(record), ElementsAre(0, 1, 0));
  EXPECT_THAT([&] { dag_of(record); },
              ThrowsMessage<GraphError>(HasSubstr("edges 1 and 2 are both 'i0' -> 'g2'")));
  EXPECT_EQ(dag_of(record, {ParallelEdges::kKeep}).num_edges(), 3);
}

TEST(Aiger, ACycleOfGatesIsToldByDagOf) {
  const GraphRecord record = read_circuit("aag 3 1 0 0 2\n2\n4 2 6\n6 2 4\n");
  EXPECT_THAT([&] { dag_of(record); },
              ThrowsMessage<GraphError>(HasSubstr("a cycle of 2 nodes, 'g2' -> 'g3' -> 'g2'")));
}

TEST(Aiger, ALatchBreaksItsLoop) {
  // The toggle flip-flop with enable and reset of the AIGER report.
  const GraphRecord record =
      read_circuit("aag 7 2 1 2 4\n2\n4\n6 8\n6\n7\n8 4 10\n10 13 15\n12 2 6\n14 3 7\n");
  EXPECT_THAT(record.node_names, ElementsAre("i0", "i1", "l0", "g4", "g5", "g6", "g7", "o0", "o1", "n0"));
  EXPECT_THAT(node_kinds(record),
              ElementsAre("input", "input", "latch", "and", "and", "and", "and", "output", "output", "next"));
  EXPECT_EQ(record.edges.back(), (Arc{3, 9}));
  EXPECT_EQ(std::get<double>(find_attribute(record.node_attributes, "reset")->values[2]), 0);
  EXPECT_EQ(find_attribute(record.node_attributes, "reset")->values[3], AttributeValue());
  EXPECT_EQ(dag_of(record).num_nodes(), 10);
  // The same in binary.
  GraphRecord binary = read_circuit(std::string("aig 7 2 1 2 4\n14\n6\n7\n") + "\x02\x04" + "\x03\x04" +
                                    "\x01\x02" + "\x02\x08");
  EXPECT_EQ(binary.num_nodes, 10);
  EXPECT_EQ(binary.edges.back(), (Arc{6, 9}));
}

TEST(Aiger, LatchesHaveResets) {
  const auto reset = [](const char* word) {
    const GraphRecord record = read_circuit("aag 1 0 1 0 0\n2 0" + std::string(word) + "\n");
    EXPECT_THAT(record.node_names, ElementsAre("false", "l0", "n0"));
    return find_attribute(record.node_attributes, "reset")->values[1];
  };
  EXPECT_EQ(reset(""), AttributeValue(0.0));
  EXPECT_EQ(reset(" 0"), AttributeValue(0.0));
  EXPECT_EQ(reset(" 1"), AttributeValue(1.0));
  EXPECT_EQ(reset(" 2"), AttributeValue());
  expect_circuit_error("aag 1 0 1 0 0\n2 0 3\n", "a.aig:2: a latch is reset to 0, 1 or itself, not to 3");
}

TEST(Aiger, ConstantsAndProperties) {
  const GraphRecord record = read_circuit("aag 1 1 0 1 0 1 1\n2\n1\n2\n3\nb0 unsafe\n");
  EXPECT_THAT(record.node_names, ElementsAre("false", "i0", "o0", "unsafe", "c0"));
  EXPECT_THAT(node_kinds(record), ElementsAre("constant", "input", "output", "bad", "constraint"));
  EXPECT_THAT(record.edges, ElementsAre(Arc{0, 2}, Arc{1, 3}, Arc{1, 4}));
  EXPECT_THAT(inversions(record), ElementsAre(1, 0, 1));
  expect_circuit_error("aag 0 0 0 0 0 0 0 1\n",
                       "a.aig:1: has justice or fairness properties, which are not read");
}

TEST(Aiger, SymbolsAreNamesUnlessTwoNodesHaveThem) {
  EXPECT_THAT(read_circuit("aag 2 2 0 1 0\n2\n4\n4\ni0 o0\ni1 a b\no0 a b\n").node_names,
              ElementsAre("o0", "a b", "o0'"));
}

TEST(Aiger, EmptyCircuit) {
  const GraphRecord record = read_circuit("aag 0 0 0 0 0\n");
  EXPECT_EQ(record.num_nodes, 0);
  EXPECT_THAT(record.node_attributes, IsEmpty());
  EXPECT_THAT(record.edge_attributes, IsEmpty());
}

TEST(Aiger, BrokenFiles) {
  expect_circuit_error("", "a.aig:1: the file ends where the header should stand; it may be cut off");
  expect_circuit_error("abc\n", StartsWith("a.aig:1: is no AIGER file"));
  expect_circuit_error("aag 1 1 0\n", StartsWith("a.aig:1: '1 1 0' has 3 numbers, expected 5 to 9"));
  expect_circuit_error("aag 1 -1 0 0 0\n", StartsWith("a.aig:1: '1 -1 0 0 0' is no list of whole numbers"));
  expect_circuit_error("aag 1 1  0 0 0\n", StartsWith("a.aig:1: '1 1  0 0 0' is no list of whole numbers"));
  expect_circuit_error("aag 1 1 0 0 1\n",
                       StartsWith("a.aig:1: the header 'aag 1 1 0 0 1' names 1 variables for 2"));
  expect_circuit_error("aig 9 1 0 0 1\n",
                       StartsWith("a.aig:1: the header 'aig 9 1 0 0 1' names 9 variables for 2"));
  for (const char* header : {"aig 4000000000 4000000000 0 0 0\n", "aag 18446744073709551615 0 0 0 0\n"}) {
    expect_circuit_error(header, HasSubstr("promises more than a file of"));
  }
  expect_circuit_error("aag 1 1 0 0 0\n",
                       "a.aig:2: the file ends where an input should stand; it may be cut off");
  expect_circuit_error("aag 1 1 0 0 0\n3\n",
                       "a.aig:2: literal 3 cannot be an input, which has an even number from 2");
  expect_circuit_error("aag 1 1 0 0 0\n0\n",
                       "a.aig:2: literal 0 cannot be an input, which has an even number from 2");
  expect_circuit_error("aag 1 1 0 1 0\n2\n4\n", "a.aig:3: literal 4 is beyond 3, the largest by the header");
  expect_circuit_error("aag 2 1 0 1 0\n2\n4\n", "a.aig:3: no input, latch or gate defines literal 4");
  expect_circuit_error("aag 2 2 0 0 0\n2\n2\n", "a.aig:3: literal 2 is defined for the second time");
  expect_circuit_error("aag 2 1 0 0 1\n2\n4 2\n", StartsWith("a.aig:3: '4 2' has 2 numbers, expected 3"));
  expect_circuit_error("aag 1 1 0 0 0\n2\ni1 x\n", "a.aig:3: 'i1 x' names number 1 of 1");
  expect_circuit_error("aag 1 1 0 0 0\n2\nz0 x\n", StartsWith("a.aig:3: 'z0 x' is no symbol"));
  expect_circuit_error("aag 1 1 0 0 0\n2\n\n", StartsWith("a.aig:3: '' is no symbol"));
}

TEST(Aiger, BrokenBinaryGates) {
  const std::string head = "aig 3 2 0 0 1\n";
  expect_circuit_error(head, "a.aig: gate 1 of 1 has no end; the file may be cut off");
  expect_circuit_error(head + "\x02", "a.aig: gate 1 of 1 has no end; the file may be cut off");
  expect_circuit_error(head + std::string(12, '\xFF'),
                       "a.aig: gate 1 of 1 has no end; the file may be cut off");
  expect_circuit_error(head + std::string("\0\x01", 2),
                       HasSubstr("gate 1 of 1, literal 6, has the differences 0 and 1"));
  expect_circuit_error(head + "\x07\x01",
                       HasSubstr("the differences 7 and 1, which lead to no earlier literals"));
  expect_circuit_error(head + "\x05\x02",
                       HasSubstr("the differences 5 and 2, which lead to no earlier literals"));
  EXPECT_EQ(read_circuit(head + "\x05\x01").num_nodes, 4);  // a constant, two inputs and the gate
  // Differences take several bytes where they are large.
  EXPECT_THAT(read_circuit("aig 65 64 0 0 1\n\x80\x01\x02").edges, ElementsAre(Arc{1, 65}, Arc{0, 65}));
}

// Counts and depths by an own reader of those who collected the circuits.
TEST(Aiger, CircuitsOfTheEpflSuite) {
  const auto datasets = test::datasets_dir();
  if (!datasets || !std::filesystem::exists(*datasets / "EPFL")) GTEST_SKIP() << "there is no folder EPFL";
  InputFile list(*datasets / "EPFL" / "circuits.csv");
  CsvReader table(list.stream(), list.name());
  for (CsvRow row; table.next(row);) {
    const auto count = [&](const char* column) { return std::stoi(row.fields[table.column(column)]); };
    const std::string name = row.fields[table.column("name")];
    InputFile file(*datasets / "EPFL" / (name + ".aig"));
    const GraphRecord record = read_aiger(file.stream(), file.name());
    const Dag dag = dag_of(record, {ParallelEdges::kKeep});
    int inputs = 0, gates = 0, outputs = 0, depth = 0;
    std::vector<int> gates_before(static_cast<std::size_t>(dag.num_nodes()),
                                  0);  // sources and gates are sorted
    const std::vector<std::string> kind = node_kinds(record);
    for (NodeId node = 0; node < dag.num_nodes(); ++node) {
      const auto i = static_cast<std::size_t>(node);
      for (const EdgeId edge : dag.in_edges(node)) {
        gates_before[i] = std::max(gates_before[i], gates_before[static_cast<std::size_t>(dag.tail(edge))]);
      }
      const std::size_t in_edges = kind[i] == "and" ? 2 : kind[i] == "output" ? 1 : 0;
      EXPECT_EQ(dag.in_edges(node).size(), in_edges);
      gates_before[i] += kind[i] == "and";
      inputs += kind[i] == "input";
      gates += kind[i] == "and";
      outputs += kind[i] == "output";
      depth = std::max(depth, gates_before[i]);
    }
    EXPECT_EQ(inputs, count("inputs")) << name;
    EXPECT_EQ(gates, count("gates")) << name;
    EXPECT_EQ(outputs, count("outputs")) << name;
    EXPECT_EQ(depth, count("depth")) << name;
  }
}

}  // namespace
}  // namespace plstm
