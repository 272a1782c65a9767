#include "plstm/train/certainty/neighbours.hpp"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/random.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Features = std::vector<std::uint32_t>;

TEST(Neighbours, TheMostAlikeComeFirst) {
  const std::vector<Features> graphs{{1, 2, 3}, {1, 2}, {9}, {}, {1, 2}};
  const NeighbourIndex index(graphs);
  EXPECT_EQ(index.num_graphs(), 5);
  EXPECT_THAT(index.nearest(Features{1, 2}, 3),
              ElementsAre(Neighbour{1, 1}, Neighbour{4, 1}, Neighbour{0, 2.0 / 3}));
  EXPECT_EQ(index.nearest(Features{1, 2}, 100).size(), 5u);
  EXPECT_THAT(index.nearest(Features{}, 1), ElementsAre(Neighbour{0, 0}));
  EXPECT_THAT(index.nearest(Features{77}, 0), IsEmpty());
  EXPECT_THAT(NeighbourIndex().nearest(Features{1}, 1), IsEmpty());
}

TEST(Neighbours, AgreesWithComparingAllPairs) {
  Random random(3);
  std::vector<Features> graphs(60);
  std::vector<std::int64_t> offsets{0};
  Features all;
  for (Features& graph : graphs) {
    for (std::uint32_t feature = 0; feature < 40; ++feature) {
      if (random.below(4) == 0) graph.push_back(feature);
    }
    all.insert(all.end(), graph.begin(), graph.end());
    offsets.push_back(std::ssize(all));
  }
  const NeighbourIndex index(offsets, all);
  for (const Features& graph : graphs) {
    for (const Neighbour& neighbour : index.nearest(graph, 60)) {
      Features both;
      const Features& other = graphs[static_cast<std::size_t>(neighbour.graph)];
      std::ranges::set_intersection(graph, other, std::back_inserter(both));
      const auto either = static_cast<double>(graph.size() + other.size() - both.size());
      EXPECT_DOUBLE_EQ(neighbour.similarity, static_cast<double>(both.size()) / either);
    }
  }
}

}  // namespace
}  // namespace plstm
