#include "chem/explain/remaining_counts.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>

#include <DataStructs/SparseIntVect.h>
#include <GraphMol/Fingerprints/AtomPairs.h>
#include <GraphMol/Fingerprints/MorganFingerprints.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/ROMol.h>
#include <GraphMol/Subgraphs/Subgraphs.h>

#include "chem/descriptors/count_labels.hpp"
#include "chem/large/large_molecule.hpp"
#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

constexpr std::uint32_t kFar = std::numeric_limits<std::uint32_t>::max();

// Bonds from each atom to the nearest of the hidden ones.
std::vector<std::uint32_t> distances_to(std::span<const std::int32_t> hidden,
                                        const std::vector<std::vector<std::uint32_t>>& neighbours) {
  std::vector<std::uint32_t> distances(neighbours.size(), kFar), queue;
  for (const std::int32_t atom : hidden) {
    distances[static_cast<std::size_t>(atom)] = 0;
    queue.push_back(static_cast<std::uint32_t>(atom));
  }
  for (std::size_t i = 0; i < queue.size(); ++i) {
    for (const std::uint32_t next : neighbours[queue[i]]) {
      if (distances[next] != kFar) continue;
      distances[next] = distances[queue[i]] + 1;
      queue.push_back(next);
    }
  }
  return distances;
}

// True if a path meets an atom twice and does not end where it begins: such paths are no torsions.
bool crosses_itself(const std::vector<int>& path) {
  for (std::size_t i = 1; i < path.size(); ++i) {
    const auto here = path.begin() + static_cast<std::ptrdiff_t>(i);
    if (*here != path.front() && std::find(path.begin(), here, *here) != here) return true;
  }
  return false;
}

}  // namespace

RemainingCounts::RemainingCounts(const Molecule& molecule) : neighbours_(rdkit_mol(molecule).getNumAtoms()) {
  for (const RDKit::Bond* bond : rdkit_mol(molecule).bonds()) {
    neighbours_[bond->getBeginAtomIdx()].push_back(bond->getEndAtomIdx());
    neighbours_[bond->getEndAtomIdx()].push_back(bond->getBeginAtomIdx());
  }
  add_surroundings(molecule);
  if (!is_large(rdkit_mol(molecule))) add_pairs_and_torsions(molecule);
  std::ranges::sort(occurrences_, {}, &Occurrence::label);
}

void RemainingCounts::add_surroundings(const Molecule& molecule) {
  const RDKit::ROMol mol(rdkit_mol(molecule));  // a copy: RDKit stores properties in the molecule
  const unsigned radius = is_large(mol) ? 1 : 3;
  const bool chirality = true, bond_types = true, counted = true, nonzero_only = false;
  RDKit::MorganFingerprints::BitInfoMap places;
  const std::unique_ptr<const RDKit::SparseIntVect<std::uint32_t>> found(
      RDKit::MorganFingerprints::getFingerprint(mol, radius, nullptr, nullptr, chirality, bond_types, counted,
                                                nonzero_only, &places));
  for (const auto& [number, all] : places) {
    for (const auto& [centre, reach] : all)
      occurrences_.push_back({count_label(0, number), reach, {centre, centre, centre, centre}});
  }
}

void RemainingCounts::add_pairs_and_torsions(const Molecule& molecule) {
  const RDKit::ROMol mol(rdkit_mol(molecule));
  const auto atoms = mol.getNumAtoms();
  std::vector<std::uint32_t> codes;
  for (const RDKit::Atom* atom : mol.atoms()) codes.push_back(RDKit::AtomPairs::getAtomCode(atom));
  const double* distances = RDKit::MolOps::getDistanceMat(mol);
  for (std::uint32_t i = 0; i < atoms; ++i) {
    for (std::uint32_t j = i + 1; j < atoms; ++j) {
      const double distance = distances[std::size_t{i} * atoms + j];
      if (distance >= RDKit::AtomPairs::maxPathLen) continue;
      const std::uint32_t number =
          RDKit::AtomPairs::getAtomPairCode(codes[i], codes[j], static_cast<unsigned>(distance));
      occurrences_.push_back({count_label(1, number), Occurrence::kNoRadius, {i, j, i, j}});
    }
  }
  constexpr unsigned kAtomsOfTorsion = 4;
  const bool by_bonds = false;
  for (const std::vector<int>& path : RDKit::findAllPathsOfLengthN(mol, kAtomsOfTorsion, by_bonds)) {
    if (crosses_itself(path)) continue;
    Occurrence torsion{0, Occurrence::kNoRadius, {}};
    std::vector<std::uint32_t> along;
    for (std::size_t i = 0; i < path.size(); ++i) {
      torsion.atoms[i] = static_cast<std::uint32_t>(path[i]);
      // Bonds of the path do not count as branches: one of its ends, two of the atoms between.
      along.push_back(codes[torsion.atoms[i]] - (i == 0 || i + 1 == path.size() ? 1 : 2));
    }
    torsion.label =
        count_label(2, static_cast<std::uint64_t>(RDKit::AtomPairs::getTopologicalTorsionCode(along)));
    occurrences_.push_back(torsion);
  }
}

std::vector<GraphCount> RemainingCounts::without(std::span<const std::int32_t> hidden) const {
  const std::vector<std::uint32_t> distances = distances_to(hidden, neighbours_);
  const auto is_left = [&](const Occurrence& each) {
    if (each.radius != Occurrence::kNoRadius) return distances[each.atoms[0]] > each.radius;
    return std::ranges::none_of(each.atoms, [&](std::uint32_t atom) { return distances[atom] == 0; });
  };
  std::vector<GraphCount> counts;
  for (const Occurrence& each : occurrences_) {
    if (!is_left(each)) continue;
    if (counts.empty() || counts.back().label != each.label) counts.push_back({each.label, 0});
    counts.back().count = std::min(counts.back().count + 1, kMostCount);
  }
  return counts;
}

}  // namespace plstm
