#include "plstm/learn/dags/record_labels.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

std::string text(const char* value) {
  return value;
}

GraphRecord record_of(const std::string& name, std::vector<AttributeValue> of_nodes,
                      AttributeValue of_graph) {
  GraphRecord record;
  record.name = name;
  record.place = "g.json";
  record.num_nodes = static_cast<NodeId>(of_nodes.size());
  for (NodeId node = 1; node < record.num_nodes; ++node) record.edges.push_back({node - 1, node});
  record.node_attributes = {{"y", std::move(of_nodes)}};
  record.graph_attributes = {{"kind", {std::move(of_graph)}}};
  return record;
}

const std::vector<GraphRecord>& records() {
  static const std::vector<GraphRecord> kRecords{record_of("g", {1.5, AttributeValue{}}, text("good")),
                                                 record_of("h", {2.5, text("NA"), -1.0}, text("bad"))};
  return kRecords;
}

TEST(RecordLabels, OfNodesAreNumbersWhereTheyArePresent) {
  const RecordLabels labels = read_record_labels(records(), TargetChoice{.names = {"y"}});
  EXPECT_EQ(labels.level, Readout::kNode);
  EXPECT_THAT(labels.offsets, ElementsAre(0, 2, 5));
  EXPECT_THAT(std::vector<double>(labels.targets.data(), labels.targets.data() + 5),
              ElementsAre(1.5, 0, 2.5, 0, -1));
  EXPECT_THAT(std::vector<int>(labels.present.data(), labels.present.data() + 5), ElementsAre(1, 0, 1, 0, 1));
  EXPECT_EQ(labels.tasks.at(0).type, TaskType::kRegression);
}

TEST(RecordLabels, WordsAreClassesAndClearPairsAreYesOrNo) {
  const RecordLabels labels = read_record_labels(records(), TargetChoice{.names = {"graph.kind"}});
  EXPECT_EQ(labels.level, Readout::kGraph);
  EXPECT_EQ(labels.tasks.at(0).type, TaskType::kMulticlass);
  EXPECT_THAT(labels.tasks.at(0).class_names, ElementsAre("bad", "good"));
  std::vector<GraphRecord> pairs = records();
  pairs[0].graph_attributes[0].values = {text("yes")};
  pairs[1].graph_attributes[0].values = {text("no")};
  const RecordLabels clear = read_record_labels(pairs, TargetChoice{.names = {"kind"}});
  EXPECT_EQ(clear.tasks.at(0).type, TaskType::kClassification);
  EXPECT_EQ(clear.targets(0, 0), 1);
}

TEST(RecordLabels, NumbersAreClassesOnDemand) {
  std::vector<GraphRecord> zeros = records();
  zeros[0].node_attributes[0].values = {0.0, 1.0};
  zeros[1].node_attributes[0].values = {1.0, 0.0, AttributeValue{}};
  const RecordLabels numbers = read_record_labels(zeros, TargetChoice{.names = {"y"}});
  EXPECT_EQ(numbers.tasks.at(0).type, TaskType::kRegression);
  EXPECT_THAT(numbers.notes, ElementsAre(HasSubstr("no values but 0 and 1")));
  const RecordLabels classes =
      read_record_labels(zeros, TargetChoice{.names = {"y"}, .types = {TaskType::kClassification}});
  EXPECT_EQ(classes.tasks.at(0).type, TaskType::kClassification);
  EXPECT_THAT(classes.notes, IsEmpty());
}

TEST(RecordLabels, MistakesAreNamed) {
  const auto fails = [](const std::vector<GraphRecord>& data, const TargetChoice& choice,
                        const auto& message) {
    EXPECT_THAT([&] { read_record_labels(data, choice); }, ThrowsMessage<Error>(message));
  };
  fails(records(), {}, HasSubstr("no target to learn; the graphs have graph.kind, node.y"));
  fails(records(), {.names = {"z"}}, AllOf(HasSubstr("'z' is no attribute"), HasSubstr("node.y")));
  fails(records(), {.names = {"y", "kind"}}, HasSubstr("'y' belongs to each node, and 'kind' to each graph"));
  fails(records(), {.names = {"y", "y"}}, HasSubstr("named twice"));
  fails(records(), {.names = {"y"}, .types = {TaskType::kRegression, TaskType::kRegression}},
        HasSubstr("2 types of tasks for 1 targets"));
  std::vector<GraphRecord> both = records();
  both[0].graph_attributes.push_back({"y", {1.0}});
  fails(both, {.names = {"y"}}, HasSubstr("may mean graph.y or node.y"));
  std::vector<GraphRecord> mixed = records();
  mixed[1].node_attributes[0].values[0] = text("tall");
  fails(mixed, {.names = {"y"}, .types = {TaskType::kRegression}},
        HasSubstr("g.json: node '0' of graph 'h': target 'y' is 'tall', expected a number"));
}

TEST(RecordLabels, OfAKnownModelHaveItsClasses) {
  const std::vector<Task> tasks{
      {.type = TaskType::kMulticlass, .classes = 3, .class_names = {"bad", "good", "odd"}}};
  const std::vector<std::string> names{"kind"};
  const RecordLabels labels = read_record_labels(records(), Readout::kGraph, names, tasks);
  EXPECT_EQ(labels.targets(0, 0), 1);
  std::vector<GraphRecord> other = records();
  other[1].graph_attributes[0].values = {text("new")};
  EXPECT_THAT([&] { read_record_labels(other, Readout::kGraph, names, tasks); },
              ThrowsMessage<FileError>(AllOf(HasSubstr("graph 'h'"), HasSubstr("'new' is no label"))));
  other[1].graph_attributes.clear();
  EXPECT_EQ(read_record_labels(other, Readout::kGraph, names, tasks).present(1, 0), 0);
}

TEST(RecordLabels, ThingsBelongToGraphs) {
  const std::vector<std::int64_t> offsets{0, 2, 2, 5};
  EXPECT_THAT(things_of(offsets, std::vector<std::int32_t>{2, 0}), ElementsAre(2, 3, 4, 0, 1));
  EXPECT_EQ(graph_of(offsets, 1), 0);
  EXPECT_EQ(graph_of(offsets, 2), 2) << "the graph between has no things";
}

TEST(RecordLabels, ThingsHaveNames) {
  EXPECT_EQ(thing_name(records()[0], Readout::kGraph, 0), "graph 'g'");
  EXPECT_EQ(thing_name(records()[1], Readout::kNode, 2), "node '2' of graph 'h'");
  EXPECT_EQ(thing_name(records()[1], Readout::kEdge, 1), "edge '1' -> '2' of graph 'h'");
}

}  // namespace
}  // namespace plstm
