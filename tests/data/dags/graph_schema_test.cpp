#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/graph_schema.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

GraphSchema some_schema() {
  GraphSchema schema;
  schema.nodes = {{.name = "op", .kind = AttributeKind::kCategory, .texts = {"add", "mul"}},
                  {.name = "size", .kind = AttributeKind::kNumber, .mean = 0.1, .deviation = 3, .unit = 12},
                  {.name = "id", .kind = AttributeKind::kIgnored}};
  schema.edges = {{.name = "tags", .kind = AttributeKind::kSet, .texts = {"x"}}};
  schema.graphs = {{.name = "n", .kind = AttributeKind::kNumber, .may_be_missing = true}};
  schema.degrees = false;
  schema.counts = true;
  schema.dag = {ParallelEdges::kKeep, true};
  return schema;
}

TEST(GraphSchema, ComesBackFromItsText) {
  EXPECT_EQ(parse_graph_schema(to_json(some_schema())), some_schema());
  EXPECT_EQ(parse_graph_schema(to_json(GraphSchema{})), GraphSchema{});
  EXPECT_TRUE(is_graph_schema(to_json(GraphSchema{})));
  EXPECT_FALSE(is_graph_schema(R"({"orientation": "canonical"})"));
}

TEST(GraphSchema, WhatAPersonLeavesOutHasItsDefault) {
  const GraphSchema schema =
      parse_graph_schema(R"({"plstm_graph_schema": 1, "nodes": [{"name": "size", "kind": "number"}]})");
  ASSERT_EQ(schema.nodes.size(), 1u);
  EXPECT_EQ(schema.nodes[0].deviation, 1);
  EXPECT_TRUE(schema.degrees);
}

TEST(GraphSchema, MistakesOfAPersonAreNamed) {
  const auto rule = [](const std::string& text) {
    return R"({"plstm_graph_schema": 1, "nodes": [)" + text + "]}";
  };
  const std::pair<std::string, const char*> cases[] = {
      {"[]", "expected an object"},
      {"{", "must be a JSON object"},
      {"{}", "'plstm_graph_schema' is missing"},
      {R"({"plstm_graph_schema": 2})", "has version 2"},
      {R"({"plstm_graph_schema": 1, "node": []})", "'node' means nothing here"},
      {R"({"plstm_graph_schema": 1, "nodes": {}})", "'nodes' must be a list"},
      {R"({"plstm_graph_schema": 1, "undirected": "yes"})", "expected 'refuse' or 'orient'"},
      {rule(R"({"name": "a", "kind": "word"})"), "node attribute 'a': unknown kind 'word'"},
      {rule(R"({"name": "a", "kind": "category"})"), "'texts' is missing"},
      {rule(R"({"name": "a", "kind": "set", "texts": ["x", "x"]})"), "'x' comes twice"},
      {rule(R"({"name": "a", "kind": "set", "texts": [1]})"), "texts in quotes"},
      {rule(R"({"name": "a", "kind": "number", "deviation": -1})"), "must not be negative"},
      {rule(R"({"name": "a", "kind": "number", "men": 1})"), "'men' means nothing here"},
      {rule(R"({"name": "a", "kind": "ignored"}, {"name": "a", "kind": "ignored"})"), "'a' comes twice"},
      {std::string(100000, '['), "nested"}};
  for (const auto& [text, message] : cases) {
    EXPECT_THAT([&] { parse_graph_schema(text); }, ThrowsMessage<FileError>(HasSubstr(message)))
        << text.substr(0, 100);
  }
}

TEST(GraphSchema, VocabulariesHaveACodeForOthers) {
  EXPECT_THAT(node_vocabulary_sizes(some_schema()), ElementsAre(3));
  EXPECT_THAT(edge_vocabulary_sizes(some_schema()), IsEmpty());
}

TEST(GraphSchema, WidthsAreThoseOfWhatIsEncoded) {
  GraphSchema schema = some_schema();
  schema.graphs.push_back({.name = "kind", .kind = AttributeKind::kCategory, .texts = {"s", "t"}});
  EXPECT_EQ(node_value_width(schema), 1);
  EXPECT_EQ(edge_value_width(schema), 2);
  EXPECT_EQ(graph_value_width(schema), 2 + 3);
  schema.degrees = true;
  EXPECT_EQ(node_value_width(schema), 3);
}

TEST(GraphSchema, NodesWithoutFeaturesLookAlike) {
  GraphSchema schema;
  schema.degrees = false;
  EXPECT_THAT(node_vocabulary_sizes(schema), ElementsAre(1));
  schema.degrees = true;
  EXPECT_THAT(node_vocabulary_sizes(schema), IsEmpty());
}

}  // namespace
}  // namespace plstm
