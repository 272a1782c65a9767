#include "plstm/chem/scaffold.hpp"

#include <memory>
#include <string_view>
#include <unordered_map>

#include <GraphMol/ChemTransforms/ChemTransforms.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/RWMol.h>
#include <GraphMol/RingInfo.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>

#include <plstm/core/error.hpp>

#include "chem/large/large_molecule.hpp"
#include "chem/molecule_impl.hpp"

namespace plstm {

namespace {

// Which atoms are left when ends are cut off as long as there are any.
std::vector<bool> rings_and_links(const RDKit::ROMol& mol) {
  std::vector<unsigned> degree(mol.getNumAtoms());
  std::vector<const RDKit::Atom*> ends;
  for (const RDKit::Atom* atom : mol.atoms()) {
    degree[atom->getIdx()] = atom->getDegree();
    if (atom->getDegree() <= 1) ends.push_back(atom);
  }
  std::vector<bool> kept(mol.getNumAtoms(), true);
  while (!ends.empty()) {
    const RDKit::Atom* end = ends.back();
    ends.pop_back();
    kept[end->getIdx()] = false;
    for (const RDKit::Atom* neighbour : mol.atomNeighbors(end)) {
      if (kept[neighbour->getIdx()] && --degree[neighbour->getIdx()] == 1) ends.push_back(neighbour);
    }
  }
  return kept;
}

// RDKit's MurckoDecompose in linear time. Like that it keeps what a double bond holds, and gives atoms back the
// hydrogens that they lose by the cut.
std::unique_ptr<RDKit::RWMol> cut_side_chains(const RDKit::ROMol& mol) {
  const std::vector<bool> core = rings_and_links(mol);
  std::vector<bool> kept = core;
  auto scaffold = std::make_unique<RDKit::RWMol>();
  for (const RDKit::Bond* bond : mol.bonds()) {
    const unsigned begin = bond->getBeginAtomIdx(), end = bond->getEndAtomIdx();
    if (bond->getBondType() != RDKit::Bond::DOUBLE) continue;
    if (core[begin] || core[end]) kept[begin] = kept[end] = true;
  }
  std::vector<unsigned> place(mol.getNumAtoms());
  for (const RDKit::Atom* atom : mol.atoms()) {
    if (!kept[atom->getIdx()]) continue;
    RDKit::Atom* copy = atom->copy();
    copy->setChiralTag(RDKit::Atom::CHI_UNSPECIFIED);
    for (const RDKit::Atom* neighbour : mol.atomNeighbors(atom)) {
      if (kept[neighbour->getIdx()]) continue;
      if (copy->getIsAromatic() && copy->getAtomicNum() != 6) {
        copy->setNumExplicitHs(1);
      } else if (copy->getNoImplicit()) {
        copy->setNoImplicit(false);
        copy->setNumExplicitHs(0);
      }
    }
    place[atom->getIdx()] = scaffold->addAtom(copy, false, true);
  }
  for (const RDKit::Bond* bond : mol.bonds()) {
    if (!kept[bond->getBeginAtomIdx()] || !kept[bond->getEndAtomIdx()]) continue;
    const unsigned count =
        scaffold->addBond(place[bond->getBeginAtomIdx()], place[bond->getEndAtomIdx()], bond->getBondType());
    scaffold->getBondWithIdx(count - 1)->setIsAromatic(bond->getIsAromatic());
  }
  return scaffold;
}

}  // namespace

std::string bemis_murcko_scaffold(const Molecule& molecule) {
  try {
    const RDKit::ROMol& mol = rdkit_mol(molecule);
    if (mol.getRingInfo()->numRings() == 0) return {};
    const std::unique_ptr<RDKit::ROMol> scaffold(is_large(mol) ? cut_side_chains(mol).release()
                                                               : RDKit::MurckoDecompose(mol));
    scaffold->clearComputedProps();
    scaffold->updatePropertyCache();
    RDKit::MolOps::symmetrizeSSSR(*scaffold);
    if (is_large(*scaffold)) return large_molecule_smiles(*scaffold);
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
