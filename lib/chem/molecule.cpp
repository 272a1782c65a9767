#include "plstm/chem/molecule.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <GraphMol/FileParsers/FileParsers.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/RWMol.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

#include "chem/large/double_bonds.hpp"
#include "chem/large/large_molecule.hpp"
#include "chem/molecule_impl.hpp"
#include "chem/smiles_syntax.hpp"

namespace plstm {

namespace {

// RDKit fills tables (periodic table, canonicalisation, ...) at first use. This fills them once, in one thread.
void fill_rdkit_tables() {
  static const bool filled = [] {
    const std::unique_ptr<RDKit::RWMol> mol(RDKit::SmilesToMol("C[C@H](N)C(=O)[O-].F/C=C/c1cc[nH]c1.[Na+]"));
    return !RDKit::MolToSmiles(*mol).empty();
  }();
  static_cast<void>(filled);
}

// RDKit's message in one line.
std::string reason(const std::exception& error) {
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// Atom-map numbers that the text of a SMILES does not show (mol blocks, CXSMILES) take part in RDKit's ranks; without
// them the stereochemistry is another. A bond that is marked as of unknown stereochemistry is one that is not marked.
void forget_marks(RDKit::RWMol& mol) {
  bool mapped = false;
  for (RDKit::Atom* atom : mol.atoms()) {
    if (!atom->hasProp(RDKit::common_properties::molAtomMapNumber)) continue;
    atom->clearProp(RDKit::common_properties::molAtomMapNumber);
    mapped = true;
  }
  for (RDKit::Bond* bond : mol.bonds()) {
    if (bond->getStereo() == RDKit::Bond::STEREOANY) bond->setStereo(RDKit::Bond::STEREONONE);
    if (bond->getBondDir() == RDKit::Bond::EITHERDOUBLE || bond->getBondDir() == RDKit::Bond::UNKNOWN) {
      bond->setBondDir(RDKit::Bond::NONE);
    }
  }
  const bool clean = true, force = true, flag_possible = true;
  if (mapped && !is_large(mol)) RDKit::MolOps::assignStereochemistry(mol, clean, force, flag_possible);
}

void sanitize_without_hydrogens(RDKit::RWMol& mol) {
  const bool implicit_only = false, update_explicit_count = true, sanitize = true;
  RDKit::MolOps::removeHs(mol, implicit_only, update_explicit_count, sanitize);
}

// Null for what is no SMILES. Whether a long one is large is seen before RDKit spends a time on it that is cubic.
std::unique_ptr<RDKit::RWMol> read_smiles(const std::string& text) {
  if (text.size() > kMaxRankedAtoms) {
    RDKit::SmilesParserParams params;
    params.sanitize = params.removeHs = false;
    std::unique_ptr<RDKit::RWMol> mol(RDKit::SmilesToMol(text, params));
    if (mol == nullptr) return mol;
    if (is_large(*mol)) {
      sanitize_without_hydrogens(*mol);
      finish_large_molecule(*mol);
      return mol;
    }
  }
  return std::unique_ptr<RDKit::RWMol>(RDKit::SmilesToMol(text));
}

std::unique_ptr<RDKit::RWMol> read_mol_block(const std::string& text, std::size_t num_lines) {
  const bool strict = false;
  if (num_lines > kMaxRankedAtoms) {
    std::unique_ptr<RDKit::RWMol> mol(RDKit::MolBlockToMol(text, false, false, strict));
    if (mol == nullptr) return mol;
    if (is_large(*mol)) {
      sanitize_without_hydrogens(*mol);
      mark_by_places(*mol);
      finish_large_molecule(*mol);
      return mol;
    }
  }
  return std::unique_ptr<RDKit::RWMol>(RDKit::MolBlockToMol(text, true, true, strict));
}

Molecule checked(std::unique_ptr<RDKit::RWMol> mol, const std::string& what) {
  if (mol->getNumAtoms() == 0) throw MoleculeError(what + ": it has no atoms");
  forget_marks(*mol);
  return Molecule(std::make_unique<const Molecule::Impl>(Molecule::Impl{std::move(mol)}));
}

}  // namespace

Molecule::Molecule(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Molecule::~Molecule() = default;
Molecule::Molecule(Molecule&&) noexcept = default;
Molecule& Molecule::operator=(Molecule&&) noexcept = default;

std::int32_t Molecule::num_atoms() const {
  return static_cast<std::int32_t>(impl_->mol->getNumAtoms());
}
std::int32_t Molecule::num_bonds() const {
  return static_cast<std::int32_t>(impl_->mol->getNumBonds());
}

Molecule parse_smiles(std::string_view smiles) {
  fill_rdkit_tables();
  const std::string text(trim(smiles));
  if (text.size() > kMaxSmilesLength) {
    throw MoleculeError(fmt::format("SMILES '{}...': it has {} characters, more than the {} that are read",
                                    text.substr(0, 40), text.size(), kMaxSmilesLength));
  }
  const std::string what = "SMILES '" + text + "'";
  const auto is_control = [](unsigned char c) { return c < ' ' && c != '\t'; };
  if (std::any_of(text.begin(), text.end(), is_control)) {
    std::string printable = what;
    std::replace_if(printable.begin(), printable.end(), is_control, '?');
    throw MoleculeError(printable + ": it holds a line end or another control character, shown as '?'");
  }
  // RDKit takes such a byte for the end of the SMILES, and what follows would be lost. It may stand in a name.
  const auto is_foreign = [](unsigned char c) { return c >= 0x7F; };
  const auto end =
      text.begin() + static_cast<std::ptrdiff_t>(std::min(text.find_first_of(" \t"), text.size()));
  if (const auto found = std::find_if(text.begin(), end, is_foreign); found != end) {
    throw MoleculeError(
        fmt::format("{}: at character {} stands one that is not ASCII, perhaps a blank or a dash that text "
                    "programs insert",
                    what, found - text.begin() + 1));
  }
  std::unique_ptr<RDKit::RWMol> mol;
  try {
    mol = read_smiles(without_atom_maps(text));
  } catch (const std::exception& error) {
    throw MoleculeError(what + ": " + reason(error));
  }
  if (mol == nullptr) throw MoleculeError(what + ": " + explain_smiles_syntax(text));
  return checked(std::move(mol), what);
}

Molecule parse_mol_block(const std::string& mol_block) {
  fill_rdkit_tables();
  const std::string what = "mol block '" + std::string(trim(mol_block.substr(0, mol_block.find('\n')))) + "'";
  const auto num_lines = static_cast<std::size_t>(std::count(mol_block.begin(), mol_block.end(), '\n'));
  if (num_lines > kMaxMolBlockLines) {
    throw MoleculeError(fmt::format("{}: it has {} lines, more than the {} that are read", what, num_lines,
                                    kMaxMolBlockLines));
  }
  std::unique_ptr<RDKit::RWMol> mol;
  try {
    mol = read_mol_block(mol_block, num_lines);
  } catch (const std::exception& error) {
    throw MoleculeError(what + ": " + reason(error));
  }
  if (mol == nullptr) throw MoleculeError(what + ": it is no well-formed mol block");
  return checked(std::move(mol), what);
}

std::string canonical_smiles(const Molecule& molecule) {
  if (is_large(rdkit_mol(molecule))) return large_molecule_smiles(rdkit_mol(molecule));
  const RDKit::ROMol copy(rdkit_mol(molecule));  // writing SMILES stores properties in the molecule
  return RDKit::MolToSmiles(copy);
}

}  // namespace plstm
