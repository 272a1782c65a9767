#include "plstm/chem/explain/fragments.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>

#include <GraphMol/ChemTransforms/MolFragmenter.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/ROMol.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>

#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

// RDKit fills its table of rules at first use. This fills it once, in one thread.
void fill_rules() {
  static const bool filled = [] {
    const std::unique_ptr<const RDKit::ROMol> mol(RDKit::SmilesToMol("CC(=O)NCC"));
    const std::unique_ptr<const RDKit::ROMol> cut(RDKit::MolFragmenter::fragmentOnBRICSBonds(*mol));
    return cut != nullptr;
  }();
  static_cast<void>(filled);
}

}  // namespace

std::vector<MoleculeFragment> brics_fragments(const Molecule& molecule) {
  fill_rules();
  const RDKit::ROMol mol(rdkit_mol(molecule));  // RDKit stores properties in the molecule
  // The atoms keep their indices; those that stand for cut bonds come behind them.
  const std::unique_ptr<const RDKit::ROMol> cut(RDKit::MolFragmenter::fragmentOnBRICSBonds(mol));
  std::vector<int> part_of_atom;
  const unsigned parts = RDKit::MolOps::getMolFrags(*cut, part_of_atom);
  std::vector<MoleculeFragment> fragments(parts);
  for (std::size_t atom = 0; atom < mol.getNumAtoms(); ++atom) {
    fragments[static_cast<std::size_t>(part_of_atom[atom])].atoms.push_back(static_cast<std::int32_t>(atom));
  }
  std::erase_if(fragments, [](const MoleculeFragment& fragment) { return fragment.atoms.empty(); });
  std::ranges::sort(fragments, {}, [](const MoleculeFragment& fragment) { return fragment.atoms.front(); });
  for (MoleculeFragment& fragment : fragments) {
    fragment.smiles = RDKit::MolFragmentToSmiles(mol, {fragment.atoms.begin(), fragment.atoms.end()});
  }
  return fragments;
}

}  // namespace plstm
