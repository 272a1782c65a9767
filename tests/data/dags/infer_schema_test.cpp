#include "plstm/data/dags/infer_schema.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

#include "data/dags/test_records.hpp"

namespace plstm {
namespace {

using test::path_record;
using test::text;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

using Texts = std::vector<std::string>;

AttributeRule rule_of(const std::vector<GraphRecord>& records, const SchemaWishes& wishes = {}) {
  return infer_schema(records, wishes).schema.nodes.at(0);
}

TEST(InferSchema, NumbersAreStandardised) {
  const AttributeRule rule = rule_of({path_record("g", {1.0, 2.0, 3.0}), path_record("h", {2.0})});
  EXPECT_EQ(rule.kind, AttributeKind::kNumber);
  EXPECT_DOUBLE_EQ(rule.mean, 2);
  EXPECT_DOUBLE_EQ(rule.deviation, std::sqrt(0.5));
  EXPECT_EQ(rule.unit, 0);
  EXPECT_FALSE(rule.may_be_missing);
}

TEST(InferSchema, NumbersThatSpreadWidelyGetAUnit) {
  const AttributeRule rule = rule_of({path_record("g", {0.0, 1.0, 2.0, 3.0, 1e6})});
  EXPECT_EQ(rule.unit, 3);
  EXPECT_LT(rule.deviation, 10);
  // Below zero the logarithm of a size means nothing.
  EXPECT_EQ(rule_of({path_record("g", {-1.0, 1.0, 2.0, 3.0, 1e6})}).unit, 0);
}

TEST(InferSchema, TextsOfTablesMayBeNumbersAndThoseOfJsonAreNot) {
  GraphRecord record = path_record("g", {text("1"), text("2"), text("1"), text("2")});
  EXPECT_EQ(rule_of({record}).kind, AttributeKind::kCategory);
  record.typed = false;
  EXPECT_EQ(rule_of({record}).kind, AttributeKind::kNumber);
}

TEST(InferSchema, TextsAreCategoriesInOrderOfTheirFrequency) {
  const std::vector<GraphRecord> records{path_record("g", {text("c"), text("b"), text("b"), text("a")}),
                                         path_record("h", {text("b"), text("a"), text("c"), text("rare")})};
  const InferredSchema inferred = infer_schema(records);
  EXPECT_EQ(inferred.schema.nodes.at(0).kind, AttributeKind::kCategory);
  EXPECT_THAT(inferred.schema.nodes.at(0).texts, ElementsAre("b", "a", "c"));
  EXPECT_THAT(inferred.notes, ElementsAre(HasSubstr("1 of 4 texts are too rare")));
}

TEST(InferSchema, TheOrderOfTheGraphsChangesNothing) {
  std::vector<GraphRecord> records{path_record("g", {text("c"), text("b")}),
                                   path_record("h", {text("b"), text("c")}),
                                   path_record("i", {text("a"), text("a"), text("b")})};
  const GraphSchema schema = infer_schema(records).schema;
  std::ranges::reverse(records);
  EXPECT_EQ(infer_schema(records).schema, schema);
  std::vector<GraphRecord> numbers{path_record("g", {0.1, 0.7}), path_record("h", {1e9, 0.3, 0.11})};
  const GraphSchema of_numbers = infer_schema(numbers).schema;
  std::ranges::reverse(numbers);
  EXPECT_EQ(infer_schema(numbers).schema, of_numbers);
}

TEST(InferSchema, OnlyChosenGraphsCount) {
  const std::vector<GraphRecord> records{path_record("g", {1.0, 2.0}), path_record("h", {500.0}),
                                         path_record("i", {3.0})};
  const std::vector<std::int32_t> chosen{0, 2};
  EXPECT_EQ(infer_schema(records, chosen, {}).schema.nodes.at(0).mean, 2);
  const std::vector<std::int32_t> none{3};
  EXPECT_THAT([&] { infer_schema(records, none, {}); }, ThrowsMessage<ConfigError>(HasSubstr("no record 3")));
}

TEST(InferSchema, NamesAreNoFeatures) {
  std::vector<AttributeValue> names;
  for (int i = 0; i < 50; ++i) names.emplace_back("task_" + std::to_string(i));
  const std::vector<GraphRecord> records{path_record("g", names), path_record("h", names)};
  EXPECT_EQ(rule_of({path_record("g", names)}).kind, AttributeKind::kIgnored);
  EXPECT_EQ(rule_of(records, {.categories = {"a"}}).kind, AttributeKind::kCategory);
}

TEST(InferSchema, WhatSaysNothingIsNoFeature) {
  const auto note_of = [](const GraphRecord& record) { return infer_schema({&record, 1}).notes.at(0); };
  EXPECT_THAT(note_of(path_record("g", {7.0, 7.0})), HasSubstr("one value alone"));
  EXPECT_THAT(note_of(path_record("g", {AttributeValue{}, AttributeValue{}})), HasSubstr("no value"));
  EXPECT_THAT(note_of(path_record("g", {text("x"), text("y")})), HasSubstr("no text occurs"));
}

TEST(InferSchema, MissingNumbersAreKnown) {
  EXPECT_TRUE(rule_of({path_record("g", {1.0, AttributeValue{}, 2.0})}).may_be_missing);
  GraphRecord other = path_record("h", {1.0});
  other.node_attributes.clear();
  EXPECT_TRUE(rule_of({path_record("g", {1.0, 2.0}), other}).may_be_missing);
}

TEST(InferSchema, ListsAreSets) {
  const AttributeRule rule = rule_of({path_record("g", {Texts{"x", "y"}, Texts{"x"}, Texts{"z", "x", "y"}})});
  EXPECT_EQ(rule.kind, AttributeKind::kSet);
  EXPECT_THAT(rule.texts, ElementsAre("x", "y"));
}

TEST(InferSchema, WishesDecide) {
  const std::vector<GraphRecord> records{
      path_record("g", {1.0, 2.0, 1.0, 2.0}, {text("3"), text("4"), text("3")})};
  const GraphSchema schema = infer_schema(records, {.categories = {"node.a"}, .numbers = {"w"}}).schema;
  EXPECT_THAT(schema.nodes.at(0).texts, ElementsAre("1", "2"));
  EXPECT_EQ(schema.edges.at(0).kind, AttributeKind::kNumber);
  EXPECT_EQ(rule_of(records, {.ignored = {"a"}}).kind, AttributeKind::kIgnored);
  EXPECT_THAT([&] { infer_schema(records, {.ignored = {"edge.a"}}); },
              ThrowsMessage<ConfigError>(AllOf(HasSubstr("'edge.a'"), HasSubstr("node.a, edge.w"))));
  const std::vector<GraphRecord> words{path_record("g", {text("1"), text("two")})};
  EXPECT_THAT([&] { infer_schema(words, {.numbers = {"a"}}); },
              ThrowsMessage<FileError>(AllOf(HasSubstr("graph 'g'"), HasSubstr("'two'"))));
}

TEST(InferSchema, ANameMayCarryItsThing) {
  EXPECT_TRUE(means_attribute("op", "node", "op"));
  EXPECT_TRUE(means_attribute("node.op", "node", "op"));
  EXPECT_FALSE(means_attribute("edge.op", "node", "op"));
  EXPECT_FALSE(means_attribute("node", "node", "op"));
}

}  // namespace
}  // namespace plstm
