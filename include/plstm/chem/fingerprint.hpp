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

/// The public MACCS keys (Durant et al., J. Chem. Inf. Comput. Sci. 2002) that the molecule has, ascending;
/// numbers from 1 to 166.
std::vector<std::uint32_t> maccs_keys(const Molecule& molecule);

}  // namespace plstm
