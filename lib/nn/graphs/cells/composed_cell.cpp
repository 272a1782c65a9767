#include "plstm/nn/graphs/cells/composed_cell.hpp"

#include <algorithm>
#include <cstddef>

#include <plstm/core/shape.hpp>
#include <plstm/nn/shared/gather.hpp>

#include "nn/shared/kernels.hpp"

namespace plstm {

namespace {

// Rows begin .. end - 1 of nodes by place.
struct Range {
  Index begin, end;
};

template <class T>
std::span<const std::int32_t> relative_offsets(Tape<T>& tape, const NodeLevels& levels, Range nodes) {
  const Index count = nodes.end - nodes.begin + 1;
  auto* offsets = tape.template keep<std::int32_t>(count);
  const std::int32_t* from = levels.edge_offsets.data() + nodes.begin;
  for (Index i = 0; i < count; ++i) offsets[i] = from[i] - from[0];
  return {offsets, static_cast<std::size_t>(count)};
}

// Rows of states, which lie by place. `all` has the gradients of all states while the tape runs backwards.
template <class T>
Var<T> gather_sources(Tape<T>& tape, const Var<T>& all, const std::int32_t* places, Index count) {
  const Index width = all.cols;
  const Var<T> y = tape.make(count, width);
  for (Index i = 0; i < count; ++i) std::copy_n(all.value + places[i] * width, width, y.value + i * width);
  tape.on_backward(y, [=, &tape](const T* dy) {
    T* to = tape.gradient(all);
    for (Index i = 0; i < count; ++i)
      layer_kernels<T>().add_scaled_rows(width, T(1), dy + i * width, to + places[i] * width);
  });
  return y;
}

template <class T>
LevelVars<T> make_level(Tape<T>& tape, const NodeLevels& levels, const CellInputs<T>& inputs,
                        const Var<T>& all, Range nodes) {
  LevelVars<T> level;
  level.offsets = relative_offsets(tape, levels, nodes);
  const Index count = nodes.end - nodes.begin, edges = level.offsets.back();
  const std::int32_t first_edge = levels.edge_offsets[static_cast<std::size_t>(nodes.begin)];
  auto* rows = tape.template keep<std::int32_t>(edges);
  auto* targets = tape.template keep<std::int32_t>(edges);
  for (Index i = 0; i < count; ++i) {
    for (std::int32_t j = level.offsets[static_cast<std::size_t>(i)];
         j < level.offsets[static_cast<std::size_t>(i) + 1]; ++j) {
      rows[j] = j;
      targets[j] = static_cast<std::int32_t>(i);
    }
  }
  level.rows = {rows, static_cast<std::size_t>(edges)};
  level.targets = {targets, static_cast<std::size_t>(edges)};
  level.sources = gather_sources(tape, all, levels.sources.data() + first_edge, edges);
  if (inputs.features.value != nullptr)
    level.features = gather_rows(tape, inputs.features, levels.nodes.data() + nodes.begin, count);
  if (inputs.edges.value != nullptr)
    level.edges = gather_rows(tape, inputs.edges, levels.edges.data() + first_edge, edges);
  return level;
}

// Has no value of interest. Its gradient counts as written as soon as the rules after it are done, so that its own rule
// runs then, between the rules of two levels.
template <class T>
struct Token {
  Var<T> var;

  void pass_on(Tape<T>& tape) const {
    if (var.value != nullptr) tape.gradient(var);
  }
};

// Copies the states of a level to their places. On the way back, their gradients are complete when the levels above are
// done.
template <class T>
Token<T> put_states(Tape<T>& tape, const Var<T>& all, const Var<T>& states, Index first,
                    const Token<T>& below) {
  std::copy_n(states.value, states.size(), all.value + first * all.cols);
  const Token<T> token{tape.make(1, 1)};
  tape.on_backward(token.var, [=, &tape](const T*) {
    below.pass_on(tape);
    if (states.gradient == nullptr) return;
    const T* from = tape.gradient(all) + first * all.cols;
    const auto [to, store] = tape.gradient_to_write(states);
    layer_kernels<T>().scale(states.size(), T(1), from, to, store == Store::kAdd);
  });
  return token;
}

template <class T>
Var<T> results_by_node(Tape<T>& tape, const Var<T>& all, const NodeLevels& levels, const Token<T>& last) {
  const Var<T> y = tape.make(all.rows, all.cols);
  const std::int32_t* nodes = levels.nodes.data();
  for (Index i = 0; i < all.rows; ++i)
    std::copy_n(all.value + i * all.cols, all.cols, y.value + nodes[i] * all.cols);
  tape.on_backward(y, [=, &tape](const T* dy) {
    T* to = tape.gradient_to_write(all).data;  // nothing has been there
    for (Index i = 0; i < all.rows; ++i) std::copy_n(dy + nodes[i] * all.cols, all.cols, to + i * all.cols);
    last.pass_on(tape);
  });
  return y;
}

}  // namespace

namespace detail {

template <class T>
Var<T> run_composed_levels(Tape<T>& tape, const NodeLevels& levels, Index state_width,
                           const ComposedCell<T>& cell, const CellInputs<T>& inputs) {
  if (inputs.features.value != nullptr)
    check_shape("run_levels", "features", {inputs.features.rows}, {levels.num_nodes()});
  if (inputs.edges.value != nullptr)
    check_shape("run_levels", "edges", {inputs.edges.rows}, {levels.num_edges()});
  const Var<T> all = tape.make(levels.num_nodes(), state_width);
  tape.on_backward(all,
                   [](const T*) {});  // the last one: the gradients of the states are not needed any more
  Token<T> token{};
  for (std::size_t l = 0; l + 1 < levels.level_offsets.size(); ++l) {
    const Range nodes{levels.level_offsets[l], levels.level_offsets[l + 1]};
    const Index count = nodes.end - nodes.begin;
    const Var<T> states = tape.without_traces(count, state_width, [&] {
      const Var<T> made = cell.call(cell.function, tape, make_level(tape, levels, inputs, all, nodes));
      check_shape("run_levels", "states that the cell gives", {made.rows, made.cols}, {count, state_width});
      return made;
    });
    token = put_states(tape, all, states, nodes.begin, token);
  }
  return results_by_node(tape, all, levels, token);
}

#define PLSTM_INSTANTIATE(T)                                                                         \
  template Var<T> run_composed_levels<T>(Tape<T>&, const NodeLevels&, Index, const ComposedCell<T>&, \
                                         const CellInputs<T>&);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace detail

}  // namespace plstm
