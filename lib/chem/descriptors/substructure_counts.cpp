#include "plstm/chem/descriptors/substructure_counts.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>

#include "chem/descriptors/count_labels.hpp"
#include "chem/descriptors/pairs.hpp"
#include "chem/descriptors/surroundings.hpp"
#include "chem/large/large_molecule.hpp"
#include "chem/molecule_impl.hpp"
#include "chem/values/structure.hpp"

namespace plstm {
namespace {

// Each label with the number of its occurrences, in order.
std::vector<GraphCount> count_equal(std::vector<std::uint32_t> labels) {
  std::ranges::sort(labels);
  std::vector<GraphCount> counts;
  for (auto first = labels.begin(); first != labels.end();) {
    const auto last = std::find_if(first, labels.end(), [&](std::uint32_t label) { return label != *first; });
    counts.push_back({*first, std::min(static_cast<std::uint32_t>(last - first), kMostCount)});
    first = last;
  }
  return counts;
}

// Surroundings read R and S.
bool has_stereochemistry(const RDKit::ROMol& mol) {
  return mol.hasProp(RDKit::common_properties::_StereochemDone);
}

std::vector<GraphCount> counts_of(const RDKit::ROMol& mol) {
  const bool large = is_large(mol);
  const Structure structure(mol);
  std::vector<std::uint32_t> labels;
  const auto add = [&](std::uint32_t family, const auto& numbers) {
    for (const auto number : numbers) labels.push_back(count_label(family, number));
  };
  add(0, surroundings(structure, large ? 1 : 3));
  if (!large) {
    add(1, atom_pairs(structure));
    add(2, torsions(structure));
  }
  return count_equal(std::move(labels));
}

}  // namespace

std::vector<GraphCount> substructure_counts(const Molecule& molecule) {
  const RDKit::ROMol& mol = rdkit_mol(molecule);
  if (has_stereochemistry(mol)) return counts_of(mol);
  RDKit::ROMol assigned(mol);
  RDKit::MolOps::assignStereochemistry(assigned);
  return counts_of(assigned);
}

}  // namespace plstm
