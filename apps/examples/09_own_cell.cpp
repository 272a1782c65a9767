// A cell of one's own with a backward pass of its own: arrival times in a network of gates. A signal leaves a gate when the
// latest of its inputs has come, and the gate has taken its time. In place of the latest stands a smooth maximum, so that
// the delays of gates and wires can be learned:
//
//   t_n = x_n + s log(sum over inputs u of exp((t_u + w_un) / s)),   the sum of none being 1
//
// One number a gate (x), a wire (w) and a state (t), and a learned sharpness s.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>
#include <vector>

#include <plstm/graph/line_graph.hpp>
#include <plstm/nn/autodiff/gradient_check.hpp>
#include <plstm/nn/graphs/cells/run_levels.hpp>

template <class T>
struct ArrivalCell {
  plstm::Var<T> s;

  plstm::CellWidths widths() const { return {.state = 1, .output = 1, .kept = 1, .edge_kept = 1}; }
  std::array<plstm::Var<T>, 1> parameters() const { return {s}; }

  // Keeps s log(...) of a gate, and the share that each wire has in it.
  void forward(const plstm::CellBlock<T>& b) const {
    for (plstm::Index i = 0; i < b.num_nodes; ++i) {
      const plstm::Index begin = b.edge_begin(i), end = b.edge_begin(i + 1);
      T latest = 0, sum = begin == end ? T(1) : T(0);
      for (plstm::Index j = begin; j < end; ++j) {
        *b.edge_kept(j) = *b.source(j) + *b.edge_feature(j);
        latest = j == begin ? *b.edge_kept(j) : std::max(latest, *b.edge_kept(j));
      }
      for (plstm::Index j = begin; j < end; ++j)
        sum += *b.edge_kept(j) = std::exp((*b.edge_kept(j) - latest) / *s.value);
      for (plstm::Index j = begin; j < end; ++j) *b.edge_kept(j) /= sum;
      *b.kept(i) = latest + *s.value * std::log(sum);
      *b.state(i) = *b.feature(i) + *b.kept(i);
    }
  }

  void backward(const plstm::CellGradients<T>& b) const {
    for (plstm::Index i = 0; i < b.num_nodes; ++i) {
      *b.feature_gradient(i) = *b.state_gradient(i);
      for (plstm::Index j = b.edge_begin(i); j < b.edge_begin(i + 1); ++j)
        *b.source_gradient(j) = *b.edge_feature_gradient(j) = *b.edge_kept(j) * *b.state_gradient(i);
    }
  }

  // d t / d s = (s log(...) - sum of share (t_u + w_un)) / s
  void add_gradients(const plstm::CellGradients<T>& b, std::span<T* const> sums) const {
    for (plstm::Index i = 0; i < b.num_nodes; ++i) {
      T rest = *b.kept(i);
      for (plstm::Index j = b.edge_begin(i); j < b.edge_begin(i + 1); ++j)
        rest -= *b.edge_kept(j) * (*b.source(j) + *b.edge_feature(j));
      sums[0][0] += *b.state_gradient(i) * rest / *s.value;
    }
  }
};

int main() {
  const plstm::Dag dag(5, {{0, 2}, {1, 2}, {1, 3}, {2, 3}, {0, 4}, {3, 4}});
  const auto levels = plstm::make_node_levels(plstm::make_stm_graph(dag, plstm::make_line_graph(dag)));
  const std::vector<double> gates{0, 0.5, 1, 2, 1}, wires{0.1, 0.2, 0.3, 0.1, 0.2, 0.4};

  plstm::GradientCheckInputs inputs;
  const plstm::ParameterId s = inputs.layout.add("s", {1}, plstm::ConstantInit{0.5}, false);
  inputs.values = plstm::initial_values<double>(inputs.layout, 1);
  inputs.matrices.emplace_back(gates.data(), 5, 1);
  inputs.matrices.emplace_back(wires.data(), 6, 1);
  const auto report = plstm::check_gradients(inputs, [&](plstm::Tape<double>& tape, const auto& x) {
    return plstm::run_levels<double>(tape, levels, ArrivalCell<double>{tape.parameter(s)}, {x[0], x[1]});
  });
  std::printf("largest deviation of a gradient: %.1e, in %s\n", report.deviation, report.tensor.c_str());
  return report.ok() ? 0 : 1;
}
