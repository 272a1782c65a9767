#include "plstm/chem/fingerprint.hpp"

#include <memory>

#include <DataStructs/ExplicitBitVect.h>
#include <GraphMol/Fingerprints/MACCS.h>
#include <GraphMol/Fingerprints/MorganFingerprints.h>
#include <GraphMol/ROMol.h>

#include <plstm/core/error.hpp>

#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

std::vector<std::uint32_t> bits_of(const ExplicitBitVect& bits) {
  IntVect on;
  bits.getOnBits(on);
  return {on.begin(), on.end()};
}

std::vector<std::uint32_t> keys_of(const RDKit::ROMol& mol) {
  return bits_of(
      *std::unique_ptr<const ExplicitBitVect>(RDKit::MACCSFingerprints::getFingerprintAsBitVect(mol)));
}

}  // namespace

std::vector<std::uint32_t> morgan_fingerprint(const Molecule& molecule, const FingerprintOptions& options) {
  if (options.num_bits == 0) throw ConfigError("morgan_fingerprint: num_bits is 0, expected at least 1");
  const std::unique_ptr<const ExplicitBitVect> bits(RDKit::MorganFingerprints::getFingerprintAsBitVect(
      rdkit_mol(molecule), options.radius, options.num_bits));
  return bits_of(*bits);
}

std::vector<std::uint32_t> row_fingerprint(std::span<const Molecule> row, const FingerprintOptions& options) {
  std::vector<std::uint32_t> all;
  std::uint32_t first = 0;
  for (const Molecule& molecule : row) {
    for (const std::uint32_t bit : morgan_fingerprint(molecule, options)) all.push_back(first + bit);
    first += options.num_bits;
  }
  return all;
}

std::vector<std::uint32_t> maccs_keys(const Molecule& molecule) {
  // RDKit builds its patterns at the first call. The thread sanitizer cannot see the lock of a library that is
  // compiled without it, so the first call stands behind a lock of ours.
  [[maybe_unused]] static const auto patterns_are_built = keys_of(RDKit::ROMol{});
  return keys_of(rdkit_mol(molecule));
}

}  // namespace plstm
