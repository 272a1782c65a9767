#pragma once

#include <cstddef>
#include <vector>

#include <plstm/core/ids.hpp>
#include <plstm/data/tu_dataset.hpp>
#include <plstm/graph/adjacency.hpp>

#include "number_table.hpp"
#include "tu_files.hpp"

namespace plstm {

/// Pairs of nodes of the whole set, numbered from 0, one for each line of `pairs`. Throws FileError for a node
/// that does not exist or for two nodes of different graphs.
std::vector<Arc> make_tu_arcs(const NumberTable<std::int64_t>& pairs,
                              const NumberTable<std::int64_t>& indicator);

/// Rows of `arcs` that become edges, ascending: of all rows that join the same two nodes, the first. Counts the
/// others. Throws FileError, naming the file as `name`, for an edge and its reverse in a directed set.
std::vector<EdgeId> find_tu_edges(const std::vector<Arc>& arcs, const NumberTable<std::int64_t>& indicator,
                                  bool directed, const std::string& name, const TuAttributes& attributes,
                                  TuCounts& counts);

/// The same rows sorted by graph, and in each graph in the order of the file. Those of graph i are at
/// offsets[i]..offsets[i+1]-1. `offsets` has B + 1 zeros on entry.
std::vector<EdgeId> group_by_graph(const std::vector<EdgeId>& edges, const std::vector<Arc>& arcs,
                                   const NumberTable<std::int64_t>& indicator,
                                   std::vector<std::size_t>& offsets);

}  // namespace plstm
