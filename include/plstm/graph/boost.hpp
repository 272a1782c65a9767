#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/transform_iterator.hpp>
#include <boost/property_map/property_map.hpp>

#include <plstm/core/error.hpp>
#include <plstm/graph/dag.hpp>
#include <plstm/graph/line_graph.hpp>

/// Boost.Graph both ways: make_dag() copies any Boost graph into a Dag, and Dag and LineGraph are themselves
/// Boost graphs, so that its algorithms run on them without a copy. This is the one header of plstm that
/// includes Boost.
namespace plstm {

/// Edge of a Dag or LineGraph as Boost algorithms see it: the id, in a type of its own, because Boost tells
/// vertices from edges by their types.
struct EdgeDescriptor {
  std::int32_t id = -1;
  auto operator<=>(const EdgeDescriptor&) const = default;
};

namespace detail {

/// The graphs that are compressed rows at heart.
template <class G>
concept RowGraph = std::same_as<G, Dag> || std::same_as<G, LineGraph>;

struct ToDescriptor {
  EdgeDescriptor operator()(std::int32_t id) const { return {id}; }
};

struct ToHead {
  const Arc* arcs = nullptr;
  std::int32_t operator()(std::int32_t id) const { return arcs[id].head; }
};

/// boost::graph_traits of a RowGraph. Vertices are NodeId (Dag) or EdgeId (LineGraph).
struct RowGraphTraits {
  using vertex_descriptor = std::int32_t;
  using edge_descriptor = EdgeDescriptor;
  using vertices_size_type = std::size_t;
  using edges_size_type = std::size_t;
  using degree_size_type = std::size_t;

  using vertex_iterator = boost::counting_iterator<std::int32_t>;
  using edge_iterator = boost::transform_iterator<ToDescriptor, boost::counting_iterator<std::int32_t>>;
  using out_edge_iterator = boost::transform_iterator<ToDescriptor, const std::int32_t*>;
  using in_edge_iterator = out_edge_iterator;
  using adjacency_iterator = boost::transform_iterator<ToHead, const std::int32_t*>;

  using directed_category = boost::bidirectional_tag;
  using edge_parallel_category = boost::allow_parallel_edge_tag;
  struct traversal_category : boost::bidirectional_graph_tag,
                              boost::adjacency_graph_tag,
                              boost::vertex_list_graph_tag,
                              boost::edge_list_graph_tag {};

