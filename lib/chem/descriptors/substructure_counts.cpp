#include "plstm/chem/descriptors/substructure_counts.hpp"

#include <cstdint>
#include <memory>

#include <DataStructs/SparseIntVect.h>
#include <GraphMol/Fingerprints/AtomPairs.h>
#include <GraphMol/Fingerprints/MorganFingerprints.h>
#include <GraphMol/ROMol.h>

#include "chem/descriptors/count_labels.hpp"
#include "chem/large_molecule.hpp"
#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

template <class T>
void add(std::uint32_t family, const RDKit::SparseIntVect<T>& found, std::vector<GraphCount>& counts) {
  for (const auto& [number, count] : found.getNonzeroElements()) {
    counts.push_back(
        {count_label(family, static_cast<std::uint64_t>(number)), static_cast<std::uint32_t>(count)});
  }
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
  unite_counts(counts);
  return counts;
}

}  // namespace plstm
