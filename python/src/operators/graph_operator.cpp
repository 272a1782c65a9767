#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/graph/multitree.hpp>
#include <plstm/stm/graphs/operator.hpp>

#include "../arrays.hpp"
#include "operators.hpp"
#include "tensors.hpp"

namespace plstm::python {
namespace {

constexpr std::array<Named<StmForm>, 5> kForms{{{StmForm::kAuto, "auto"},
                                                {StmForm::kRecurrent, "recurrent"},
                                                {StmForm::kClosed, "closed"},
                                                {StmForm::kChunkwise, "chunkwise"},
                                                {StmForm::kDoubling, "doubling"}}};

// One DAG or several side by side, with memory for the calls.
struct OperatorGraph {
  StmGraph graph;
  std::string mode;
  std::vector<std::int32_t> node_offsets;  // [parts + 1]
  std::int32_t max_degree = 0;
  WorkspacePool<StmWorkspace<float>> of_float;
  WorkspacePool<StmWorkspace<double>> of_double;

  template <class T>
  WorkspacePool<StmWorkspace<T>>& workspaces() {
    if constexpr (std::is_same_v<T, float>) {
      return of_float;
    } else {
      return of_double;
    }
  }
};

void make(OperatorGraph* self, const std::vector<const Dag*>& dags, const std::string& mode) {
  if (mode != "P" && mode != "D") {
    throw ConfigError(fmt::format("mode is '{}', expected P (propagation) or D (diffusion)", mode));
  }
  auto made = std::make_unique<OperatorGraph>();
  for (const Dag* dag : dags) {
    if (dag == nullptr) throw GraphError("OperatorGraph: None is no Dag");
    const LineGraph line_graph = make_line_graph(*dag);
    made->graph.append(make_stm_graph(*dag, mode == "P" ? line_graph : prune_to_multitree(line_graph)));
  }
  const StmGraph& graph = made->graph;
  for (const StmGraph::Part& part : graph.parts) made->node_offsets.push_back(part.node);
  made->max_degree = graph.max_degree();
  new (self)
      OperatorGraph{std::move(made->graph), mode, std::move(made->node_offsets), made->max_degree, {}, {}};
}

// Line edges are numbered by the edge they come from.
nb::ndarray<nb::numpy, EdgeId> line_edges(const OperatorGraph& self) {
  const StmGraph& graph = self.graph;
  std::vector<EdgeId> ends;
  ends.reserve(2 * graph.successors.size());
  for (std::size_t f = 0; f + 1 < graph.successor_offsets.size(); ++f) {
    for (auto line = static_cast<std::size_t>(graph.successor_offsets[f]);
         line < static_cast<std::size_t>(graph.successor_offsets[f + 1]); ++line) {
      ends.push_back(static_cast<EdgeId>(f));
      ends.push_back(graph.successors[line]);
    }
  }
  const std::size_t count = ends.size() / 2;
  return to_numpy(std::move(ends), {count, 2});
}

// [H, rows, width], or [H, rows] where the width is 1 and has no dimension. The last of three lies together.
template <class T>
HeadRows<T> head_rows(const char* name, const Tensor<T>& tensor, std::size_t heads, std::int32_t rows,
                      std::size_t width) {
  TensorShape expected{heads, static_cast<std::size_t>(rows)};
  if (width > 0) expected.push_back(width);
  check_tensor("graph_operator", name, tensor, expected);
  if (width > 1 && tensor.size() > 0 && tensor.stride(2) != 1) {
    throw ShapeError(
        fmt::format("graph_operator: the last dimension of {} does not lie together in memory", name));
  }
  return {tensor.data(), static_cast<std::ptrdiff_t>(tensor.stride(1)),
          static_cast<std::ptrdiff_t>(tensor.stride(0))};
}

struct Widths {
  std::size_t heads, key, value;
};

template <class T>
Widths widths_of(const Tensor<const T>& query, const Tensor<const T>& value) {
  const Widths widths{static_cast<std::size_t>(size_at("graph_operator", "query", query, 3, 0)),
                      static_cast<std::size_t>(size_at("graph_operator", "query", query, 3, 2)),
                      static_cast<std::size_t>(size_at("graph_operator", "value", value, 3, 2))};
  if (widths.heads < 1 || widths.key < 1 || widths.value < 1) {
    throw ShapeError(fmt::format("graph_operator: {} heads of widths {} and {}, expected 1 or more",
                                 widths.heads, widths.key, widths.value));
  }
  return widths;
}

template <class T>
StmInputs<T> inputs_of(const StmGraph& graph, const Widths& widths, const Tensor<const T>& query,
                       const Tensor<const T>& key, const Tensor<const T>& value,
                       const Tensor<const T>& source, const Tensor<const T>& transition,
                       const Tensor<const T>& mark, const Tensor<const T>& direct) {
  const auto [h, k, v] = widths;
  return {static_cast<std::ptrdiff_t>(h),
          static_cast<std::ptrdiff_t>(k),
          static_cast<std::ptrdiff_t>(v),
          head_rows("query", query, h, graph.num_nodes, k),
          head_rows("key", key, h, graph.num_nodes, k),
          head_rows("value", value, h, graph.num_nodes, v),
          head_rows("source", source, h, graph.num_edges, 0),
          head_rows("transition", transition, h, graph.num_line_edges, 0),
          head_rows("mark", mark, h, graph.num_edges, 0),
          head_rows("direct", direct, h, graph.num_nodes, 0)};
}

template <class T>
void forward(OperatorGraph& self, const Tensor<const T>& query, const Tensor<const T>& key,
             const Tensor<const T>& value, const Tensor<const T>& source, const Tensor<const T>& transition,
             const Tensor<const T>& mark, const Tensor<const T>& direct, const Tensor<T>& output,
             const std::string& form) {
  const Widths widths = widths_of<T>(query, value);
  const StmInputs<T> inputs =
      inputs_of<T>(self.graph, widths, query, key, value, source, transition, mark, direct);
  const auto out = head_rows("output", output, widths.heads, self.graph.num_nodes, widths.value);
  const StmOptions options(parse_named(kForms, "form", form));
  const nb::gil_scoped_release release;
  self.workspaces<T>().with(
      [&](StmWorkspace<T>& workspace) { stm_forward(self.graph, inputs, out, options, workspace); });
}

template <class T>
void backward(OperatorGraph& self, const Tensor<const T>& query, const Tensor<const T>& key,
              const Tensor<const T>& value, const Tensor<const T>& source, const Tensor<const T>& transition,
              const Tensor<const T>& mark, const Tensor<const T>& direct,
              const Tensor<const T>& output_gradient, const std::vector<Tensor<T>>& gradients,
              const std::string& form) {
  const Widths widths = widths_of<T>(query, value);
  const auto [h, k, v] = widths;
  const StmGraph& graph = self.graph;
  const StmInputs<T> inputs =
      inputs_of<T>(graph, widths, query, key, value, source, transition, mark, direct);
  const auto of_output = head_rows("output_gradient", output_gradient, h, graph.num_nodes, v);
  if (gradients.size() != 7) throw ShapeError("graph_operator: expected 7 gradients");
  const StmGradients<T> to{head_rows("gradient of query", gradients[0], h, graph.num_nodes, k),
                           head_rows("gradient of key", gradients[1], h, graph.num_nodes, k),
                           head_rows("gradient of value", gradients[2], h, graph.num_nodes, v),
                           head_rows("gradient of source", gradients[3], h, graph.num_edges, 0),
                           head_rows("gradient of transition", gradients[4], h, graph.num_line_edges, 0),
                           head_rows("gradient of mark", gradients[5], h, graph.num_edges, 0),
                           head_rows("gradient of direct", gradients[6], h, graph.num_nodes, 0)};
  const StmOptions options(parse_named(kForms, "form", form));
  const nb::gil_scoped_release release;
  self.workspaces<T>().with(
      [&](StmWorkspace<T>& workspace) { stm_backward(graph, inputs, of_output, to, options, workspace); });
}

template <class T, class Class>
void add_calls(Class& operator_graph) {
  operator_graph
      .def(
          "forward", &forward<T>, nb::arg("query").noconvert(), nb::arg("key").noconvert(),
          nb::arg("value").noconvert(), nb::arg("source").noconvert(), nb::arg("transition").noconvert(),
          nb::arg("mark").noconvert(), nb::arg("direct").noconvert(), nb::arg("output").noconvert(),
          nb::arg("form") = "auto",
          "Writes output [H, N, V] of query, key [H, N, K], value [H, N, V], source, mark [H, E], transition "
          "[H, L] and direct [H, N]; of any strides, but the last of three dimensions lies together. Raises "
          "ShapeError, and ConfigError for another form than auto, recurrent, closed, chunkwise, doubling.")
      .def("backward", &backward<T>, nb::arg("query").noconvert(), nb::arg("key").noconvert(),
           nb::arg("value").noconvert(), nb::arg("source").noconvert(), nb::arg("transition").noconvert(),
           nb::arg("mark").noconvert(), nb::arg("direct").noconvert(), nb::arg("output_gradient").noconvert(),
           nb::arg("gradients").noconvert(), nb::arg("form") = "auto",
           "Adds the gradients of sum(output * output_gradient) to the seven arrays, which share no memory.");
}

}  // namespace

void bind_graph_operator(nb::module_& module) {
  // A span of an OperatorGraph as an array.
  const auto span_property = [](auto get) {
    return [get](nb::handle_t<OperatorGraph> self) {
      const auto& graph = nb::cast<const OperatorGraph&>(self);
      return view(std::span(get(graph)), self);
    };
  };
  nb::class_<OperatorGraph> operator_graph(
      module, "OperatorGraph", nb::is_weak_referenceable(),
      "One DAG, or several side by side with ids shifted, laid out for the operator: N nodes, E edges, L "
      "line "
      "edges of the line graph (mode P) or of its multitree (mode D). May be shared between threads.");
  operator_graph
      .def("__init__", &make, nb::arg("dags"), nb::arg("mode") = "P",
           "dags: one or more; mode: P or D. Raises ConfigError for another mode, GraphError if there are "
           "more nodes, "
           "edges or line edges than int32 can count.")
      .def_prop_ro(
          "num_nodes", [](const OperatorGraph& self) { return self.graph.num_nodes; }, "N.")
      .def_prop_ro(
          "num_edges", [](const OperatorGraph& self) { return self.graph.num_edges; }, "E.")
      .def_prop_ro(
          "num_line_edges", [](const OperatorGraph& self) { return self.graph.num_line_edges; }, "L.")
      .def_ro("mode", &OperatorGraph::mode, "P or D.")
      .def_ro("max_degree", &OperatorGraph::max_degree, "Largest in- or out-degree of a node.")
      .def_prop_ro("tail", span_property([](const OperatorGraph& g) -> const auto& { return g.graph.tail; }),
                   "[E] int32. No copy.")
      .def_prop_ro("head", span_property([](const OperatorGraph& g) -> const auto& { return g.graph.head; }),
                   "[E] int32. No copy.")
      .def_prop_ro("in_slot",
                   span_property([](const OperatorGraph& g) -> const auto& { return g.graph.in_slot; }),
                   "[E] int32: rank of each edge among the edges into its head. No copy.")
      .def_prop_ro("out_slot",
                   span_property([](const OperatorGraph& g) -> const auto& { return g.graph.out_slot; }),
                   "[E] int32: rank of each edge among the edges out of its tail. No copy.")
      .def_prop_ro(
          "node_offsets", span_property([](const OperatorGraph& g) -> const auto& { return g.node_offsets; }),
          "[graphs + 1] int32: the nodes of graph i are node_offsets[i] to node_offsets[i + 1]. No copy.")
      .def_prop_ro(
          "line_edges", &line_edges, nb::rv_policy::move,
          "[L, 2] int32: edges f and e of each line edge f -> e, in the order of transitions. A copy.");
  add_calls<float>(operator_graph);
  add_calls<double>(operator_graph);
}

}  // namespace plstm::python
