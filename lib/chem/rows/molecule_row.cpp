#include "plstm/chem/rows/molecule_row.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <plstm/chem/standardize/standardize.hpp>
#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

namespace plstm {

MoleculeRow read_row(std::span<const std::string> smiles, const FeaturizeOptions& options) {
  if (smiles.size() != options.num_molecules()) {
    throw ShapeError(
        fmt::format("a row has {} molecules, expected {}", smiles.size(), options.num_molecules()));
  }
  MoleculeRow row;
  std::vector<std::string> texts;
  bool changed = false;
  for (std::size_t i = 0; i < smiles.size(); ++i) {
    try {
      StandardizedMolecule read = standardize(parse_smiles(smiles[i]), options.standardize);
      row.molecules.push_back(std::move(read.molecule));
      changed = changed || !read.smiles.empty();
      texts.push_back(read.smiles.empty() ? smiles[i] : std::move(read.smiles));
    } catch (const MoleculeError& error) {
      if (options.molecules.empty()) throw;
      throw MoleculeError(fmt::format("{}: {}", options.molecules[i], error.what()));
    }
  }
  if (changed) row.standardized = row_text(texts);
  return row;
}

std::string row_text(std::span<const std::string> smiles) {
  if (smiles.size() == 1) return smiles.front();
  std::string text;
  for (const std::string& each : smiles) {
    const std::string_view trimmed = trim(each);
    text.append(text.empty() ? "" : ".").append(trimmed.substr(0, trimmed.find(' ')));
  }
  return text;
}

std::string canonical_row(std::span<const Molecule> row) {
  std::string text;
  for (const Molecule& molecule : row) text += (text.empty() ? "" : " + ") + canonical_smiles(molecule);
  return text;
}

}  // namespace plstm
