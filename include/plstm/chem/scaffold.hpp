#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/molecule.hpp>

namespace plstm {

/// Canonical SMILES of the molecule without its side chains, without stereochemistry: the rings and the chains
/// between them (Bemis & Murcko, J. Med. Chem. 1996). Empty for a molecule without rings.
std::string bemis_murcko_scaffold(const Molecule& molecule);

/// Rows of each scaffold, ascending; groups in the order of their first row. The result is for group_split.
std::vector<std::vector<std::int32_t>> scaffold_groups(std::span<const std::string> scaffolds);

}  // namespace plstm
