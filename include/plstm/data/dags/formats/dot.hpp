#pragma once

#include <iosfwd>
#include <string>

#include <plstm/data/dags/graph_taker.hpp>

namespace plstm {

/// Reads the graphs of a DOT document (graphviz.org/doc/info/lang.html) through Boost.Graph:
///
///     digraph sum {
///       node [kind=add];
///       a [kind=input]; b;
///       a -> b [port="0"];
///     }
///
///  - Nodes come in the order in which the document names them first. The name of the graph is empty without an id.
///  - Attributes are texts (typed is false), in the order of their names. They have the defaults that "node" and "edge"
///    statements set. Attributes of the graph are those outside of subgraphs.
///  - An edge to or from a subgraph is an edge with each node that stands alone in it. In a "strict" graph, self-loops and
///    repeated edges are dropped. Subgraphs and the ports of edges are left out otherwise.
///  - "graph" gives an undirected record, "digraph" a directed one.
///
/// The place of a graph is "<name>:<line>". The document is in memory. Throws FileError "<place>: ..." for text that breaks
/// the grammar, texts in HTML, ids with letters beyond ASCII outside of quotes, brackets nested more than 64 levels deep, a
/// subgraph at one end of an edge that names nodes in edges only, and edges between subgraphs that stand for far more
/// edges than the document has characters. Any number of threads may read; they take turns inside Boost.Graph.
void read_dot(std::istream& stream, const std::string& name, const GraphTaker& take);

}  // namespace plstm
