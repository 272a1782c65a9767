#include <nanobind/nanobind.h>

#include <plstm/core/parallel.hpp>

#include "dag.hpp"
#include "errors.hpp"
#include "explanations.hpp"
#include "graph.hpp"
#include "molecule_training.hpp"
#include "molecules.hpp"
#include "operators/operators.hpp"
#include "predictor.hpp"
#include "settings.hpp"
#include "supervisor.hpp"

NB_MODULE(_plstm, module) {
  using namespace plstm::python;
  namespace nb = nanobind;
  module.doc() =
      "The C++ library of plstm. Use the package plstm, which checks and converts what users have.";
  nb::set_leak_warnings(false);  // what lives in globals until the interpreter ends is no leak
  bind_errors(module);
  bind_dag(module);
  bind_graph(module);
  bind_progress(module);
  bind_settings(module);
  bind_predictor(module);
  bind_molecules(module);
  bind_molecule_training(module);
  bind_explanations(module);
  bind_operators(module);
  module.def("num_threads", &plstm::num_threads, "Worker threads that a parallel loop may use now.");
}
