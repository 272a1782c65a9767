#pragma once

#include <limits>
#include <string>
#include <variant>
#include <vector>

namespace plstm {

struct PlotPoint {
  double x = 0, y = 0;

  bool operator==(const PlotPoint&) const = default;
};

/// A dot for each point.
struct PlotDots {
  std::vector<PlotPoint> points;
  double radius = 2;
};

/// The points joined by straight lines.
struct PlotLine {
  std::vector<PlotPoint> points;
  double width = 1.6;
  bool dashed = false;
};

/// The points joined by a line that goes down or up first and to the side then: y holds from the point before to x.
struct PlotSteps {
  std::vector<PlotPoint> points;
  double width = 1.6;
};

/// The outline of a histogram, filled lightly. heights[b] holds from edges[b] to edges[b + 1].
struct PlotHistogram {
  std::vector<double> edges, heights;
};

/// A vertical line from low to high at each x.
struct PlotWhiskers {
  struct Whisker {
    double x = 0, low = 0, high = 0;
  };
  std::vector<Whisker> whiskers;
};

using PlotShape = std::variant<PlotDots, PlotLine, PlotSteps, PlotHistogram, PlotWhiskers>;

/// Colours that people with any colour vision can tell apart, on light and on dark ground.
enum class PlotColour { kBlue, kOrange, kGreen, kPurple, kNeutral };

struct PlotLayer {
  PlotShape shape;
  PlotColour colour = PlotColour::kBlue;
  std::string name = {};  ///< in the legend; empty: not there
  double opacity = 1;     ///< for many layers or dots that lie above each other
};

/// An axis. Where a bound is NaN, it follows from the layers.
struct PlotAxis {
  std::string title;
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
  bool whole = false;  ///< ticks at whole numbers alone, for the x axis
};

struct Plot {
  std::string title;  ///< for those who cannot see the picture
  PlotAxis x, y;
  std::vector<PlotLayer> layers;  ///< the first lies below
};

/// The plot as one <svg> element, of the size kPlotWidth x kPlotHeight. Its colours and fonts are those of plot_style(),
/// which the page must have once. Points whose numbers are not finite are left out. Points that would hide each other are
/// thinned out, so that a plot takes at most some 30 kB for each layer. The same input gives the same bytes.
std::string draw_plot(const Plot& plot);

/// The names of the layers beside samples of their colours, as an HTML list; empty if no layer has a name.
std::string draw_legend(const Plot& plot);

/// Style sheet of plots and legends, for light and dark.
std::string plot_style();

inline constexpr double kPlotWidth = 420, kPlotHeight = 350;

}  // namespace plstm
