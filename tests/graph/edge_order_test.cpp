#include <algorithm>
#include <tuple>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <plstm/graph/edge_order.hpp>

#include "any_dag.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(EdgeOrder, SortsByTailThenByHead) {
  EXPECT_THAT(canonical_edge_order(Dag()), IsEmpty());
  EXPECT_THAT(canonical_edge_order(Dag(4, {{2, 1}, {0, 3}, {2, 0}, {0, 1}})), ElementsAre(3, 1, 2, 0));
}

TEST(EdgeOrder, SortsParallelEdgesById) {
  const Dag dag(3, {{1, 2}, {0, 1}, {1, 2}, {0, 1}}, ParallelEdges::kKeep);
  EXPECT_THAT(canonical_edge_order(dag), ElementsAre(1, 3, 0, 2));
}

RC_GTEST_PROP(EdgeOrderLaws, HasEveryEdgeOnceInOrder, ()) {
  const Dag dag = test::any_dag();
  const std::vector<EdgeId> order = canonical_edge_order(dag);
  RC_ASSERT(order.size() == dag.edges().size());
  const auto key = [&](EdgeId e) { return std::tuple(dag.tail(e), dag.head(e), e); };
  for (std::size_t i = 1; i < order.size(); ++i) RC_ASSERT(key(order[i - 1]) < key(order[i]));
}

}  // namespace
}  // namespace plstm
