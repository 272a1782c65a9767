#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace plstm {

/// A sanitised molecule with at least one atom. Hydrogens are implicit where possible (RDKit's default).
///
/// Immutable, so a const Molecule may be shared between threads. A moved-from object may only be destroyed or
/// assigned to.
class Molecule {
 public:
  struct Impl;
  explicit Molecule(std::unique_ptr<const Impl> impl);
  ~Molecule();
  Molecule(Molecule&&) noexcept;
  Molecule& operator=(Molecule&&) noexcept;

  std::int32_t num_atoms() const;
  std::int32_t num_bonds() const;

  /// RDKit's molecule, for code that includes lib/chem/molecule_impl.hpp.
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<const Impl> impl_;
};

/// Longer input is an error, as some of RDKit's matrices are quadratic in the number of atoms. The largest drugs are
/// well below these limits.
inline constexpr std::size_t kMaxSmilesLength = 4000;
inline constexpr std::size_t kMaxMolBlockLines = 8000;

/// Reads SMILES as RDKit does: a name or CXSMILES extensions may follow after a blank. Blanks around it are
/// ignored. Atom-map numbers are labels and are forgotten, and so are marks of unknown stereochemistry; isotopes stay.
/// A molecule of more than 300 heavy atoms is read in a time that is about linear in its size: it keeps tetrahedral
/// centres and double bonds whose neighbours differ, and loses other stereochemistry, as that of rings whose two sides
/// are alike. Throws MoleculeError with the SMILES and the
/// reason: the place where its syntax is wrong, RDKit's message (an atom with an impossible valence, a ring that
/// cannot be kekulised, ...), or that there is no atom.
///
/// Thread-safe. RDKit's logs are not changed; they are off unless a program turns them on.
Molecule parse_smiles(std::string_view smiles);

/// Reads an MDL mol block (V2000 or V3000). Stereochemistry comes from coordinates and wedges.
/// Throws MoleculeError with the molecule's name and the reason.
Molecule parse_mol_block(const std::string& mol_block);

/// RDKit's canonical SMILES with stereochemistry and isotopes. It is equal for all ways of writing one molecule. For
/// more than 300 heavy atoms the order of the atoms is that of featurize.
std::string canonical_smiles(const Molecule& molecule);

}  // namespace plstm
