#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/chem/molecule.hpp>

namespace plstm {

/// What is done to a molecule after it was read. The steps run in this order, whatever the order in which they are
/// named, each on the result of the one before.
struct StandardizeOptions {
  /// "cleanup": bonds between metals and other elements are cut into ions, functional groups that can be drawn in several
  /// ways get one of them (sulfoxides, azides, ...), and the strongest acid is ionised first. RDKit's
  /// MolStandardize::cleanup.
  bool cleanup = false;
  /// "fragment": the fragment with the most heavy atoms among those with carbon; salts and solvents go. Of equal ones
  /// the heavier is taken, then the one whose canonical SMILES comes first. A molecule without carbon stays as it is.
  bool fragment = false;
  /// "charges": acids and bases are neutral where hydrogens can be added or removed. RDKit's Uncharger.
  bool charges = false;
  /// "isotopes": labels of isotopes are forgotten.
  bool isotopes = false;
  /// "stereo": stereocentres and the configurations of double bonds are forgotten.
  bool stereo = false;
  /// "tautomer": RDKit's canonical tautomer, which is one for all tautomers and seldom the most stable one. Stereocentres
  /// stay. Slow: a molecule takes about ten times as long as all other steps together. Of a molecule with very many
  /// tautomers only kMostTautomers are looked at.
  bool tautomer = false;

  bool any() const noexcept { return cleanup || fragment || charges || isotopes || stereo || tautomer; }
  bool operator==(const StandardizeOptions&) const = default;
};

/// Tautomers, and changes from one to another, that are looked at for one molecule.
inline constexpr int kMostTautomers = 200;

/// What most data need: cleanup, fragment and charges.
inline constexpr StandardizeOptions kUsualStandardize{.cleanup = true, .fragment = true, .charges = true};

/// All names of steps, in the order in which they run.
std::span<const std::string_view> standardize_step_names();

/// Names of the chosen steps, in the order in which they run.
std::vector<std::string> names(const StandardizeOptions& options);

/// Inverse of names(); the order does not matter. Throws ConfigError listing the names for any other text.
StandardizeOptions parse_standardize(std::span<const std::string> names);

struct StandardizedMolecule {
  Molecule molecule;
  /// SMILES of the molecule, whose atoms are in this order. Empty if no step has changed it; the molecule is then the one
  /// that came, with its order of atoms.
  std::string smiles;
};

/// The result is the same for every way of writing the SMILES of a molecule. Stereocentres that the molecule no longer has
/// after a step are gone. Hydrogens are implicit.
///
/// A molecule that is still larger than 300 heavy atoms after "fragment" can only have the steps fragment, isotopes and
/// stereo, as the others take RDKit a time cubic in the number of atoms. Throws MoleculeError naming molecule and reason:
/// this one, or RDKit's.
///
/// Thread-safe. RDKit's logs are not changed; they are off unless a program turns them on.
StandardizedMolecule standardize(Molecule molecule, const StandardizeOptions& options);

}  // namespace plstm
