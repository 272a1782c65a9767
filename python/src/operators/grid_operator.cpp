#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/stm/grids/grid_operator.hpp>

#include "../arrays.hpp"
#include "operators.hpp"
#include "tensors.hpp"

namespace plstm::python {
namespace {

constexpr const char* kName = "grid_operator";
constexpr std::array<Named<GridForm>, 5> kForms{{{GridForm::kAuto, "auto"},
                                                 {GridForm::kRecurrent, "recurrent"},
                                                 {GridForm::kChunkwise, "chunkwise"},
                                                 {GridForm::kDense, "dense"},
                                                 {GridForm::kSliced, "sliced"}}};
constexpr std::array<const char*, 12> kNames{"query",       "key",           "value",      "source_right",
                                             "source_down", "left_to_right", "up_to_down", "left_to_down",
                                             "up_to_right", "mark_left",     "mark_up",    "direct"};
constexpr std::size_t kLeftToDown = 7, kUpToRight = 8;

template <class T>
using Inputs = std::vector<std::optional<DenseTensor<const T>>>;  // those of kNames
template <class T>
using Outputs = std::vector<std::optional<DenseTensor<T>>>;

bool may_be_absent(std::size_t i) {
  return i == kLeftToDown || i == kUpToRight;
}

template <class Tensors>
void check_present(const Tensors& tensors) {
  if (tensors.size() != kNames.size()) {
    throw ShapeError(fmt::format("{}: {} tensors, expected {}", kName, tensors.size(), kNames.size()));
  }
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (!tensors[i] && !may_be_absent(i)) throw ShapeError(fmt::format("{}: {} is None", kName, kNames[i]));
  }
}

template <class T>
GridShape shape_of_inputs(const Inputs<T>& in) {
  check_present(in);
  const auto at = [&](std::size_t tensor, std::size_t ndim, std::size_t dimension) {
    return size_at(kName, kNames[tensor], *in[tensor], ndim, dimension);
  };
  return {.batch = at(0, 6, 0),
          .size_x = at(0, 6, 1),
          .size_y = at(0, 6, 2),
          .heads = at(0, 6, 3),
          .key_width = at(0, 6, 4),
          .value_width = at(2, 6, 4),
          .tracking = {.state = at(5, 7, 5),
                       .key = at(1, 6, 5),
                       .value = at(2, 6, 5),
                       .output = at(9, 8, 5),
                       .query = at(0, 6, 5)},
          .orientations = at(5, 7, 4)};
}

// Shapes of the inputs, and of the output behind them.
std::array<TensorShape, 13> shapes(const GridShape& shape) {
  const auto n = [](Index size) { return static_cast<std::size_t>(size); };
  const TensorShape node{n(shape.batch), n(shape.size_x), n(shape.size_y), n(shape.heads)};
  const auto k = n(shape.key_width), v = n(shape.value_width), o = n(shape.orientations);
  const auto jt = n(shape.tracking.state), jk = n(shape.tracking.key), jv = n(shape.tracking.value),
             jo = n(shape.tracking.output), jq = n(shape.tracking.query);
  const auto at_node = [&](std::initializer_list<std::size_t> entries) {
    TensorShape all = node;
    all.insert(all.end(), entries);
    return all;
  };
  return {at_node({k, jq}),         at_node({k, jk}),         at_node({v, jv}),
          at_node({o, jt, jk, jv}), at_node({o, jt, jk, jv}), at_node({o, jt, jt}),
          at_node({o, jt, jt}),     at_node({o, jt, jt}),     at_node({o, jt, jt}),
          at_node({o, jo, jq, jt}), at_node({o, jo, jq, jt}), at_node({jo, jq, jk, jv}),
          at_node({v, jo})};
}

// Those of gates have a head for each orientation.
bool is_gate(std::size_t i) {
  return i >= 3 && i <= 10;
}

template <class T, class Array>
HeadRows<T> rows(const Array& tensor, const TensorShape& shape, bool gate) {
  std::size_t width = 1;
  for (std::size_t i = gate ? 5 : 4; i < shape.size(); ++i) width *= shape[i];
  const std::size_t heads = gate ? shape[3] * shape[4] : shape[3];
  return heads_in_columns<T>(tensor.data(), static_cast<std::ptrdiff_t>(heads),
                             static_cast<std::ptrdiff_t>(width));
}

template <class T, class Tensors>
HeadRows<T> rows_of(const Tensors& tensors, const std::array<TensorShape, 13>& sizes, std::size_t i) {
  if (!tensors[i]) return {};
  return rows<T>(*tensors[i], sizes[i], is_gate(i));
}

template <class Tensors>
void check_shapes(const Tensors& tensors, const std::array<TensorShape, 13>& sizes) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (tensors[i]) check_tensor(kName, kNames[i], *tensors[i], sizes[i]);
  }
}

