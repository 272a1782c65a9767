#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include <plstm/data/dags/graph_taker.hpp>

namespace plstm {

/// Reads graphs from tables (CSV of any dialect, see CsvReader), compressed by gzip or not. A folder has
///
///     edges.csv     columns source and target, or from and to, tail and head, src and dst: names of nodes
///     nodes.csv     column id, node or node_id: the name of a node. The table may be absent.
///     graphs.csv    column graph, graph_id or id: the name of a graph. The table may be absent.
///
/// or the same with the ending .tsv. Capital letters of these names of columns do not matter. All other columns are
/// attributes, of texts; fields that is_missing() knows are no values, and columns without a name are left out. Where the
/// delimiter is a semicolon, a decimal comma becomes a point.
///
/// A column graph or graph_id of edges and nodes says which graph they belong to; rows of a graph need not be adjacent,
/// and two graphs may have nodes of one name. Without these columns there is one graph. Graphs come in the order of
/// graphs.csv, or else of their first rows in nodes.csv and edges.csv. Nodes come in the order of nodes.csv. Without this
/// table they come in the order in which edges name them.
///
/// The name of the only graph is empty where no table has it. The place of a graph is "<file>:<line>" of its first row.
/// All graphs are in memory. Throws FileError "<file>:<line>: ..." for a row that is malformed, an edge with a node that
/// nodes.csv lacks, a row of a graph that graphs.csv lacks, an empty or repeated id, and columns that are missing or occur
/// twice.
void read_edge_tables(const std::filesystem::path& folder, const GraphTaker& take);

/// The same for a table of edges alone. Messages call the stream `name`.
void read_edge_table(std::istream& stream, const std::string& name, const GraphTaker& take);

}  // namespace plstm
