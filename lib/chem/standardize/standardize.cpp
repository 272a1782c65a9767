#include "plstm/chem/standardize/standardize.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <utility>

#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/error.hpp>

#include "chem/large/large_molecule.hpp"
#include "chem/molecule_impl.hpp"
#include "chem/standardize/steps.hpp"

namespace plstm {
namespace {

constexpr std::array<std::string_view, 6> kStepNames{"cleanup",  "fragment", "charges",
                                                     "isotopes", "stereo",   "tautomer"};
constexpr std::array<bool StandardizeOptions::*, 6> kSteps{
    &StandardizeOptions::cleanup,  &StandardizeOptions::fragment, &StandardizeOptions::charges,
    &StandardizeOptions::isotopes, &StandardizeOptions::stereo,   &StandardizeOptions::tautomer};

Molecule molecule_of(std::unique_ptr<RDKit::RWMol> mol) {
  return Molecule(std::make_unique<const Molecule::Impl>(Molecule::Impl{std::move(mol)}));
}

// The chosen steps that have something to do. Cleanup and tautomer look at groups of atoms, which takes as long as to do
// them, and what they do may give the others something to do.
StandardizeOptions needed(const RDKit::ROMol& mol, StandardizeOptions options) {
  if (options.cleanup || options.tautomer) return options;
  bool charges = false, isotopes = false, stereo = false;
  for (const RDKit::Atom* atom : mol.atoms()) {
    charges = charges || atom->getFormalCharge() != 0;
    isotopes = isotopes || atom->getIsotope() != 0;
    stereo = stereo || atom->getChiralTag() != RDKit::Atom::CHI_UNSPECIFIED;
  }
  for (const RDKit::Bond* bond : mol.bonds()) {
    stereo = stereo || bond->getStereo() != RDKit::Bond::STEREONONE;
  }
  std::vector<int> fragment_of_atom;
  const bool fragments = RDKit::MolOps::getMolFrags(mol, fragment_of_atom) > 1;
  options.fragment = options.fragment && fragments;
  options.charges = options.charges && charges;
  options.isotopes = options.isotopes && isotopes;
  options.stereo = options.stereo && stereo;
  return options;
}

void check_size(const RDKit::ROMol& mol, const StandardizeOptions& options) {
  if (!is_large(mol) || !(options.cleanup || options.charges || options.tautomer)) return;
  throw MoleculeError(
      fmt::format("it has {} heavy atoms, and the steps cleanup, charges and tautomer take at most {}",
                  mol.getNumHeavyAtoms(), kMaxRankedAtoms));
}

// A long text of one line would fill a table.
std::string shortened(const std::string& text) {
  constexpr std::size_t kMost = 200;
  return text.size() <= kMost ? text : text.substr(0, kMost) + "...";
}

// SMILES after the steps. The molecule is made of its canonical SMILES, so that it has one order of atoms.
std::string smiles_after(const std::string& smiles, StandardizeOptions options) {
  Molecule molecule = parse_smiles(smiles);
  if (is_large(rdkit_mol(molecule)) && options.fragment) {
    if (auto fragment = organic_fragment(rdkit_mol(molecule))) molecule = molecule_of(std::move(fragment));
    options.fragment = options.cleanup;  // which may cut the fragment
  }
  check_size(rdkit_mol(molecule), options);
  return canonical_smiles(molecule_of(after_steps(rdkit_mol(molecule), options)));
}

}  // namespace

std::span<const std::string_view> standardize_step_names() {
  return kStepNames;
}

std::vector<std::string> names(const StandardizeOptions& options) {
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < kSteps.size(); ++i) {
    if (options.*kSteps[i]) chosen.emplace_back(kStepNames[i]);
  }
  return chosen;
}

StandardizeOptions parse_standardize(std::span<const std::string> names) {
  StandardizeOptions options;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(kStepNames, name);
    if (found == kStepNames.end()) {
      throw ConfigError(fmt::format("unknown step '{}' of standardising; expected one of: {}", name,
                                    fmt::join(kStepNames, ", ")));
    }
    options.*kSteps[static_cast<std::size_t>(found - kStepNames.begin())] = true;
  }
  return options;
}

StandardizedMolecule standardize(Molecule molecule, const StandardizeOptions& options) {
  if (!options.any() || !needed(rdkit_mol(molecule), options).any()) return {std::move(molecule), {}};
  const std::string before = canonical_smiles(molecule);
  try {
    std::string after = smiles_after(before, options);
    if (after == before) return {std::move(molecule), {}};
    Molecule changed = parse_smiles(after);
    return {std::move(changed), std::move(after)};
  } catch (const std::exception& error) {
    std::string reason = error.what();
    std::ranges::replace(reason, '\n', ' ');
    throw MoleculeError(
        fmt::format("molecule '{}' cannot be standardised: {}", shortened(before), shortened(reason)));
  }
}

}  // namespace plstm
