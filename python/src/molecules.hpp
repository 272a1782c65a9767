#pragma once

#include <nanobind/nanobind.h>

namespace plstm::python {

/// MoleculePredictor.
void bind_molecules(nanobind::module_& module);

}  // namespace plstm::python
