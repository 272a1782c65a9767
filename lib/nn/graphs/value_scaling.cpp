#include "plstm/nn/graphs/value_scaling.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {

namespace {

constexpr double kFarthest = 5;

// Entry `column` of each graph's values that is finite.
std::vector<double> finite_values(std::span<const PreparedGraph> graphs, std::span<const std::int32_t> rows,
                                  std::size_t column) {
  std::vector<double> values;
  values.reserve(rows.size());
  for (const std::int32_t row : rows) {
    const float value = graphs[static_cast<std::size_t>(row)].graph.graph_values[column];
    if (std::isfinite(value)) values.push_back(value);
  }
  return values;
}

// Appends mean and deviation of a column.
void add_column(std::span<const double> values, ValueScaling& scaling) {
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  const bool varies = std::ranges::any_of(values, [&](double value) { return value != values.front(); });
  scaling.mean.push_back(mean);
  scaling.scale.push_back(varies ? std::sqrt(squares / static_cast<double>(values.size())) : 0);
}

}  // namespace

void check_scaling(const ValueScaling& scaling, std::int32_t width) {
  const auto& [mean, scale] = scaling;
  if (mean.empty() && scale.empty()) return;
  const auto columns = static_cast<std::size_t>(width);
  if (mean.size() != columns || scale.size() != columns) {
    throw ConfigError(fmt::format("value scaling: {} means and {} scales for {} columns of values",
                                  mean.size(), scale.size(), width));
  }
  for (std::size_t i = 0; i < columns; ++i) {
    if (std::isfinite(mean[i]) && std::isfinite(scale[i]) && scale[i] >= 0) continue;
    throw ConfigError(fmt::format(
        "value scaling: column {} has mean {} and scale {}, expected finite numbers and no negative scale", i,
        mean[i], scale[i]));
  }
}

double scaled_value(const ValueScaling& scaling, std::size_t column, double value) {
  if (scaling.mean.empty()) return value;
  if (!std::isfinite(value) || scaling.scale[column] == 0) return 0;
  return std::clamp((value - scaling.mean[column]) / scaling.scale[column], -kFarthest, kFarthest);
}

ValueScaling make_graph_value_scaling(std::span<const PreparedGraph> graphs,
                                      std::span<const std::int32_t> rows) {
  ValueScaling scaling;
  if (rows.empty()) return scaling;
  for (const std::int32_t row : rows) {
    if (row < 0 || static_cast<std::size_t>(row) >= graphs.size()) {
      throw ShapeError(
          fmt::format("make_graph_value_scaling: row {} lies outside {} graphs", row, graphs.size()));
    }
    check_size("make_graph_value_scaling", fmt::format("values of graph {}", row),
               std::ssize(graphs[static_cast<std::size_t>(row)].graph.graph_values),
               std::ssize(graphs[static_cast<std::size_t>(rows.front())].graph.graph_values));
  }
  const std::size_t width = graphs[static_cast<std::size_t>(rows.front())].graph.graph_values.size();
  for (std::size_t column = 0; column < width; ++column) {
    add_column(finite_values(graphs, rows, column), scaling);
  }
  return scaling;
}

ValueScaling make_value_scaling(const ConstMatrixMap<double>& values, std::span<const std::int32_t> rows) {
  ValueScaling scaling;
  for (Index column = 0; column < values.cols(); ++column) {
    std::vector<double> known;
    for (const std::int32_t row : rows) {
      if (row < 0 || row >= values.rows()) {
        throw ShapeError(fmt::format("make_value_scaling: row {} lies outside {} rows", row, values.rows()));
      }
      if (std::isfinite(values(row, column))) known.push_back(values(row, column));
    }
    add_column(known, scaling);
  }
  return scaling;
}

template <class T>
Var<T> scaled_values(Tape<T>& tape, const ValueScaling& scaling, const std::vector<float>& values, Index rows,
                     Index width) {
  check_size("scaled_values", "values", std::ssize(values), rows * width);
  Var<T> scaled = tape.make_constant(rows, width);
  for (Index i = 0; i < scaled.size(); ++i) {
    const auto column = static_cast<std::size_t>(i % width);
    scaled.value[i] = static_cast<T>(scaled_value(scaling, column, values[static_cast<std::size_t>(i)]));
  }
  return scaled;
}

#define PLSTM_INSTANTIATE(T) \
  template Var<T> scaled_values<T>(Tape<T>&, const ValueScaling&, const std::vector<float>&, Index, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
