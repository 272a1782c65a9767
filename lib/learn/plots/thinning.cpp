#include "plstm/learn/plots/thinning.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace plstm {
namespace {

using Cell = std::pair<double, double>;

// The first point of each cell; of more than `most` cells the first `most` + 1.
std::vector<PlotPoint> first_of_cells(std::span<const PlotPoint> points, double size, std::size_t most) {
  std::set<Cell> taken;
  std::vector<PlotPoint> kept;
  for (const PlotPoint& point : points) {
    if (kept.size() > most) break;
    if (taken.emplace(std::floor(point.x / size), std::floor(point.y / size)).second) kept.push_back(point);
  }
  return kept;
}

bool is_extreme(const PlotPoint& before, const PlotPoint& point, const PlotPoint& after, double distance) {
  const double up = point.y - before.y, down = point.y - after.y;
  return (up >= distance && down >= distance) || (up <= -distance && down <= -distance);
}

}  // namespace

std::vector<PlotPoint> thin_dots(std::span<const PlotPoint> points, std::size_t most) {
  if (points.size() <= most) return {points.begin(), points.end()};
  if (most == 0) return {};
  double largest = 0;
  for (const PlotPoint& point : points) {
    largest = std::max({largest, std::abs(point.x), std::abs(point.y)});
  }
  // From a thousandth of the range on, so that points of any scale are served.
  double size = std::max(largest, 1e-300) / 1024;
  for (;; size *= 1.25) {
    std::vector<PlotPoint> kept = first_of_cells(points, size, most);
    if (kept.size() <= most) return kept;
    if (!std::isfinite(size)) return {points.begin(), points.begin() + static_cast<std::ptrdiff_t>(most)};
  }
}

std::vector<PlotPoint> thin_line(std::span<const PlotPoint> points, double distance) {
  std::vector<PlotPoint> kept;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const PlotPoint& point = points[i];
    const bool end = i == 0 || i + 1 == points.size();
    if (end || std::hypot(point.x - kept.back().x, point.y - kept.back().y) >= distance ||
        is_extreme(points[i - 1], point, points[i + 1], distance)) {
      kept.push_back(point);
    }
  }
  return kept;
}

}  // namespace plstm
