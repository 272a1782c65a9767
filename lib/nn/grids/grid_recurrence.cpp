#include "plstm/nn/grids/grid_recurrence.hpp"

#include <new>

#include <plstm/core/shape.hpp>

#include "nn/shared/kernels.hpp"

namespace plstm {

namespace {

// Where the values of all heads (and orientations) lie in the rows of a Var.
template <class T, class U>
HeadRows<U> heads_of(const Columns<T>& columns, U* data, Index heads) {
  if (data == nullptr) return {};
  return {data + columns.first, columns.of.cols, columns.count / heads};
}

}  // namespace

template <class T>
Var<T> grid_recurrence(Tape<T>& tape, const GridShape& shape, const GridVars<T>& vars,
                       const GridOptions& options) {
  const auto& [state, keys, values, output, query] = shape.tracking;
  const Index rows = shape.batch * shape.size_x * shape.size_y;
  const Index heads = shape.heads, gates = heads * shape.orientations;
  GridVars<T> v = vars;
  const auto check = [&](const char* name, Columns<T>& columns, Index width) {
    if (columns.of.value == nullptr) return;
    check_shape("grid_recurrence", name, {columns.rows(), columns.count}, {rows, width});
    // The operator adds to all gradients. One that nothing needs gets memory that is not read.
    if (tape.records() && columns.of.gradient == nullptr)
      columns.of.gradient = tape.make(columns.of.rows, columns.of.cols).gradient;
  };
  check("query", v.query, heads * shape.key_width * query);
  check("key", v.key, heads * shape.key_width * keys);
  check("value", v.value, heads * shape.value_width * values);
  check("source_right", v.source_right, gates * state * keys * values);
  check("source_down", v.source_down, gates * state * keys * values);
  check("left_to_right", v.left_to_right, gates * state * state);
  check("up_to_down", v.up_to_down, gates * state * state);
  check("left_to_down", v.left_to_down, gates * state * state);
  check("up_to_right", v.up_to_right, gates * state * state);
  check("mark_left", v.mark_left, gates * output * query * state);
  check("mark_up", v.mark_up, gates * output * query * state);
  check("direct", v.direct, heads * output * query * keys * values);

  const auto read = [](const Columns<T>& columns, Index groups) {
    return heads_of<T, const T>(columns, columns.of.value, groups);
  };
  auto* inputs = new (tape.template keep<GridInputs<T>>(1)) GridInputs<T>{
      shape,
      read(v.query, heads),
      read(v.key, heads),
      read(v.value, heads),
      read(v.source_right, gates),
      read(v.source_down, gates),
      read(v.left_to_right, gates),
      read(v.up_to_down, gates),
      read(v.left_to_down, gates),
      read(v.up_to_right, gates),
      read(v.mark_left, gates),
      read(v.mark_up, gates),
      read(v.direct, heads),
  };
  const Var<T> y = tape.make(rows, heads * shape.value_width * output);
  const auto out = [heads, width = shape.value_width * output](auto* data) {
    return heads_in_columns(data, heads, width);
  };
  GridWorkspace<T>* workspace = &tape.template workspace<GridWorkspace<T>>();
  GridStates<T>* states = tape.records() ? &tape.template state<GridStates<T>>() : nullptr;
  grid_forward<T>(*inputs, out(y.value), options, *workspace, states);
  tape.on_backward(y, [=, &tape](const T* dy) {
    const auto add_to = [&tape](const Columns<T>& columns, Index groups) {
      return heads_of<T, T>(columns, columns.of.value == nullptr ? nullptr : tape.gradient(columns.of),
                            groups);
    };
    const GridGradients<T> gradients{
        add_to(v.query, heads),        add_to(v.key, heads),          add_to(v.value, heads),
        add_to(v.source_right, gates), add_to(v.source_down, gates),  add_to(v.left_to_right, gates),
        add_to(v.up_to_down, gates),   add_to(v.left_to_down, gates), add_to(v.up_to_right, gates),
        add_to(v.mark_left, gates),    add_to(v.mark_up, gates),      add_to(v.direct, heads)};
    grid_backward<T>(*inputs, out(dy), gradients, options, *workspace, states);
  });
  return y;
}

template <class T>
Var<T> twin(Tape<T>& tape, Var<T> x) {
  if (x.gradient == nullptr) return x;
  const Var<T> y = tape.make_over(x);
  tape.on_backward(y, [=, &tape](const T* dy) {
    const auto [dx, store] = tape.gradient_to_write(x);
    layer_kernels<T>().scale(x.size(), T(1), dy, dx, store == Store::kAdd);
  });
  return y;
}

#define PLSTM_INSTANTIATE(T)                                                                              \
  template Var<T> grid_recurrence<T>(Tape<T>&, const GridShape&, const GridVars<T>&, const GridOptions&); \
  template Var<T> twin<T>(Tape<T>&, Var<T>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