template <class T>
GridInputs<T> inputs_of(const GridShape& shape, const std::array<TensorShape, 13>& sizes,
                        const Inputs<T>& in) {
  check_shapes(in, sizes);
  const auto at = [&](std::size_t i) { return rows_of<const T>(in, sizes, i); };
  return {shape, at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8), at(9), at(10), at(11)};
}

template <class T>
void forward(const Inputs<T>& in, const DenseTensor<T>& output, const std::string& form, int levels) {
  const GridShape shape = shape_of_inputs<T>(in);
  const auto sizes = shapes(shape);
  const GridInputs<T> inputs = inputs_of<T>(shape, sizes, in);
  check_tensor(kName, "output", output, sizes[12]);
  const GridOptions options{parse_named(kForms, "form", form), levels};
  const nb::gil_scoped_release release;
  GridWorkspace<T> workspace;
  grid_forward(inputs, rows<T>(output, sizes[12], false), options, workspace);
}

template <class T>
void backward(const Inputs<T>& in, const DenseTensor<const T>& output_gradient, const Outputs<T>& gradients,
              const std::string& form, int levels) {
  const GridShape shape = shape_of_inputs<T>(in);
  const auto sizes = shapes(shape);
  const GridInputs<T> inputs = inputs_of<T>(shape, sizes, in);
  check_tensor(kName, "output_gradient", output_gradient, sizes[12]);
  check_present(gradients);
  check_shapes(gradients, sizes);
  for (const std::size_t i : {kLeftToDown, kUpToRight}) {
    if (in[i].has_value() && !gradients[i].has_value()) {
      throw ShapeError(fmt::format("{}: the gradient of {} is None", kName, kNames[i]));
    }
  }
  const auto at = [&](std::size_t i) { return rows_of<T>(gradients, sizes, i); };
  const GridGradients<T> to{at(0), at(1), at(2), at(3), at(4),  at(5),
                            at(6), at(7), at(8), at(9), at(10), at(11)};
  const GridOptions options{parse_named(kForms, "form", form), levels};
  const nb::gil_scoped_release release;
  GridWorkspace<T> workspace;
  grid_backward(inputs, rows<const T>(output_gradient, sizes[12], false), to, options, workspace);
}

template <class T>
void add_calls(nb::module_& module) {
  module.def(
      "grid_forward", &forward<T>, nb::arg("inputs").noconvert(), nb::arg("output").noconvert(),
      nb::arg("form") = "auto", nb::arg("levels") = -1,
      "Writes output [B, X, Y, H, V, JO]. inputs are query [B, X, Y, H, K, JQ], key [.., K, JK], value [.., "
      "V, "
      "JV], source_right, source_down [.., O, JT, JK, JV], left_to_right, up_to_down, left_to_down, "
      "up_to_right [.., O, JT, JT], mark_left, mark_up [.., O, JO, JQ, JT], direct [.., JO, JQ, JK, JV], "
      "row-major; left_to_down and up_to_right may be None. Raises ShapeError, ConfigError.");
  module.def("grid_backward", &backward<T>, nb::arg("inputs").noconvert(),
             nb::arg("output_gradient").noconvert(), nb::arg("gradients").noconvert(),
             nb::arg("form") = "auto", nb::arg("levels") = -1,
             "Adds to gradients, arrays with the shapes of the inputs.");
}

}  // namespace

void bind_grid_operator(nb::module_& module) {
  add_calls<float>(module);
  add_calls<double>(module);
}

}  // namespace plstm::python
