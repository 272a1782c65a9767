#pragma once

#include <span>
#include <vector>

#include <plstm/chem/featurizer.hpp>
#include <plstm/graph/graph_count.hpp>

namespace plstm {

/// Counts of the molecules of a row as those of one graph. Labels of further molecules are others than those of the first,
/// in the same families, so that a ring of the solvent is none of the solute.
std::vector<GraphCount> join_counts(std::span<const std::vector<GraphCount>> parts);

/// The graphs of the molecules of a row side by side. A further column of node codes says which molecule a node belongs
/// to. Values of molecules follow each other, and atoms are counted through. All parts have the same columns.
MolecularGraph join_graphs(std::span<const MolecularGraph> parts);

}  // namespace plstm
