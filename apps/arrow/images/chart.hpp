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
  bool from_zero = false;  ///< true: the axis starts at 0; false: at the least value
};

/// Line charts side by side. Each has axes with round numbers and the names of its curves.
Image draw_charts(const std::vector<Panel>& panels, const std::string& x_title);

}  // namespace plstm::arrow
