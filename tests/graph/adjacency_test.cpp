#include <gmock/gmock.h>

#include <plstm/graph/adjacency.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Adjacency, RowsHoldArcIdsAscending) {
  const Adjacency graph(4, {{2, 1}, {0, 1}, {2, 3}, {0, 3}, {2, 0}});
  EXPECT_EQ(graph.num_vertices(), 4);
  EXPECT_EQ(graph.num_arcs(), 5);
  EXPECT_THAT(graph.out_arcs(0), ElementsAre(1, 3));
  EXPECT_THAT(graph.out_arcs(1), IsEmpty());
  EXPECT_THAT(graph.out_arcs(2), ElementsAre(0, 2, 4));
  EXPECT_THAT(graph.in_arcs(1), ElementsAre(0, 1));
  EXPECT_THAT(graph.in_arcs(2), IsEmpty());
  EXPECT_THAT(graph.in_arcs(3), ElementsAre(2, 3));
  EXPECT_THAT(graph.out_offsets(), ElementsAre(0, 2, 2, 5, 5));
  EXPECT_THAT(graph.out_list(), ElementsAre(1, 3, 0, 2, 4));
  EXPECT_THAT(graph.in_offsets(), ElementsAre(0, 1, 3, 3, 5));
  EXPECT_THAT(graph.in_list(), ElementsAre(4, 0, 1, 2, 3));
}

TEST(Adjacency, WithoutArcsEveryRowIsEmpty) {
  const Adjacency graph(2, {});
  EXPECT_THAT(graph.out_arcs(1), IsEmpty());
  EXPECT_THAT(graph.in_arcs(0), IsEmpty());
}

TEST(Adjacency, DefaultIsTheGraphWithoutVertices) {
  EXPECT_EQ(Adjacency(), Adjacency(0, {}));
  EXPECT_THAT(Adjacency().out_offsets(), ElementsAre(0));
}

TEST(Adjacency, ReversedIsWhatTheFlippedArcsGive) {
  const Adjacency graph(4, {{2, 1}, {0, 1}, {2, 3}, {0, 3}, {2, 0}});
  EXPECT_EQ(graph.reversed(), Adjacency(4, {{1, 2}, {1, 0}, {3, 2}, {3, 0}, {0, 2}}));
}

}  // namespace
}  // namespace plstm
