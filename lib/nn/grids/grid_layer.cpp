#include "plstm/nn/grids/grid_layer.hpp"

#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/grids/grid_angle.hpp>
#include <plstm/nn/grids/grid_recurrence.hpp>
#include <plstm/nn/shared/norm.hpp>

namespace plstm {

namespace {

constexpr Index kOrientations = 4;

void complete(GridLayerOptions& o) {
  if (o.width < 1 || o.heads < 1) {
    throw ConfigError(fmt::format("grid layer: width {} and heads {} must be positive", o.width, o.heads));
  }
  if ((o.key_width == 0 || o.value_width == 0) && o.width % o.heads != 0) {
    throw ConfigError(fmt::format("grid layer: {} heads do not divide the width {}", o.heads, o.width));
  }
  if (o.key_width == 0) o.key_width = o.width / o.heads;
  if (o.value_width == 0) o.value_width = o.width / o.heads;
  if (o.sub_heads == 0) o.sub_heads = o.heads;
  if (o.key_width < 1 || o.value_width < 1) {
    throw ConfigError(fmt::format("grid layer: key_width {} and value_width {} must be positive", o.key_width,
                                  o.value_width));
  }
  const auto& [state, key, value, output, query] = o.tracking;
  if (state < 1 || key < 1 || value < 1 || output < 1 || query < 1) {
    throw ConfigError(fmt::format("grid layer: tracking widths {}, {}, {}, {}, {} must be positive", state,
                                  key, value, output, query));
  }
}

HeadProjection add_projection(ParameterLayout& layout, const std::string& name, const GridLayerOptions& o,
                              Index width, Index tracking) {
  return add_head_projection(
      layout, name,
      {.in = o.width, .heads = o.heads, .width = width, .tracking = tracking, .sub_heads = o.sub_heads});
}

HeadGate add_gate(ParameterLayout& layout, const std::string& prefix, const GridLayerOptions& o, Index groups,
                  std::vector<std::int64_t> dims, double bias_std) {
  return add_head_gate(layout, prefix,
                       {.in = o.width,
                        .groups = groups,
                        .dims = std::move(dims),
                        .weight = o.gate_weights,
                        .bias_init = NormalInit{o.init.gate_bias, bias_std},
                        .weight_init = NormalInit{0, o.init.gate_weight_std}});
}

TransitionLayer add_transition(ParameterLayout& layout, const std::string& name, const GridLayerOptions& o) {
  return add_transition_layer(layout, name,
                              {.in = o.width,
                               .groups = kOrientations * o.heads,
                               .state = o.tracking.state,
                               .eigenvalues = o.eigenvalues,
                               .norm = o.transition_norm,
                               .init = o.init.transition});
}

// Gates of both directions from one, turned by angles of which every head and orientation has its own.
template <class T>
void add_turned_gates(Tape<T>& tape, const GridLayer& layer, Var<T> x, GridVars<T>& vars) {
  const Var<T> angle =
      flow_angles(tape, x, tape.parameter(layer.angle_weight), tape.parameter(layer.angle_bias));
  const Var<T> source = split_flow(tape, angle, apply(tape, layer.source[0], x), false);
  const Var<T> transition = split_flow(tape, angle, apply(tape, layer.transition[0], x), true);
  const Var<T> again = twin(tape, transition);
  const Var<T> mark = apply(tape, layer.mark[0], x);
  const auto half = [](Var<T> both, Index i) { return Columns<T>(both, i * both.cols / 2, both.cols / 2); };
  vars.source_right = half(source, 0);
  vars.source_down = half(source, 1);
  vars.left_to_right = half(transition, 0);
  vars.up_to_right = half(again, 0);
  vars.left_to_down = half(transition, 1);
  vars.up_to_down = half(again, 1);
  vars.mark_left = mark;
  vars.mark_up = twin(tape, mark);
}

template <class T>
void add_own_gates(Tape<T>& tape, const GridLayer& layer, Var<T> x, GridVars<T>& vars) {
  vars.source_right = apply(tape, layer.source[0], x);
  vars.source_down = apply(tape, layer.source[1], x);
  vars.left_to_right = apply(tape, layer.transition[0], x);
  vars.up_to_down = apply(tape, layer.transition[1], x);
  const bool left = layer.options.chirality == Chirality::kLeft;
  (left ? vars.up_to_right : vars.left_to_down) = apply(tape, layer.transition[2], x);
  vars.mark_left = apply(tape, layer.mark[0], x);
  vars.mark_up = apply(tape, layer.mark[1], x);
}

}  // namespace

GridLayer add_grid_layer(ParameterLayout& layout, const std::string& name, GridLayerOptions options) {
  complete(options);
  GridLayer layer;
  layer.options = options;
  const GridLayerOptions& o = layer.options;
  const auto& [state, key, value, output, query] = o.tracking;
  const Index gates = kOrientations * o.heads;
  const std::string prefix = name + ".";
  if (o.mode == StmMode::kPropagation) {
    layer.angle_bias = layout.add(prefix + "orientation_bias", {kOrientations, o.heads},
                                  RangeInit{o.init.angle_low, o.init.angle_high}, false);
    layer.angle_weight = layout.add(prefix + "orientation_weight", {kOrientations, o.heads, o.width},
                                    NormalInit{0, o.init.angle_weight_std}, true);
    layer.source[0] =
        add_gate(layout, prefix + "source.", o, gates, {state, key, value}, o.init.gate_bias_std);
    layer.transition[0] = add_transition(layout, prefix + "transition", o);
    layer.mark[0] =
        add_gate(layout, prefix + "mark.", o, gates, {output, query, state}, o.init.gate_bias_std);
  } else {
    layer.source[0] =
        add_gate(layout, prefix + "source_r.", o, gates, {state, key, value}, o.init.gate_bias_std);
    layer.source[1] =
        add_gate(layout, prefix + "source_d.", o, gates, {state, key, value}, o.init.gate_bias_std);
    layer.transition[0] = add_transition(layout, prefix + "transition_r", o);
    layer.transition[1] = add_transition(layout, prefix + "transition_d", o);
    layer.transition[2] = add_transition(layout, prefix + "transition_rd", o);
    layer.mark[0] =
        add_gate(layout, prefix + "mark_l.", o, gates, {output, query, state}, o.init.gate_bias_std);
    layer.mark[1] =
        add_gate(layout, prefix + "mark_u.", o, gates, {output, query, state}, o.init.gate_bias_std);
  }
  layer.direct = add_gate(layout, prefix + "direct.", o, o.heads, {output, query, key, value}, 0);
  layer.query = add_projection(layout, prefix + "query", o, o.key_width, query);
  layer.key = add_projection(layout, prefix + "key", o, o.key_width, key);
  layer.value = add_projection(layout, prefix + "value_", o, o.value_width, value);
  const Index out = o.value_width * output;
  layer.norm_scale = layout.add(prefix + "mhnorm.scale", {o.heads, out}, ConstantInit{1}, false);
  layer.out = add_linear(layout, prefix + "outprojection", o.heads * out, o.width, false);
  return layer;
}

template <class T>
Var<T> apply(Tape<T>& tape, const GridLayer& layer, Var<T> x, Index size_x, Index size_y) {
  const GridLayerOptions& o = layer.options;
  if (size_x < 1 || size_y < 1 || x.rows % (size_x * size_y) != 0) {
    throw ShapeError(
        fmt::format("grid layer: x has {} rows, expected whole grids of {} x {}", x.rows, size_x, size_y));
  }
  check_shape("grid layer", "x", {x.rows, x.cols}, {x.rows, o.width});
  GridVars<T> vars;
  vars.query = apply(tape, layer.query, x);
  vars.key = apply(tape, layer.key, x);
  vars.value = apply(tape, layer.value, x);
  vars.direct = apply(tape, layer.direct, x);
  if (o.mode == StmMode::kPropagation) {
    add_turned_gates(tape, layer, x, vars);
  } else {
    add_own_gates(tape, layer, x, vars);
  }
  const GridShape shape{.batch = x.rows / (size_x * size_y),
                        .size_x = size_x,
                        .size_y = size_y,
                        .heads = o.heads,
                        .key_width = o.key_width,
                        .value_width = o.value_width,
                        .tracking = o.tracking,
                        .orientations = kOrientations};
  const Var<T> y = grid_recurrence(tape, shape, vars, o.grid);
  return apply(tape, layer.out, head_rms_norm(tape, y, tape.parameter(layer.norm_scale), o.epsilon));
}

#define PLSTM_INSTANTIATE(T) template Var<T> apply<T>(Tape<T>&, const GridLayer&, Var<T>, Index, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
