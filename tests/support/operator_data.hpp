#pragma once

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include <plstm/stm/graphs/stm_graph.hpp>

#include "support/reference_operator.hpp"
#include "support/vectors.hpp"

namespace plstm::test {

/// Standard normal inputs, the gates of scale `gate_scale`.
inline OperatorData random_operator_data(const StmGraph& graph, std::size_t heads, std::size_t key_width,
                                         std::size_t value_width, Random& random, double gate_scale = 1.0) {
  const auto N = static_cast<std::size_t>(graph.num_nodes);
  const auto E = static_cast<std::size_t>(graph.num_edges);
  const auto L = static_cast<std::size_t>(graph.num_line_edges);
  OperatorData data{heads, key_width, value_width, {}, {}, {}, {}, {}, {}, {}};
  data.query = random_normal<double>(heads * N * key_width, random);
  data.key = random_normal<double>(heads * N * key_width, random);
  data.value = random_normal<double>(heads * N * value_width, random);
  data.source = random_normal<double>(heads * E, random, gate_scale);
  data.transition = random_normal<double>(heads * L, random, gate_scale);
  data.mark = random_normal<double>(heads * E, random, gate_scale);
  data.direct = random_normal<double>(heads * N, random, gate_scale);
  return data;
}

/// Calls f(name, member of a, member of b) for the output and all gradients.
template <class F>
void for_each_result(const OperatorResult& a, const OperatorResult& b, const F& f) {
  f("output", a.output, b.output);
  f("query", a.gradients.query, b.gradients.query);
  f("key", a.gradients.key, b.gradients.key);
  f("value", a.gradients.value, b.gradients.value);
  f("source", a.gradients.source, b.gradients.source);
  f("transition", a.gradients.transition, b.gradients.transition);
  f("mark", a.gradients.mark, b.gradients.mark);
  f("direct", a.gradients.direct, b.gradients.direct);
}

/// Largest difference of each tensor, relative to the largest entry expected in it (or 1).
inline void expect_close(const OperatorResult& actual, const OperatorResult& expected, double tolerance) {
  for_each_result(actual, expected, [&](const char* name, const auto& a, const auto& b) {
    expect_tensor_close(name, a, b, tolerance);
  });
}

inline bool equal(const OperatorResult& a, const OperatorResult& b) {
  bool same = true;
  for_each_result(a, b, [&](const char*, const auto& x, const auto& y) { same = same && x == y; });
  return same;
}

}  // namespace plstm::test
