#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace RDKit {
class ROMol;
}

namespace plstm {

/// What descriptors read of an atom.
struct AtomFacts {
  double mass = 0;
  std::int16_t element = 0;  // atomic number
  std::int16_t charge = 0;
  std::int16_t hydrogens = 0;           // all, whether they are atoms of the molecule or not
  std::int16_t implicit_hydrogens = 0;  // those that are no atoms of the molecule
  std::int16_t degree = 0;              // neighbours that are atoms of the molecule
  std::int16_t valence = 0;             // with hydrogens
  std::int16_t bond_valence = 0;        // of its bonds alone
  std::int16_t rings = 0;               // smallest rings that it belongs to
  std::uint8_t hybridization = 0;       // RDKit::Atom::HybridizationType
  bool aromatic = false;
  bool in_ring_of_3 = false;

  int total_degree() const { return degree + implicit_hydrogens; }
  bool is(int atomic_number) const { return element == atomic_number; }
  /// As an upper-case symbol in a SMARTS pattern.
  bool is_aliphatic(int atomic_number) const { return element == atomic_number && !aromatic; }
};

enum class BondKind : std::uint8_t { kSingle, kDouble, kTriple, kAromatic, kOther };

/// What descriptors read of a bond.
struct BondFacts {
  std::int32_t begin = 0;
  std::int32_t end = 0;
  std::int16_t rings = 0;
  BondKind kind = BondKind::kOther;
  bool aromatic = false;
  bool conjugated = false;
};

/// One of an atom's neighbours and the bond to it.
struct Link {
  std::int32_t atom = 0;
  std::int32_t bond = 0;
};

/// A molecule in flat arrays, which one pass over RDKit's atoms and bonds fills. The molecule must outlive it.
class Structure {
 public:
  explicit Structure(const RDKit::ROMol& mol);

  const RDKit::ROMol& mol() const { return *mol_; }
  std::span<const AtomFacts> atoms() const { return atoms_; }
  std::span<const BondFacts> bonds() const { return bonds_; }
  const AtomFacts& atom(std::int32_t index) const { return atoms_[static_cast<std::size_t>(index)]; }
  const BondFacts& bond(std::int32_t index) const { return bonds_[static_cast<std::size_t>(index)]; }
  std::int32_t num_atoms() const { return static_cast<std::int32_t>(atoms_.size()); }

  /// In the order of the bonds.
  std::span<const Link> links(std::int32_t atom) const {
    const auto first = first_link_[static_cast<std::size_t>(atom)];
    return std::span(links_).subspan(first, first_link_[static_cast<std::size_t>(atom) + 1] - first);
  }

 private:
  const RDKit::ROMol* mol_;
  std::vector<AtomFacts> atoms_;
  std::vector<BondFacts> bonds_;
  std::vector<std::size_t> first_link_;  // [atoms + 1]
  std::vector<Link> links_;
};

}  // namespace plstm
