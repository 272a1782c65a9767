#include "plstm/chem/fingerprint.hpp"

#include <memory>

#include <DataStructs/ExplicitBitVect.h>
#include <GraphMol/Fingerprints/MACCS.h>
#include <GraphMol/Fingerprints/MorganFingerprints.h>

#include <plstm/core/error.hpp>

#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

std::vector<std::uint32_t> bits_of(const ExplicitBitVect& bits) {
  IntVect on;
  bits.getOnBits(on);
  return {on.begin(), on.end()};
}

}  // namespace

std::vector<std::uint32_t> morgan_fingerprint(const Molecule& molecule, const FingerprintOptions& options) {
  if (options.num_bits == 0) throw ConfigError("morgan_fingerprint: num_bits is 0, expected at least 1");
  const std::unique_ptr<const ExplicitBitVect> bits(RDKit::MorganFingerprints::getFingerprintAsBitVect(
      rdkit_mol(molecule), options.radius, options.num_bits));
  return bits_of(*bits);
}

std::vector<std::uint32_t> maccs_keys(const Molecule& molecule) {
  const std::unique_ptr<const ExplicitBitVect> bits(
      RDKit::MACCSFingerprints::getFingerprintAsBitVect(rdkit_mol(molecule)));
  return bits_of(*bits);
}

}  // namespace plstm
