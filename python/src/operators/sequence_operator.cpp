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
#include <plstm/stm/sequences/sequence_operator.hpp>

#include "../arrays.hpp"
#include "operators.hpp"
#include "tensors.hpp"

namespace plstm::python {
namespace {

constexpr const char* kName = "sequence_operator";
constexpr std::array<Named<SequenceForm>, 3> kForms{{{SequenceForm::kAuto, "auto"},
                                                     {SequenceForm::kRecurrent, "recurrent"},
                                                     {SequenceForm::kChunkwise, "chunkwise"}}};
constexpr std::array<const char*, 7> kNames{"query",      "key",  "value", "source",
                                            "transition", "mark", "direct"};

template <class T>
using Inputs = std::vector<DenseTensor<const T>>;  // those of kNames
template <class T>
using Outputs = std::vector<DenseTensor<T>>;

template <class Array>
void check_count(const std::vector<Array>& tensors, std::size_t count) {
  if (tensors.size() != count) {
    throw ShapeError(fmt::format("{}: {} tensors, expected {}", kName, tensors.size(), count));
  }
}

template <class T>
SequenceShape shape_of_inputs(const Inputs<T>& in) {
  check_count(in, kNames.size());
  const auto at = [&](std::size_t tensor, std::size_t ndim, std::size_t dimension) {
    return size_at(kName, kNames[tensor], in[tensor], ndim, dimension);
  };
  return {.batch = at(0, 5, 0),
          .length = at(0, 5, 1),
          .heads = at(0, 5, 2),
          .key_width = at(0, 5, 3),
          .value_width = at(2, 5, 3),
          .tracking = {.state = at(4, 5, 3),
                       .key = at(1, 5, 4),
                       .value = at(2, 5, 4),
                       .output = at(5, 6, 3),
                       .query = at(0, 5, 4)}};
}

// Shapes of the inputs, and of the state and the output behind them.
std::array<TensorShape, 9> shapes(const SequenceShape& shape) {
  const auto n = [](Index size) { return static_cast<std::size_t>(size); };
  const auto b = n(shape.batch), t = n(shape.length), h = n(shape.heads);
  const auto k = n(shape.key_width), v = n(shape.value_width);
  const auto jt = n(shape.tracking.state), jk = n(shape.tracking.key), jv = n(shape.tracking.value),
             jo = n(shape.tracking.output), jq = n(shape.tracking.query);
  return {TensorShape{b, t, h, k, jq}, {b, t, h, k, jk},  {b, t, h, v, jv},
          {b, t, h, jt, jk, jv},       {b, t, h, jt, jt}, {b, t, h, jo, jq, jt},
          {b, t, h, jo, jq, jk, jv},   {b, h, k, v, jt},  {b, t, h, v, jo}};
}

template <class T, class Array>
HeadRows<T> rows(const Array& tensor, const TensorShape& shape) {
  std::size_t width = 1;
  for (std::size_t i = 3; i < shape.size(); ++i) width *= shape[i];
  return heads_in_columns<T>(tensor.data(), static_cast<std::ptrdiff_t>(shape[2]),
                             static_cast<std::ptrdiff_t>(width));
}

template <class T>
SequenceInputs<T> inputs_of(const SequenceShape& shape, const std::array<TensorShape, 9>& sizes,
                            const Inputs<T>& in, const std::optional<DenseTensor<const T>>& state) {
  for (std::size_t i = 0; i < kNames.size(); ++i) check_tensor(kName, kNames[i], in[i], sizes[i]);
  if (state) check_tensor(kName, "initial_state", *state, sizes[7]);
  const auto at = [&](std::size_t i) { return rows<const T>(in[i], sizes[i]); };
  return {shape, at(0), at(1), at(2), at(3), at(4), at(5), at(6), state ? state->data() : nullptr};
}

// Workspaces are small beside the tensors, so each call has its own.
template <class T>
void forward(const Inputs<T>& in, const std::optional<DenseTensor<const T>>& initial_state,
             const DenseTensor<T>& output, const std::optional<DenseTensor<T>>& final_state,
             const std::string& form, int levels) {
  const SequenceShape shape = shape_of_inputs<T>(in);
  const auto sizes = shapes(shape);
  const SequenceInputs<T> inputs = inputs_of<T>(shape, sizes, in, initial_state);
  check_tensor(kName, "output", output, sizes[8]);
  if (final_state) check_tensor(kName, "final_state", *final_state, sizes[7]);
  const SequenceOptions options{parse_named(kForms, "form", form), levels};
  const nb::gil_scoped_release release;
  SequenceWorkspace<T> workspace;
  sequence_forward(inputs, rows<T>(output, sizes[8]), final_state ? final_state->data() : nullptr, options,
                   workspace);
}

template <class T>
void backward(const Inputs<T>& in, const std::optional<DenseTensor<const T>>& initial_state,
              const DenseTensor<const T>& output_gradient,
              const std::optional<DenseTensor<const T>>& final_state_gradient, const Outputs<T>& gradients,
              const std::optional<DenseTensor<T>>& initial_state_gradient, const std::string& form,
              int levels) {
  const SequenceShape shape = shape_of_inputs<T>(in);
  const auto sizes = shapes(shape);
  const SequenceInputs<T> inputs = inputs_of<T>(shape, sizes, in, initial_state);
  check_tensor(kName, "output_gradient", output_gradient, sizes[8]);
  if (final_state_gradient) check_tensor(kName, "final_state_gradient", *final_state_gradient, sizes[7]);
  check_count(gradients, kNames.size());
  for (std::size_t i = 0; i < kNames.size(); ++i) check_tensor(kName, kNames[i], gradients[i], sizes[i]);
  if (initial_state_gradient) {
    check_tensor(kName, "initial_state_gradient", *initial_state_gradient, sizes[7]);
  }
  const auto at = [&](std::size_t i) { return rows<T>(gradients[i], sizes[i]); };
  const SequenceGradients<T> to{
      at(0), at(1), at(2), at(3),
      at(4), at(5), at(6), initial_state_gradient ? initial_state_gradient->data() : nullptr};
  const SequenceOptions options{parse_named(kForms, "form", form), levels};
  const nb::gil_scoped_release release;
  SequenceWorkspace<T> workspace;
  sequence_backward(inputs, rows<const T>(output_gradient, sizes[8]),
                    final_state_gradient ? final_state_gradient->data() : nullptr, to, options, workspace);
}

template <class T>
void add_calls(nb::module_& module) {
  module.def(
      "sequence_forward", &forward<T>, nb::arg("inputs").noconvert(),
      nb::arg("initial_state").noconvert().none(), nb::arg("output").noconvert(),
      nb::arg("final_state").noconvert().none(), nb::arg("form") = "auto", nb::arg("levels") = -1,
      "Writes output [B, T, H, V, JO], and final_state [B, H, K, V, JT] unless it is None. inputs are query "
      "[B, T, H, K, JQ], key [.., K, JK], value [.., V, JV], source [.., JT, JK, JV], transition [.., JT, "
      "JT], mark [.., JO, JQ, JT], direct [.., JO, JQ, JK, JV], row-major. Raises ShapeError, ConfigError.");
  module.def("sequence_backward", &backward<T>, nb::arg("inputs").noconvert(),
             nb::arg("initial_state").noconvert().none(), nb::arg("output_gradient").noconvert(),
             nb::arg("final_state_gradient").noconvert().none(), nb::arg("gradients").noconvert(),
             nb::arg("initial_state_gradient").noconvert().none(), nb::arg("form") = "auto",
             nb::arg("levels") = -1, "Adds to gradients, arrays with the shapes of the inputs.");
}

}  // namespace

void bind_sequence_operator(nb::module_& module) {
  add_calls<float>(module);
  add_calls<double>(module);
}

}  // namespace plstm::python
