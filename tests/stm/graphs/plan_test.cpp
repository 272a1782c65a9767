#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/stm/graphs/plan.hpp>

#include "support/random_graph.hpp"
#include "support/seed.hpp"

namespace plstm::test {
namespace {

StmPlan plan_for(const Dag& dag, const StmShape& shape, const StmOptions& options = {}) {
  StmPlan plan;
  make_stm_plan(make_stm_graph(dag, make_line_graph(dag)), shape, options, plan);
  return plan;
}

StmForm form_for(const Dag& dag, const StmShape& shape) {
  return plan_for(dag, shape).parts[0].form;
}

TEST(StmPlan, ChoosesByShapeOfTheGraph) {
  Random random(kSeed);
  const StmShape paper{4, 24, 24};
  EXPECT_EQ(form_for(random_dag(25, 0.1, random), paper), StmForm::kClosed);
  EXPECT_EQ(form_for(grid(40, 40), paper), StmForm::kRecurrent);
  EXPECT_EQ(form_for(chain(5000), paper), StmForm::kChunkwise);
  EXPECT_EQ(form_for(chain(5000), {1, 4, 4}), StmForm::kDoubling);
}

TEST(StmPlan, DoesNotDependOnTheNumberOfThreads) {
  const auto form = [](int threads) {
    const ThreadLimit limit(threads);
    return form_for(chain(3000), {1, 16, 16});
  };
  EXPECT_EQ(form(1), form(2));
}

TEST(StmPlan, RunsLevelsOnlyWhereTheyAreWideAndThreadsMany) {
  const auto by_levels = [](const Dag& dag, StmShape shape, int threads, StmSchedule schedule) {
    const ThreadLimit limit(threads);
    return plan_for(dag, shape, {StmForm::kRecurrent, StmMemory::kAuto, schedule}).parts[0].by_levels;
  };
  const Dag wide = grid(300, 300);
  EXPECT_TRUE(by_levels(wide, {1, 128, 128}, 2, StmSchedule::kAuto));
  EXPECT_FALSE(by_levels(wide, {1, 128, 128}, 1, StmSchedule::kAuto));
  EXPECT_FALSE(by_levels(wide, {2, 128, 128}, 2, StmSchedule::kAuto));
  EXPECT_FALSE(by_levels(wide, {1, 8, 8}, 2, StmSchedule::kAuto));
  EXPECT_FALSE(by_levels(wide, {1, 128, 128}, 2, StmSchedule::kHeads));
  EXPECT_TRUE(by_levels(chain(3), {1, 1, 1}, 1, StmSchedule::kLevels));
}

TEST(StmPlan, SlicesAndHeadsAtATimeKeepStatesSmall) {
  const Dag wide = grid(300, 300);
  const auto part = [&](std::size_t bytes, int threads, StmMemory memory = StmMemory::kRecompute) {
    const ThreadLimit limit(threads);
    StmOptions options(StmForm::kRecurrent, memory);
    options.state_bytes = bytes;
    return plan_for(wide, {4, 64, 64}, options).parts[0];
  };
  // 179,400 edges with 16 KiB each, and a frontier of 303.
  const std::size_t head = (179400 + 303) * std::size_t{16384};
  EXPECT_EQ(part(4 * head, 2).group, 4);
  EXPECT_FALSE(part(4 * head, 2).by_levels);
  EXPECT_EQ(part(head, 2).group, 1);
  EXPECT_EQ(part(head, 2).slices, 1);
  EXPECT_TRUE(part(head, 2).by_levels);
  EXPECT_FALSE(part(head, 1).by_levels);
  for (const int threads : {1, 2, 8}) {
    EXPECT_EQ(part(head / 3, threads).slices, 4) << threads;  // slices of the same size
    EXPECT_EQ(part(1, threads).slices, 16) << threads;        // four rows each
  }
  EXPECT_EQ(part(head / 3, 1, StmMemory::kCheckpoint).slices, 1);  // checkpoints are enough
}

TEST(StmPlan, RefusesWidthsOfZero) {
  EXPECT_THROW(plan_for(chain(3), {0, 1, 1}), ShapeError);
  EXPECT_THROW(plan_for(chain(3), {1, 1, 0}), ShapeError);
}

// A grid whose ids ascend row by row needs the states of one row, one to the right, and
// two more for the node in hand.
TEST(StmPlan, KeepsTheFrontierSmall) {
  const StmPlan plan = plan_for(grid(30, 100), {1, 8, 8}, StmForm::kRecurrent);
  EXPECT_EQ(plan.parts[0].states, 33);
  EXPECT_EQ(plan_for(chain(1000), {1, 8, 8}, StmForm::kRecurrent).parts[0].states, 2);
}

// Whatever the order: tails before heads, and no two states that live at the same time share a place.
RC_GTEST_PROP(StmPlanLaw, OrdersAndPlacesAreSound, (std::uint64_t seed)) {
  Random random(seed);
  const Dag dag = random_dag(static_cast<NodeId>(random.below(30)), random.uniform(), random);
  const StmGraph graph = make_stm_graph(dag, make_line_graph(dag));
  StmPlan plan;
  make_stm_plan(graph, {1, 2, 2}, {StmForm::kRecurrent, StmMemory::kCheckpoint}, plan);
  const auto position = [&](NodeId node) { return plan.node_position[static_cast<std::size_t>(node)]; };
  for (const Arc& edge : dag.edges()) RC_ASSERT(position(edge.tail) < position(edge.head));
  for (EdgeId a = 0; a < dag.num_edges(); ++a) {
    for (EdgeId b = a + 1; b < dag.num_edges(); ++b) {
      if (plan.place[static_cast<std::size_t>(a)] != plan.place[static_cast<std::size_t>(b)]) continue;
      RC_ASSERT(position(dag.head(a)) < position(dag.tail(b)) ||
                position(dag.head(b)) < position(dag.tail(a)));
    }
  }
  // Segments cover the nodes, and start with the edges that cross their beginning.
  std::int32_t next = 0;
  for (const StmPlan::Segment& s : plan.segments) {
    RC_ASSERT(s.node_begin == next);
    next = s.node_end;
    std::int32_t crossing = 0;
    for (const Arc& edge : dag.edges())
      crossing += position(edge.tail) < s.node_begin && position(edge.head) >= s.node_begin;
    RC_ASSERT(s.live.size() == crossing);
  }
  RC_ASSERT(next == dag.num_nodes());
}

RC_GTEST_PROP(StmPlanLaw, ChunksCoverTheGraphAndKnowTheirBorders, (std::uint64_t seed)) {
  Random random(seed);
  const Dag dag = thin_dag(static_cast<NodeId>(1 + random.below(600)), 5, 0.4, random.below(2) == 0, random);
  const StmGraph graph = make_stm_graph(dag, make_line_graph(dag));
  StmPlan plan;
  make_stm_plan(graph, {1, 2, 2}, StmForm::kDoubling, plan);
  const auto chunk_of = [&](NodeId node) {
    const std::int32_t position = plan.node_position[static_cast<std::size_t>(node)];
    const StmPlan::Range chunks = plan.parts[0].chunks;
    const auto end = plan.blocks.begin() + chunks.last;
    return std::find_if(plan.blocks.begin() + chunks.first, end,
                        [&](const StmPlan::Block& b) { return position < b.node_end; }) -
           plan.blocks.begin();
  };
  std::int32_t crossing = 0;
  for (const Arc& edge : dag.edges()) crossing += chunk_of(edge.tail) != chunk_of(edge.head);
  std::int32_t in = 0;
  std::int32_t out = 0;
  std::int32_t nodes = 0;
  for (std::int32_t i = plan.parts[0].chunks.first; i < plan.parts[0].chunks.last; ++i) {
    const StmPlan::Block& b = plan.blocks[static_cast<std::size_t>(i)];
    RC_ASSERT(b.node_begin == nodes && b.node_end > b.node_begin);
    nodes = b.node_end;
    in += b.in.size();
    out += b.out.size();
  }
  RC_ASSERT(nodes == dag.num_nodes());
  RC_ASSERT(in == crossing && out == crossing && plan.parts[0].states == crossing);
}

}  // namespace
}  // namespace plstm::test
