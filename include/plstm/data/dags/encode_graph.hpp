#pragma once

#include <plstm/data/dags/graph_record.hpp>
#include <plstm/data/dags/graph_schema.hpp>
#include <plstm/graph/attributed_graph.hpp>

namespace plstm {

/// The features of a graph, as the schema says.
///
/// Nodes and edges have a code for each category, in the order of the rules, and values for numbers and sets; nodes have
/// their degrees at the end. The graph has values alone: a number that is missing is NaN, and a category becomes
/// values 0 or 1, the first for others and then one for each text. Attributes that the schema does not name are left out.
///
/// Throws what dag_of() throws, and FileError "<place>: graph '<name>': ..." that names the thing for an attribute that is
/// not there, a number that is missing or no number, and a set that should be one text.
AttributedGraph encode_graph(const GraphSchema& schema, const GraphRecord& record);

}  // namespace plstm
