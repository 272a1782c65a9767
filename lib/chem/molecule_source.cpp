#include "chem/molecule_source.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace plstm {

TableSource::TableSource(std::istream& stream, const std::string& name, CsvFormat format,
                         const MoleculeReaderOptions& options)
    : reader_(stream, name, format),
      ragged_(format.delimiter == ' '),
      smiles_column_(options.smiles_column.empty() ? 0 : reader_.column(options.smiles_column)) {
  if (!options.id_column.empty()) id_column_ = reader_.column(options.id_column);
  if (options.target_columns) {
    for (const std::string& column : *options.target_columns)
      target_columns_.push_back(reader_.column(column));
  } else if (!ragged_) {
    for (std::size_t i = 0; i < reader_.header().size(); ++i) {
      if (i != smiles_column_ && i != id_column_) target_columns_.push_back(i);
    }
  }
  if (ragged_ && !id_column_) {
    const auto taken = [&](std::size_t column) {
      return smiles_column_ == column ||
             std::find(target_columns_.begin(), target_columns_.end(), column) != target_columns_.end();
    };
    if (!taken(1)) id_column_ = 1;
    id_is_rest_ = id_column_ && smiles_column_ == 0 && target_columns_.empty();
  }
  for (const std::size_t column : target_columns_) target_names_.push_back(reader_.header()[column]);
}

bool TableSource::next(RawMolecule& molecule) {
  if (!reader_.next(row_)) return false;
  molecule = {};
  molecule.row = row_.row;
  molecule.line = row_.line;
  molecule.problem = row_.problem;
  molecule.text = field(smiles_column_, molecule);
  for (const std::size_t column : target_columns_) molecule.targets.push_back(field(column, molecule));
  if (id_is_rest_) {
    for (std::size_t i = 1; i < row_.fields.size(); ++i) {
      molecule.id.append(molecule.id.empty() ? "" : " ").append(row_.fields[i]);
    }
  } else if (id_column_ && *id_column_ < row_.fields.size()) {
    molecule.id = row_.fields[*id_column_];
  }
  return true;
}

// An empty field, and a problem noted, where the row is too short.
const std::string& TableSource::field(std::size_t column, RawMolecule& molecule) const {
  static const std::string kNone;
  if (column < row_.fields.size()) return row_.fields[column];
  if (molecule.problem.empty()) {
    molecule.problem = fmt::format("{} fields, so there is no column {}", row_.fields.size(), column + 1);
  }
  return kNone;
}

SdSource::SdSource(std::istream& stream, const std::string& name, const MoleculeReaderOptions& options)
    : reader_(stream, name),
      id_property_(options.id_column),
      target_names_(options.target_columns.value_or(std::vector<std::string>())) {}

bool SdSource::next(RawMolecule& molecule) {
  if (!reader_.next(record_)) return false;
  molecule = {};
  molecule.row = record_.record;
  molecule.line = record_.line;
  for (const std::string& name : target_names_) {
    const std::string* value = record_.property(name);
    molecule.targets.push_back(value != nullptr ? *value : std::string());
  }
  if (id_property_.empty()) {
    molecule.id = record_.title();
  } else if (const std::string* value = record_.property(id_property_)) {
    molecule.id = *value;
  }
  molecule.text = std::move(record_.mol_block);
  return true;
}

}  // namespace plstm
