#pragma once

#include <vector>

#include <plstm/stm/graphs/operator.hpp>

#include "support/reference_operator.hpp"

namespace plstm::test {

template <class T>
std::vector<T> cast(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

/// The library's operator on data in the layout of the specification, forward and backward, in precision T,
/// with one plan for both and, if told to, what the forward pass keeps.
template <class T>
OperatorResult run_operator(const StmGraph& graph, const OperatorData& in,
                            const std::vector<double>& output_gradient, const StmOptions& options,
                            bool keep_states = true) {
  const auto H = static_cast<std::ptrdiff_t>(in.heads);
  const auto K = static_cast<std::ptrdiff_t>(in.key_width);
  const auto V = static_cast<std::ptrdiff_t>(in.value_width);
  const std::ptrdiff_t N = graph.num_nodes;
  const std::ptrdiff_t E = graph.num_edges;
  const std::ptrdiff_t L = graph.num_line_edges;
  const auto query = cast<T>(in.query), key = cast<T>(in.key), value = cast<T>(in.value),
             source = cast<T>(in.source), transition = cast<T>(in.transition), mark = cast<T>(in.mark),
             direct = cast<T>(in.direct), dy = cast<T>(output_gradient);
  const StmInputs<T> inputs{H,
                            K,
                            V,
                            heads_in_blocks(query.data(), N, K),
                            heads_in_blocks(key.data(), N, K),
                            heads_in_blocks(value.data(), N, V),
                            heads_in_blocks(source.data(), E, 1),
                            heads_in_blocks(transition.data(), L, 1),
                            heads_in_blocks(mark.data(), E, 1),
                            heads_in_blocks(direct.data(), N, 1)};
  std::vector<T> output(static_cast<std::size_t>(H * N * V), T(7));  // replaced, not added to
  std::vector<T> dq(query.size()), dk(key.size()), dv(value.size()), ds(source.size()), dt(transition.size()),
      dm(mark.size()), dd(direct.size());
  const StmGradients<T> gradients{heads_in_blocks(dq.data(), N, K), heads_in_blocks(dk.data(), N, K),
                                  heads_in_blocks(dv.data(), N, V), heads_in_blocks(ds.data(), E, 1),
                                  heads_in_blocks(dt.data(), L, 1), heads_in_blocks(dm.data(), E, 1),
                                  heads_in_blocks(dd.data(), N, 1)};
  StmWorkspace<T> workspace;
  StmStates<T> kept;
  StmStates<T>* states = keep_states ? &kept : nullptr;
  StmPlan plan;
  make_stm_plan(graph, {H, K, V}, options, plan);
  stm_forward<T>(graph, inputs, heads_in_blocks(output.data(), N, V), plan, workspace, states);
  stm_backward<T>(graph, inputs, heads_in_blocks<const T>(dy.data(), N, V), gradients, plan, workspace,
                  states);
  const auto back = [](const std::vector<T>& values) {
    return std::vector<double>(values.begin(), values.end());
  };
  return {back(output),
          {in.heads, in.key_width, in.value_width, back(dq), back(dk), back(dv), back(ds), back(dt), back(dm),
           back(dd)}};
}

}  // namespace plstm::test
