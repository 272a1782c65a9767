#include "plstm/data/dags/record_set.hpp"

#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/set_records.hpp>
#include <plstm/data/graph_file.hpp>

#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

// x -> s <- y, with kinds, loads and ports.
GraphRecord sum_record() {
  GraphRecord record;
  record.name = "sum";
  record.place = "sum.json:1";
  record.node_names = {"x", "y", "s"};
  record.num_nodes = 3;
  record.edges = {{0, 2}, {1, 2}};
  record.node_attributes = {{"kind", {"input", "input", "add"}}, {"load", {3.0, 0.5, -1.0}}};
  record.edge_attributes = {{"port", {"1", "0"}}};
  record.graph_attributes = {{"cost", {1.5}}};
  return record;
}

TEST(RecordSetTest, TextsBecomeCodesAndNumbersValues) {
  GraphRecord other = sum_record();
  other.graph_attributes = {{"speed", {2.0}}};
  const std::vector<GraphRecord> records{sum_record(), other};
  const RecordSet found = make_record_set(records);
  EXPECT_NO_THROW(check_graph_set(found.set));
  EXPECT_THAT(found.set.node_vocabulary_sizes, ElementsAre(2));
  EXPECT_THAT(found.set.graphs[0].node_codes, ElementsAre(1, 1, 0)) << "add comes before input";
  EXPECT_THAT(found.set.graphs[0].node_values, ElementsAre(3, 0.5, -1));
  EXPECT_THAT(found.set.graphs[0].edge_codes, ElementsAre(1, 0)) << "whole numbers are codes already";
  EXPECT_THAT(found.set.label_names, ElementsAre("cost", "speed"));
  EXPECT_THAT(found.set.labels, ElementsAre(1.5, 0, 0, 2));
  EXPECT_THAT(found.set.present, ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(found.legend,
              ElementsAre("node code 1: kind (0 add, 1 input)", "node value 1: load", "edge code 1: port"));
  EXPECT_EQ(found.rounded, 0);
}

TEST(RecordSetTest, AGraphFileComesBackWithTheSameBits) {
  const std::string text =
      "plstm-graphs 1\nnode_codes 7 5\nnode_values 1\nedge_codes 4\nparallel_edges\nlabel logS\nlabel "
      "melting point\n"
      "graph 3 3 -0.77 ?\nn 6 0 12.011\nn 6 1 0.1\nn 5 4 15\ne 0 1 0\ne 1 2 3\ne 0 1 2\ngraph 1 0 0.5 135\nn "
      "3 0 "
      "16\ngraph 0 0 ? ?\n";
  std::istringstream stream(text);
  const GraphSet set = read_graph_file(stream, "a.graphs");
  std::vector<GraphRecord> records;
  for (std::size_t i = 0; i < set.graphs.size(); ++i) records.push_back(record_of(set, i));
  EXPECT_EQ(make_record_set(records).set, set);
}

TEST(RecordSetTest, TablesHaveNumbersAsTexts) {
  GraphRecord record = sum_record();
  record.typed = false;
  record.node_attributes = {{"load", {"3", "0.5", "-1e2"}}, {"kind", {"1", "a", "2"}}};
  record.edge_attributes.clear();
  record.graph_attributes = {{"cost", {"NA"}}};
  const RecordSet found = make_record_set({&record, 1});
  EXPECT_THAT(found.set.graphs[0].node_values, ElementsAre(3, 0.5, -100));
  EXPECT_THAT(found.set.graphs[0].node_codes, ElementsAre(0, 2, 1));
  EXPECT_THAT(found.set.present, ElementsAre(0));
}

TEST(RecordSetTest, CountsNumbersThatAFloatDoesNotHold) {
  GraphRecord record = sum_record();
  record.node_attributes[1].values = {0.1, 16777217.0, 3.14159265358979};
  record.graph_attributes = {{"cost", {1.23456789012}}};
  EXPECT_EQ(make_record_set({&record, 1}).rounded, 3) << "0.1 comes back as 0.1";
}

TEST(RecordSetTest, OfNoGraphsAndOfNoThingsIsEmpty) {
  EXPECT_TRUE(make_record_set({}).set.graphs.empty());
  std::vector<GraphRecord> records{GraphRecord{}, sum_record()};
  const RecordSet found = make_record_set(records);
  EXPECT_THAT(found.set.graphs[0].node_codes, IsEmpty()) << "no node lacks anything";
  EXPECT_EQ(found.set.graphs[1].dag.num_nodes(), 3);
}

TEST(RecordSetTest, RefusesWhatTheFormHasNoPlaceFor) {
  const auto refuses = [](const std::function<void(GraphRecord&)>& change, const std::string& message) {
    std::vector<GraphRecord> records{sum_record(), sum_record()};
    change(records[1]);
    EXPECT_THAT([&] { make_record_set(records); },
                ThrowsMessage<Error>(AllOf(HasSubstr("sum.json:1: graph 'sum'"), HasSubstr(message))))
        << message;
  };
  refuses([](GraphRecord& r) { r.node_attributes.pop_back(); }, "node attribute 'load' is missing");
  refuses([](GraphRecord& r) { r.node_attributes[0].values[1] = {}; }, "node attribute 'kind' is missing");
  refuses([](GraphRecord& r) { r.node_attributes[0].values[1] = std::vector<std::string>{"a"}; },
          "is a list");
  refuses([](GraphRecord& r) { r.node_attributes[1].values[1] = "much"; },
          "is a text here and a number elsewhere");
  refuses([](GraphRecord& r) { r.node_attributes[1].values[1] = 1e300; },
          "'load' is 1e+300, which is too large");
  refuses([](GraphRecord& r) { r.graph_attributes[0].values[0] = "cheap"; }, "'cost' is 'cheap'");
  refuses([](GraphRecord& r) { r.graph_attributes[0].name = " cost"; }, "graph attribute ' cost'");
  refuses([](GraphRecord& r) { r.directed = false; }, "undirected");
  refuses([](GraphRecord& r) { r.edges[1] = {2, 0}; }, "cycle");
}

TEST(RecordSetTest, TheLegendStandsInTheFile) {
  const test::TemporaryFolder folder;
  const GraphRecord record = sum_record();
  RecordSet found = make_record_set({&record, 1});
  found.legend.emplace_back("two\nlines");
  for (const char* name : {"a.graphs", "a.graphs.gz"}) {
    write_graph_file(folder / name, found.set, found.legend);
    EXPECT_EQ(read_graph_file(folder / name), found.set) << name;
  }
}

}  // namespace
}  // namespace plstm
