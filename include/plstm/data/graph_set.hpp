#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <plstm/graph/attributed_graph.hpp>

namespace plstm {

/// B graphs of one kind, with or without labels.
struct GraphSet {
  std::vector<std::int32_t> node_vocabulary_sizes;  ///< of each column of node codes: 0..size-1 may occur
  std::vector<std::int32_t> edge_vocabulary_sizes;
  std::int32_t node_value_width = 0;
  std::int32_t edge_value_width = 0;
  std::vector<std::string> label_names;
  std::vector<AttributedGraph> graphs;  ///< [B], all of the widths above
  std::vector<float> labels;            ///< [B, label_names.size()], 0 where missing
  std::vector<std::uint8_t> present;    ///< [B, label_names.size()], 0 where missing

  bool operator==(const GraphSet&) const = default;
};

/// Throws ShapeError naming the array, the graph or the label that does not fit the rest of the set, or a code
/// outside its vocabulary.
void check_graph_set(const GraphSet& set);

}  // namespace plstm
