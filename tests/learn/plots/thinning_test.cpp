#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/random.hpp>
#include <plstm/learn/plots/thinning.hpp>

#include "support/seed.hpp"

namespace plstm {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

TEST(Thinning, KeepsFewDots) {
  const std::vector<PlotPoint> points{{0, 0}, {0, 0}, {1, 2}};
  EXPECT_EQ(thin_dots(points, 3), points);
  EXPECT_TRUE(thin_dots({}, 3).empty());
  EXPECT_TRUE(thin_dots(points, 0).empty());
}

TEST(Thinning, KeepsDotsThatStandAlone) {
  Random random(test::kSeed);
  std::vector<PlotPoint> points;
  for (int i = 0; i < 20000; ++i) points.push_back({random.normal(), random.normal()});
  points.push_back({50, 60});
  const std::vector<PlotPoint> kept = thin_dots(points, 500);
  EXPECT_LE(kept.size(), 500u);
  EXPECT_GE(kept.size(), 100u);
  EXPECT_THAT(kept, Contains(PlotPoint{50, 60}));
  for (const PlotPoint& point : kept) EXPECT_THAT(points, Contains(point));
}

TEST(Thinning, EndsForEqualAndForHugeDots) {
  EXPECT_EQ(thin_dots(std::vector<PlotPoint>(100, {0, 0}), 10).size(), 1u);
  EXPECT_EQ(thin_dots(std::vector<PlotPoint>(100, {1e308, -1e308}), 10).size(), 1u);
}

TEST(Thinning, KeepsEndsAndPeaksOfALine) {
  std::vector<PlotPoint> line;
  for (int i = 0; i <= 1000; ++i) line.push_back({i * 0.01, i == 500 ? 3.0 : 0.0});
  const std::vector<PlotPoint> kept = thin_line(line, 0.5);
  EXPECT_LT(kept.size(), 30u);
  EXPECT_EQ(kept.front(), line.front());
  EXPECT_EQ(kept.back(), line.back());
  EXPECT_THAT(kept, Contains(line[500]));
  EXPECT_TRUE(thin_line({}, 1).empty());
  EXPECT_THAT(thin_line(std::vector<PlotPoint>{{1, 1}}, 1), ElementsAre(PlotPoint{1, 1}));
}

}  // namespace
}  // namespace plstm
