#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/graph_set.hpp>

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Two nodes with a code and a value each, one edge with a code, one label; twice.
GraphSet small_set() {
  AttributedGraph graph;
  graph.dag = Dag(2, {{0, 1}});
  graph.node_code_width = graph.node_value_width = graph.edge_code_width = 1;
  graph.node_codes = {0, 2};
  graph.node_values = {0.5f, -1};
  graph.edge_codes = {1};
  GraphSet set;
  set.node_vocabulary_sizes = {3};
  set.edge_vocabulary_sizes = {2};
  set.node_value_width = 1;
  set.label_names = {"y"};
  set.graphs = {graph, graph};
  set.labels = {1, 0};
  set.present = {1, 0};
  return set;
}

template <class Change>
void expect_error(const Change& change, const char* message) {
  GraphSet set = small_set();
  change(set);
  EXPECT_THAT([&] { check_graph_set(set); }, ThrowsMessage<ShapeError>(HasSubstr(message)));
}

TEST(GraphSet, WhatFitsPasses) {
  EXPECT_NO_THROW(check_graph_set({}));
  EXPECT_NO_THROW(check_graph_set(small_set()));
}

TEST(GraphSet, LabelsMustFit) {
  expect_error([](GraphSet& s) { s.labels.pop_back(); }, "labels has 1 entries, expected 2");
  expect_error([](GraphSet& s) { s.present.push_back(1); }, "present has 3 entries, expected 2");
  expect_error([](GraphSet& s) { s.label_names = {""}; }, "label name '' is empty");
  expect_error([](GraphSet& s) { s.label_names = {"y "}; }, "label name 'y ' is empty, has blanks");
  expect_error([](GraphSet& s) { s.label_names = {"a\nb"}; }, "or more than one line");
}

TEST(GraphSet, GraphsMustHaveTheColumnsOfTheSet) {
  expect_error([](GraphSet& s) { s.node_value_width = 2; },
               "widths of graph 0 has shape [1, 1, 1, 0], expected [1, 2, 1, 0]");
  expect_error([](GraphSet& s) { s.edge_vocabulary_sizes = {}; },
               "widths of graph 0 has shape [1, 1, 1, 0], expected [1, 1, 0, 0]");
  expect_error([](GraphSet& s) { s.graphs[1].node_values.pop_back(); },
               "node_values has 1 entries, expected 2");
  expect_error(
      [](GraphSet& s) {
        s.graphs[1].graph_values = {1};
        s.graphs[1].graph_value_width = 1;
      },
      "graph 1 has values of the whole graph, for which a graph set has no place");
}

TEST(GraphSet, CodesMustLieInTheirVocabularies) {
  expect_error([](GraphSet& s) { s.node_vocabulary_sizes = {0}; }, "a vocabulary has size 0");
  expect_error([](GraphSet& s) { s.graphs[1].node_codes[1] = 3; },
               "graph 1: node_codes row 1 has code 3, expected 0..2");
  expect_error([](GraphSet& s) { s.graphs[0].edge_codes[0] = -1; },
               "graph 0: edge_codes row 0 has code -1, expected 0..1");
}

}  // namespace
}  // namespace plstm
