#include "plstm/chem/scaffold.hpp"

#include <memory>
#include <string_view>
#include <unordered_map>

#include <GraphMol/ChemTransforms/ChemTransforms.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>

#include <plstm/core/error.hpp>

#include "chem/molecule_impl.hpp"

namespace plstm {

std::string bemis_murcko_scaffold(const Molecule& molecule) {
  try {
    const std::unique_ptr<RDKit::ROMol> scaffold(RDKit::MurckoDecompose(rdkit_mol(molecule)));
    scaffold->clearComputedProps();
    scaffold->updatePropertyCache();
    RDKit::MolOps::symmetrizeSSSR(*scaffold);
    const bool with_stereochemistry = false;
    return RDKit::MolToSmiles(*scaffold, with_stereochemistry);
  } catch (const std::exception& error) {
    throw MoleculeError("scaffold of '" + canonical_smiles(molecule) + "': " + error.what());
  }
}

std::vector<std::vector<std::int32_t>> scaffold_groups(std::span<const std::string> scaffolds) {
  std::vector<std::vector<std::int32_t>> groups;
  std::unordered_map<std::string_view, std::size_t> group_of;
  for (std::size_t row = 0; row < scaffolds.size(); ++row) {
    const auto [entry, is_new] = group_of.emplace(scaffolds[row], groups.size());
    if (is_new) groups.emplace_back();
    groups[entry->second].push_back(static_cast<std::int32_t>(row));
  }
  return groups;
}

}  // namespace plstm
