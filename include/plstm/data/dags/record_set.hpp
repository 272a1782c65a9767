#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/data/dags/graph_record.hpp>
#include <plstm/data/graph_set.hpp>

namespace plstm {

/// Graphs as a graph file holds them, and what it has no place for.
struct RecordSet {
  GraphSet set;
  /// What columns and codes were called, a sentence each: "node code 1: kind (0 add, 1 input)".
  std::vector<std::string> legend;
  std::int64_t rounded = 0;  ///< numbers that a float does not hold to the last digit that was given
};

/// The graphs of records as one set, for write_graph_file(): the inverse of record_of(). Names of graphs and nodes are
/// left out.
///
///  - An attribute of nodes or edges that is a number everywhere becomes a column of values. Other attributes become
///    columns of codes: texts that are all whole numbers from 0 on (without leading zeros, below 2^20) are codes already,
///    other texts are numbered in their order.
///  - Attributes of graphs become labels, in the order in which they first come. A label may be missing.
///  - Edges keep their order, and parallel ones are kept.
///
/// Throws FileError "<place>: graph '<name>': ..." for what the form has no place for: an attribute of nodes or edges that
/// one of them lacks, a list, a text among numbers, a label that is no number or whose name is empty or has blanks at an
/// end; and GraphError for an undirected graph and one that is no DAG (dag_of).
RecordSet make_record_set(std::span<const GraphRecord> records);

}  // namespace plstm
