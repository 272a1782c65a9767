#include "chem/things/written_molecule.hpp"

#include <exception>
#include <memory>

#include <GraphMol/FileParsers/FileParsers.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/RWMol.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

#include "chem/molecule_impl.hpp"
#include "chem/smiles_syntax.hpp"

namespace plstm {
namespace {

constexpr const char* kNumber = "_plstm_number";  // of an atom or bond as it is written

std::unique_ptr<RDKit::RWMol> checked(std::unique_ptr<RDKit::RWMol> mol) {
  if (mol == nullptr) throw MoleculeError("the atoms cannot be counted as they are written");
  return mol;
}

// Which hydrogens leave the molecule does not depend on sanitising, which happens afterwards.
WrittenMolecule compare(std::unique_ptr<RDKit::RWMol> written, const Molecule& molecule) {
  const RDKit::ROMol& mol = rdkit_mol(molecule);
  WrittenMolecule result;
  result.atoms.assign(written->getNumAtoms(), -1);
  result.carriers.assign(written->getNumAtoms(), -1);
  result.bonds.assign(written->getNumBonds(), -1);
  for (RDKit::Atom* atom : written->atoms()) atom->setProp(kNumber, static_cast<int>(atom->getIdx()));
  for (RDKit::Bond* bond : written->bonds()) {
    bond->setProp(kNumber, static_cast<int>(bond->getIdx()));
    result.ends.push_back({static_cast<std::int32_t>(bond->getBeginAtomIdx()),
                           static_cast<std::int32_t>(bond->getEndAtomIdx())});
  }
  if (written->getNumAtoms() > mol.getNumAtoms()) {
    const bool implicit_only = false, update_explicit_count = true, sanitize = false;
    RDKit::MolOps::removeHs(*written, implicit_only, update_explicit_count, sanitize);
  }
  bool same = written->getNumAtoms() == mol.getNumAtoms() && written->getNumBonds() == mol.getNumBonds();
  for (unsigned i = 0; same && i < mol.getNumAtoms(); ++i) {
    const RDKit::Atom& atom = *written->getAtomWithIdx(i);
    same = atom.getAtomicNum() == mol.getAtomWithIdx(i)->getAtomicNum();
    result.atoms[static_cast<std::size_t>(atom.getProp<int>(kNumber))] = static_cast<std::int32_t>(i);
  }
  for (unsigned i = 0; same && i < mol.getNumBonds(); ++i) {
    const RDKit::Bond& bond = *written->getBondWithIdx(i);
    same = mol.getBondBetweenAtoms(bond.getBeginAtomIdx(), bond.getEndAtomIdx()) == mol.getBondWithIdx(i);
    result.bonds[static_cast<std::size_t>(bond.getProp<int>(kNumber))] = static_cast<std::int32_t>(i);
  }
  if (!same) {
    throw MoleculeError(
        "its atoms cannot be told from the hydrogens that are written with them; write it without hydrogens");
  }
  for (const auto& [begin, end] : result.ends) {
    const auto a = static_cast<std::size_t>(begin), b = static_cast<std::size_t>(end);
    if (result.atoms[a] < 0) result.carriers[a] = result.atoms[b];
    if (result.atoms[b] < 0) result.carriers[b] = result.atoms[a];
  }
  return result;
}

}  // namespace

WrittenMolecule written_smiles(std::string_view smiles, const Molecule& molecule) try {
  RDKit::SmilesParserParams params;
  params.sanitize = params.removeHs = false;
  return compare(checked(std::unique_ptr<RDKit::RWMol>(
                     RDKit::SmilesToMol(without_atom_maps(std::string(trim(smiles))), params))),
                 molecule);
} catch (const Error&) {
  throw;
} catch (const std::exception& error) {
  throw MoleculeError(fmt::format("SMILES '{}': {}", smiles, error.what()));
}

WrittenMolecule written_mol_block(const std::string& mol_block, const Molecule& molecule) try {
  const bool sanitize = false, remove_hydrogens = false, strict = false;
  auto written = checked(
      std::unique_ptr<RDKit::RWMol>(RDKit::MolBlockToMol(mol_block, sanitize, remove_hydrogens, strict)));
  // Double bonds get their stereochemistry after hydrogens have left, but without sanitising before.
  for (RDKit::Bond* bond : written->bonds()) {
    bond->setStereo(RDKit::Bond::STEREONONE);
    bond->setBondDir(RDKit::Bond::NONE);
  }
  return compare(std::move(written), molecule);
} catch (const Error&) {
  throw;
} catch (const std::exception& error) {
  throw MoleculeError(fmt::format("mol block: {}", error.what()));
}

}  // namespace plstm
