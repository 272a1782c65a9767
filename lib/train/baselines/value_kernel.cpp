#include "plstm/train/baselines/value_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

constexpr double kFarthest = 5;

}  // namespace

void check_value_kernel(const ValueKernel& kernel) {
  constexpr double kRounding = 1e-9;
  const auto is_finite = [](double number) { return std::isfinite(number); };
  const auto is_scale = [](double number) { return std::isfinite(number) && number >= 0; };
  if (kernel.mean.size() != kernel.scale.size() || !std::ranges::all_of(kernel.mean, is_finite) ||
      !std::ranges::all_of(kernel.scale, is_scale)) {
    throw ConfigError(fmt::format(
        "a kernel of values has {} means and {} scales, expected equally many finite numbers and no "
        "negative scale",
        kernel.mean.size(), kernel.scale.size()));
  }
  const double sum = kernel.of_graphs + kernel.of_values + kernel.of_both;
  if (!(kernel.of_graphs >= 0 && kernel.of_values >= 0 && kernel.of_both >= 0 &&
        std::abs(sum - 1) < kRounding)) {
    throw ConfigError(fmt::format("a kernel of values has the shares {}, {} and {}, expected 1 together",
                                  kernel.of_graphs, kernel.of_values, kernel.of_both));
  }
  if (!(kernel.length > 0) || !std::isfinite(kernel.length)) {
    throw ConfigError(
        fmt::format("a kernel of values has the length {}, expected a positive number", kernel.length));
  }
}

GraphValues values_of_graph(GraphValues values, std::size_t columns) {
  if (values.size() < columns) {
    throw ShapeError(fmt::format("a graph has {} values, and the last {} are to be those beside it",
                                 values.size(), columns));
  }
  return values.first(values.size() - columns);
}

void standardize_values(const ValueKernel& kernel, GraphValues values, std::span<double> to) {
  check_size("standardize_values", "standardised values", std::ssize(to), std::ssize(kernel.mean));
  if (values.size() < to.size()) {
    throw ShapeError(
        fmt::format("a graph has {} values, and the last {} are to be read", values.size(), to.size()));
  }
  const GraphValues last = values.last(to.size());
  for (std::size_t i = 0; i < to.size(); ++i) {
    const double value = last[i];
    to[i] = std::isfinite(value) && kernel.scale[i] > 0
                ? std::clamp((value - kernel.mean[i]) / kernel.scale[i], -kFarthest, kFarthest)
                : 0;
  }
}

double likeness_of_values(const ValueKernel& kernel, std::span<const double> a, std::span<const double> b) {
  double square = 0;
  for (std::size_t i = 0; i < a.size(); ++i) square += (a[i] - b[i]) * (a[i] - b[i]);
  return a.empty() ? 1
                   : std::exp(-square / (2 * static_cast<double>(a.size()) * kernel.length * kernel.length));
}

}  // namespace plstm
