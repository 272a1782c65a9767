#pragma once

#include <nanobind/nanobind.h>

namespace plstm::python {

/// The operators on graphs, sequences and grids for float32 and float64.
void bind_operators(nanobind::module_& module);

void bind_graph_operator(nanobind::module_& module);
void bind_sequence_operator(nanobind::module_& module);
void bind_grid_operator(nanobind::module_& module);

}  // namespace plstm::python
