#pragma once

#include <string>
#include <vector>

#include <plstm/chem/reader.hpp>

namespace plstm::mol {

/// SMILES from the command line as the records a file would give. With `strict` the first bad one is thrown.
std::vector<MoleculeRecord> records_of(const std::vector<std::string>& smiles,
                                       const FeaturizeOptions& options, bool strict);

}  // namespace plstm::mol
