#include "chem/descriptors/pairs.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

#include <GraphMol/Fingerprints/FingerprintUtil.h>
#include <GraphMol/GraphMol.h>

namespace plstm {
namespace {

namespace rd = RDKit::AtomPairs;

// Bonds of an atom but dative ones and the like.
unsigned physical_bonds(const RDKit::ROMol& mol, const RDKit::Atom& atom) {
  unsigned count = 0;
  for (const RDKit::Bond* bond : mol.atomBonds(&atom)) {
    switch (bond->getBondType()) {
      case RDKit::Bond::DATIVEONE:
      case RDKit::Bond::DATIVE:
      case RDKit::Bond::DATIVEL:
      case RDKit::Bond::DATIVER:
      case RDKit::Bond::ZERO:
        break;
      default:
        ++count;
    }
  }
  return count;
}

unsigned pi_electrons(const Structure& structure, std::int32_t index) {
  const AtomFacts& atom = structure.atom(index);
  if (atom.aromatic) return 1;
  if (atom.hybridization == RDKit::Atom::SP3) return 0;
  const auto bonds =
      physical_bonds(structure.mol(), *structure.mol().getAtomWithIdx(static_cast<unsigned>(index)));
  return static_cast<unsigned>(atom.bond_valence) - bonds;
}

// The place in RDKit's list of elements, which is sorted but for its end.
unsigned element_type(int element) {
  const auto listed = std::ranges::find_if(
      rd::atomNumberTypes, [&](unsigned type) { return type >= static_cast<unsigned>(element); });
  constexpr unsigned kLast = std::size(rd::atomNumberTypes) - 1;
  if (listed == std::end(rd::atomNumberTypes) || *listed != static_cast<unsigned>(element)) return kLast;
  return static_cast<unsigned>(listed - std::begin(rd::atomNumberTypes));
}

// RDKit's getAtomCode, which copies the molecule for every atom.
std::vector<std::uint32_t> atom_codes(const Structure& structure) {
  std::vector<std::uint32_t> codes;
  codes.reserve(structure.atoms().size());
  for (std::int32_t i = 0; i < structure.num_atoms(); ++i) {
    const AtomFacts& atom = structure.atom(i);
    codes.push_back(static_cast<unsigned>(atom.degree) % rd::maxNumBranches |
                    pi_electrons(structure, i) % rd::maxNumPi << rd::numBranchBits |
                    element_type(atom.element) << (rd::numBranchBits + rd::numPiBits));
  }
  return codes;
}

std::uint64_t torsion_code(std::array<std::uint32_t, 4> codes) {
  codes[0] -= 1;
  codes[1] -= 2;
  codes[2] -= 2;
  codes[3] -= 1;
  const bool reversed = codes[0] != codes[3] ? codes[0] > codes[3] : codes[1] > codes[2];
  if (reversed) std::ranges::reverse(codes);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    number |= static_cast<std::uint64_t>(codes[i]) << (rd::codeSize * i);
  }
  return number;
}

}  // namespace

std::vector<std::uint32_t> atom_pairs(const Structure& structure) {
  const std::vector<std::uint32_t> codes = atom_codes(structure);
  const std::size_t atoms = codes.size();
  std::vector<std::uint32_t> pairs;
  pairs.reserve(atoms * (atoms - 1) / 2);
  std::vector<std::int32_t> last_source(atoms, -1), queue(atoms);
  for (std::int32_t source = 0; source < structure.num_atoms(); ++source) {
    last_source[static_cast<std::size_t>(source)] = source;
    queue[0] = source;
    std::size_t first = 0, end = 1;
    for (std::uint32_t distance = 1; distance < rd::maxPathLen && first < end; ++distance) {
      for (const std::size_t level_end = end; first < level_end; ++first) {
        for (const Link& link : structure.links(queue[first])) {
          const auto other = static_cast<std::size_t>(link.atom);
          if (last_source[other] == source) continue;
          last_source[other] = source;
          queue[end++] = link.atom;
          if (link.atom < source) continue;
          const auto [low, high] = std::minmax(codes[static_cast<std::size_t>(source)], codes[other]);
          pairs.push_back(distance | low << rd::numPathBits | high << (rd::numPathBits + rd::codeSize));
        }
      }
    }
  }
  return pairs;
}

std::vector<std::uint64_t> torsions(const Structure& structure) {
  const std::vector<std::uint32_t> codes = atom_codes(structure);
  const auto code = [&](std::int32_t atom) { return codes[static_cast<std::size_t>(atom)]; };
  const auto is_hydrogen = [&](std::int32_t atom) { return structure.atom(atom).is(1); };
  std::vector<std::uint64_t> found;
  for (const BondFacts& middle : structure.bonds()) {
    const std::int32_t b = middle.begin, c = middle.end;
    if (is_hydrogen(b) || is_hydrogen(c)) continue;
    for (const Link& first : structure.links(b)) {
      const std::int32_t a = first.atom;
      if (a == c || is_hydrogen(a)) continue;
      for (const Link& last : structure.links(c)) {
        const std::int32_t d = last.atom;
        if (d == b || is_hydrogen(d)) continue;
        // RDKit takes a ring of three atoms for a path from its first atom back to it.
        if (a == d && (b < a || c < a)) continue;
        found.push_back(torsion_code({code(a), code(b), code(c), code(d)}));
      }
    }
  }
  return found;
}

}  // namespace plstm
