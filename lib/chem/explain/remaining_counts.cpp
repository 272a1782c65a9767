#include "chem/explain/remaining_counts.hpp"

#include <algorithm>
#include <limits>

#include <DataStructs/SparseIntVect.h>
#include <GraphMol/Fingerprints/AtomPairs.h>
#include <GraphMol/Fingerprints/MorganFingerprints.h>
#include <GraphMol/ROMol.h>

#include "chem/descriptors/count_labels.hpp"
#include "chem/large_molecule.hpp"
#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

// Bonds from each atom to the nearest of the hidden ones.
std::vector<std::uint32_t> distances_to(const RDKit::ROMol& mol, std::span<const std::int32_t> hidden) {
  std::vector<std::uint32_t> distances(mol.getNumAtoms(), std::numeric_limits<std::uint32_t>::max());
  std::vector<std::uint32_t> queue;
  for (const std::int32_t atom : hidden) {
    distances[static_cast<std::size_t>(atom)] = 0;
    queue.push_back(static_cast<std::uint32_t>(atom));
  }
  for (std::size_t i = 0; i < queue.size(); ++i) {
    for (const RDKit::Atom* next : mol.atomNeighbors(mol.getAtomWithIdx(queue[i]))) {
      std::uint32_t& distance = distances[next->getIdx()];
      if (distance != std::numeric_limits<std::uint32_t>::max()) continue;
      distance = distances[queue[i]] + 1;
      queue.push_back(next->getIdx());
    }
  }
  return distances;
}

template <class T>
void add(std::uint32_t family, const RDKit::SparseIntVect<T>& found, std::vector<GraphCount>& counts) {
  for (const auto& [number, count] : found.getNonzeroElements()) {
    counts.push_back(
        {count_label(family, static_cast<std::uint64_t>(number)), static_cast<std::uint32_t>(count)});
  }
}

}  // namespace

RemainingCounts::~RemainingCounts() = default;
RemainingCounts::RemainingCounts(RemainingCounts&&) noexcept = default;

RemainingCounts::RemainingCounts(const Molecule& molecule)
    : mol_(std::make_unique<const RDKit::ROMol>(rdkit_mol(molecule))) {
  const unsigned radius = is_large(*mol_) ? 1 : 3;
  const bool chirality = true, bond_types = true, counted = true, nonzero_only = false;
  RDKit::MorganFingerprints::BitInfoMap places;
  const std::unique_ptr<const RDKit::SparseIntVect<std::uint32_t>> found(
      RDKit::MorganFingerprints::getFingerprint(*mol_, radius, nullptr, nullptr, chirality, bond_types,
                                                counted, nonzero_only, &places));
  for (const auto& [number, all] : places) {
    for (const auto& [centre, reach] : all) surroundings_.push_back({count_label(0, number), centre, reach});
  }
}

std::vector<GraphCount> RemainingCounts::without(std::span<const std::int32_t> hidden) const {
  std::vector<GraphCount> counts;
  const std::vector<std::uint32_t> distances = distances_to(*mol_, hidden);
  for (const Surroundings& each : surroundings_) {
    if (distances[each.centre] > each.radius) counts.push_back({each.label, 1});
  }
  if (!is_large(*mol_)) {
    const RDKit::ROMol mol(*mol_);  // RDKit stores properties in the molecule
    const std::vector<std::uint32_t> ignored(hidden.begin(), hidden.end());
    add(1,
        *std::unique_ptr<const RDKit::SparseIntVect<std::int32_t>>(
            RDKit::AtomPairs::getAtomPairFingerprint(mol, nullptr, &ignored)),
        counts);
    add(2,
        *std::unique_ptr<const RDKit::SparseIntVect<boost::int64_t>>(
            RDKit::AtomPairs::getTopologicalTorsionFingerprint(mol, 4, nullptr, &ignored)),
        counts);
  }
  unite_counts(counts);
  return counts;
}

}  // namespace plstm
