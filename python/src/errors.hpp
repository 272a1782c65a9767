#pragma once

#include <nanobind/nanobind.h>

namespace plstm::python {

/// Adds a Python class for each exception of the library, and has them raised with the same text.
void bind_errors(nanobind::module_& module);

}  // namespace plstm::python
