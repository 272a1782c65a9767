#include <cstdio>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/random.hpp>
#include <plstm/learn/plots/plot.hpp>

#include "learn/report/report_values.hpp"
#include "support/seed.hpp"

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Plot with(PlotShape shape) {
  return {"a title", {"x", 0, 10}, {"y", 0, 10}, {{std::move(shape), PlotColour::kBlue, "a layer"}}};
}

TEST(Plot, PutsDotsWhereTheirNumbersSay) {
  // The inner picture is 0..width, 0..height; these are its corners and its middle.
  const std::string svg = draw_plot(with(PlotDots{{{0, 0}, {5, 5}, {10, 10}}}));
  const std::size_t at = svg.find("class=\"dots\"");
  ASSERT_NE(at, std::string::npos);
  double x[3], y[3];
  ASSERT_EQ(std::sscanf(svg.c_str() + svg.find(" d=\"", at), " d=\"M%lf %lfh0M%lf %lfh0M%lf %lfh0\"", x, y,
                        x + 1, y + 1, x + 2, y + 2),
            6)
      << svg;
  EXPECT_EQ(x[0], 0);
  EXPECT_EQ(y[2], 0);
  EXPECT_NEAR(x[1], x[2] / 2, 0.1);
  EXPECT_NEAR(y[1], y[0] / 2, 0.1);
  EXPECT_GT(x[2], 300);
  EXPECT_GT(y[0], 250);
}

TEST(Plot, DrawsEveryShape) {
  EXPECT_THAT(draw_plot(with(PlotLine{{{0, 0}, {10, 10}}, 1, true})), HasSubstr("class=\"line dashed\""));
  EXPECT_THAT(draw_plot(with(PlotSteps{{{0, 10}, {10, 5}}})), HasSubstr("V"));
  EXPECT_THAT(draw_plot(with(PlotHistogram{{0, 5, 10}, {3, 7}})), HasSubstr("class=\"bars\""));
  EXPECT_THAT(draw_plot(with(PlotWhiskers{{{5, 2, 8}}})), HasSubstr("V"));
}

TEST(Plot, EscapesTexts) {
  Plot plot = with(PlotDots{{{1, 1}}});
  plot.title = plot.x.title = plot.y.title = plot.layers[0].name = "<script>&\"";
  for (const std::string& text : {draw_plot(plot), draw_legend(plot)}) {
    EXPECT_THAT(text, Not(HasSubstr("<script")));
    EXPECT_THAT(text, HasSubstr("&lt;script&gt;&amp;&quot;"));
  }
}

TEST(Plot, LeavesOutWhatIsNotFinite) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const PlotShape& shape :
       {PlotShape(PlotDots{{{test::kNaN, 1}, {1, infinity}, {2, 2}}}),
        PlotShape(PlotLine{{{test::kNaN, 1}, {2, 2}}}),
        PlotShape(PlotWhiskers{{{test::kNaN, 1, 2}, {1, 2, infinity}, {3, 1, 2}}})}) {
    Plot plot = with(shape);
    plot.x = plot.y = {};
    const std::string svg = draw_plot(plot);
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
  }
}

TEST(Plot, TakesNothingOnePointAndHugeNumbers) {
  Plot plot{"t", {"x"}, {"y"}, {}};
  EXPECT_THAT(draw_plot(plot), HasSubstr("</svg>"));
  for (const double value : {0.0, 5.0, -1e300, 1e308, 1e-300}) {
    plot.layers = {{PlotDots{{{value, -value}, {value, -value}}}}};
    const std::string svg = draw_plot(plot);
    EXPECT_THAT(svg, Not(HasSubstr("nan"))) << value;
    EXPECT_THAT(svg, Not(HasSubstr("inf"))) << value;
  }
  plot.layers = {{PlotDots{{{-1.7e308, 0}, {1.7e308, 1}}}}};
  EXPECT_THAT(draw_plot(plot), Not(HasSubstr("inf")));
}

TEST(Plot, StaysSmallForManyPoints) {
  Random random(test::kSeed);
  PlotDots dots;
  PlotLine line;
  for (int i = 0; i < 100'000; ++i) {
    dots.points.push_back({random.normal(), random.normal()});
    line.points.push_back({i * 1e-4, random.uniform()});
  }
  Plot plot{"t", {"x"}, {"y"}, {{dots}}};
  const std::string svg = draw_plot(plot);
  EXPECT_LT(svg.size(), 40'000u);
  EXPECT_GT(test::count_of(svg, "h0"), 300u);
  plot.layers = {{line}};
  EXPECT_LT(draw_plot(plot).size(), 2'500'000u);
}

TEST(Plot, CanHaveTicksAtWholeNumbersAlone) {
  Plot plot{"t", {"epoch"}, {"y"}, {{PlotDots{{{1, 0.5}, {3, 0.7}}}}}};
  EXPECT_THAT(draw_plot(plot), HasSubstr(">1.5</text>"));
  plot.x.whole = true;
  EXPECT_THAT(draw_plot(plot), Not(HasSubstr(">1.5</text>")));
  EXPECT_THAT(draw_plot(plot), HasSubstr(">2</text>"));
}

TEST(Plot, LegendNamesLayersThatHaveNames) {
  Plot plot = with(PlotDots{{{1, 1}}});
  plot.layers.push_back({PlotLine{{{0, 0}, {1, 1}}}});
  EXPECT_EQ(test::count_of(draw_legend(plot), "<li"), 1u);
  plot.layers[0].name.clear();
  EXPECT_EQ(draw_legend(plot), "");
}

TEST(Plot, StyleHasEveryColour) {
  for (const char* name :
       {"--blue:", "--orange:", "--green:", "--purple:", "--soft:", "--line:", "--text:"}) {
    EXPECT_EQ(test::count_of(plot_style(), name), 2u) << name;  // light and dark
  }
}

}  // namespace
}  // namespace plstm
