#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include <plstm/data/dags/graph_record.hpp>
#include <plstm/data/dags/graph_taker.hpp>

namespace plstm {

/// Formats of graphs, each with the header that describes it. docs/dag-files.md shows a file of each.
enum class GraphFormat {
  kNodeLink,       ///< node_link.hpp
  kNodeLinkLines,  ///< node_link.hpp, one graph a line
  kGraphml,        ///< graphml.hpp
  kDot,            ///< dot.hpp
  kTables,         ///< edge_tables.hpp
  kTu,             ///< tu_dataset.hpp and set_records.hpp
  kAiger,          ///< aiger.hpp
  kPlstm,          ///< graph_file.hpp and set_records.hpp
};

/// "node-link", "node-link-lines", "graphml", "dot", "tables", "tu", "aiger", "plstm".
std::string_view name(GraphFormat format);

/// Throws ConfigError that lists the names.
GraphFormat parse_graph_format(std::string_view name);

struct GraphReadOptions {
  /// Absent: a file tells its format by the ending of its name, with or without ".gz" (.json; .jsonl, .ndjson; .graphml,
  /// .xml; .dot, .gv; .csv, .tsv; .aig, .aag; .graphs), or else by how it begins. What a folder holds is told by its files.
  std::optional<GraphFormat> format;
  /// The lines of a TU set are edges from the first to the second node. If not, its records are undirected.
  bool tu_directed = true;
};

/// Calls `take` for each graph of a file or folder. `path` is
///
///  - a file in one of the formats, compressed by gzip or not, or "-" for standard input;
///  - a folder that is a set in TU format, or that has a table of edges (edges.csv, edges.tsv);
///  - a folder with files in the other formats. They are read in the order of their names. Files with other endings are
///    left out, as are tables where there are files of another format. Its folders are not looked into.
///
/// A circuit (AIGER) without a name takes that of its file. Another graph without a name takes its number among all graphs
/// that are read, from 1. Graphs are read one after the other where the format allows it: one line, one circuit, or one
/// graph of a document is in memory at a time (a document itself is, too).
///
/// Throws FileError naming file and place for what cannot be read, and whatever `take` throws.
void read_graphs(const std::filesystem::path& path, const GraphReadOptions& options, const GraphTaker& take);

/// The same, all at once.
std::vector<GraphRecord> read_graphs(const std::filesystem::path& path, const GraphReadOptions& options = {});

}  // namespace plstm
