#include "tu_edges.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace plstm {

namespace {

std::size_t at(std::int32_t id) {
  return static_cast<std::size_t>(id);
}

}  // namespace

std::vector<Arc> make_tu_arcs(const NumberTable<std::int64_t>& pairs,
                              const NumberTable<std::int64_t>& indicator) {
  std::vector<Arc> arcs(pairs.rows);
  for (std::size_t row = 0; row < pairs.rows; ++row) {
    const std::span<const std::int64_t> ends = pairs.row(row);
    for (const std::int64_t end : ends) {
      if (end >= 1 && end <= static_cast<std::int64_t>(indicator.rows)) continue;
      fail_at_row(pairs.name, row, fmt::format("has node {}, expected 1..{}", end, indicator.rows));
    }
    arcs[row] = {static_cast<NodeId>(ends[0] - 1), static_cast<NodeId>(ends[1] - 1)};
    const std::int64_t graph = indicator.values[at(arcs[row].tail)];
    if (const std::int64_t other = indicator.values[at(arcs[row].head)]; graph != other) {
      fail_at_row(
          pairs.name, row,
          fmt::format("joins node {} of graph {} and node {} of graph {}", ends[0], graph, ends[1], other));
    }
  }
  return arcs;
}

std::vector<EdgeId> find_tu_edges(const std::vector<Arc>& arcs, const NumberTable<std::int64_t>& indicator,
                                  bool directed, const std::string& name, const TuAttributes& attributes,
                                  TuCounts& counts) {
  std::vector<Arc> sorted_ends;
  sorted_ends.reserve(arcs.size());
  for (const auto& [a, b] : arcs) sorted_ends.push_back({std::min(a, b), std::max(a, b)});
  const Adjacency pairs(static_cast<NodeId>(indicator.rows), std::move(sorted_ends));
  // Rows are sorted by the smaller end. So if a row with the same ends came before, it is the last row into this
  // larger end.
  std::vector<EdgeId> last_into(indicator.rows, -1);
  std::vector<std::uint8_t> kept(arcs.size(), 0), mirrored(arcs.size(), 0);
  EdgeId against = -1;
  EdgeId against_what = -1;
  for (const EdgeId row : pairs.out_list()) {
    const Arc pair = pairs.arcs()[at(row)];
    if (pair.tail == pair.head) {
      ++counts.self_loops;
      continue;
    }
    EdgeId& first = last_into[at(pair.head)];
    if (first < 0 || pairs.arcs()[at(first)] != pair) {
      first = row;
      kept[at(row)] = 1;
      continue;
    }
    const bool same_direction = arcs[at(row)] == arcs[at(first)];
    if (directed && !same_direction && (against < 0 || row < against)) {
      against = row;
      against_what = first;
    }
    if (same_direction || mirrored[at(first)] != 0) {
      ++counts.repeated;
    } else {
      mirrored[at(first)] = 1;
      ++counts.reversed;
    }
    if (!attributes.same(at(row), at(first))) ++counts.conflicting;
  }
  if (against >= 0) {
    const auto [tail, head] = arcs[at(against)];
    fail_at_row(
        name, at(against),
        fmt::format("runs from node {} to {} of graph {}, against line {}; a directed graph has one of "
                    "them, or read the set as undirected",
                    tail + 1, head + 1, indicator.values[at(tail)], against_what + 1));
  }
  std::vector<EdgeId> edges;
  for (std::size_t row = 0; row < arcs.size(); ++row) {
    if (kept[row] != 0) edges.push_back(static_cast<EdgeId>(row));
  }
  counts.listed = static_cast<std::int64_t>(arcs.size());
  return edges;
}

std::vector<EdgeId> group_by_graph(const std::vector<EdgeId>& edges, const std::vector<Arc>& arcs,
                                   const NumberTable<std::int64_t>& indicator,
                                   std::vector<std::size_t>& offsets) {
  const auto graph_of = [&](EdgeId row) {
    return static_cast<std::size_t>(indicator.values[at(arcs[at(row)].tail)] - 1);
  };
  for (const EdgeId row : edges) ++offsets[graph_of(row) + 1];
  for (std::size_t i = 1; i < offsets.size(); ++i) offsets[i] += offsets[i - 1];
  std::vector<std::size_t> next(offsets.begin(), offsets.end() - 1);
  std::vector<EdgeId> grouped(edges.size());
  for (const EdgeId row : edges) grouped[next[graph_of(row)]++] = row;
  return grouped;
}

}  // namespace plstm
