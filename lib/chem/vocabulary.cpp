#include "chem/vocabulary.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <plstm/chem/featurizer.hpp>

namespace plstm {

namespace {

using RDKit::Atom;
using RDKit::Bond;

constexpr int kMaxAtomicNumber = 118;
constexpr int kMaxDegree = 10;
constexpr int kMaxCharge = 5;
constexpr int kMaxHydrogens = 8;
constexpr int kMaxRadicalElectrons = 4;

// The order of these lists is the order of the codes.
constexpr std::array kChiralities{Atom::CHI_UNSPECIFIED, Atom::CHI_TETRAHEDRAL_CW, Atom::CHI_TETRAHEDRAL_CCW,
                                  Atom::CHI_OTHER};
constexpr std::array kHybridizations{Atom::SP, Atom::SP2, Atom::SP3, Atom::SP3D, Atom::SP3D2};
constexpr std::array kBondTypes{Bond::SINGLE, Bond::DOUBLE, Bond::TRIPLE, Bond::AROMATIC};
constexpr std::array kStereos{Bond::STEREONONE, Bond::STEREOZ,     Bond::STEREOE,
                              Bond::STEREOCIS,  Bond::STEREOTRANS, Bond::STEREOANY};

std::vector<std::string> with_other(std::vector<std::string> values) {
  values.emplace_back("other");
  return values;
}

std::vector<std::string> range(int first, int last) {
  std::vector<std::string> values;
  for (int i = first; i <= last; ++i) values.push_back(std::to_string(i));
  return with_other(std::move(values));
}

// Position in first..last, or the position after the last, which is "other".
std::int32_t code_in_range(int value, int first, int last) {
  return value < first || value > last ? last - first + 1 : value - first;
}

template <class T, std::size_t size>
std::int32_t code_in_list(const std::array<T, size>& list, T value) {
  return static_cast<std::int32_t>(std::find(list.begin(), list.end(), value) - list.begin());
}

// The names contain no characters that JSON would escape.
std::string to_json(std::span<const FeatureColumn> columns) {
  std::string list;
  for (const FeatureColumn& column : columns) {
    list += fmt::format(R"({}{{"name":"{}","values":["{}"]}})", list.empty() ? "" : ",", column.name,
                        fmt::join(column.values, R"(",")"));
  }
  return "[" + list + "]";
}

}  // namespace

std::span<const FeatureColumn> atom_columns() {
  static const std::array<FeatureColumn, kNumAtomColumns> columns{{
      {"atomic_number", range(1, kMaxAtomicNumber)},
      {"chirality", with_other({"unspecified", "tetrahedral_cw", "tetrahedral_ccw", "unrecognised"})},
      {"degree", range(0, kMaxDegree)},
      {"formal_charge", range(-kMaxCharge, kMaxCharge)},
      {"num_hydrogens", range(0, kMaxHydrogens)},
      {"num_radical_electrons", range(0, kMaxRadicalElectrons)},
      {"hybridization", with_other({"sp", "sp2", "sp3", "sp3d", "sp3d2"})},
      {"is_aromatic", {"no", "yes"}},
      {"is_in_ring", {"no", "yes"}},
  }};
  return columns;
}

std::span<const FeatureColumn> bond_columns() {
  static const std::array<FeatureColumn, kNumBondColumns> columns{{
      {"bond_type", with_other({"single", "double", "triple", "aromatic"})},
      {"stereo", with_other({"none", "z", "e", "cis", "trans", "any"})},
      {"is_conjugated", {"no", "yes"}},
  }};
  return columns;
}

std::vector<std::int32_t> vocabulary_sizes(std::span<const FeatureColumn> columns) {
  std::vector<std::int32_t> sizes;
  for (const FeatureColumn& column : columns) {
    sizes.push_back(static_cast<std::int32_t>(column.values.size()));
  }
  return sizes;
}

std::string vocabulary_json() {
  return fmt::format(R"({{"atom":{},"bond":{}}})", to_json(atom_columns()), to_json(bond_columns()));
}

AtomCodes atom_codes(const Atom& atom, bool is_in_ring, Atom::ChiralType chirality) {
  return {code_in_range(atom.getAtomicNum(), 1, kMaxAtomicNumber),
          code_in_list(kChiralities, chirality),
          code_in_range(static_cast<int>(atom.getTotalDegree()), 0, kMaxDegree),
          code_in_range(atom.getFormalCharge(), -kMaxCharge, kMaxCharge),
          code_in_range(static_cast<int>(atom.getTotalNumHs()), 0, kMaxHydrogens),
          code_in_range(static_cast<int>(atom.getNumRadicalElectrons()), 0, kMaxRadicalElectrons),
          code_in_list(kHybridizations, atom.getHybridization()),
          atom.getIsAromatic() ? 1 : 0,
          is_in_ring ? 1 : 0};
}

BondCodes bond_codes(const Bond& bond) {
  return {code_in_list(kBondTypes, bond.getBondType()), code_in_list(kStereos, bond.getStereo()),
          bond.getIsConjugated() ? 1 : 0};
}

}  // namespace plstm
