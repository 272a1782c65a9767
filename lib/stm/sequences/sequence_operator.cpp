#include <cmath>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "core/dispatch.hpp"
#include "stm/sequences/sequence_call.hpp"

namespace plstm {

namespace {

constexpr int kMostLevels = 12;

// Levels of chunks that are fastest for K = V from 16 to 128: gates inside a chunk cost the square of its
// length, by the number of gates between two steps.
int chunk_levels(const TrackingWidths& widths) {
  const Index gates = widths.output * widths.query * widths.key * widths.value;
  return gates == 1 ? 6 : gates <= 8 ? 5 : 4;
}

// Every 16th state: those in between are made again in the second cache.
constexpr int kRecurrentLevels = 4;

void check_sizes(const char* function, const SequenceShape& shape) {
  const auto check = [&](const char* name, Index size, Index least) {
    if (size < least)
      throw ShapeError(fmt::format("{}: {} is {}, expected {} or more", function, name, size, least));
  };
  check("batch", shape.batch, 0);
  check("length", shape.length, 0);
  check("heads", shape.heads, 1);
  check("key_width", shape.key_width, 1);
  check("value_width", shape.value_width, 1);
  check("tracking.state", shape.tracking.state, 1);
  check("tracking.key", shape.tracking.key, 1);
  check("tracking.value", shape.tracking.value, 1);
  check("tracking.output", shape.tracking.output, 1);
  check("tracking.query", shape.tracking.query, 1);
}

// What has rows must have memory.
template <class Rows>
void check_present(const char* function, const char* prefix, const SequenceShape& shape, const Rows& rows) {
  if (shape.batch == 0 || shape.length == 0) return;
  const auto check = [&](const char* name, const void* data) {
    if (data == nullptr) throw ShapeError(fmt::format("{}: {}{} has no data", function, prefix, name));
  };
  check("query", rows.query.data);
  check("key", rows.key.data);
  check("value", rows.value.data);
  check("source", rows.source.data);
  check("transition", rows.transition.data);
  check("mark", rows.mark.data);
  check("direct", rows.direct.data);
}

template <class T>
SequenceCall<T> make_call(const char* function, const SequenceInputs<T>& in, const T* output,
                          const SequenceOptions& options, SequenceWorkspace<T>& workspace) {
  const SequenceShape& shape = in.shape;
  check_sizes(function, shape);
  check_present(function, "inputs.", shape, in);
  if (output == nullptr && shape.batch > 0 && shape.length > 0)
    throw ShapeError(fmt::format("{}: the output has no data", function));
  if (options.levels > kMostLevels) {
    throw ConfigError(fmt::format("{}: levels is {}, expected {} or less (negative: chosen from the sizes)",
                                  function, options.levels, kMostLevels));
  }
  const bool chunkwise = options.form != SequenceForm::kRecurrent;
  const int most = options.levels >= 0 ? options.levels
                   : chunkwise         ? chunk_levels(shape.tracking)
                                       : kRecurrentLevels;
  const auto length = static_cast<std::size_t>(shape.length);
  std::size_t chunk = 1;
  for (int level = 0; level < most && chunk < length; ++level) chunk *= 2;
  const TrackingWidths& j = shape.tracking;
  return {shape,
          kernels<SequenceKernels<T>>(),
          workspace,
          {in.query, in.key, in.value, in.source, in.transition, in.mark, in.direct, shape.key_width,
           shape.value_width, j.state, j.key, j.value, j.output, j.query,
           static_cast<T>(1 / std::sqrt(static_cast<double>(shape.key_width)))},
          chunk,
          (length + chunk - 1) / chunk,
          chunkwise};
}

}  // namespace

template <class T>
void sequence_forward(const SequenceInputs<T>& inputs, HeadRows<T> output, T* final_state,
                      const SequenceOptions& options, SequenceWorkspace<T>& workspace,
                      SequenceStates<T>* states) {
  const SequenceCall<T> call = make_call<T>("sequence_forward", inputs, output.data, options, workspace);
  T* borders = states == nullptr ? nullptr : states->data.reserve(call.borders_size());
  if (call.chunkwise) {
    chunkwise_forward(call, inputs.initial_state, output, final_state, borders);
  } else {
    recurrent_forward(call, inputs.initial_state, output, final_state, borders);
  }
}

template <class T>
void sequence_backward(const SequenceInputs<T>& inputs, HeadRows<const T> output_gradient,
                       const T* final_state_gradient, const SequenceGradients<T>& gradients,
                       const SequenceOptions& options, SequenceWorkspace<T>& workspace,
                       const SequenceStates<T>* states) {
  const SequenceCall<T> call =
      make_call<T>("sequence_backward", inputs, output_gradient.data, options, workspace);
  check_present("sequence_backward", "gradients.", inputs.shape, gradients);
  if (states != nullptr && states->data.capacity() < call.borders_size()) {
    throw ConfigError(
        "sequence_backward: the states are not those that sequence_forward kept for these sizes and options");
  }
  const SequenceGradientView<T> view{gradients.query,      gradients.key,  gradients.value, gradients.source,
                                     gradients.transition, gradients.mark, gradients.direct};
  const T* borders = states == nullptr ? nullptr : states->data.data();
  if (borders == nullptr) {
    T* made = workspace.borders.reserve(call.borders_size());
    call.chunkwise ? chunkwise_states(call, inputs.initial_state, made)
                   : recurrent_states(call, inputs.initial_state, made);
    borders = made;
  }
  if (call.chunkwise) {
    chunkwise_backward(call, inputs.initial_state != nullptr, output_gradient, final_state_gradient, view,
                       gradients.initial_state, borders);
  } else {
    recurrent_backward(call, output_gradient, final_state_gradient, view, gradients.initial_state, borders);
  }
}

#define PLSTM_INSTANTIATE(T)                                                                           \
  template void sequence_forward<T>(const SequenceInputs<T>&, HeadRows<T>, T*, const SequenceOptions&, \
                                    SequenceWorkspace<T>&, SequenceStates<T>*);                        \
  template void sequence_backward<T>(const SequenceInputs<T>&, HeadRows<const T>, const T*,            \
                                     const SequenceGradients<T>&, const SequenceOptions&,              \
                                     SequenceWorkspace<T>&, const SequenceStates<T>*);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
