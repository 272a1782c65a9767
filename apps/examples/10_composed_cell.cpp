// A cell of one's own that is composed of tape operations: attention to the nodes that edges come from, and a gate that
// mixes what was gathered with the features of the node,
//
//   m = sum over in-edges of alpha_j h_j,  alpha = softmax(w . h_j + e_j)
//   h = g * m + (1 - g) * tanh(W x),       g = sigma(V x + U m)
//
// Gradients follow from those of the operations. The library calls the cell for one level of nodes after the other.

#include <array>
#include <cstdio>
#include <vector>

#include <plstm/core/random.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/nn/autodiff/gradient_check.hpp>
#include <plstm/nn/graphs/cells/composed_cell.hpp>
#include <plstm/nn/shared/activation.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/gather.hpp>
#include <plstm/nn/shared/linear.hpp>
#include <plstm/nn/shared/softmax.hpp>

constexpr plstm::Index kWidth = 2;

struct GatedAttentionCell {
  plstm::LinearLayer candidate, gate_input, gate_state, score;

  template <class T>
  plstm::Var<T> operator()(plstm::Tape<T>& tape, const plstm::LevelVars<T>& level) const {
    using plstm::ActivationKind;
    const plstm::Var<T> scores = add(tape, apply(tape, score, level.sources), level.edges);
    const plstm::Var<T> alpha = plstm::softmax_segments(tape, scores, level.offsets);
    const std::array<plstm::Var<T>, kWidth> columns{alpha, alpha};
    const plstm::Var<T> terms = hadamard(tape, plstm::concatenate<T>(tape, columns), level.sources);
    const plstm::Var<T> m = plstm::sum_rows<T>(tape, terms, level.offsets, level.rows);

    const plstm::Var<T> own = activate(tape, ActivationKind::kTanh, apply(tape, candidate, level.features));
    const plstm::Var<T> gate =
        activate(tape, ActivationKind::kSigmoid,
                 add(tape, apply(tape, gate_input, level.features), apply(tape, gate_state, m)));
    const plstm::Var<T> change = add(tape, m, multiply_by(tape, own, -1));
    return add(tape, own, hadamard(tape, gate, change));
  }
};

int main() {
  const plstm::Dag dag(6, {{0, 2}, {1, 2}, {1, 3}, {2, 4}, {3, 4}, {0, 4}, {4, 5}});
  const auto levels = plstm::make_node_levels(plstm::make_stm_graph(dag, plstm::make_line_graph(dag)));

  plstm::GradientCheckInputs inputs;
  const GatedAttentionCell cell{add_linear(inputs.layout, "candidate", 3, kWidth, true),
                                add_linear(inputs.layout, "gate.input", 3, kWidth, true),
                                add_linear(inputs.layout, "gate.state", kWidth, kWidth, false),
                                add_linear(inputs.layout, "score", kWidth, 1, false)};
  inputs.values = plstm::initial_values<double>(inputs.layout, 1);
  plstm::Random random(1);
  std::vector<double> nodes(6 * 3), edges(7);
  for (double& value : nodes) value = random.normal();
  for (double& value : edges) value = random.normal();
  inputs.matrices.emplace_back(nodes.data(), 6, 3);
  inputs.matrices.emplace_back(edges.data(), 7, 1);
  const auto report = plstm::check_gradients(inputs, [&](plstm::Tape<double>& tape, const auto& x) {
    return plstm::run_levels<double>(tape, levels, kWidth, cell, {x[0], x[1]});
  });
  std::printf("largest deviation of a gradient: %.1e, in %s\n", report.deviation, report.tensor.c_str());
  return report.ok() ? 0 : 1;
}
