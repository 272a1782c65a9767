#include "dag.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <nanobind/operators.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>

#include <plstm/core/error.hpp>
#include <plstm/graph/dag.hpp>
#include <plstm/graph/level_schedule.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/graph/multitree.hpp>
#include <plstm/graph/orientation.hpp>

#include "arrays.hpp"

namespace plstm::python {
namespace {

constexpr std::int64_t kMostIds = std::numeric_limits<std::int32_t>::max();

using EdgeArray = InputArray<std::int64_t, nb::shape<-1, 2>>;

// int64 [E, 2] of whatever the user has; the Python code says what is wrong with it.
EdgeArray edge_array(const nb::object& edges) {
  return nb::cast<EdgeArray>(nb::module_::import_("plstm._arrays").attr("edge_array")(edges), false);
}

std::int32_t checked_id(std::int64_t id) {
  if (id < 0 || id > kMostIds) {
    throw GraphError(fmt::format("an edge names node {}, expected 0 to {}", id, kMostIds));
  }
  return static_cast<std::int32_t>(id);
}

std::vector<Arc> arcs_of(const EdgeArray& edges) {
  if (edges.shape(0) > static_cast<std::size_t>(kMostIds)) throw GraphError("a graph has too many edges");
  std::vector<Arc> arcs(edges.shape(0));
  for (std::size_t i = 0; i < arcs.size(); ++i) {
    arcs[i] = {checked_id(edges.data()[2 * i]), checked_id(edges.data()[2 * i + 1])};
  }
  return arcs;
}

// Nodes without edges that a graph may have. Tables of all nodes are made at once, and a number that was meant otherwise
// would ask for gigabytes.
constexpr std::int64_t kMostLoneNodes = std::int64_t{1} << 26;

NodeId num_nodes_of(std::optional<std::int64_t> given, std::span<const Arc> arcs) {
  std::int64_t nodes = 0;
  if (given.has_value()) {
    if (*given < 0 || *given > kMostIds) {
      throw GraphError(fmt::format("num_nodes is {}, expected 0 to {}", *given, kMostIds));
    }
    nodes = *given;
  } else {
    for (const Arc& arc : arcs)
      nodes = std::max({nodes, std::int64_t{arc.tail} + 1, std::int64_t{arc.head} + 1});
    if (nodes > kMostIds) throw GraphError("a graph has too many nodes");
  }
  if (nodes - 2 * std::ssize(arcs) > kMostLoneNodes) {
    throw GraphError(fmt::format("a graph of {} nodes has {} edges: at most {} nodes may have none", nodes,
                                 arcs.size(), kMostLoneNodes));
  }
  return static_cast<NodeId>(nodes);
}

ParallelEdges parallel_of(bool keep) {
  return keep ? ParallelEdges::kKeep : ParallelEdges::kRefuse;
}

Dag make(const nb::object& edges, std::optional<std::int64_t> num_nodes, bool parallel_edges) {
  std::vector<Arc> arcs = arcs_of(edge_array(edges));
  const NodeId nodes = num_nodes_of(num_nodes, arcs);
  return Dag(nodes, std::move(arcs), parallel_of(parallel_edges));
}

Dag orient(const nb::object& edges, std::optional<std::int64_t> num_nodes, const std::string& by,
           bool parallel_edges) {
  const std::vector<Arc> arcs = arcs_of(edge_array(edges));
  UndirectedGraph graph{num_nodes_of(num_nodes, arcs), {}, parallel_of(parallel_edges)};
  for (const Arc& arc : arcs) graph.edges.emplace_back(arc.tail, arc.head);
  if (by == "index") return orient_by_index(graph);
  if (by == "bfs") return orient_by_bfs(graph);
  if (by == "dfs") return orient_by_dfs(graph);
  throw ConfigError(fmt::format("by is '{}', expected index, bfs or dfs", by));
}

// Arcs as [arcs, 2]: two numbers each, one behind the other.
nb::ndarray<nb::numpy, const std::int32_t> view_arcs(std::span<const Arc> arcs, nb::handle owner) {
  static_assert(sizeof(Arc) == 2 * sizeof(std::int32_t));
  return view(arcs.empty() ? nullptr : &arcs.data()->tail, {arcs.size(), 2}, owner);
}

std::int32_t checked_index(std::int64_t index, std::int64_t count, const char* what) {
  if (index < 0 || index >= count) {
    throw nb::index_error(
        fmt::format("{} {} is not there, expected 0 to {}", what, index, count - 1).c_str());
  }
  return static_cast<std::int32_t>(index);
}

void bind_levels(nb::module_& module) {
  nb::class_<LevelSchedule>(
      module, "LevelSchedule",
      "The edges of a DAG sorted into levels. Level 0 has no predecessor in the line graph, every other edge "
      "lies one above its highest predecessor. Immutable.")
      .def("__len__", &LevelSchedule::num_levels, "Number of levels.")
      .def(
          "__getitem__",
          [](nb::handle_t<LevelSchedule> self, std::int64_t level) {
            const auto& levels = nb::cast<const LevelSchedule&>(self);
            const auto count = static_cast<std::int64_t>(levels.num_levels());
            const std::int32_t at = checked_index(level < 0 ? level + count : level, count, "level");
            return view(levels.level(static_cast<std::size_t>(at)), self);
          },
          nb::arg("level"), "Edges of one level, int32, without a copy. Raises IndexError.")
      .def_prop_ro(
          "order",
          [](nb::handle_t<LevelSchedule> self) {
            return view(nb::cast<const LevelSchedule&>(self).order(), self);
          },
          "[E] int32: all levels after each other, a topological order of the edges. No copy.");
}

void bind_line_graph(nb::module_& module) {
  const auto adjacency = [](nb::handle self) -> const Adjacency& {
    return nb::cast<const LineGraph&>(self).adjacency();
  };
  nb::class_<LineGraph>(
      module, "LineGraph",
      "Line graph of a DAG. Its nodes are the DAG's E edges, and a line edge f -> e says that e "
      "starts where f ends. L line edges in ascending (f, e). Immutable.")
      .def_prop_ro("num_nodes", &LineGraph::num_nodes, "E, the edges of the DAG.")
      .def_prop_ro("num_edges", &LineGraph::num_edges, "L.")
      .def_prop_ro(
          "edges", [=](nb::handle_t<LineGraph> self) { return view_arcs(adjacency(self).arcs(), self); },
          "[L, 2] int32: f and e of each line edge f -> e. No copy.")
      .def_prop_ro(
          "in_offsets",
          [=](nb::handle_t<LineGraph> self) { return view(adjacency(self).in_offsets(), self); },
          "[E + 1] int32: the line edges into e are in_list[in_offsets[e]:in_offsets[e + 1]]. No copy.")
      .def_prop_ro(
          "in_list", [=](nb::handle_t<LineGraph> self) { return view(adjacency(self).in_list(), self); },
          "[L] int32, see in_offsets. No copy.")
      .def_prop_ro(
          "out_offsets",
          [=](nb::handle_t<LineGraph> self) { return view(adjacency(self).out_offsets(), self); },
          "[E + 1] int32: the line edges out of f are out_list[out_offsets[f]:out_offsets[f + 1]]. No copy.")
      .def_prop_ro(
          "out_list", [=](nb::handle_t<LineGraph> self) { return view(adjacency(self).out_list(), self); },
          "[L] int32, see out_offsets. No copy.")
      .def("multitree", &prune_to_multitree,
           "The line graph of the D-mode: line edges are removed until between any two edges of the DAG at "
           "most "
           "one path is left.")
      .def("levels", &make_level_schedule, "The edges of the DAG sorted into levels.")
      .def(nb::self == nb::self, nb::sig("def __eq__(self, arg: object, /) -> bool"))
      .def("__repr__", [](const LineGraph& graph) {
        return fmt::format("LineGraph(num_nodes={}, num_edges={})", graph.num_nodes(), graph.num_edges());
      });
}

}  // namespace

void bind_dag(nb::module_& module) {
  bind_levels(module);
  bind_line_graph(module);
  nb::class_<Dag>(
      module, "Dag",
      "Directed acyclic graph on nodes 0..N-1 with edges in a fixed order 0..E-1; edge e runs from "
      "tail to head. Immutable, so it may be shared between threads.")
      .def(
          "__init__",
          [](Dag* self, const nb::object& edges, std::optional<std::int64_t> num_nodes, bool parallel_edges) {
            new (self) Dag(make(edges, num_nodes, parallel_edges));
          },
          nb::arg("edges"), nb::arg("num_nodes") = nb::none(), nb::kw_only(),
          nb::arg("parallel_edges") = false,
          "Dag of edges [E, 2] (an array of integers, or a list of pairs), each (tail, head). Edge ids "
          "follow "
          "their order.\n\n"
          "num_nodes is one more than the largest node by default. parallel_edges keeps edges that are given "
          "twice.\n\n"
          "Raises GraphError naming the first edge that is not allowed (end out of range, self-loop, given "
          "twice), or the nodes of a directed cycle; ShapeError for an array of another shape; TypeError for "
          "anything but whole numbers.")
      .def_static(
          "orient", &orient, nb::arg("edges"), nb::arg("num_nodes") = nb::none(), nb::kw_only(),
          nb::arg("by") = "bfs", nb::arg("parallel_edges") = false,
          "Dag of an undirected graph: edge i points from the smaller to the larger rank of its ends. "
          "`by` is 'index' (rank is the number of the node), 'bfs' or 'dfs' (the order in which a "
          "search from a node far out meets the nodes). Raises as Dag() does, and ConfigError for "
          "another `by`.")
      .def_static(
          "from_networkx",
          [](const nb::object& graph) {
            return nb::cast<Dag>(nb::module_::import_("plstm._networkx").attr("dag_of")(graph));
          },
          nb::arg("graph"),
          "Dag of a networkx.DiGraph or MultiDiGraph. Node i is the i-th of graph.nodes, edge e the e-th of "
          "graph.edges. Raises GraphError for a cycle, TypeError for an undirected graph (see orient).")
      .def_prop_ro("num_nodes", &Dag::num_nodes, "N.")
      .def_prop_ro("num_edges", &Dag::num_edges, "E.")
      .def_prop_ro(
          "edges", [](nb::handle_t<Dag> self) { return view_arcs(nb::cast<const Dag&>(self).edges(), self); },
          "[E, 2] int32: tail and head of each edge. No copy.")
      .def(
          "in_edges",
          [](nb::handle_t<Dag> self, std::int64_t node) {
            const Dag& dag = nb::cast<const Dag&>(self);
            return view(dag.in_edges(checked_index(node, dag.num_nodes(), "node")), self);
          },
          nb::arg("node"),
          "Ids of the edges that enter `node`, ascending, int32. No copy. Raises IndexError.")
      .def(
          "out_edges",
          [](nb::handle_t<Dag> self, std::int64_t node) {
            const Dag& dag = nb::cast<const Dag&>(self);
            return view(dag.out_edges(checked_index(node, dag.num_nodes(), "node")), self);
          },
          nb::arg("node"),
          "Ids of the edges that leave `node`, ascending, int32. No copy. Raises IndexError.")
      .def("line_graph", &make_line_graph,
           "The line graph of the P-mode. Raises GraphError if it has more line edges than int32 can count.")
      .def("reverse", &reverse, "The same nodes and edge ids with every edge flipped.")
      .def(nb::self == nb::self, nb::sig("def __eq__(self, arg: object, /) -> bool"))
      .def("__repr__",
           [](const Dag& dag) {
             return fmt::format("Dag(num_nodes={}, num_edges={})", dag.num_nodes(), dag.num_edges());
           })
      .def("__reduce__", [](nb::handle_t<Dag> self) {
        const Dag& dag = nb::cast<const Dag&>(self);
        const nb::object make_again = nb::module_::import_("plstm._arrays").attr("dag_of_state");
        return nb::make_tuple(make_again, nb::make_tuple(self.attr("edges"), dag.num_nodes()));
      });
}

}  // namespace plstm::python
