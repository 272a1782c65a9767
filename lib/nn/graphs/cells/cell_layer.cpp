#include "plstm/nn/graphs/cells/cell_layer.hpp"

#include <array>
#include <cstddef>
#include <span>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/graphs/cells/run_levels.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/dropout.hpp>
#include <plstm/nn/shared/norm.hpp>

#include "nn/graphs/cells/attention_gru_cell.hpp"
#include "nn/graphs/cells/gated_sum_gru_cell.hpp"
#include "nn/graphs/cells/max_plus_cell.hpp"
#include "nn/graphs/cells/tree_lstm_cell.hpp"

namespace plstm {

namespace {

void check(const CellLayerOptions& o) {
  if (o.width < 1) throw ConfigError(fmt::format("cell layer: width is {}, expected at least 1", o.width));
  if (o.edge_width < 0)
    throw ConfigError(fmt::format("cell layer: edge_width is {}, expected at least 0", o.edge_width));
  if (o.edge_width > 0 && !reads_edges(o.kind))
    throw ConfigError("cell layer: this cell takes no edge features, edge_width must be 0");
}

// Gates that read the features of a node.
Index gates_of(CellKind kind) {
  return kind == CellKind::kMaxPlus ? 1 : kind == CellKind::kTreeLstm ? 4 : 3;
}

CellParameters add_cell(ParameterLayout& layout, const std::string& name, const CellLayerOptions& o,
                        EdgeDirection direction) {
  const Index d = o.width;
  CellParameters cell;
  cell.direction = direction;
  cell.input = add_linear(layout, name + ".input", d, gates_of(o.kind) * d, true);
  if (o.edge_width > 0) cell.edge = add_linear(layout, name + ".edge", o.edge_width, d, false);
  switch (o.kind) {
    case CellKind::kDagnn:
      cell.recurrent = add_linear(layout, name + ".recurrent", d, 3 * d, false);
      cell.recurrent.bias = layout.add(name + ".recurrent.bias", {d}, ConstantInit{0}, false);
      cell.score = layout.add(name + ".score", {1, d}, small_init(d), true);
      break;
    case CellKind::kDvae:
      cell.recurrent = add_linear(layout, name + ".recurrent", d, 3 * d, false);
      cell.recurrent.bias = layout.add(name + ".recurrent.bias", {d}, ConstantInit{0}, false);
      cell.gate = add_linear(layout, name + ".gate", d, d, true);
      cell.message = add_linear(layout, name + ".message", d, d, false);
      break;
    case CellKind::kTreeLstm:
      cell.recurrent = add_linear(layout, name + ".recurrent", d, 3 * d, false);
      cell.gate = add_linear(layout, name + ".forget", d, d, false);
      break;
    case CellKind::kMaxPlus:
      break;
  }
  return cell;
}

template <class T>
LevelRun<T> make_run(Tape<T>& tape, const CellLayer& layer, const CellParameters& cell,
                     const LevelsOfBatch& levels, Var<T> z, Var<T> edge_features) {
  const CellLayerOptions& o = layer.options;
  const NodeLevels& l = cell.direction == EdgeDirection::kForward ? *levels.forward : *levels.backward;
  CellInputs<T> inputs{apply(tape, cell.input, z), {}};
  if (o.edge_width > 0) inputs.edges = apply(tape, cell.edge, edge_features);
  const auto var = [&](ParameterId id) { return tape.parameter(id); };
  switch (o.kind) {
    case CellKind::kDagnn:
      return make_level_run<T>(tape, l,
                               AttentionGruCell<T>(tape, var(cell.recurrent.weight), var(cell.recurrent.bias),
                                                   var(cell.score), o.edge_width > 0),
                               inputs);
    case CellKind::kDvae:
      return make_level_run<T>(
          tape, l,
          GatedSumGruCell<T>(tape, {var(cell.recurrent.weight), var(cell.recurrent.bias),
                                    var(cell.gate.weight), var(cell.gate.bias), var(cell.message.weight)}),
          inputs);
    case CellKind::kTreeLstm:
      return make_level_run<T>(
          tape, l, TreeLstmCell<T>(tape, var(cell.recurrent.weight), var(cell.gate.weight)), inputs);
    case CellKind::kMaxPlus:
      break;
  }
  return make_level_run<T>(tape, l, MaxPlusCell<T>(tape, o.width), inputs);
}

}  // namespace

bool reads_edges(CellKind kind) {
  return kind == CellKind::kDagnn || kind == CellKind::kMaxPlus;
}

CellLayer add_cell_layer(ParameterLayout& layout, const std::string& name, const CellLayerOptions& options) {
  check(options);
  CellLayer layer;
  layer.options = options;
  layer.norm = layout.add(name + ".norm.scale", {options.width}, ConstantInit{1}, false);
  if (options.directions != CellDirections::kBackward)
    layer.cells.push_back(add_cell(layout, name + ".forward", options, EdgeDirection::kForward));
  if (options.directions != CellDirections::kForward)
    layer.cells.push_back(add_cell(layout, name + ".backward", options, EdgeDirection::kBackward));
  layer.out = add_linear(layout, name + ".out", std::ssize(layer.cells) * options.width, options.width, true);
  return layer;
}

template <class T>
Var<T> apply(Tape<T>& tape, const CellLayer& layer, const LevelsOfBatch& levels, Var<T> x,
             Var<T> edge_features) {
  const CellLayerOptions& o = layer.options;
  const Var<T> z = rms_norm(tape, x, tape.parameter(layer.norm), o.epsilon);
  std::array<LevelRun<T>, 2> runs;
  for (std::size_t i = 0; i < layer.cells.size(); ++i)
    runs[i] = make_run(tape, layer, layer.cells[i], levels, z, edge_features);
  const Var<T> h = run_levels(tape, std::span<const LevelRun<T>>(runs.data(), layer.cells.size()));
  return add(tape, x, dropout(tape, apply(tape, layer.out, h), o.dropout));
}

#define PLSTM_INSTANTIATE(T) \
  template Var<T> apply<T>(Tape<T>&, const CellLayer&, const LevelsOfBatch&, Var<T>, Var<T>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
