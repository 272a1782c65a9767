#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <plstm/learn/plots/plot.hpp>

namespace plstm {

/// At most `most` of the points, in their order. The plane is cut into square cells, and only the first point of each
/// cell stays. The cells are as small as `most` allows, so that points apart from the others stay. All points stay if
/// they are no more than `most`.
std::vector<PlotPoint> thin_dots(std::span<const PlotPoint> points, std::size_t most);

/// The points of a line without those that are closer than `distance` to the last one kept. The first and the last point
/// stay, and so does a point that is higher or lower than both of its neighbours by at least `distance`.
std::vector<PlotPoint> thin_line(std::span<const PlotPoint> points, double distance);

}  // namespace plstm