  static vertex_descriptor null_vertex() { return -1; }
};

/// Property map edge -> id.
struct EdgeIdMap : boost::put_get_helper<std::int32_t, EdgeIdMap> {
  using category = boost::readable_property_map_tag;
  using value_type = std::int32_t;
  using reference = std::int32_t;
  using key_type = EdgeDescriptor;
  reference operator[](key_type edge) const { return edge.id; }
};

template <class Map>
struct SameMap {
  using type = Map;
  using const_type = Map;
};
using VertexIdMapOf = SameMap<boost::typed_identity_property_map<std::int32_t>>;
using EdgeIdMapOf = SameMap<EdgeIdMap>;

}  // namespace detail

/// What follows is found by the algorithms through their graph argument; the meaning is that of the
/// Boost.Graph concepts BidirectionalGraph, AdjacencyGraph, VertexListGraph and EdgeListGraph. Edges come in
/// ascending id. Iterators stay valid as long as the graph does.

std::size_t num_vertices(const detail::RowGraph auto& graph) {
  return static_cast<std::size_t>(graph.num_nodes());
}

std::size_t num_edges(const detail::RowGraph auto& graph) {
  return static_cast<std::size_t>(graph.num_edges());
}

auto vertices(const detail::RowGraph auto& graph) {
  using Iterator = detail::RowGraphTraits::vertex_iterator;
  return std::pair(Iterator(0), Iterator(graph.num_nodes()));
}

auto edges(const detail::RowGraph auto& graph) {
  using Iterator = detail::RowGraphTraits::edge_iterator;
  return std::pair(Iterator(boost::counting_iterator<std::int32_t>(0)),
                   Iterator(boost::counting_iterator<std::int32_t>(graph.num_edges())));
}

std::int32_t source(EdgeDescriptor edge, const detail::RowGraph auto& graph) {
  return graph.edges()[static_cast<std::size_t>(edge.id)].tail;
}

std::int32_t target(EdgeDescriptor edge, const detail::RowGraph auto& graph) {
  return graph.edges()[static_cast<std::size_t>(edge.id)].head;
}

auto out_edges(std::int32_t vertex, const detail::RowGraph auto& graph) {
  using Iterator = detail::RowGraphTraits::out_edge_iterator;
  const auto row = graph.out_edges(vertex);
  return std::pair(Iterator(row.data()), Iterator(row.data() + row.size()));
}

auto in_edges(std::int32_t vertex, const detail::RowGraph auto& graph) {
  using Iterator = detail::RowGraphTraits::in_edge_iterator;
  const auto row = graph.in_edges(vertex);
  return std::pair(Iterator(row.data()), Iterator(row.data() + row.size()));
}

auto adjacent_vertices(std::int32_t vertex, const detail::RowGraph auto& graph) {
  using Iterator = detail::RowGraphTraits::adjacency_iterator;
  const auto row = graph.out_edges(vertex);
  const detail::ToHead to_head{graph.edges().data()};
  return std::pair(Iterator(row.data(), to_head), Iterator(row.data() + row.size(), to_head));
}

std::size_t out_degree(std::int32_t vertex, const detail::RowGraph auto& graph) {
  return graph.out_edges(vertex).size();
}

std::size_t in_degree(std::int32_t vertex, const detail::RowGraph auto& graph) {
  return graph.in_edges(vertex).size();
}

std::size_t degree(std::int32_t vertex, const detail::RowGraph auto& graph) {
  return out_degree(vertex, graph) + in_degree(vertex, graph);
}

detail::VertexIdMapOf::type get(boost::vertex_index_t, const detail::RowGraph auto&) {
  return {};
}
detail::EdgeIdMapOf::type get(boost::edge_index_t, const detail::RowGraph auto&) {
  return {};
}
std::int32_t get(boost::vertex_index_t, const detail::RowGraph auto&, std::int32_t vertex) {
  return vertex;
}
std::int32_t get(boost::edge_index_t, const detail::RowGraph auto&, EdgeDescriptor edge) {
  return edge.id;
}

/// Dag with the vertices and edges of a Boost graph that models VertexListGraph and EdgeListGraph. Nodes are
/// numbered by `index` (vertex -> 0..N-1), edges in the order of edges(graph). The edges of an undirected
/// graph point from the smaller to the larger index. Throws GraphError for what no Dag may have: self-loops,
/// directed cycles, indices beyond N, and parallel edges unless `parallel` keeps them.
template <class BoostGraph, class IndexMap>
requires(!std::same_as<IndexMap, ParallelEdges>) Dag
    make_dag(const BoostGraph& graph, IndexMap index, ParallelEdges parallel = ParallelEdges::kRefuse) {
  constexpr bool kUndirected =
      std::is_convertible_v<typename boost::graph_traits<BoostGraph>::directed_category,
                            boost::undirected_tag>;
  constexpr auto kMost = static_cast<std::uintmax_t>(std::numeric_limits<NodeId>::max());
  if (static_cast<std::uintmax_t>(num_vertices(graph)) > kMost) {
    throw GraphError("make_dag: " + std::to_string(num_vertices(graph)) + " vertices, expected at most " +
                     std::to_string(kMost));
  }
  // An index that does not fit an id becomes -1, which Dag refuses.
  const auto node = [&](auto vertex) {
    const auto value = get(index, vertex);
    return std::in_range<NodeId>(value) ? static_cast<NodeId>(value) : NodeId{-1};
  };
  std::vector<Arc> arcs;
  for (auto range = edges(graph); range.first != range.second; ++range.first) {
    const auto edge = *range.first;
    Arc arc{node(source(edge, graph)), node(target(edge, graph))};
    if (kUndirected && arc.tail > arc.head) std::swap(arc.tail, arc.head);
    arcs.push_back(arc);
  }
  return Dag(static_cast<NodeId>(num_vertices(graph)), std::move(arcs), parallel);
}

/// The same with the graph's own vertex_index map.
template <class BoostGraph>
Dag make_dag(const BoostGraph& graph, ParallelEdges parallel = ParallelEdges::kRefuse) {
  return make_dag(graph, get(boost::vertex_index, graph), parallel);
}

}  // namespace plstm

/// @cond  Doxygen finds no scope for specialisations in a namespace that it does not read.
template <>
struct boost::graph_traits<plstm::Dag> : plstm::detail::RowGraphTraits {};
template <>
struct boost::graph_traits<plstm::LineGraph> : plstm::detail::RowGraphTraits {};

template <>
struct boost::property_map<plstm::Dag, boost::vertex_index_t> : plstm::detail::VertexIdMapOf {};
template <>
struct boost::property_map<plstm::LineGraph, boost::vertex_index_t> : plstm::detail::VertexIdMapOf {};
template <>
struct boost::property_map<plstm::Dag, boost::edge_index_t> : plstm::detail::EdgeIdMapOf {};
template <>
struct boost::property_map<plstm::LineGraph, boost::edge_index_t> : plstm::detail::EdgeIdMapOf {};
/// @endcond
