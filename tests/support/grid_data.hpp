#pragma once

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/random.hpp>
#include <plstm/stm/grids/grid_operator.hpp>

#include "support/vectors.hpp"

namespace plstm::test {

/// The twelve arrays of the grid operator, in the order of GridInputs, each [rows, heads (times
/// orientations), width]; an absent turn is empty.
struct GridData {
  GridShape shape;
  std::array<std::vector<double>, 12> arrays = {};
};

inline constexpr const char* kGridArrays[] = {"query",
                                              "key",
                                              "value",
                                              "source_right",
                                              "source_down",
                                              "transition_left_to_right",
                                              "transition_up_to_down",
                                              "transition_left_to_down",
                                              "transition_up_to_right",
                                              "mark_left",
                                              "mark_up",
                                              "direct"};

/// Which turns there are: both, or one of the two chiralities of D-mode.
enum class GridTurns { kBoth, kUpToRight, kLeftToDown };

/// Heads and width of array i.
inline std::pair<Index, Index> grid_array_sizes(const GridShape& s, std::size_t i) {
  const TrackingWidths& j = s.tracking;
  const Index widths[] = {s.key_width * j.query,
                          s.key_width * j.key,
                          s.value_width * j.value,
                          j.state * j.key * j.value,
                          j.state * j.key * j.value,
                          j.state * j.state,
                          j.state * j.state,
                          j.state * j.state,
                          j.state * j.state,
                          j.output * j.query * j.state,
                          j.output * j.query * j.state,
                          j.output * j.query * j.key * j.value};
  return {i < 3 || i == 11 ? s.heads : s.heads * s.orientations, widths[i]};
}

inline GridData random_grid_data(const GridShape& shape, GridTurns turns, Random& random,
                                 double transition = 0.5) {
  GridData data{shape};
  const Index rows = shape.batch * shape.size_x * shape.size_y;
  for (std::size_t i = 0; i < data.arrays.size(); ++i) {
    if ((i == 7 && turns == GridTurns::kUpToRight) || (i == 8 && turns == GridTurns::kLeftToDown)) continue;
    const auto [heads, width] = grid_array_sizes(shape, i);
    data.arrays[i] = random_normal<double>(static_cast<std::size_t>(rows * heads * width), random,
                                           i >= 5 && i < 9 ? transition : 1.0);
  }
  return data;
}

struct GridResult {
  std::vector<double> output;
  GridData gradients;
};

/// The arrays in another precision, and views of them.
template <class T>
struct GridArrays {
  GridShape shape;
  std::array<std::vector<T>, 12> arrays;

  explicit GridArrays(const GridData& data) : shape(data.shape) {
    for (std::size_t i = 0; i < arrays.size(); ++i)
      arrays[i].assign(data.arrays[i].begin(), data.arrays[i].end());
  }
  HeadRows<T> rows(std::size_t i) {
    const auto [heads, width] = grid_array_sizes(shape, i);
    return heads_in_columns(arrays[i].empty() ? nullptr : arrays[i].data(), heads, width);
  }
  GridInputs<T> inputs() {
    const auto in = [&](std::size_t i) {
      const HeadRows<T> from = rows(i);
      return HeadRows<const T>{from.data, from.row_stride, from.head_stride};
    };
    return {shape, in(0), in(1), in(2), in(3), in(4), in(5), in(6), in(7), in(8), in(9), in(10), in(11)};
  }
  GridGradients<T> gradients() {
    return {rows(0), rows(1), rows(2), rows(3), rows(4),  rows(5),
            rows(6), rows(7), rows(8), rows(9), rows(10), rows(11)};
  }
  void clear() {
    for (auto& array : arrays) std::fill(array.begin(), array.end(), T(0));
  }
};

/// Output and gradients of the operator; with `keep_states`, the forward pass leaves its states.
template <class T>
GridResult run_grid(const GridData& data, const std::vector<double>& output_gradient,
                    const GridOptions& options, bool keep_states = true) {
  GridArrays<T> arrays(data);
  GridArrays<T> gradients(data);
  gradients.clear();
  const std::vector<T> dy(output_gradient.begin(), output_gradient.end());
  std::vector<T> output(dy.size(), T(7));
  const Index width = data.shape.value_width * data.shape.tracking.output;
  GridWorkspace<T> workspace;
  GridStates<T> kept;
  GridStates<T>* states = keep_states ? &kept : nullptr;
  grid_forward<T>(arrays.inputs(), heads_in_columns(output.data(), data.shape.heads, width), options,
                  workspace, states);
  grid_backward<T>(arrays.inputs(), heads_in_columns<const T>(dy.data(), data.shape.heads, width),
                   gradients.gradients(), options, workspace, states);
  GridResult result{{output.begin(), output.end()}, {data.shape}};
  for (std::size_t i = 0; i < gradients.arrays.size(); ++i)
    result.gradients.arrays[i].assign(gradients.arrays[i].begin(), gradients.arrays[i].end());
  return result;
}

inline std::size_t grid_output_size(const GridShape& s) {
  return static_cast<std::size_t>(s.batch * s.size_x * s.size_y * s.heads * s.value_width *
                                  s.tracking.output);
}

/// Element by element, relative to the largest of the array.
inline void expect_close(const GridResult& actual, const GridResult& expected, double tolerance) {
  const auto compare = [&](const char* name, const std::vector<double>& a, const std::vector<double>& b) {
    ASSERT_EQ(a.size(), b.size()) << name;
    double largest = 1;
    for (const double x : b) largest = std::max(largest, std::abs(x));
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!(std::abs(a[i] - b[i]) <= tolerance * largest)) {
        ADD_FAILURE() << name << "[" << i << "] is " << a[i] << ", expected " << b[i];
        return;
      }
    }
  };
  compare("output", actual.output, expected.output);
  for (std::size_t i = 0; i < actual.gradients.arrays.size(); ++i)
    compare(kGridArrays[i], actual.gradients.arrays[i], expected.gradients.arrays[i]);
}

}  // namespace plstm::test
