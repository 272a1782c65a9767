#include "plstm/nn/graphs/path_totals.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <plstm/core/shape.hpp>
#include <plstm/nn/graphs/cells/node_levels.hpp>
#include <plstm/nn/graphs/stm_layer.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/gather.hpp>
#include <plstm/nn/shared/norm.hpp>
#include <plstm/nn/shared/softmax.hpp>

namespace plstm {
namespace {

// Factors that make up for small steps of the optimizer. Within a training the weights of edges become those of a choice,
// and the totals are fitted before the decoder has learnt what is true of short paths alone.
constexpr double kSharpness = 256;
constexpr double kScale = 8;

template <class T>
Var<T> ones(Tape<T>& tape, Index rows, Index cols) {
  const Var<T> result = tape.make_constant(rows, cols);
  std::fill_n(result.value, result.size(), T(1));
  return result;
}

// [E, 2]: 1 over the levels that an edge rises, and whether it is one level.
template <class T>
Var<T> relative_depths(Tape<T>& tape, const StmGraph& graph) {
  auto& levels = tape.template state<NodeLevels>();
  make_node_levels(graph, EdgeDirection::kForward, levels);
  auto* level_of = tape.template keep<std::int32_t>(graph.num_nodes);
  for (std::int32_t level = 0; level < levels.num_levels(); ++level) {
    const auto first = static_cast<std::size_t>(level);
    for (std::int32_t place = levels.level_offsets[first]; place < levels.level_offsets[first + 1]; ++place)
      level_of[levels.nodes[static_cast<std::size_t>(place)]] = level;
  }
  const Var<T> result = tape.make_constant(graph.num_edges, 2);
  for (EdgeId e = 0; e < graph.num_edges; ++e) {
    const auto edge = static_cast<std::size_t>(e);
    const std::int32_t rise = level_of[graph.head[edge]] - level_of[graph.tail[edge]];
    result.value[2 * e] = T(1) / static_cast<T>(rise);
    result.value[2 * e + 1] = rise == 1 ? T(1) : T(0);
  }
  return result;
}

// Softmax over the edges into each node; [E, H].
template <class T>
Var<T> weights_of_in_edges(Tape<T>& tape, const StmGraph& graph, Var<T> z) {
  auto* place = tape.template keep<std::int32_t>(graph.num_edges);
  for (std::int32_t i = 0; i < graph.num_edges; ++i) place[graph.in_edges[static_cast<std::size_t>(i)]] = i;
  const Var<T> sorted = gather_rows(tape, z, graph.in_edges.data(), graph.num_edges);
  return gather_rows(tape, softmax_segments<T>(tape, sorted, graph.in_offsets), place, graph.num_edges);
}

// [E, H] -> [L, H]: the row of the edge that each line edge comes from.
template <class T>
Var<T> of_first_edges(Tape<T>& tape, const StmGraph& graph, Var<T> x) {
  auto* first = tape.template keep<std::int32_t>(graph.num_line_edges);
  for (std::size_t edge = 0; edge < static_cast<std::size_t>(graph.num_edges); ++edge) {
    std::fill(first + graph.successor_offsets[edge], first + graph.successor_offsets[edge + 1],
              static_cast<std::int32_t>(edge));
  }
  return gather_rows(tape, x, first, graph.num_line_edges);
}

}  // namespace

PathTotals add_path_totals(ParameterLayout& layout, const std::string& name, Index states, Index heads,
                           Index width, double epsilon) {
  PathTotals totals{.heads = heads, .width = width, .epsilon = epsilon};
  totals.norm = layout.add(name + ".norm.scale", {states}, ConstantInit{1}, false);
  totals.value = add_linear(layout, name + ".value", states, heads * width, true);
  // All edges into a node weigh the same at first.
  const LinearInit zero{ConstantInit{0}};
  totals.from = add_linear(layout, name + ".from", states, heads, false, zero);
  totals.relative = add_linear(layout, name + ".relative_depth", 2, heads, false, zero);
  return totals;
}

template <class T>
Var<T> apply(Tape<T>& tape, const PathTotals& totals, const StmGraph& graph, Var<T> x) {
  check_shape("path totals", "x", {x.rows}, {graph.num_nodes});
  const Var<T> z = rms_norm(tape, x, tape.parameter(totals.norm), totals.epsilon);
  const Var<T> scores =
      add(tape, gather_rows(tape, apply(tape, totals.from, z), graph.tail.data(), graph.num_edges),
          apply(tape, totals.relative, relative_depths(tape, graph)));
  const Var<T> weights = weights_of_in_edges(tape, graph, multiply_by(tape, scores, kSharpness));
  StmVars<T> vars;
  vars.query = ones(tape, graph.num_nodes, totals.heads);
  vars.key = vars.query;
  vars.value = apply(tape, totals.value, z);
  vars.source = ones(tape, graph.num_edges, totals.heads);
  vars.transition = of_first_edges(tape, graph, weights);
  vars.mark = weights;
  vars.direct = vars.query;
  return multiply_by(tape, stm(tape, graph, vars, totals.heads, StmForm::kAuto), kScale);
}

template Var<float> apply<float>(Tape<float>&, const PathTotals&, const StmGraph&, Var<float>);
template Var<double> apply<double>(Tape<double>&, const PathTotals&, const StmGraph&, Var<double>);

}  // namespace plstm
