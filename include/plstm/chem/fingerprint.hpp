#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/chem/molecule.hpp>

namespace plstm {

struct FingerprintOptions {
  std::uint32_t radius = 2;
  std::uint32_t num_bits = 2048;
};

/// Bits that are set in the folded Morgan fingerprint (Rogers & Hahn, J. Chem. Inf. Model. 2010), ascending.
/// The default is the usual ECFP4 with 2048 bits. Throws ConfigError if num_bits is 0.
std::vector<std::uint32_t> morgan_fingerprint(const Molecule& molecule,
                                              const FingerprintOptions& options = {});

/// The fingerprints of the molecules of a row, one behind the other: bits of molecule i begin at i * num_bits. That of one
/// molecule is morgan_fingerprint().
std::vector<std::uint32_t> row_fingerprint(std::span<const Molecule> row,
                                           const FingerprintOptions& options = {});

/// Numbers of the public MACCS keys that the molecule has (Durant et al., J. Chem. Inf. Comput. Sci. 2002), from 1
/// to 166, ascending.
std::vector<std::uint32_t> maccs_keys(const Molecule& molecule);

}  // namespace plstm
