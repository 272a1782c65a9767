#pragma once

#include <nanobind/nanobind.h>

namespace plstm::python {

/// Graph: a DAG with features.
void bind_graph(nanobind::module_& module);

}  // namespace plstm::python
