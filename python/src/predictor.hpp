#pragma once

#include <nanobind/nanobind.h>

namespace plstm::python {

/// LabeledGraphs, Predictor and fit_graphs().
void bind_predictor(nanobind::module_& module);

}  // namespace plstm::python
