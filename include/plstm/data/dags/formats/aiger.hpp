#pragma once

#include <iosfwd>
#include <string>

#include <plstm/data/dags/graph_record.hpp>

namespace plstm {

/// Reads a circuit of AND gates and inverters in AIGER format (Biere et al., 1.9), ASCII ("aag") or binary ("aig").
///
/// Nodes, in this order, with their names and their attribute "kind":
///
///     false             "constant"    there only if something uses a constant
///     i0, i1, ...       "input"
///     l0, l1, ...       "latch"       what a latch holds: a source like an input
///     g<variable>, ...  "and"         gates in the order of the file, each with two edges into it
///     o0, o1, ...       "output"      each with one edge into it
///     b0, ..., c0, ...  "bad", "constraint"    properties of version 1.9, like outputs
///     n0, n1, ...       "next"        what latch 0, 1, ... holds next: a sink like an output
///
/// So a latch breaks the loop that it closes. Its initial value is the attribute "reset", a number; none if it is not
/// known. A symbol takes the place of the name, if no other node has it. Edges are those into gates, outputs, properties
/// and next values, in this order; their attribute "inverted" is 0 or 1. A gate whose inputs are one literal, or a literal
/// and its complement, has two parallel edges: see ParallelEdges. Comments are skipped.
///
/// The name of the record is empty. Gates of an ASCII file may stand in any order; dag_of tells whether they close a
/// cycle. O(size of the file). Throws FileError "<name>:<line>: ..." for a file that breaks the rules of the format, with
/// the gate in place of the line inside the binary part, and for justice or fairness properties.
GraphRecord read_aiger(std::istream& stream, const std::string& name);

}  // namespace plstm
