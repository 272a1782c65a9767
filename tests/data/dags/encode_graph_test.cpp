#include "plstm/data/dags/encode_graph.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/infer_schema.hpp>

#include "data/dags/test_records.hpp"

namespace plstm {
namespace {

using test::path_record;
using test::text;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsNan;
using ::testing::ThrowsMessage;

using Texts = std::vector<std::string>;

GraphSchema schema_of(std::vector<AttributeRule> nodes, std::vector<AttributeRule> edges = {}) {
  GraphSchema schema;
  schema.nodes = std::move(nodes);
  schema.edges = std::move(edges);
  schema.degrees = false;
  return schema;
}

const AttributeRule kCategory{.name = "a", .kind = AttributeKind::kCategory, .texts = {"and", "or"}};
const AttributeRule kNumber{.name = "a", .kind = AttributeKind::kNumber, .mean = 1, .deviation = 2};

TEST(EncodeGraph, CategoriesBecomeCodesAndOthersAreZero) {
  const AttributedGraph graph = encode_graph(
      schema_of({kCategory}), path_record("g", {text("or"), text("xor"), text("and"), AttributeValue{}}));
  EXPECT_EQ(graph.node_code_width, 1);
  EXPECT_THAT(graph.node_codes, ElementsAre(2, 0, 1, 0));
  EXPECT_THAT(graph.node_values, IsEmpty());
}

TEST(EncodeGraph, NumbersAreStandardisedAndCut) {
  const AttributedGraph graph = encode_graph(schema_of({kNumber}), path_record("g", {1.0, 5.0, 1e9}));
  EXPECT_THAT(graph.node_values, ElementsAre(0, 2, 5));
  AttributeRule wide = kNumber;
  wide.unit = 10;
  const AttributedGraph spread = encode_graph(schema_of({wide}), path_record("g", {0.0, 1e3}));
  EXPECT_THAT(spread.node_values,
              ElementsAre(FloatEq(-0.5F), FloatEq(static_cast<float>((std::asinh(1e2) - 1) / 2))));
}

TEST(EncodeGraph, AMissingNumberIsAnErrorUnlessItMayBeMissing) {
  const GraphRecord record = path_record("g", {1.0, AttributeValue{}});
  EXPECT_THAT(
      [&] { encode_graph(schema_of({kNumber}), record); },
      ThrowsMessage<FileError>(AllOf(HasSubstr("graphs.json: graph 'g': node '1'"), HasSubstr("missing"))));
  AttributeRule rule = kNumber;
  rule.may_be_missing = true;
  const AttributedGraph graph = encode_graph(schema_of({rule}), record);
  EXPECT_EQ(graph.node_value_width, 2);
  EXPECT_THAT(graph.node_values, ElementsAre(0, 0, 0, 1));
}

TEST(EncodeGraph, WhatIsNoNumberIsNamed) {
  EXPECT_THAT(
      [] {
        encode_graph(schema_of({kNumber}), path_record("g", {1.0, text("two")}));
      },
      ThrowsMessage<FileError>(HasSubstr("'a' is 'two', expected a number")));
  EXPECT_THAT([] { encode_graph(schema_of({kCategory}), path_record("g", {Texts{"and"}})); },
              ThrowsMessage<FileError>(HasSubstr("is a list, expected one text")));
  GraphSchema schema = schema_of({}, {{.name = "w", .kind = AttributeKind::kNumber}});
  EXPECT_THAT(
      [&] {
        encode_graph(schema, path_record("g", {1.0, 2.0}, {text("x")}));
      },
      ThrowsMessage<FileError>(HasSubstr("edge '0' -> '1'")));
}

TEST(EncodeGraph, AnAttributeThatIsNotThereIsNamed) {
  GraphRecord record = path_record("g", {1.0});
  record.node_attributes.clear();
  EXPECT_THAT([&] { encode_graph(schema_of({kNumber}), record); },
              ThrowsMessage<FileError>(HasSubstr("node attribute 'a' is missing")));
  EXPECT_THAT([&] { encode_graph(schema_of({kCategory}), record); },
              ThrowsMessage<FileError>(HasSubstr("node attribute 'a' is missing")));
}

TEST(EncodeGraph, SetsBecomeAValueForEachElementAndForOthers) {
  const AttributeRule rule{.name = "a", .kind = AttributeKind::kSet, .texts = {"x", "y"}};
  const AttributedGraph graph = encode_graph(
      schema_of({rule}), path_record("g", {Texts{"y", "x"}, Texts{"z"}, text("x"), AttributeValue{}}));
  EXPECT_EQ(graph.node_value_width, 3);
  EXPECT_THAT(graph.node_values, ElementsAre(1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0));
}

TEST(EncodeGraph, EdgesHaveFeaturesInTheOrderOfTheFile) {
  const AttributeRule rule{.name = "w", .kind = AttributeKind::kCategory, .texts = {"p", "q"}};
  GraphRecord record = path_record("g", {1.0, 1.0, 1.0}, {text("q"), text("p")});
  std::swap(record.edges[0], record.edges[1]);
  const AttributedGraph graph = encode_graph(schema_of({}, {rule}), record);
  EXPECT_THAT(graph.edge_codes, ElementsAre(2, 1));
  EXPECT_EQ(graph.dag.head(0), 2);
  EXPECT_THAT(graph.node_codes, ElementsAre(0, 0, 0));  // all nodes look alike
}

TEST(EncodeGraph, DegreesAreValues) {
  GraphSchema schema;
  const AttributedGraph graph = encode_graph(schema, path_record("g", {1.0, 1.0}));
  const auto one = static_cast<float>(std::log(2.0));
  EXPECT_THAT(graph.node_values, ElementsAre(0, FloatEq(one), FloatEq(one), 0));
}

TEST(EncodeGraph, GraphsHaveValuesAlone) {
  GraphSchema schema = schema_of({});
  schema.graphs = {{.name = "n", .kind = AttributeKind::kNumber, .may_be_missing = true},
                   {.name = "kind", .kind = AttributeKind::kCategory, .texts = {"s", "t"}}};
  GraphRecord record = path_record("g", {1.0});
  record.graph_attributes = {{"n", {AttributeValue{}}}, {"kind", {text("t")}}};
  const AttributedGraph graph = encode_graph(schema, record);
  EXPECT_EQ(graph.graph_value_width, 5);
  EXPECT_THAT(graph.graph_values, ElementsAre(IsNan(), 1, 0, 0, 1));
}

TEST(EncodeGraph, SubtreesAreCountedByDepth) {
  GraphSchema schema = schema_of({kCategory});
  schema.counts = true;
  const AttributedGraph graph =
      encode_graph(schema, path_record("g", {text("and"), text("and"), text("or")}));
  EXPECT_NO_THROW(check_attributed_graph(graph));
  std::uint32_t total = 0;
  for (const GraphCount& count : graph.graph_counts) total += count.count;
  EXPECT_EQ(total, 12u);  // three nodes at four depths
  EXPECT_EQ(family_of(graph.graph_counts.front()), 0u);
  EXPECT_EQ(family_of(graph.graph_counts.back()), 3u);
  const AttributedGraph same = encode_graph(schema, path_record("h", {text("and"), text("and"), text("or")}));
  EXPECT_EQ(same.graph_counts, graph.graph_counts);
}

TEST(EncodeGraph, WhatWasInferredEncodesItsOwnGraphs) {
  const std::vector<GraphRecord> records{path_record("g", {text("and"), text("or"), text("and")}, {1.0, 2.0}),
                                         path_record("h", {text("or"), text("and")}, {7.0})};
  const GraphSchema schema = infer_schema(records).schema;
  for (const GraphRecord& record : records)
    EXPECT_NO_THROW(check_attributed_graph(encode_graph(schema, record)));
}

}  // namespace
}  // namespace plstm
