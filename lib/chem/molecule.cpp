#include "plstm/chem/molecule.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <GraphMol/FileParsers/FileParsers.h>
#include <GraphMol/RWMol.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

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

Molecule checked(std::unique_ptr<RDKit::RWMol> mol, const std::string& what) {
  if (mol->getNumAtoms() == 0) throw MoleculeError(what + ": it has no atoms");
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
  std::unique_ptr<RDKit::RWMol> mol;
  try {
    mol.reset(RDKit::SmilesToMol(text));
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
    mol.reset(RDKit::MolBlockToMol(mol_block, true, true, false));
  } catch (const std::exception& error) {
    throw MoleculeError(what + ": " + reason(error));
  }
  if (mol == nullptr) throw MoleculeError(what + ": it is no well-formed mol block");
  return checked(std::move(mol), what);
}

std::string canonical_smiles(const Molecule& molecule) {
  const RDKit::ROMol copy(rdkit_mol(molecule));  // writing SMILES stores properties in the molecule
  return RDKit::MolToSmiles(copy);
}

}  // namespace plstm
