#include "graph.hpp"

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nanobind/operators.h>
#include <nanobind/stl/string.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/graph/attributed_graph.hpp>

#include "arrays.hpp"

namespace plstm::python {
namespace {

using Values = InputArray<float, nb::ndim<2>>;
using Codes = InputArray<std::int32_t, nb::ndim<2>>;

// float32 or int32 [rows, width] of whatever the user has; None has no columns.
template <class Array>
Array table(const char* convert, const char* name, const nb::object& given, std::int64_t rows) {
  return nb::cast<Array>(nb::module_::import_("plstm._arrays").attr(convert)(name, given, rows), false);
}

template <class Array>
std::int32_t width_of(const Array& array, const char* name) {
  if (array.shape(1) > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw ShapeError(fmt::format("Graph: {} has too many columns", name));
  }
  return static_cast<std::int32_t>(array.shape(1));
}

template <class T, class Array>
std::vector<T> copy_of(const Array& array) {
  const auto all = elements(array);
  return {all.begin(), all.end()};
}

AttributedGraph make(const Dag& dag, const nb::object& node_values, const nb::object& node_codes,
                     const nb::object& edge_values, const nb::object& edge_codes,
                     const nb::object& graph_values) {
  const std::int64_t nodes = dag.num_nodes(), edges = dag.num_edges();
  const auto of_nodes = table<Values>("value_table", "node_values", node_values, nodes);
  const auto codes_of_nodes = table<Codes>("code_table", "node_codes", node_codes, nodes);
  const auto of_edges = table<Values>("value_table", "edge_values", edge_values, edges);
  const auto codes_of_edges = table<Codes>("code_table", "edge_codes", edge_codes, edges);
  const auto of_graph = table<Values>("value_row", "graph_values", graph_values, 1);
  AttributedGraph graph{.dag = dag,
                        .node_value_width = width_of(of_nodes, "node_values"),
                        .node_code_width = width_of(codes_of_nodes, "node_codes"),
                        .edge_value_width = width_of(of_edges, "edge_values"),
                        .edge_code_width = width_of(codes_of_edges, "edge_codes"),
                        .graph_value_width = width_of(of_graph, "graph_values"),
                        .node_values = copy_of<float>(of_nodes),
                        .node_codes = copy_of<std::int32_t>(codes_of_nodes),
                        .edge_values = copy_of<float>(of_edges),
                        .edge_codes = copy_of<std::int32_t>(codes_of_edges),
                        .graph_values = copy_of<float>(of_graph)};
  check_attributed_graph(graph);
  return graph;
}

template <class T>
auto rows(const std::vector<T>& values, std::int32_t width, std::int32_t count, nb::handle owner) {
  return view<T>(values.data(), {static_cast<std::size_t>(count), static_cast<std::size_t>(width)}, owner);
}

const AttributedGraph& in(nb::handle self) {
  return nb::cast<const AttributedGraph&>(self);
}

}  // namespace

void bind_graph(nb::module_& module) {
  using Self = nb::handle_t<AttributedGraph>;
  nb::class_<AttributedGraph>(
      module, "Graph",
      "A Dag with what is known of its N nodes, its E edges and the whole graph: real values, "
      "categorical codes, or both. Immutable; the arrays are copies of those that were given.")
      .def(
          "__init__",
          [](AttributedGraph* self, const Dag& dag, const nb::object& node_values,
             const nb::object& node_codes, const nb::object& edge_values, const nb::object& edge_codes,
             const nb::object& graph_values) {
            new (self)
                AttributedGraph(make(dag, node_values, node_codes, edge_values, edge_codes, graph_values));
          },
          nb::arg("dag"), nb::kw_only(), nb::arg("node_values") = nb::none(),
          nb::arg("node_codes") = nb::none(), nb::arg("edge_values") = nb::none(),
          nb::arg("edge_codes") = nb::none(), nb::arg("graph_values") = nb::none(),
          "node_values  [N, F] or [N] numbers\n"
          "node_codes   [N, C] or [N] whole numbers from 0 on, each column with a vocabulary of its own\n"
          "edge_values  [E, J] or [E] numbers\n"
          "edge_codes   [E, C] or [E] whole numbers from 0 on\n"
          "graph_values [G] numbers\n\n"
          "Arrays of any real type and layout are taken. Raises ShapeError naming an array of another shape, "
          "TypeError for one that holds no numbers, ConfigError for codes that are negative or no whole "
          "numbers and for values beyond the range of float32.")
      .def_prop_ro(
          "dag", [](const AttributedGraph& graph) -> const Dag& { return graph.dag; },
          nb::rv_policy::reference_internal, "The Dag. No copy.")
      .def_prop_ro(
          "node_values",
          [](Self self) {
            return rows(in(self).node_values, in(self).node_value_width, in(self).dag.num_nodes(), self);
          },
          "[N, F] float32. No copy.")
      .def_prop_ro(
          "node_codes",
          [](Self self) {
            return rows(in(self).node_codes, in(self).node_code_width, in(self).dag.num_nodes(), self);
          },
          "[N, C] int32. No copy.")
      .def_prop_ro(
          "edge_values",
          [](Self self) {
            return rows(in(self).edge_values, in(self).edge_value_width, in(self).dag.num_edges(), self);
          },
          "[E, J] float32. No copy.")
      .def_prop_ro(
          "edge_codes",
          [](Self self) {
            return rows(in(self).edge_codes, in(self).edge_code_width, in(self).dag.num_edges(), self);
          },
          "[E, C] int32. No copy.")
      .def_prop_ro(
          "graph_values", [](Self self) { return view(std::span<const float>(in(self).graph_values), self); },
          "[G] float32. No copy.")
      .def(nb::self == nb::self, nb::sig("def __eq__(self, arg: object, /) -> bool"))
      .def("__repr__",
           [](const AttributedGraph& graph) {
             return fmt::format("Graph(num_nodes={}, num_edges={})", graph.dag.num_nodes(),
                                graph.dag.num_edges());
           })
      .def("__reduce__", [](Self self) {
        const nb::object make_again = nb::module_::import_("plstm._arrays").attr("graph_of_state");
        return nb::make_tuple(make_again, nb::make_tuple(self.attr("dag"), self.attr("node_values"),
                                                         self.attr("node_codes"), self.attr("edge_values"),
                                                         self.attr("edge_codes"), self.attr("graph_values")));
      });
}

}  // namespace plstm::python
