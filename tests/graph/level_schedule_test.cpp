#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <plstm/graph/level_schedule.hpp>

#include "any_dag.hpp"
#include "support/golden.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

LevelSchedule schedule_of(const Dag& dag) {
  return make_level_schedule(make_line_graph(dag));
}

TEST(LevelSchedule, DiamondHasTwoLevels) {
  //     1
  //   /   \       edges  0: 0->1   1: 0->2   2: 1->3   3: 2->3
  //  0     3
  //   \   /
  //     2
  const LevelSchedule schedule = schedule_of(Dag(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}));
  ASSERT_EQ(schedule.num_levels(), 2u);
  EXPECT_THAT(schedule.level(0), ElementsAre(0, 1));
  EXPECT_THAT(schedule.level(1), ElementsAre(2, 3));
  EXPECT_THAT(schedule.order(), ElementsAre(0, 1, 2, 3));
}

TEST(LevelSchedule, OrderInALevelIsThatOfTheLastPredecessor) {
  // Edges 0 and 1 wait for edge 3 and edge 2: the successor of 2 comes first.
  const LevelSchedule schedule = schedule_of(Dag(6, {{1, 2}, {4, 5}, {3, 4}, {0, 1}}));
  ASSERT_EQ(schedule.num_levels(), 2u);
  EXPECT_THAT(schedule.level(0), ElementsAre(2, 3));
  EXPECT_THAT(schedule.level(1), ElementsAre(1, 0));
}

TEST(LevelSchedule, WithoutEdgesThereAreNoLevels) {
  EXPECT_EQ(LevelSchedule().num_levels(), 0u);
  EXPECT_EQ(schedule_of(Dag()).num_levels(), 0u);
  EXPECT_EQ(schedule_of(Dag(3, {})).num_levels(), 0u);
  EXPECT_THAT(schedule_of(Dag(3, {})).order(), IsEmpty());
}

TEST(LevelSchedule, OfAChainOfAMillionNodesHasALevelPerEdge) {
  const LevelSchedule schedule = schedule_of(reverse(test::chain(1'000'001)));
  ASSERT_EQ(schedule.num_levels(), 1'000'000u);
  EXPECT_THAT(schedule.level(0), ElementsAre(999'999));
  EXPECT_THAT(schedule.level(999'999), ElementsAre(0));
}

RC_GTEST_PROP(LevelScheduleLaws, EachEdgeLiesOneAboveItsHighestPredecessor, ()) {
  const LineGraph line_graph = make_line_graph(test::any_dag());
  const LevelSchedule schedule = make_level_schedule(line_graph);
  std::vector<int> level_of(static_cast<std::size_t>(line_graph.num_nodes()), -1);
  std::vector<EdgeId> all;
  for (std::size_t i = 0; i < schedule.num_levels(); ++i) {
    RC_ASSERT(!schedule.level(i).empty());
    for (const EdgeId edge : schedule.level(i)) {
      level_of[static_cast<std::size_t>(edge)] = static_cast<int>(i);
      all.push_back(edge);
    }
  }
  RC_ASSERT(std::ranges::equal(all, schedule.order()));
  RC_ASSERT(all.size() == level_of.size());
  for (EdgeId edge = 0; edge < line_graph.num_nodes(); ++edge) {
    int highest = -1;
    for (const LineEdgeId line_edge : line_graph.in_edges(edge)) {
      highest = std::max(highest, level_of[static_cast<std::size_t>(line_graph.from(line_edge))]);
    }
    RC_ASSERT(level_of[static_cast<std::size_t>(edge)] == highest + 1);
  }
}

TEST(GoldenStructures, Levels) {
  const nlohmann::json vectors = test::read_golden("stm_op.json");
  for (const auto& [name, golden] : vectors.at("structures").items()) {
    const Dag dag(golden.at("num_nodes").get<NodeId>(), test::golden_arcs(golden.at("dag_edges")));
    const LevelSchedule schedule = schedule_of(dag);
    const auto levels = golden.at("line_generations").get<std::vector<std::vector<EdgeId>>>();
    ASSERT_EQ(schedule.num_levels(), levels.size()) << name;
    for (std::size_t i = 0; i < levels.size(); ++i) {
      EXPECT_THAT(schedule.level(i), ElementsAreArray(levels[i])) << name << ", level " << i;
    }
    EXPECT_THAT(schedule.order(),
                ElementsAreArray(golden.at("line_topological_order").get<std::vector<EdgeId>>()))
        << name;
  }
}

}  // namespace
}  // namespace plstm
