#pragma once

#include <cstddef>
#include <vector>

#include <plstm/graph/dag.hpp>
#include <plstm/graph/level_schedule.hpp>
#include <plstm/graph/line_graph.hpp>

namespace plstm::test {

/// All seven inputs of the operator in the layout of the specification, section 2.
struct OperatorData {
  std::size_t heads = 1, key_width = 1, value_width = 1;
  std::vector<double> query, key, value, source, transition, mark, direct;
};

struct OperatorResult {
  std::vector<double> output;  // [H, N, V]
  OperatorData gradients;      // of sum(output * output_gradient)
};

/// The formulas of section 2 line by line, and their derivatives line by line: the plain loop against which
/// every other form is checked.
inline OperatorResult reference_operator(const Dag& dag, const LineGraph& line, const OperatorData& in,
                                         const std::vector<double>& output_gradient) {
  const auto N = static_cast<std::size_t>(dag.num_nodes());
  const auto E = static_cast<std::size_t>(dag.num_edges());
  const auto L = static_cast<std::size_t>(line.num_edges());
  const std::size_t H = in.heads;
  const std::size_t K = in.key_width;
  const std::size_t V = in.value_width;
  OperatorResult result;
  result.output.assign(H * N * V, 0);
  OperatorData& grad = result.gradients;
  grad.query.assign(H * N * K, 0);
  grad.key.assign(H * N * K, 0);
  grad.value.assign(H * N * V, 0);
  grad.source.assign(H * E, 0);
  grad.transition.assign(H * L, 0);
  grad.mark.assign(H * E, 0);
  grad.direct.assign(H * N, 0);
  const LevelSchedule schedule = make_level_schedule(line);
  const std::vector<EdgeId> order(schedule.order().begin(), schedule.order().end());

  for (std::size_t h = 0; h < H; ++h) {
    const auto q = [&](std::size_t n, std::size_t i) { return (h * N + n) * K + i; };
    const auto v = [&](std::size_t n, std::size_t j) { return (h * N + n) * V + j; };
    std::vector<double> C(E * K * V, 0), A(E * K * V, 0);
    const auto c = [&](std::size_t e, std::size_t i, std::size_t j) { return (e * K + i) * V + j; };

    for (const EdgeId edge : order) {
      const auto e = static_cast<std::size_t>(edge);
      const auto n = static_cast<std::size_t>(dag.tail(edge));
      for (std::size_t i = 0; i < K; ++i) {
        for (std::size_t j = 0; j < V; ++j) {
          C[c(e, i, j)] = in.source[h * E + e] * in.key[q(n, i)] * in.value[v(n, j)];
          for (const LineEdgeId l : line.in_edges(edge)) {
            C[c(e, i, j)] += in.transition[h * L + static_cast<std::size_t>(l)] *
                             C[c(static_cast<std::size_t>(line.from(l)), i, j)];
          }
        }
      }
    }
    for (std::size_t n = 0; n < N; ++n) {
      double qk = 0;
      double vdy = 0;
      for (std::size_t i = 0; i < K; ++i) qk += in.query[q(n, i)] * in.key[q(n, i)];
      for (std::size_t j = 0; j < V; ++j) {
        result.output[v(n, j)] += in.direct[h * N + n] * qk * in.value[v(n, j)];
        vdy += in.value[v(n, j)] * output_gradient[v(n, j)];
        grad.value[v(n, j)] += in.direct[h * N + n] * qk * output_gradient[v(n, j)];
      }
      grad.direct[h * N + n] += qk * vdy;
      for (std::size_t i = 0; i < K; ++i) {
        grad.query[q(n, i)] += in.direct[h * N + n] * vdy * in.key[q(n, i)];
        grad.key[q(n, i)] += in.direct[h * N + n] * vdy * in.query[q(n, i)];
      }
      for (const EdgeId edge : dag.in_edges(static_cast<NodeId>(n))) {
        const auto e = static_cast<std::size_t>(edge);
        for (std::size_t i = 0; i < K; ++i) {
          for (std::size_t j = 0; j < V; ++j) {
            const double dy = output_gradient[v(n, j)];
            result.output[v(n, j)] += in.mark[h * E + e] * C[c(e, i, j)] * in.query[q(n, i)];
            grad.mark[h * E + e] += C[c(e, i, j)] * in.query[q(n, i)] * dy;
            grad.query[q(n, i)] += in.mark[h * E + e] * C[c(e, i, j)] * dy;
            A[c(e, i, j)] += in.mark[h * E + e] * in.query[q(n, i)] * dy;
          }
        }
      }
    }
    for (auto step = order.rbegin(); step != order.rend(); ++step) {
      const auto e = static_cast<std::size_t>(*step);
      const auto n = static_cast<std::size_t>(dag.tail(*step));
      for (std::size_t i = 0; i < K; ++i) {
        for (std::size_t j = 0; j < V; ++j) {
          for (const LineEdgeId l : line.out_edges(*step)) {
            const auto g = static_cast<std::size_t>(line.to(l));
            A[c(e, i, j)] += in.transition[h * L + static_cast<std::size_t>(l)] * A[c(g, i, j)];
            grad.transition[h * L + static_cast<std::size_t>(l)] += C[c(e, i, j)] * A[c(g, i, j)];
          }
          grad.source[h * E + e] += A[c(e, i, j)] * in.key[q(n, i)] * in.value[v(n, j)];
          grad.key[q(n, i)] += in.source[h * E + e] * A[c(e, i, j)] * in.value[v(n, j)];
          grad.value[v(n, j)] += in.source[h * E + e] * A[c(e, i, j)] * in.key[q(n, i)];
        }
      }
    }
  }
  return result;
}

}  // namespace plstm::test
