#pragma once

#include <iosfwd>
#include <string>

#include <plstm/data/dags/graph_taker.hpp>

namespace plstm {

/// Reads the graphs of a GraphML document (graphml.graphdrawing.org) through Boost.Graph:
///
///     <graphml>
///       <key id="k" for="node" attr.name="kind" attr.type="string"/>
///       <graph id="sum" edgedefault="directed">
///         <node id="a"><data key="k">input</data></node>
///         <node id="b"/>
///         <edge source="a" target="b"/>
///       </graph>
///     </graphml>
///
///  - Ids of nodes are their names. The name of the graph is its attribute "name" if that is a text, or else its id.
///  - Keys come before the graphs, and say for what they are: "node", "edge", "graph" or "all". Data of the types int,
///    long, float and double are numbers, or no value where they are empty or NaN. Those of type boolean are the texts
///    "true" and "false", others are texts without blanks around them. A default holds where there is no data.
///  - Keys without attr.name, which hold drawings, are left out, as are ports and descriptions.
///  - The graph is undirected if its edgedefault is.
///
/// The place of a graph is "<name>:<line>". The document is in memory twice. Throws FileError "<place>: ..." for text
/// that is not XML in UTF-8, elements nested more than 64 levels deep, an edge with a node that the graph lacks, an id
/// that two nodes have, data whose key is not declared or whose text does not fit its type, a whole number that a
/// double cannot hold, directed and undirected edges in one graph, and graphs inside of graphs or hyperedges.
void read_graphml(std::istream& stream, const std::string& name, const GraphTaker& take);

}  // namespace plstm
