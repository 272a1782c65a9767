#include "plstm/nn/sequences/sequence_layer.hpp"

#include <cstdint>
#include <initializer_list>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/norm.hpp>

namespace plstm {

namespace {

void complete(const std::string& name, SequenceLayerOptions& o) {
  const TrackingWidths& j = o.tracking;
  if (o.width < 1 || o.heads < 1 || o.taps < 0) {
    throw ConfigError(
        fmt::format("{}: width {} and heads {} must be positive, the convolution's taps {} not negative",
                    name, o.width, o.heads, o.taps));
  }
  if (j.state < 1 || j.key < 1 || j.value < 1 || j.output < 1 || j.query < 1) {
    throw ConfigError(
        fmt::format("{}: the tracking widths JT {}, JK {}, JV {}, JO {}, JQ {} must be positive", name,
                    j.state, j.key, j.value, j.output, j.query));
  }
  if (o.key_width == 0 && o.width % o.heads != 0) {
    throw ConfigError(fmt::format("{}: {} heads do not divide the width {}", name, o.heads, o.width));
  }
  if (o.value_width == 0 && o.width % (o.heads * j.output) != 0) {
    throw ConfigError(
        fmt::format("{}: {} heads of JO = {} do not divide the width {}", name, o.heads, j.output, o.width));
  }
  if (o.key_width == 0) o.key_width = o.width / o.heads;
  if (o.value_width == 0) o.value_width = o.width / (o.heads * j.output);
  if (!o.out && o.heads * o.value_width * j.output != o.width) {
    throw ConfigError(
        fmt::format("{}: without an output projection {} heads of {} x {} values must make up the width {}",
                    name, o.heads, o.value_width, j.output, o.width));
  }
}

}  // namespace

SequenceLayer add_sequence_layer(ParameterLayout& layout, const std::string& name,
                                 SequenceLayerOptions options) {
  complete(name, options);
  SequenceLayer layer;
  layer.options = options;
  const SequenceLayerOptions& o = layer.options;
  const TrackingWidths& j = o.tracking;
  if (o.taps > 0) layer.convolution = add_causal_convolution(layout, name + ".conv._conv", o.width, o.taps);
  const auto gate = [&](const char* part, std::vector<std::int64_t> dims, double bias) {
    return add_head_gate(layout, name + part,
                         {.in = o.width,
                          .groups = o.heads,
                          .dims = std::move(dims),
                          .weight = o.gate_weights,
                          .bias_init = ConstantInit{bias},
                          .weight_init = NormalInit{0, o.gates.weight_std}});
  };
  layer.source = gate(".source.", {j.state, j.key, j.value}, o.gates.source_bias);
  layer.transition = add_transition_layer(layout, name + ".transition",
                                          {.in = o.width,
                                           .groups = o.heads,
                                           .state = j.state,
                                           .eigenvalues = o.eigenvalues,
                                           .norm = o.norm,
                                           .init = o.transition});
  layer.mark = gate(".mark.", {j.output, j.query, j.state}, o.gates.mark_bias);
  layer.direct = gate(".direct.", {j.output, j.query, j.key, j.value}, o.gates.direct_bias);
  const auto projection = [&](const char* part, Index width, Index tracking) {
    return add_head_projection(layout, name + part, {o.width, o.heads, width, tracking, o.sub_heads});
  };
  layer.query = projection(".query", o.key_width, j.query);
  layer.key = projection(".key", o.key_width, j.key);
  layer.value = projection(".value_", o.value_width, j.value);
  layer.norm_scale =
      layout.add(name + ".mhnorm.scale", {o.heads, o.value_width * j.output}, ConstantInit{1}, false);
  if (o.out) {
    layer.out =
        add_linear(layout, name + ".outprojection", o.heads * o.value_width * j.output, o.width, false);
  }
  if (o.passthrough) {
    layer.passthrough = layout.add(name + ".passthrough.scale", {o.width}, ConstantInit{1}, false);
  }
  return layer;
}

template <class T>
Var<T> run_sequence(Tape<T>& tape, const SequenceVars<T>& vars, const SequenceShape& shape,
                    const SequenceOptions& options) {
  SequenceVars<T> v = vars;
  const Index rows = shape.batch * shape.length;
  const TrackingWidths& j = shape.tracking;
  const auto check = [&](const char* name, const Var<T>& var, Index width) {
    check_shape("run_sequence", name, {var.rows, var.cols}, {rows, shape.heads * width});
  };
  check("query", v.query, shape.key_width * j.query);
  check("key", v.key, shape.key_width * j.key);
  check("value", v.value, shape.value_width * j.value);
  check("source", v.source, j.state * j.key * j.value);
  check("transition", v.transition, j.state * j.state);
  check("mark", v.mark, j.output * j.query * j.state);
  check("direct", v.direct, j.output * j.query * j.key * j.value);
  // The operator adds to all seven gradients. One that nothing needs gets memory that is not read.
  for (Var<T>* var : {&v.query, &v.key, &v.value, &v.source, &v.transition, &v.mark, &v.direct}) {
    if (tape.records() && var->gradient == nullptr) var->gradient = tape.make(var->rows, var->cols).gradient;
  }
  const Index heads = shape.heads;
  const auto read = [heads](const Var<T>& var) {
    return heads_in_columns<const T>(var.value, heads, var.cols / heads);
  };
  const SequenceInputs<T> inputs{shape,          read(v.query),      read(v.key),  read(v.value),
                                 read(v.source), read(v.transition), read(v.mark), read(v.direct)};
  const Index width = shape.value_width * j.output;
  Var<T> y = tape.make(rows, heads * width);
  SequenceWorkspace<T>* workspace = &tape.template workspace<SequenceWorkspace<T>>();
  SequenceStates<T>* states = tape.records() ? &tape.template state<SequenceStates<T>>() : nullptr;
  sequence_forward<T>(inputs, heads_in_columns(y.value, heads, width), nullptr, options, *workspace, states);
  tape.on_backward(y, [=, &tape](const T* dy) {
    const auto add_to = [heads, &tape](const Var<T>& var) {
      return heads_in_columns(tape.gradient(var), heads, var.cols / heads);
    };
    const SequenceGradients<T> gradients{add_to(v.query),  add_to(v.key),        add_to(v.value),
                                         add_to(v.source), add_to(v.transition), add_to(v.mark),
                                         add_to(v.direct)};
    sequence_backward<T>(inputs, heads_in_columns<const T>(dy, heads, width), nullptr, gradients, options,
                         *workspace, states);
  });
  return y;
}

template <class T>
Var<T> apply(Tape<T>& tape, const SequenceLayer& layer, Var<T> x, Index length) {
  const SequenceLayerOptions& o = layer.options;
  check_shape("sequence_layer", "x", {x.rows, x.cols}, {x.rows, o.width});
  if (length < 1 ? x.rows > 0 : x.rows % length != 0) {
    throw ShapeError(
        fmt::format("sequence_layer: sequences of length {} do not fill {} rows", length, x.rows));
  }
  const SequenceShape shape{
      length > 0 ? x.rows / length : 0, length, o.heads, o.key_width, o.value_width, o.tracking};
  const Var<T> c = o.taps > 0 ? apply(tape, layer.convolution, x, length) : x;
  const SequenceVars<T> vars{apply(tape, layer.query, c),      apply(tape, layer.key, c),
                             apply(tape, layer.value, x),      apply(tape, layer.source, c),
                             apply(tape, layer.transition, c), apply(tape, layer.mark, c),
                             apply(tape, layer.direct, c)};
  Var<T> y = run_sequence(tape, vars, shape, o.form);
  y = head_rms_norm(tape, y, tape.parameter(layer.norm_scale), o.epsilon);
  if (o.out) y = apply(tape, layer.out, y);
  if (o.passthrough) y = add(tape, y, scale_columns(tape, c, tape.parameter(layer.passthrough)));
  return y;
}

#define PLSTM_INSTANTIATE(T)                                                              \
  template Var<T> run_sequence<T>(Tape<T>&, const SequenceVars<T>&, const SequenceShape&, \
                                  const SequenceOptions&);                                \
  template Var<T> apply<T>(Tape<T>&, const SequenceLayer&, Var<T>, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
