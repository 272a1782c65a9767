#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace RDKit {
class ROMol;
class RWMol;
}  // namespace RDKit

namespace plstm {

/// With more heavy atoms than this a molecule is large: RDKit's ranks, which take a time cubic in the number of atoms,
/// are not asked for. No drug-like molecule is; the largest molecule of the MoleculeNet data sets has 222 atoms.
inline constexpr unsigned kMaxRankedAtoms = 300;

bool is_large(const RDKit::ROMol& mol);

/// What is left to do with a large molecule after RDKit has sanitised it: keeps the tags of tetrahedral centres whose
/// neighbours differ, gives double bonds with marks and differing neighbours E or Z, and forgets other stereochemistry:
/// centres that exist only relative to each other, which would need those ranks.
void finish_large_molecule(RDKit::RWMol& mol);

/// The place of every atom in an order that does not depend on how the molecule is written, but where a tie is broken
/// between atoms that refinement does not tell apart and that are not alike (which takes graphs as regular as those
/// of fullerenes).
std::vector<std::int32_t> large_molecule_order(const RDKit::ROMol& mol);

/// Equal for atoms that refinement does not tell apart, and numbered in that order.
std::vector<std::int32_t> large_molecule_classes(const RDKit::ROMol& mol);

/// SMILES whose atoms come in that order.
std::string large_molecule_smiles(const RDKit::ROMol& mol);

}  // namespace plstm
