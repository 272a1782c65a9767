#include "predict_smiles.hpp"

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm::mol {

std::vector<MoleculeRecord> records_of(const std::vector<std::string>& smiles,
                                       const FeaturizeOptions& options, bool strict) {
  std::vector<MoleculeRecord> records(smiles.size());
  for (std::size_t i = 0; i < smiles.size(); ++i) {
    records[i].row = static_cast<std::int64_t>(i) + 1;
    records[i].smiles = smiles[i];
    try {
      records[i].graph = featurize(parse_smiles(smiles[i]), options).graph;
    } catch (const Error& error) {
      if (strict) throw MoleculeError(fmt::format("argument {}: {}", i + 1, error.what()));
      records[i].error = error.what();
    }
  }
  return records;
}

}  // namespace plstm::mol
