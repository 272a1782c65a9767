// A layer of one's own: y = x + tanh(W s + b), s the sum over the in-edges of each node. It is composed of the library's
// operations and of one that is written here, with its gradient rule. The library's check compares the gradients with
// differences.

#include <cmath>
#include <cstdio>
#include <vector>

#include <plstm/core/random.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/nn/autodiff/gradient_check.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/gather.hpp>
#include <plstm/nn/shared/linear.hpp>
#include <plstm/stm/graphs/stm_graph.hpp>

// An operation: values at once, and a rule for the way back.
template <class T>
plstm::Var<T> tanh_of(plstm::Tape<T>& tape, plstm::Var<T> x) {
  const plstm::Var<T> y = tape.make(x.rows, x.cols);
  for (plstm::Index i = 0; i < y.size(); ++i) y.value[i] = std::tanh(x.value[i]);
  tape.on_backward(y, [=, &tape](const T* dy) {
    if (x.gradient == nullptr) return;
    T* dx = tape.gradient(x);
    for (plstm::Index i = 0; i < y.size(); ++i) dx[i] += (1 - y.value[i] * y.value[i]) * dy[i];
  });
  return y;
}

// A layer: where its parameters lie, and a function.
struct InSumLayer {
  plstm::LinearLayer linear;
};

template <class T>
plstm::Var<T> apply(plstm::Tape<T>& tape, const InSumLayer& layer, const plstm::StmGraph& graph,
                    plstm::Var<T> x) {
  const plstm::Var<T> tails = plstm::gather_rows(tape, x, graph.tail.data(), graph.num_edges);
  const plstm::Var<T> sums = plstm::sum_rows<T>(tape, tails, graph.in_offsets, graph.in_edges);
  return plstm::add(tape, x, tanh_of(tape, plstm::apply(tape, layer.linear, sums)));
}

int main() {
  const plstm::Dag dag(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}});
  const plstm::StmGraph graph = plstm::make_stm_graph(dag, plstm::make_line_graph(dag));

  plstm::GradientCheckInputs inputs;
  const InSumLayer layer{plstm::add_linear(inputs.layout, "layer", 3, 3, true)};
  inputs.values = plstm::initial_values<double>(inputs.layout, 1);
  plstm::Random random(1);
  std::vector<double> x(4 * 3);
  for (double& value : x) value = random.normal();
  inputs.matrices.emplace_back(x.data(), 4, 3);

  const plstm::GradientReport report = plstm::check_gradients(
      inputs, [&](plstm::Tape<double>& tape, const std::vector<plstm::Var<double>>& vars) {
        return apply(tape, layer, graph, vars[0]);
      });
  std::printf("largest deviation of a gradient: %.1e, in %s\n", report.deviation, report.tensor.c_str());
  return report.ok() ? 0 : 1;
}
