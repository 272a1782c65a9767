#include "plstm/stm/graphs/stm_graph.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/graph/level_schedule.hpp>

namespace plstm {

namespace {

template <class Id>
void append_shifted(std::vector<Id>& to, const std::vector<Id>& from, std::size_t skip, Id shift) {
  const std::size_t begin = to.size();
  to.resize(begin + from.size() - skip);
  for (std::size_t i = skip; i < from.size(); ++i) to[begin + i - skip] = from[i] + shift;
}

void check_room(std::int32_t have, std::int32_t more, const char* what) {
  if (more > std::numeric_limits<std::int32_t>::max() - have) {
    throw GraphError(fmt::format("StmGraph: {} and {} {} together do not fit 32-bit ids; use smaller batches",
                                 have, more, what));
  }
}

// The old id of every new one.
std::vector<EdgeId> inverse_of(const StmGraph& graph, std::span<const EdgeId> new_ids) {
  std::vector<EdgeId> old_ids(static_cast<std::size_t>(graph.num_edges), -1);
  bool sound = new_ids.size() == old_ids.size();
  for (std::size_t part = 1; sound && part < graph.parts.size(); ++part) {
    const EdgeId begin = graph.parts[part - 1].edge;
    const EdgeId end = graph.parts[part].edge;
    for (EdgeId old_id = begin; sound && old_id < end; ++old_id) {
      const EdgeId id = new_ids[static_cast<std::size_t>(old_id)];
      sound = id >= begin && id < end && old_ids[static_cast<std::size_t>(id)] < 0;
      if (sound) old_ids[static_cast<std::size_t>(id)] = old_id;
    }
  }
  if (!sound) {
    throw GraphError(fmt::format("rename_edges: new_ids is no permutation of the {} edges inside their parts",
                                 graph.num_edges));
  }
  return old_ids;
}

void fill_slots(std::span<const EdgeId> row, std::vector<std::int32_t>& slots) {
  for (std::size_t i = 0; i < row.size(); ++i)
    slots[static_cast<std::size_t>(row[i])] = static_cast<std::int32_t>(i);
}

}  // namespace

std::int32_t StmGraph::max_degree() const {
  std::int32_t largest = 0;
  for (const std::int32_t slot : in_slot) largest = std::max(largest, slot + 1);
  for (const std::int32_t slot : out_slot) largest = std::max(largest, slot + 1);
  return largest;
}

void StmGraph::clear() {
  num_nodes = num_edges = num_line_edges = 0;
  for (auto* list : {&tail, &head, &in_slot, &out_slot, &in_edges, &out_edges, &predecessors,
                     &predecessor_line_edges, &successors, &order, &level_offsets}) {
    list->clear();
  }
  for (auto* offsets : {&in_offsets, &out_offsets, &predecessor_offsets, &successor_offsets})
    offsets->assign(1, 0);
  parts.assign(1, {0, 0, 0, 0});
}

void StmGraph::append(const StmGraph& other) {
  check_room(num_nodes, other.num_nodes, "nodes");
  check_room(num_edges, other.num_edges, "edges");
  check_room(num_line_edges, other.num_line_edges, "line edges");
  append_shifted(tail, other.tail, 0, num_nodes);
  append_shifted(head, other.head, 0, num_nodes);
  append_shifted(in_slot, other.in_slot, 0, 0);
  append_shifted(out_slot, other.out_slot, 0, 0);
  append_shifted(in_offsets, other.in_offsets, 1, num_edges);
  append_shifted(in_edges, other.in_edges, 0, num_edges);
  append_shifted(out_offsets, other.out_offsets, 1, num_edges);
  append_shifted(out_edges, other.out_edges, 0, num_edges);
  append_shifted(predecessor_offsets, other.predecessor_offsets, 1, num_line_edges);
  append_shifted(predecessors, other.predecessors, 0, num_edges);
  append_shifted(predecessor_line_edges, other.predecessor_line_edges, 0, num_line_edges);
  append_shifted(successor_offsets, other.successor_offsets, 1, num_line_edges);
  append_shifted(successors, other.successors, 0, num_edges);
  append_shifted(order, other.order, 0, num_edges);
  append_shifted(level_offsets, other.level_offsets, 0, num_edges);
  const Part last = parts.back();
  for (std::size_t i = 1; i < other.parts.size(); ++i) {
    const Part& part = other.parts[i];
    parts.push_back({last.node + part.node, last.edge + part.edge, last.line_edge + part.line_edge,
                     last.level + part.level});
  }
  num_nodes += other.num_nodes;
  num_edges += other.num_edges;
  num_line_edges += other.num_line_edges;
}

StmGraph make_stm_graph(const Dag& dag, const LineGraph& line_graph) {
  if (line_graph.num_nodes() != dag.num_edges()) {
    throw GraphError(
        fmt::format("make_stm_graph: the line graph has {} nodes, the DAG has {} edges; pass the line "
                    "graph of this DAG",
                    line_graph.num_nodes(), dag.num_edges()));
  }
  const auto copy = [](auto span) { return std::vector<std::int32_t>(span.begin(), span.end()); };
  StmGraph graph;
  graph.num_nodes = dag.num_nodes();
  graph.num_edges = dag.num_edges();
  graph.num_line_edges = line_graph.num_edges();
  graph.tail.reserve(dag.edges().size());
  graph.head.reserve(dag.edges().size());
  for (const Arc& edge : dag.edges()) {
    graph.tail.push_back(edge.tail);
    graph.head.push_back(edge.head);
  }
  graph.in_slot.resize(dag.edges().size());
  graph.out_slot.resize(dag.edges().size());
  for (NodeId node = 0; node < graph.num_nodes; ++node) {
    fill_slots(dag.in_edges(node), graph.in_slot);
    fill_slots(dag.out_edges(node), graph.out_slot);
  }
  if (graph.num_nodes > 0) {
    graph.in_offsets = copy(dag.adjacency().in_offsets());
    graph.out_offsets = copy(dag.adjacency().out_offsets());
  }
  graph.in_edges = copy(dag.adjacency().in_list());
  graph.out_edges = copy(dag.adjacency().out_list());
  if (graph.num_edges > 0) {
    graph.predecessor_offsets = copy(line_graph.adjacency().in_offsets());
    graph.successor_offsets = copy(line_graph.adjacency().out_offsets());
  }
  graph.predecessor_line_edges = copy(line_graph.adjacency().in_list());
  graph.predecessors.reserve(graph.predecessor_line_edges.size());
  for (const LineEdgeId line_edge : graph.predecessor_line_edges) {
    graph.predecessors.push_back(line_graph.from(line_edge));
  }
  graph.successors.reserve(graph.predecessors.size());
  for (const Arc& line_edge : line_graph.edges()) graph.successors.push_back(line_edge.head);
  const LevelSchedule schedule = make_level_schedule(line_graph);
  graph.order = copy(schedule.order());
  EdgeId end = 0;
  for (std::size_t i = 0; i < schedule.num_levels(); ++i) {
    end += static_cast<EdgeId>(schedule.level(i).size());
    graph.level_offsets.push_back(end);
  }
  graph.parts.push_back({graph.num_nodes, graph.num_edges, graph.num_line_edges,
                         static_cast<std::int32_t>(graph.level_offsets.size())});
  return graph;
}

StmGraph rename_edges(const StmGraph& graph, std::span<const EdgeId> new_ids) {
  const std::vector<EdgeId> old_ids = inverse_of(graph, new_ids);
  const auto renamed = [&](EdgeId edge) { return new_ids[static_cast<std::size_t>(edge)]; };
  StmGraph result = graph;
  for (auto* row :
       {&result.in_edges, &result.out_edges, &result.order, &result.predecessors, &result.successors})
    std::transform(row->begin(), row->end(), row->begin(), renamed);
  // Rows of successors follow their edges, and their line edges take the numbers of the new places.
  std::vector<LineEdgeId> new_line_edges(static_cast<std::size_t>(graph.num_line_edges));
  LineEdgeId next_out = 0;
  for (std::size_t id = 0; id < old_ids.size(); ++id) {
    const auto old_id = static_cast<std::size_t>(old_ids[id]);
    result.tail[id] = graph.tail[old_id];
    result.head[id] = graph.head[old_id];
    result.in_slot[id] = graph.in_slot[old_id];
    result.out_slot[id] = graph.out_slot[old_id];
    for (LineEdgeId i = graph.successor_offsets[old_id]; i < graph.successor_offsets[old_id + 1]; ++i) {
      new_line_edges[static_cast<std::size_t>(i)] = next_out;
      result.successors[static_cast<std::size_t>(next_out++)] =
          renamed(graph.successors[static_cast<std::size_t>(i)]);
    }
    result.successor_offsets[id + 1] = next_out;
  }
  LineEdgeId next_in = 0;
  for (std::size_t id = 0; id < old_ids.size(); ++id) {
    const auto old_id = static_cast<std::size_t>(old_ids[id]);
    for (LineEdgeId i = graph.predecessor_offsets[old_id]; i < graph.predecessor_offsets[old_id + 1]; ++i) {
      const auto from = static_cast<std::size_t>(i);
      const auto to = static_cast<std::size_t>(next_in++);
      result.predecessors[to] = renamed(graph.predecessors[from]);
      result.predecessor_line_edges[to] =
          new_line_edges[static_cast<std::size_t>(graph.predecessor_line_edges[from])];
    }
    result.predecessor_offsets[id + 1] = next_in;
  }
  return result;
}

}  // namespace plstm
