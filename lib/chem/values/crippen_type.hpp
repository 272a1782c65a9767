#pragma once

#include <cstdint>
#include <string_view>

#include "chem/values/structure.hpp"

namespace plstm {

/// The atom types of Wildman & Crippen (J. Chem. Inf. Comput. Sci. 1999), by their names in the paper, as RDKit decides
/// them. kNone is for atoms that have none.
// clang-format off
enum class CrippenType : std::uint8_t {
  kNone,
  kC1, kC2, kC3, kC4, kC5, kC6, kC7, kC8, kC9, kC10, kC11, kC12, kC13, kC14,
  kC15, kC16, kC17, kC18, kC19, kC20, kC21, kC22, kC23, kC24, kC25, kC26, kC27, kCS,
  kH1, kH2, kH3, kH4, kHS,
  kN1, kN2, kN3, kN4, kN5, kN6, kN7, kN8, kN9, kN10, kN11, kN12, kN13, kN14, kNS,
  kO1, kO2, kO3, kO4, kO5, kO6, kO7, kO8, kO9, kO10, kO11, kO12, kOS,
  kF, kCl, kBr, kI, kHal, kP, kS1, kS2, kS3, kMe1, kMe2,
  kCount
};
// clang-format on

/// The name in the paper and in RDKit's table.
std::string_view crippen_label(CrippenType type);

/// The type of an atom. That of a hydrogen depends on whether hydrogens that are no atoms of the molecule count as its
/// neighbour's neighbours.
CrippenType crippen_type(const Structure& structure, std::int32_t atom, bool all_hydrogens);

/// The type of the hydrogens at this atom that are no atoms of the molecule. It has at least one.
CrippenType crippen_hydrogen_type(const Structure& structure, std::int32_t atom);

}  // namespace plstm
