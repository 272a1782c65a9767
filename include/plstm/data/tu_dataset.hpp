#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <plstm/data/graph_set.hpp>

namespace plstm {

struct TuOptions {
  /// Lines of DS_A.txt are edges from the first to the second node. Otherwise they have no direction, and each
  /// edge is made to point from the smaller to the larger node number.
  bool directed = false;
};

/// Counts of the lines of DS_A.txt: listed = edges of the set + reversed + repeated + self_loops.
struct TuCounts {
  std::int64_t listed = 0;
  std::int64_t reversed = 0;    ///< the other direction of an edge, merged with it (never if directed)
  std::int64_t repeated = 0;    ///< the same direction once more, merged
  std::int64_t self_loops = 0;  ///< left out
  /// Merged lines whose labels or attributes differ from those of the first line, which are kept.
  std::int64_t conflicting = 0;

  bool operator==(const TuCounts&) const = default;
};

/// What a set says about its graphs.
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

/// Reads a data set in the text format of the TU collection (Morris et al., TUDataset, 2020) from a folder DS:
///
///     DS_A.txt                   two nodes a line: an edge
///     DS_graph_indicator.txt     graph of each node, ascending; nodes and graphs are numbered from 1
///     DS_node_labels.txt         integers of each node; each column becomes a column of codes
///     DS_node_attributes.txt     numbers of each node: columns of values
///     DS_edge_labels.txt         integers of each line of DS_A.txt
///     DS_edge_attributes.txt     numbers of each line of DS_A.txt
///     DS_graph_labels.txt        one integer a graph: its class
///     DS_graph_attributes.txt    numbers of each graph to predict; not read if there are classes
///
/// Each may be compressed by gzip, with ".gz" behind its name. The first two files are required. The codes of a column
/// number the integers that occur in it, in ascending order. Nodes with neither labels nor attributes get one column of
/// codes that are all 0. An edge is kept where the file names it first, so edges are in the order of the file. A graph
/// without nodes is a number that the indicator skips. A set with such graphs needs a file of graph labels or attributes,
/// which fixes the number of graphs.
///
/// Numbers are separated by blanks, a comma, or both. Lines end in LF, CR LF or CR, and empty lines may follow the
/// last. O(size of the files), apart from sorting labels.
/// Throws FileError naming file and line if the files break these rules: a file that is missing or has another
/// length, text that is not a number, a number that is out of range or not finite, an edge between two graphs,
/// and, if directed, an edge and its reverse or a cycle.
TuDataset read_tu_dataset(const std::filesystem::path& folder, const TuOptions& options = {});

}  // namespace plstm
