#pragma once

#include <cstdint>
#include <vector>

#include <plstm/chem/molecule.hpp>

namespace plstm {

struct FingerprintOptions {
  std::uint32_t radius = 2;
  std::uint32_t num_bits = 2048;
};

/// Morgan fingerprint (Rogers & Hahn, J. Chem. Inf. Model. 2010), folded: the bits that are set, ascending.
/// The default is the usual ECFP4 with 2048 bits. Throws ConfigError if num_bits is 0.
std::vector<std::uint32_t> morgan_fingerprint(const Molecule& molecule,
                                              const FingerprintOptions& options = {});

}  // namespace plstm
