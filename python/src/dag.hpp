#pragma once

#include <nanobind/nanobind.h>

namespace plstm::python {

/// Dag, LineGraph and LevelSchedule.
void bind_dag(nanobind::module_& module);

}  // namespace plstm::python
