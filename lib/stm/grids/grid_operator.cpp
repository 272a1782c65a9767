#include "plstm/stm/grids/grid_operator.hpp"

#include <cmath>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "core/dispatch.hpp"
#include "stm/grids/grid_block.hpp"

namespace plstm {

namespace {

void check(const char* function, const GridShape& s, const GridOptions& options) {
  const auto at_least = [&](Index least, std::initializer_list<std::pair<const char*, Index>> sizes) {
    for (const auto& [name, size] : sizes) {
      if (size < least)
        throw ShapeError(fmt::format("{}: shape.{} is {}, must be at least {}", function, name, size, least));
    }
  };
  at_least(0, {{"batch", s.batch}, {"size_x", s.size_x}, {"size_y", s.size_y}, {"heads", s.heads}});
  at_least(1, {{"key_width", s.key_width},
               {"value_width", s.value_width},
               {"tracking.state", s.tracking.state},
               {"tracking.key", s.tracking.key},
               {"tracking.value", s.tracking.value},
               {"tracking.output", s.tracking.output},
               {"tracking.query", s.tracking.query}});
  if (s.orientations != 1 && s.orientations != 4)
    throw ConfigError(fmt::format("{}: shape.orientations is {}, must be 1 or 4", function, s.orientations));
  if (options.levels < -1 || options.levels > 6)
    throw ConfigError(fmt::format("{}: levels is {}, must lie between 0 and 6, or be -1 for the default",
                                  function, options.levels));
}

// What has rows must have memory; only the turns may be missing. `rows` is GridInputs or GridGradients.
template <class Rows>
void check_present(const char* function, const char* prefix, const Rows& rows) {
  const auto check_one = [&](const char* name, const void* data) {
    if (data == nullptr) throw ShapeError(fmt::format("{}: {}{} has no data", function, prefix, name));
  };
  check_one("query", rows.query.data);
  check_one("key", rows.key.data);
  check_one("value", rows.value.data);
  check_one("source_right", rows.source_right.data);
  check_one("source_down", rows.source_down.data);
  check_one("left_to_right", rows.left_to_right.data);
  check_one("up_to_down", rows.up_to_down.data);
  check_one("mark_left", rows.mark_left.data);
  check_one("mark_up", rows.mark_up.data);
  check_one("direct", rows.direct.data);
}

// The gradient of a turn is read by no one where the turn itself is missing.
template <class T>
void check_turn_gradients(const GridInputs<T>& inputs, const GridGradients<T>& gradients) {
  const auto check_one = [](const char* name, const T* input, const T* gradient) {
    if (input != nullptr && gradient == nullptr)
      throw ShapeError(fmt::format("grid_backward: gradients.{} has no data", name));
  };
  check_one("left_to_down", inputs.left_to_down.data, gradients.left_to_down.data);
  check_one("up_to_right", inputs.up_to_right.data, gradients.up_to_right.data);
}

void check_result(const char* function, const char* name, const void* data) {
  if (data == nullptr) throw ShapeError(fmt::format("{}: {} has no data", function, name));
}

template <class T>
GridCall<T> make_call(const char* function, const GridInputs<T>& inputs, const GridOptions& options,
                      GridWorkspace<T>& workspace) {
  check(function, inputs.shape, options);
  return {inputs, workspace, kernels<GridKernels<T>>(),
          static_cast<T>(1 / std::sqrt(static_cast<double>(inputs.shape.key_width)))};
}

// Nanoseconds per node and head on one thread, forward and backward, fitted to measurements
// (docs/operator.md, section 8). Path sums of larger grids do not fit the second cache.
GridForm choose_form(const GridShape& s, GridForm form) {
  constexpr double kLargestDense = 800;
  const TrackingWidths& j = s.tracking;
  const bool plain = j.state == 1 && j.key == 1 && j.value == 1 && j.output == 1 && j.query == 1;
  const GridForm linear = plain ? GridForm::kSliced : GridForm::kChunkwise;
  if (form == GridForm::kSliced) return linear;
  if (form != GridForm::kAuto) return form;
  const auto nodes = static_cast<double>(s.size_x * s.size_y);
  const auto orientations = static_cast<double>(s.orientations);
  const auto widths = static_cast<double>(s.key_width + s.value_width);
  const auto state = static_cast<double>(s.tracking.state * s.key_width * s.value_width);
  const double dense = nodes * (0.42 + 0.037 * widths + 0.42 * orientations);
  const double other = orientations * (plain ? 90 + 0.55 * state : 550 + 1.2 * state);
  return nodes <= kLargestDense && dense <= other ? GridForm::kDense : linear;
}

// Chunkwise, blocks of 4 x 4 nodes: larger ones cost more products at the borders, smaller ones more states.
// Sliced, 8 x 8: the states inside of larger ones would leave the second cache.
int choose_levels(GridForm form, int levels) {
  if (levels >= 0) return levels;
  return form == GridForm::kSliced ? 3 : 2;
}

template <class T>
std::size_t kept_states(const GridCall<T>& call, GridForm form, int levels) {
  switch (form) {
    case GridForm::kRecurrent:
      return grid_recurrent_states(call);
    case GridForm::kChunkwise:
      return grid_chunkwise_states(call, levels);
    case GridForm::kSliced:
      return grid_sliced_states(call, levels);
    default:
      return 0;
  }
}

}  // namespace

template <class T>
void grid_forward(const GridInputs<T>& inputs, HeadRows<T> output, const GridOptions& options,
                  GridWorkspace<T>& workspace, GridStates<T>* states) {
  const GridCall<T> call = make_call("grid_forward", inputs, options, workspace);
  if (call.items() == 0 || call.nodes() == 0) return;
  check_present("grid_forward", "inputs.", inputs);
  check_result("grid_forward", "output", output.data);
  const GridForm form = choose_form(inputs.shape, options.form);
  const int levels = choose_levels(form, options.levels);
  T* kept = states == nullptr ? nullptr : states->data.reserve(kept_states(call, form, levels));
  if (form == GridForm::kDense) return grid_dense_forward(call, output);
  if (form == GridForm::kChunkwise) return grid_chunkwise_forward(call, levels, output, kept);
  if (form == GridForm::kSliced) return grid_sliced_forward(call, levels, output, kept);
  grid_recurrent_forward(call, output, kept);
}

template <class T>
void grid_backward(const GridInputs<T>& inputs, HeadRows<const T> output_gradient,
                   const GridGradients<T>& gradients, const GridOptions& options, GridWorkspace<T>& workspace,
                   const GridStates<T>* states) {
  const GridCall<T> call = make_call("grid_backward", inputs, options, workspace);
  if (call.items() == 0 || call.nodes() == 0) return;
  const GridForm form = choose_form(inputs.shape, options.form);
  const int levels = choose_levels(form, options.levels);
  if (states != nullptr && states->data.capacity() < kept_states(call, form, levels)) {
    throw ConfigError(
        "grid_backward: the states are not those that grid_forward kept for these inputs and options");
  }
  check_present("grid_backward", "inputs.", inputs);
  check_result("grid_backward", "output_gradient", output_gradient.data);
  check_present("grid_backward", "gradients.", gradients);
  check_turn_gradients(inputs, gradients);
  const T* kept = states == nullptr ? nullptr : states->data.data();
  if (form == GridForm::kDense) return grid_dense_backward(call, output_gradient, gradients);
  if (form == GridForm::kChunkwise)
    return grid_chunkwise_backward(call, levels, output_gradient, gradients, kept);
  if (form == GridForm::kSliced) return grid_sliced_backward(call, levels, output_gradient, gradients, kept);
  grid_recurrent_backward(call, output_gradient, gradients, kept);
}

#define PLSTM_INSTANTIATE(T)                                                                              \
  template void grid_forward<T>(const GridInputs<T>&, HeadRows<T>, const GridOptions&, GridWorkspace<T>&, \
                                GridStates<T>*);                                                          \
  template void grid_backward<T>(const GridInputs<T>&, HeadRows<const T>, const GridGradients<T>&,        \
                                 const GridOptions&, GridWorkspace<T>&, const GridStates<T>*);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
