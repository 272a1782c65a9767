#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace plstm {

/// Places of an axis that are easy to read: multiples of 1, 2 or 5 times a power of ten.
struct Ticks {
  double step = 1;
  std::vector<double> values;       ///< ascending, within the range of the axis
  std::vector<std::string> labels;  ///< one for each value, all with the same number of decimals
};

/// The ticks of the smallest step that gives at most `most` of them in [low, high]. Throws ConfigError unless low < high,
/// both are finite, and `most` is at least 1.
Ticks nice_ticks(double low, double high, std::size_t most);

}  // namespace plstm
