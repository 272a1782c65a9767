#pragma once

#include <string>
#include <vector>

#include <plstm/data/image.hpp>

#include "canvas.hpp"

namespace plstm::arrow {

struct Curve {
  std::string name;
  Colour colour;
  std::vector<double> values;  ///< at 1, 2, ...; NaN leaves a gap
};

struct Panel {
  std::string title;
  std::vector<Curve> curves;
  bool from_zero = false;  ///< the axis starts at 0, not at the least value
};

/// Line charts side by side, each with axes, round numbers at them and the curves' names.
Image draw_charts(const std::vector<Panel>& panels, const std::string& x_title);

}  // namespace plstm::arrow
