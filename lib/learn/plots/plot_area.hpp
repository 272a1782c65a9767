#pragma once

#include <algorithm>

#include <plstm/learn/plots/plot.hpp>
#include <plstm/learn/plots/ticks.hpp>

namespace plstm {

struct PlotRange {
  double low = 0, high = 1;
};

/// Where the numbers of a plot lie in its picture.
struct PlotArea {
  PlotRange x, y;
  Ticks x_ticks, y_ticks;
  double left = 0, top = 0, width = 0, height = 0;  ///< of the inner rectangle, in the units of the picture

  /// From the corner of the inner rectangle, whose y axis points down. What lies far outside stays outside, but near
  /// enough to be written.
  PlotPoint place(const PlotPoint& point) const {
    const auto share = [](double value, const PlotRange& range) {
      return std::clamp((value - range.low) / (range.high - range.low), -100.0, 100.0);
    };
    return {share(point.x, x) * width, (1 - share(point.y, y)) * height};
  }
};

/// Ranges, ticks and margins, such that all labels have room.
PlotArea make_plot_area(const Plot& plot);

}  // namespace plstm
