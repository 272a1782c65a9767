#include "operators.hpp"

namespace plstm::python {

void bind_operators(nanobind::module_& module) {
  bind_graph_operator(module);
  bind_sequence_operator(module);
  bind_grid_operator(module);
}

}  // namespace plstm::python
