#pragma once

#include <cstdint>
#include <vector>

#include <GraphMol/ROMol.h>

#include <plstm/chem/featurizer.hpp>

namespace plstm {

/// Where the graph of a molecule has its atoms and bonds, and the hydrogens that the molecule counts at atoms.
struct GraphPlaces {
  GraphPlaces(const RDKit::ROMol& mol, const MolecularGraph& graph);

  std::vector<std::int32_t> node_of_atom;            ///< [atoms]
  std::vector<std::int32_t> edge_of_bond;            ///< [bonds]
  std::vector<std::vector<std::int32_t>> hydrogens;  ///< [atoms] nodes, ascending
  std::vector<std::int32_t> edge_of_hydrogen;        ///< [nodes] of such a hydrogen; -1 for others
};

/// Numbers of the nodes, [nodes], and of the edges, [edges], equal for those that are alike however the molecule is
/// written, and from 0 without a gap.
std::vector<std::int32_t> node_classes(const RDKit::ROMol& mol, const MolecularGraph& graph,
                                       const GraphPlaces& places);
std::vector<std::int32_t> edge_classes(const RDKit::ROMol& mol, const MolecularGraph& graph,
                                       const GraphPlaces& places);

}  // namespace plstm
