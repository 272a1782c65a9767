#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/set_records.hpp>

#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

const AttributeValue kNothing;

std::vector<GraphRecord> read_set(const std::string& text) {
  std::vector<GraphRecord> records;
  std::istringstream stream(text);
  read_graph_file_records(stream, "a.graphs",
                          [&](GraphRecord&& record) { records.push_back(std::move(record)); });
  return records;
}

TEST(SetRecords, AGraphFile) {
  const std::vector<GraphRecord> records = read_set(
      "plstm-graphs 1\nnode_codes 119 5\nnode_values 1\nedge_codes 4\nlabel logS\nlabel melting point\n"
      "graph 3 2 -0.77 ?\nn 6 0 12.011\nn 6 1 0.1\nn 8 4 15\ne 0 1 0\ne 1 2 3\ngraph 1 0 0.5 135\nn 8 0 "
      "16\n");
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].name, "");
  EXPECT_EQ(records[0].place, "a.graphs");
  EXPECT_EQ(records[0].num_nodes, 3);
  EXPECT_TRUE(records[0].directed);
  EXPECT_TRUE(records[0].typed);
  EXPECT_THAT(records[0].node_names, IsEmpty());
  EXPECT_THAT(records[0].edges, ElementsAre(Arc{0, 1}, Arc{1, 2}));
  EXPECT_THAT(records[0].node_attributes, ElementsAre(AttributeColumn{"code_1", {"6", "6", "8"}},
                                                      AttributeColumn{"code_2", {"0", "1", "4"}},
                                                      AttributeColumn{"value", {12.011, 0.1, 15.0}}));
  EXPECT_THAT(records[0].edge_attributes, ElementsAre(AttributeColumn{"code", {"0", "3"}}));
  EXPECT_THAT(records[0].graph_attributes,
              ElementsAre(AttributeColumn{"logS", {-0.77}}, AttributeColumn{"melting point", {kNothing}}));
  EXPECT_THAT(records[1].edge_attributes, IsEmpty());
  EXPECT_THAT(records[1].graph_attributes,
              ElementsAre(AttributeColumn{"logS", {0.5}}, AttributeColumn{"melting point", {135.0}}));
}

class TuRecords : public ::testing::Test {
 protected:
  TuRecords() {
    std::filesystem::create_directory(folder_ / "DS");
    write("A", "1, 2\n2, 3\n5, 4\n");
    write("graph_indicator", "1\n1\n1\n2\n2\n");
  }

  void write(const std::string& what, const std::string& text) const {
    test::write_text_to(folder_ / ("DS/DS_" + what + ".txt"), text);
  }

  std::vector<GraphRecord> read(bool directed = true) const {
    std::vector<GraphRecord> records;
    read_tu_records(folder_ / "DS", directed,
                    [&](GraphRecord&& record) { records.push_back(std::move(record)); });
    return records;
  }

  test::TemporaryFolder folder_;
};

TEST_F(TuRecords, LabelsAreTheNumbersOfTheFiles) {
  write("node_labels", "7\n-3\n7\n12\n7\n");
  write("node_attributes", "0.5, 1\n1, 2\n2, 3\n3, 4\n4, 0.1\n");
  write("edge_labels", "5\n9\n5\n");
  write("graph_labels", "1\n-1\n");
  const std::vector<GraphRecord> records = read();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[1].name, "2");
  EXPECT_EQ(records[1].place, (folder_ / "DS").string());
  EXPECT_TRUE(records[1].directed);
  EXPECT_THAT(records[1].edges, ElementsAre(Arc{1, 0}));
  EXPECT_THAT(records[0].node_attributes, ElementsAre(AttributeColumn{"label", {"7", "-3", "7"}},
                                                      AttributeColumn{"attribute_1", {0.5, 1.0, 2.0}},
                                                      AttributeColumn{"attribute_2", {1.0, 2.0, 3.0}}));
  EXPECT_THAT(records[1].node_attributes[2].values, ElementsAre(AttributeValue(4.0), AttributeValue(0.1)));
  EXPECT_THAT(records[0].edge_attributes, ElementsAre(AttributeColumn{"label", {"5", "9"}}));
  EXPECT_THAT(records[0].graph_attributes, ElementsAre(AttributeColumn{"class", {"1"}}));
  EXPECT_THAT(records[1].graph_attributes, ElementsAre(AttributeColumn{"class", {"-1"}}));
}

TEST_F(TuRecords, ValuesOfGraphsAndNothingElse) {
  write("graph_attributes", "0.75\n0.1\n");
  const std::vector<GraphRecord> records = read();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_THAT(records[1].graph_attributes, ElementsAre(AttributeColumn{"target", {0.1}}));
  EXPECT_THAT(records[1].node_attributes, IsEmpty());
  EXPECT_THAT(records[1].edge_attributes, IsEmpty());
}

TEST_F(TuRecords, UndirectedSetsGiveUndirectedRecords) {
  write("A", "1, 2\n2, 1\n2, 3\n3, 2\n5, 4\n4, 5\n");
  EXPECT_THAT([&] { read(true); }, ThrowsMessage<FileError>(HasSubstr("or read the set as undirected")));
  const std::vector<GraphRecord> records = read(false);
  EXPECT_FALSE(records[0].directed);
  EXPECT_THAT(records[0].edges, ElementsAre(Arc{0, 1}, Arc{1, 2}));
}

}  // namespace
}  // namespace plstm
