#pragma once

#include <nanobind/nanobind.h>

namespace plstm::python {

/// fit_molecules() and fit_molecule_things().
void bind_molecule_training(nanobind::module_& module);

}  // namespace plstm::python
