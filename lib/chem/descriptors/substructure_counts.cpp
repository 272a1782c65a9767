#include "plstm/chem/descriptors/substructure_counts.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>

#include <DataStructs/SparseIntVect.h>
#include <GraphMol/Fingerprints/AtomPairs.h>
#include <GraphMol/Fingerprints/MorganFingerprints.h>
#include <GraphMol/ROMol.h>

#include <plstm/core/random.hpp>

#include "chem/large_molecule.hpp"
#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

template <class T>
void add(std::uint32_t family, const RDKit::SparseIntVect<T>& found, std::vector<GraphCount>& counts) {
  constexpr std::uint64_t kMask = (std::uint64_t{1} << kCountFamilyShift) - 1;
  for (const auto& [number, count] : found.getNonzeroElements()) {
    const std::uint64_t hash = mix_seed(family, static_cast<std::uint64_t>(number)) & kMask;
    counts.push_back(
        {family << kCountFamilyShift | static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(count)});
  }
}

// Adds the counts of equal labels.
void unite(std::vector<GraphCount>& counts) {
  std::ranges::sort(counts, {}, &GraphCount::label);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (kept > 0 && counts[kept - 1].label == counts[i].label) {
      counts[kept - 1].count += counts[i].count;
    } else {
      counts[kept++] = counts[i];
    }
  }
  counts.resize(kept);
  for (GraphCount& each : counts) each.count = std::min(each.count, kMostCount);
}

}  // namespace

std::vector<GraphCount> substructure_counts(const Molecule& molecule) {
  const RDKit::ROMol mol(rdkit_mol(molecule));  // a copy: RDKit stores properties in the molecule
  const bool large = is_large(mol);
  const unsigned radius = large ? 1 : 3;
  constexpr bool kWithChirality = true;
  std::vector<GraphCount> counts;
  add(0,
      *std::unique_ptr<const RDKit::SparseIntVect<std::uint32_t>>(
          RDKit::MorganFingerprints::getFingerprint(mol, radius, nullptr, nullptr, kWithChirality)),
      counts);
  if (!large) {
    add(1,
        *std::unique_ptr<const RDKit::SparseIntVect<std::int32_t>>(
            RDKit::AtomPairs::getAtomPairFingerprint(mol)),
        counts);
    add(2,
        *std::unique_ptr<const RDKit::SparseIntVect<boost::int64_t>>(
            RDKit::AtomPairs::getTopologicalTorsionFingerprint(mol)),
        counts);
  }
  unite(counts);
  return counts;
}

}  // namespace plstm
