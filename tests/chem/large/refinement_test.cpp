#include "chem/large/refinement.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plstm {
namespace {

using Edges = std::vector<std::pair<std::int32_t, std::int32_t>>;

ColouredGraph graph_of(std::int32_t nodes, const Edges& edges, std::uint32_t colour = 0) {
  ColouredGraph graph;
  graph.neighbours.resize(static_cast<std::size_t>(nodes));
  for (const auto& [a, b] : edges) {
    graph.neighbours[static_cast<std::size_t>(a)].push_back({b, colour});
    graph.neighbours[static_cast<std::size_t>(b)].push_back({a, colour});
  }
  return graph;
}

std::vector<std::int32_t> cells(const ColouredGraph& graph, bool all) {
  Refinement refinement(graph);
  refinement.split(std::vector<std::uint64_t>(graph.neighbours.size(), 0));
  if (all) refinement.break_ties();
  std::vector<std::int32_t> result;
  for (std::size_t i = 0; i < graph.neighbours.size(); ++i)
    result.push_back(refinement.cell(static_cast<std::int32_t>(i)));
  return result;
}

TEST(Refinement, TellsApartWhatNeighbourhoodsTellApart) {
  const ColouredGraph path = graph_of(5, {{0, 1}, {1, 2}, {2, 3}, {3, 4}});
  const auto path_cells = cells(path, false);
  EXPECT_EQ(path_cells[0], path_cells[4]);
  EXPECT_EQ(path_cells[1], path_cells[3]);
  EXPECT_NE(path_cells[0], path_cells[1]);
  EXPECT_NE(path_cells[1], path_cells[2]);
  const auto ring = cells(graph_of(6, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 0}}), false);
  EXPECT_EQ(ring, std::vector<std::int32_t>(6, 0));
}

TEST(Refinement, EdgeColoursCount) {
  ColouredGraph graph = graph_of(4, {{0, 1}, {2, 3}});
  graph.neighbours[2][0].colour = graph.neighbours[3][0].colour = 1;
  const auto result = cells(graph, false);
  EXPECT_EQ(result[0], result[1]);
  EXPECT_EQ(result[2], result[3]);
  EXPECT_NE(result[0], result[2]);
}

TEST(Refinement, EmptyGraphIsFine) {
  EXPECT_TRUE(cells(ColouredGraph{}, true).empty());
}

// Trees are told apart up to automorphism, so that equal trees get equal edges whatever their numbers.
RC_GTEST_PROP(Refinement, NumberingDoesNotMatterForTrees, ()) {
  const auto nodes = *rc::gen::inRange<std::int32_t>(1, 40);
  Edges edges;
  for (std::int32_t node = 1; node < nodes; ++node)
    edges.emplace_back(*rc::gen::inRange<std::int32_t>(0, node), node);
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(nodes));
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::int32_t>(i);
  for (std::size_t i = numbers.size(); i > 1; --i)
    std::swap(numbers[i - 1], numbers[*rc::gen::inRange<std::size_t>(0, i)]);
  const auto sorted_edges = [&](Edges list) {
    const std::vector<std::int32_t> order = cells(graph_of(nodes, list), true);
    auto places = order;
    std::sort(places.begin(), places.end());
    for (std::int32_t i = 0; i < nodes; ++i) RC_ASSERT(places[static_cast<std::size_t>(i)] == i);
    for (auto& [a, b] : list) {
      a = order[static_cast<std::size_t>(a)];
      b = order[static_cast<std::size_t>(b)];
      if (a > b) std::swap(a, b);
    }
    std::sort(list.begin(), list.end());
    return list;
  };
  Edges renumbered;
  for (const auto& [a, b] : edges) {
    renumbered.emplace_back(numbers[static_cast<std::size_t>(b)], numbers[static_cast<std::size_t>(a)]);
  }
  std::reverse(renumbered.begin(), renumbered.end());
  RC_ASSERT(sorted_edges(edges) == sorted_edges(renumbered));
}

}  // namespace
}  // namespace plstm
