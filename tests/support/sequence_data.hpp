#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/stm/sequences/sequence_operator.hpp>

#include "support/vectors.hpp"

namespace plstm::test {

/// Inputs of the sequence operator, heads in columns; or their gradients.
struct SequenceData {
  SequenceShape shape;
  std::vector<double> query, key, value, source, transition, mark, direct;
  std::vector<double> initial_state;  ///< empty: none
};

struct SequenceResult {
  std::vector<double> output, final_state;
  SequenceData gradients;
};

/// Entries of a row and head.
struct SequenceWidths {
  Index query, key, value, source, transition, mark, direct, output, state;

  explicit SequenceWidths(const SequenceShape& s)
      : query(s.key_width * s.tracking.query),
        key(s.key_width * s.tracking.key),
        value(s.value_width * s.tracking.value),
        source(s.tracking.state * s.tracking.key * s.tracking.value),
        transition(s.tracking.state * s.tracking.state),
        mark(s.tracking.output * s.tracking.query * s.tracking.state),
        direct(s.tracking.output * s.tracking.query * s.tracking.key * s.tracking.value),
        output(s.value_width * s.tracking.output),
        state(s.key_width * s.value_width * s.tracking.state) {}
};

/// Calls f(name, tensor of each, entries of a row and head) for the seven inputs.
template <class F, class... Data>
void for_each_sequence_input(const SequenceShape& shape, const F& f, Data&... data) {
  const SequenceWidths widths(shape);
  f("query", widths.query, data.query...);
  f("key", widths.key, data.key...);
  f("value", widths.value, data.value...);
  f("source", widths.source, data.source...);
  f("transition", widths.transition, data.transition...);
  f("mark", widths.mark, data.mark...);
  f("direct", widths.direct, data.direct...);
}

inline std::size_t sequence_rows(const SequenceShape& shape) {
  return static_cast<std::size_t>(shape.batch * shape.length * shape.heads);
}

/// Standard normal inputs; transitions and initial state smaller, so that states stay bounded.
inline SequenceData random_sequence_data(const SequenceShape& shape, bool initial_state, Random& random) {
  SequenceData data{shape, {}, {}, {}, {}, {}, {}, {}, {}};
  for_each_sequence_input(
      shape,
      [&](const std::string& name, Index width, std::vector<double>& tensor) {
        const double scale =
            name == "transition" ? 0.7 / std::sqrt(static_cast<double>(shape.tracking.state)) : 1;
        tensor = random_normal<double>(sequence_rows(shape) * static_cast<std::size_t>(width), random, scale);
      },
      data);
  const auto states = static_cast<std::size_t>(shape.batch * shape.heads * SequenceWidths(shape).state);
  if (initial_state) data.initial_state = random_normal<double>(states, random);
  return data;
}

/// What a pass may be given beyond the inputs.
struct SequenceRun {
  SequenceOptions options = {};
  bool keep_states = true;
  std::vector<double> final_state_gradient = {};  ///< empty: none
  double start = 0;                               ///< of all gradients
};

/// Forward and backward pass in T on data in double.
template <class T>
SequenceResult run_sequence(const SequenceData& data, const std::vector<double>& output_gradient,
                            const SequenceRun& run = {}) {
  const SequenceShape& shape = data.shape;
  const SequenceWidths widths(shape);
  struct Tensors {
    std::vector<T> query, key, value, source, transition, mark, direct;
  } in, grad;
  for_each_sequence_input(
      shape,
      [&](const char*, Index, const std::vector<double>& from, std::vector<T>& to, std::vector<T>& gradient) {
        to.assign(from.begin(), from.end());
        gradient.assign(from.size() + 1, static_cast<T>(run.start));  // never without memory
        to.push_back(0);
      },
      data, in, grad);
  const auto rows = [&](auto& tensor, Index width) {
    return heads_in_columns(tensor.data(), shape.heads, width);
  };
  const auto read = [&](const std::vector<T>& tensor, Index width) {
    return heads_in_columns<const T>(tensor.data(), shape.heads, width);
  };
  const std::vector<T> initial(data.initial_state.begin(), data.initial_state.end());
  const std::vector<T> dfinal(run.final_state_gradient.begin(), run.final_state_gradient.end());
  const auto states_size = static_cast<std::size_t>(shape.batch * shape.heads * widths.state);
  std::vector<T> output(sequence_rows(shape) * static_cast<std::size_t>(widths.output) + 1, T(99)),
      final(states_size), dinitial(states_size, static_cast<T>(run.start)),
      dy(output_gradient.begin(), output_gradient.end());
  dy.push_back(0);
  const SequenceInputs<T> inputs{shape,
                                 read(in.query, widths.query),
                                 read(in.key, widths.key),
                                 read(in.value, widths.value),
                                 read(in.source, widths.source),
                                 read(in.transition, widths.transition),
                                 read(in.mark, widths.mark),
                                 read(in.direct, widths.direct),
                                 initial.empty() ? nullptr : initial.data()};
  SequenceWorkspace<T> workspace;
  SequenceStates<T> states;
  SequenceStates<T>* kept = run.keep_states ? &states : nullptr;
  sequence_forward<T>(inputs, rows(output, widths.output), final.data(), run.options, workspace, kept);
  sequence_backward<T>(
      inputs, read(dy, widths.output), dfinal.empty() ? nullptr : dfinal.data(),
      {rows(grad.query, widths.query), rows(grad.key, widths.key), rows(grad.value, widths.value),
       rows(grad.source, widths.source), rows(grad.transition, widths.transition),
       rows(grad.mark, widths.mark), rows(grad.direct, widths.direct), dinitial.data()},
      run.options, workspace, kept);
  SequenceResult result;
  result.output.assign(output.begin(), output.end() - 1);
  result.final_state.assign(final.begin(), final.end());
  for_each_sequence_input(
      shape,
      [&](const char*, Index, const std::vector<T>& from, std::vector<double>& to) {
        to.assign(from.begin(), from.end() - 1);
      },
      grad, result.gradients);
  result.gradients.initial_state.assign(dinitial.begin(), dinitial.end());
  return result;
}

/// Calls f(name, member of a, member of b) for outputs and gradients.
template <class F>
void for_each_sequence_result(const SequenceResult& a, const SequenceResult& b, const F& f) {
  f("output", a.output, b.output);
  f("final_state", a.final_state, b.final_state);
  for_each_sequence_input(
      a.gradients.shape, [&](const char* name, Index, const auto& x, const auto& y) { f(name, x, y); },
      a.gradients, b.gradients);
  f("initial_state", a.gradients.initial_state, b.gradients.initial_state);
}

/// Largest difference of each tensor, relative to the largest entry expected in it (or 1).
inline void expect_close(const SequenceResult& actual, const SequenceResult& expected, double tolerance) {
  for_each_sequence_result(actual, expected, [&](const char* name, const auto& a, const auto& b) {
    expect_tensor_close(name, a, b, tolerance);
  });
}

inline bool equal(const SequenceResult& a, const SequenceResult& b) {
  bool same = true;
  for_each_sequence_result(a, b, [&](const char*, const auto& x, const auto& y) { same = same && x == y; });
  return same;
}

/// Outputs and final states by the formulas, line by line: the plain loop against which every form is
/// checked.
inline SequenceResult reference_sequence(const SequenceData& in) {
  const SequenceShape& s = in.shape;
  const SequenceWidths w(s);
  const TrackingWidths& n = s.tracking;
  const double c = 1 / std::sqrt(static_cast<double>(s.key_width));
  SequenceResult result;
  result.output.assign(sequence_rows(s) * static_cast<std::size_t>(w.output), 0);
  result.final_state.assign(static_cast<std::size_t>(s.batch * s.heads * w.state), 0);
  if (!in.initial_state.empty()) result.final_state = in.initial_state;
  // Sums over all indices of a step: f(j, k, l, d).
  const auto each = [&](const auto& f) {
    for (Index j = 0; j < n.query; ++j)
      for (Index k = 0; k < n.key; ++k)
        for (Index l = 0; l < n.value; ++l)
          for (Index d = 0; d < s.key_width; ++d) f(j, k, l, d);
  };
  for (Index b = 0; b < s.batch; ++b) {
    for (Index h = 0; h < s.heads; ++h) {
      double* C = result.final_state.data() + (b * s.heads + h) * w.state;
      for (Index i = 0; i < s.length; ++i) {
        const Index row = (b * s.length + i) * s.heads + h;
        const double *q = in.query.data() + row * w.query, *k_ = in.key.data() + row * w.key,
                     *v_ = in.value.data() + row * w.value, *src = in.source.data() + row * w.source,
                     *trans = in.transition.data() + row * w.transition, *m = in.mark.data() + row * w.mark,
                     *D = in.direct.data() + row * w.direct;
        double* y = result.output.data() + row * w.output;
        std::vector<double> next(static_cast<std::size_t>(w.state), 0);
        for (Index v = 0; v < s.value_width; ++v) {
          const auto at = [&](Index d, Index t) { return (d * s.value_width + v) * n.state + t; };
          for (Index o = 0; o < n.output; ++o) {
            for (Index t = 0; t < n.state; ++t)
              for (Index j = 0; j < n.query; ++j)
                for (Index d = 0; d < s.key_width; ++d)
                  y[v * n.output + o] +=
                      c * q[d * n.query + j] * m[(o * n.query + j) * n.state + t] * C[at(d, t)];
            each([&](Index j, Index k, Index l, Index d) {
              y[v * n.output + o] += c * q[d * n.query + j] *
                                     D[((o * n.query + j) * n.key + k) * n.value + l] * k_[d * n.key + k] *
                                     v_[v * n.value + l];
            });
          }
          for (Index t = 0; t < n.state; ++t) {
            for (Index from = 0; from < n.state; ++from)
              for (Index d = 0; d < s.key_width; ++d)
                next[static_cast<std::size_t>(at(d, t))] += trans[t * n.state + from] * C[at(d, from)];
            each([&](Index j, Index k, Index l, Index d) {
              if (j == 0)
                next[static_cast<std::size_t>(at(d, t))] +=
                    src[(t * n.key + k) * n.value + l] * k_[d * n.key + k] * v_[v * n.value + l];
            });
          }
        }
        std::copy(next.begin(), next.end(), C);
      }
    }
  }
  return result;
}

}  // namespace plstm::test
