#pragma once

#include <nanobind/nanobind.h>

namespace plstm::python {

/// Explanation and explain().
void bind_explanations(nanobind::module_& module);

}  // namespace plstm::python
