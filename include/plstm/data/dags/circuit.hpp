#pragma once

#include <cstdint>
#include <vector>

#include <plstm/core/ids.hpp>
#include <plstm/data/dags/graph_record.hpp>

namespace plstm {

/// How often each node of a circuit of AND gates and inverters is 1 for random inputs: the share of at least
/// `patterns` patterns of independent fair bits at inputs and latches; [nodes].
///
/// The record is one of read_aiger(): node attribute "kind", edge attribute "inverted". 64 patterns are simulated by one
/// machine word. The bits follow from `seed` and the number of an input among the inputs, so that they are the same on
/// every machine and for every number of threads. O(patterns / 64 (nodes + edges)) time, 64 bytes a node.
///
/// Throws what dag_of() throws, ConfigError unless patterns is positive, and FileError "<place>: ..." for an attribute that
/// is missing or has another value, and for a gate without in-edges.
std::vector<double> signal_probabilities(const GraphRecord& circuit, std::int64_t patterns,
                                         std::uint64_t seed);

/// The part of a circuit that computes some of its gates: going back from `roots` level by level, the first nodes that are
/// met, `most_gates` gates at most. What the part reads and does not compute becomes an input. The roots have outputs.
/// Attributes are "kind" of nodes and "inverted" of edges; node_names is empty, and name and place are those of the
/// circuit. Throws as signal_probabilities() does, and ConfigError for a root that is no gate, or for none.
GraphRecord sub_circuit(const GraphRecord& circuit, const std::vector<NodeId>& roots,
                        std::int64_t most_gates);

}  // namespace plstm
