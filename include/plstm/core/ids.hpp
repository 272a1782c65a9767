#pragma once

#include <cstdint>

/// Letters used in shapes everywhere in plstm; all arrays are row-major.
///
///   N  nodes of a DAG              E  edges of a DAG           L  edges of its line graph
///   H  heads                       K  key (and query) width    V  value width per head
///   D  model width                 F  node feature width       J  edge feature width
///   M  largest in- or out-degree a node layer serves           B  graphs in a batch
namespace plstm {

/// Index of a node of a Dag, 0..N-1. Signed, so that a negative index read from a file can be reported.
using NodeId = std::int32_t;

/// Index of an edge of a Dag, 0..E-1. An edge of the DAG is a node of its line graph.
using EdgeId = std::int32_t;

/// Index of an edge of a LineGraph, 0..L-1.
using LineEdgeId = std::int32_t;

}  // namespace plstm
