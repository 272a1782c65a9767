#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <plstm/data/graph_set.hpp>

namespace plstm {

struct TuOptions {
  /// Lines of DS_A.txt are edges from the first to the second node. Otherwise they are edges without
  /// direction, which the graphs get by node number: each edge points from the smaller to the larger node.
  bool directed = false;
};

/// What became of the lines of DS_A.txt: listed = edges of the set + reversed + repeated + self_loops.
struct TuCounts {
  std::int64_t listed = 0;
  std::int64_t reversed = 0;    ///< the other direction of an edge, merged with it (never if directed)
  std::int64_t repeated = 0;    ///< the same direction once more, merged
  std::int64_t self_loops = 0;  ///< left out
  std::int64_t conflicting =
      0;  ///< of the merged ones: other labels or attributes than the first, which stay

  bool operator==(const TuCounts&) const = default;
};

/// What is known of the graphs of a set.
enum class TuLabels {
  kNone,
  kClasses,  ///< one label "class", codes 0..class_names.size()-1 in ascending order of the file's numbers
  kValues,   ///< one label "target", or "target_1", "target_2", ... one for each column of attributes
};

struct TuDataset {
  GraphSet set;
  TuLabels labels = TuLabels::kNone;
  std::vector<std::string> class_names;  ///< [classes], the numbers that the file has for them
  /// The numbers that the codes of each column stand for; empty for a set without such labels.
  std::vector<std::vector<std::int64_t>> node_label_values, edge_label_values;
  TuCounts counts;
};

/// Reads a data set in the text format of the TU collection (Morris et al., TUDataset, 2020) from a folder
/// DS:
///
///     DS_A.txt                 two nodes a line, an edge
///     DS_graph_indicator.txt   graph of each node, ascending; nodes and graphs are numbered from 1
///     DS_node_labels.txt       integers of each node; each column becomes a column of codes, which number
///     the
///                              values that occur in ascending order
///     DS_node_attributes.txt   numbers of each node: columns of values
///     DS_edge_labels.txt, DS_edge_attributes.txt   the same of each line of DS_A.txt
///     DS_graph_labels.txt      one integer a graph, its class
///     DS_graph_attributes.txt  numbers of each graph to predict; not read if there are classes
///
/// The first two must be there. Nodes with neither labels nor attributes get one column of codes that are all
/// 0. Each edge is kept where the file names it first, so edges come in the order of the file. Graphs
/// without nodes (numbers that the indicator skips) need a file of graph labels or attributes that says how
/// many graphs there are.
///
/// Numbers are separated by blanks, a comma, or both; lines end in LF, CR LF or CR, and empty ones may
/// follow the last. O(size of the files), apart from sorting labels.
/// Throws FileError naming file and line for what breaks these rules: a file that is missing or of another
/// length, text that is no number, a number that is out of range or not finite, an edge between two graphs,
/// and if directed, an edge and its reverse or a cycle.
TuDataset read_tu_dataset(const std::filesystem::path& folder, const TuOptions& options = {});

}  // namespace plstm
