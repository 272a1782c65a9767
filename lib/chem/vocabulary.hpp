#pragma once

#include <array>
#include <cstdint>

#include <GraphMol/Atom.h>
#include <GraphMol/Bond.h>

namespace plstm {

inline constexpr std::int32_t kNumAtomColumns = 9;
inline constexpr std::int32_t kNumBondColumns = 3;

using AtomCodes = std::array<std::int32_t, kNumAtomColumns>;
using BondCodes = std::array<std::int32_t, kNumBondColumns>;

/// Codes of one atom in the order of atom_columns(). `chirality` is its tag, which the caller may have normalised.
AtomCodes atom_codes(const RDKit::Atom& atom, bool is_in_ring, RDKit::Atom::ChiralType chirality);

/// Codes of one bond in the order of bond_columns().
BondCodes bond_codes(const RDKit::Bond& bond);

}  // namespace plstm
