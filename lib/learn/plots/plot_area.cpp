#include "learn/plots/plot_area.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace plstm {
namespace {

constexpr double kCharacter = 7.1;  // width of a digit of a label
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Smallest and largest finite numbers. Those near the largest that there is count less, so that the ends of an axis are
// finite, too.
struct Extent {
  double low = kInfinity, high = -kInfinity;

  void add(double value) {
    if (!std::isfinite(value)) return;
    constexpr double kLargest = std::numeric_limits<double>::max() / 16;
    low = std::min(low, std::clamp(value, -kLargest, kLargest));
    high = std::max(high, std::clamp(value, -kLargest, kLargest));
  }
};

struct Extents {
  Extent x, y;

  void add(const std::vector<PlotPoint>& points) {
    for (const PlotPoint& point : points) {
      x.add(point.x);
      y.add(point.y);
    }
  }
  void operator()(const PlotDots& dots) { add(dots.points); }
  void operator()(const PlotLine& line) { add(line.points); }
  void operator()(const PlotSteps& steps) { add(steps.points); }
  void operator()(const PlotHistogram& histogram) {
    for (const double edge : histogram.edges) x.add(edge);
    for (const double height : histogram.heights) y.add(height);
    y.add(0);
  }
  void operator()(const PlotWhiskers& whiskers) {
    for (const PlotWhiskers::Whisker& whisker : whiskers.whiskers) {
      x.add(whisker.x);
      y.add(whisker.low);
      y.add(whisker.high);
    }
  }
};

// What the axis says, or what the layers have with some room around.
PlotRange range_of(const PlotAxis& axis, const Extent& extent) {
  PlotRange range{0, 1};
  if (extent.low <= extent.high) {
    const double width = extent.high - extent.low;
    // Numbers that differ by rounding alone are shown as equal ones.
    const bool flat = !(width > 1e-9 * std::max(std::abs(extent.low), std::abs(extent.high)));
    const double margin = flat ? std::max(std::abs(extent.low) / 2, 1e-3) : 0.04 * width;
    range = {extent.low - margin, extent.high + margin};
  }
  if (!std::isnan(axis.low)) range.low = axis.low;
  if (!std::isnan(axis.high)) range.high = axis.high;
  if (!(range.low < range.high)) range.high = range.low + std::max(std::abs(range.low), 1.0);
  return range;
}

double width_of(const Ticks& ticks) {
  std::size_t most = 0;
  for (const std::string& label : ticks.labels) {
    const auto continued =
        std::ranges::count_if(label, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; });
    most = std::max(most, label.size() - static_cast<std::size_t>(continued));
  }
  return kCharacter * static_cast<double>(most) + 3;
}

}  // namespace

PlotArea make_plot_area(const Plot& plot) {
  Extents extents;
  for (const PlotLayer& layer : plot.layers) std::visit(extents, layer.shape);
  PlotArea area;
  area.x = range_of(plot.x, extents.x);
  area.y = range_of(plot.y, extents.y);
  area.y_ticks = nice_ticks(area.y.low, area.y.high, 7);
  area.left = 28 + width_of(area.y_ticks);
  area.top = 10;
  area.height = kPlotHeight - area.top - 48;
  for (std::size_t most = 7; most > 0; --most) {
    area.x_ticks = nice_ticks(area.x.low, area.x.high, most);
    const double label = width_of(area.x_ticks);
    area.width = kPlotWidth - area.left - std::max(12.0, label / 2 + 2);
    const double step = area.x_ticks.step / (area.x.high - area.x.low) * area.width;
    const bool fits = area.x_ticks.values.size() < 2 || step > label + 8;
    if (fits && (!plot.x.whole || area.x_ticks.step >= 1)) break;
  }
  return area;
}

}  // namespace plstm
