#include "chem/molecule_source.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/error.hpp>
#include <plstm/data/bound.hpp>
#include <plstm/data/missing.hpp>
#include <plstm/data/number.hpp>

namespace plstm {

namespace {

// The text of a number with a decimal point. Records a problem with `what` if it can be read in two ways.
std::string target_text(const std::string& text, const std::string& what, DecimalReader& decimals,
                        RawMolecule& molecule) {
  if (is_missing(text)) return text;
  try {
    const BoundText bound = split_bound(text);
    if (bound.bound != 0) return (bound.bound > 0 ? ">" : "<") + decimals.with_point(bound.number);
    return decimals.with_point(text);
  } catch (const FileError& error) {
    if (molecule.problem.empty()) molecule.problem = fmt::format("{}: {}", what, error.what());
    return text;
  }
}

// The same for a number that stands beside the molecule. It is no bound.
std::string column_text(const std::string& text, const std::string& name, DecimalReader& decimals,
                        RawMolecule& molecule) {
  if (is_missing(text)) return text;
  try {
    return decimals.with_point(text);
  } catch (const FileError& error) {
    if (molecule.problem.empty()) molecule.problem = fmt::format("column '{}': {}", name, error.what());
    return text;
  }
}

// A column is either learnt or read, and read once.
void check_columns_beside(const std::string& name, const std::vector<std::string>& targets,
                          const std::vector<std::string>& columns) {
  for (auto column = columns.begin(); column != columns.end(); ++column) {
    if (std::find(columns.begin(), column, *column) != column) {
      throw ConfigError(fmt::format("{}: --descriptors-columns names '{}' twice", name, *column));
    }
    if (std::ranges::find(targets, *column) != targets.end()) {
      throw ConfigError(
          fmt::format("{}: '{}' is a target (--target-columns), so that it cannot stand beside the molecule "
                      "(--descriptors-columns), too",
                      name, *column));
    }
  }
}

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += fmt::format(" '{}'", name);
  return list;
}

// Whether each target is a text.
std::vector<std::uint8_t> texts_of(const std::vector<std::string>& targets, const std::string& name,
                                   const MoleculeReaderOptions& options) {
  const std::vector<std::uint8_t>& texts = options.text_targets;
  if (options.level != Readout::kGraph && (texts.size() < 2 || texts.size() == targets.size()))
    return std::vector<std::uint8_t>(targets.size(), 1);  // lists are texts here
  if (texts.size() < 2) return std::vector<std::uint8_t>(targets.size(), texts.empty() ? 0 : texts.front());
  if (texts.size() == targets.size()) return texts;
  throw ConfigError(fmt::format("{}: {} kinds of targets (--task-type) for the {} targets{}", name,
                                texts.size(), targets.size(), list_of(targets)));
}

bool is_number(const std::string& text) {
  try {
    parse_double(text);
    return true;
  } catch (const FileError&) {
    return false;
  }
}

// 0 for a text that is no SMILES.
int num_atoms_of(const std::string& text) {
  try {
    return parse_smiles(text).num_atoms();
  } catch (const MoleculeError&) {
    return 0;
  }
}

// The property itself, or the list of properties of atoms or bonds that has this name in RDKit.
std::string property_name(const SdRecord& record, const std::string& name, Readout level) {
  if (level == Readout::kGraph || record.property(name) != nullptr) return name;
  for (const char* kind : {"dprop", "iprop", "bprop", "prop"}) {
    std::string list = fmt::format("{}.{}.{}", level == Readout::kNode ? "atom" : "bond", kind, name);
    if (record.property(list) != nullptr) return list;
  }
  return name;
}

}  // namespace

TableSource::TableSource(std::istream& stream, const std::string& name, CsvFormat format,
                         const MoleculeReaderOptions& options)
    : reader_(stream, name, format),
      decimals_(reader_.delimiter()),
      smiles_column_chosen_(!options.smiles_column.empty()),
      ragged_(format.delimiter == ' '),
      smiles_column_(options.smiles_column.empty() ? 0 : reader_.column(options.smiles_column)) {
  for (const std::string& column : options.further_smiles_columns) {
    further_columns_.push_back(reader_.column(column));
  }
  if (!options.id_column.empty()) id_column_ = reader_.column(options.id_column);
  if (!options.weight_column.empty()) weight_column_ = reader_.column(options.weight_column);
  if (!options.split_column.empty()) split_column_ = reader_.column(options.split_column);
  choose_columns(options);
  choose_targets(options);
  check_columns_beside(name, target_names_, names_beside_);
  text_targets_ = texts_of(target_names_, name, options);
  if (ragged_ && !id_column_) {
    const auto taken = [&](std::size_t column) {
      return smiles_column_ == column ||
             std::ranges::find(target_columns_, column) != target_columns_.end() ||
             std::ranges::find(further_columns_, column) != further_columns_.end() ||
             std::ranges::find(columns_beside_, column) != columns_beside_.end();
    };
    if (!taken(1)) id_column_ = 1;
    id_is_rest_ = id_column_ && smiles_column_ == 0 && target_columns_.empty() && columns_beside_.empty() &&
                  further_columns_.empty();
  }
  if (options.keep_fields) choose_fields();
  if (format.header && !options.header && !smiles_column_chosen_) refuse_molecule_as_header(options);
}

void TableSource::choose_columns(const MoleculeReaderOptions& options) {
  names_beside_ = options.featurize.columns;
  for (const std::string& column : names_beside_) {
    try {
      columns_beside_.push_back(reader_.column(column));
    } catch (const FileError& error) {
      throw FileError(
          fmt::format("{}; it is to be read beside the molecule (--descriptors-columns)", error.what()));
    }
  }
}

void TableSource::choose_targets(const MoleculeReaderOptions& options) {
  const std::vector<std::string>& header = reader_.header();
  if (options.target_columns) {
    for (const std::string& column : *options.target_columns)
      target_columns_.push_back(reader_.column(column));
  } else if (!ragged_) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      // A column without a name comes from a comma at the end of a line, or has the numbers of rows.
      if (i == smiles_column_ || i == id_column_ || i == weight_column_ || header[i].empty()) continue;
      if (std::ranges::find(further_columns_, i) != further_columns_.end()) continue;
      if (i == split_column_ || std::ranges::find(columns_beside_, i) != columns_beside_.end()) continue;
      if (std::count(header.begin(), header.end(), header[i]) > 1) {
        throw FileError(
            fmt::format("{}: line {}: two columns are named '{}'; rename one, or choose the columns to "
                        "learn with --target-columns",
                        reader_.name(), reader_.header_line(), header[i]));
      }
      target_columns_.push_back(i);
    }
  }
  for (const std::size_t column : target_columns_) target_names_.push_back(header[column]);
}

void TableSource::choose_fields() {
  const std::vector<std::string>& header = reader_.header();
  if (!id_column_ && std::ranges::count(header, "id") == 1) id_column_ = reader_.column("id");
  if (id_column_ == smiles_column_) id_column_.reset();
  for (std::size_t i = 0; i < header.size(); ++i) {
    // Of several molecules each keeps its column beside the text of all of them.
    if ((i == smiles_column_ && further_columns_.empty()) || i == id_column_ || (id_is_rest_ && i > 0))
      continue;
    field_columns_.push_back(i);
    field_names_.push_back(header[i]);
  }
}

// A first row with a SMILES is a molecule. Read as the header, it would be lost without an error. A column may be called
// "C" or "N", so a single atom needs numbers beside it.
void TableSource::refuse_molecule_as_header(const MoleculeReaderOptions& options) const {
  const std::vector<std::string>& header = reader_.header();
  const bool targets_named = options.target_columns && !options.target_columns->empty();
  if (targets_named || !options.id_column.empty() || !names_beside_.empty())
    return;  // these are names in this header
  const auto is_value = [](const std::string& text) { return is_missing(text) || is_number(text); };
  const bool values = std::all_of(header.begin() + 1, header.end(), is_value);
  const int atoms = num_atoms_of(header[0]);
  if (atoms == 0 || (atoms == 1 && !values)) return;
  throw FileError(
      fmt::format("{}: line {}: the header{} reads as a molecule; say --no-header-row if the file has no "
                  "header, else rename the column",
                  reader_.name(), reader_.header_line(), list_of(header)));
}

std::string TableSource::other_columns() const {
  const std::vector<std::string>& header = reader_.header();
  if (smiles_column_chosen_ || ragged_ || header.size() < 2) return {};
  return fmt::format(
      "column '{}', the first, holds no SMILES; name the column that does with --smiles-columns; the "
      "columns are{}",
      header[smiles_column_], list_of(header));
}

bool TableSource::next(RawMolecule& molecule) {
  if (!reader_.next(row_)) return false;
  molecule = {};
  molecule.row = row_.row;
  molecule.line = row_.line;
  molecule.problem = row_.problem;
  molecule.text = field(smiles_column_, molecule);
  for (const std::size_t column : further_columns_) molecule.further.push_back(field(column, molecule));
  for (std::size_t i = 0; i < target_columns_.size(); ++i) {
    const std::string& text = field(target_columns_[i], molecule);
    molecule.targets.push_back(
        text_targets_[i] != 0
            ? text
            : target_text(text, fmt::format("target '{}'", target_names_[i]), decimals_, molecule));
  }
  for (std::size_t i = 0; i < columns_beside_.size(); ++i) {
    molecule.columns.push_back(
        column_text(field(columns_beside_[i], molecule), names_beside_[i], decimals_, molecule));
  }
  if (weight_column_.has_value()) {
    molecule.weight = target_text(field(*weight_column_, molecule), "weight", decimals_, molecule);
  }
  if (split_column_.has_value()) molecule.split = field(*split_column_, molecule);
  for (const std::size_t column : field_columns_) {
    molecule.fields.push_back(column < row_.fields.size() ? row_.fields[column] : std::string());
  }
  if (id_is_rest_) {
    for (std::size_t i = 1; i < row_.fields.size(); ++i) {
      molecule.id.append(molecule.id.empty() ? "" : " ").append(row_.fields[i]);
    }
  } else if (id_column_ && *id_column_ < row_.fields.size()) {
    molecule.id = row_.fields[*id_column_];
  }
  return true;
}

std::int64_t TableSource::skip(std::int64_t rows) {
  // How a number is to be read may depend on those before it.
  const bool any_number = !target_columns_.empty() || !columns_beside_.empty() || weight_column_.has_value();
  if (!any_number) return reader_.skip(rows);
  std::int64_t skipped = 0;
  for (RawMolecule none; skipped < rows && next(none); ++skipped) {
  }
  return skipped;
}

void TableSource::go_to(const MoleculePlace& place) {
  reader_.go_to(place.row);
  decimals_.go_on_after(place.numbers);
}

// The field of a column. Empty where the row is too short; the problem is then recorded in the molecule.
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
      level_(options.level),
      id_property_(options.id_column),
      weight_property_(options.weight_column),
      split_property_(options.split_column),
      target_names_(options.target_columns.value_or(std::vector<std::string>())),
      names_beside_(options.featurize.columns),
      seen_beside_(names_beside_.size(), 0) {
  if (options.featurize.num_molecules() > 1) {
    throw FileError(fmt::format("{}: a record of an SD file is one molecule, and {} are to be read ({})",
                                name, options.featurize.num_molecules(),
                                fmt::join(options.featurize.molecules, ", ")));
  }
  check_columns_beside(name, target_names_, names_beside_);
  text_targets_ = texts_of(target_names_, name, options);
}

bool SdSource::next(RawMolecule& molecule) {
  if (!reader_.next(record_)) return false;
  molecule = {};
  molecule.row = record_.record;
  molecule.line = record_.line;
  molecule.problem = record_.problem;
  const auto check = [&](const std::string& name) {
    const std::string* problem = record_.property_problem(name);
    if (problem == nullptr || !molecule.problem.empty()) return;
    molecule.problem = fmt::format("property '{}': {}", name, *problem);
  };
  for (const auto& [name, value] : record_.properties) {
    if (known_names_.size() < MoleculeReader::kNamesKept &&
        std::ranges::find(known_names_, name) == known_names_.end()) {
      known_names_.push_back(name);
    }
  }
  if (!id_property_.empty()) check(id_property_);
  const auto text_of = [&](const std::string& name) {
    check(name);
    const std::string* value = record_.property(name);
    return value != nullptr ? *value : std::string();
  };
  for (std::size_t i = 0; i < target_names_.size(); ++i) {
    const std::string text = text_of(property_name(record_, target_names_[i], level_));
    molecule.targets.push_back(
        text_targets_[i] != 0
            ? text
            : target_text(text, fmt::format("target '{}'", target_names_[i]), decimals_, molecule));
  }
  for (std::size_t i = 0; i < names_beside_.size(); ++i) {
    molecule.columns.push_back(column_text(text_of(names_beside_[i]), names_beside_[i], decimals_, molecule));
    if (record_.property(names_beside_[i]) != nullptr) seen_beside_[i] = 1;
  }
  if (!weight_property_.empty()) {
    molecule.weight = target_text(text_of(weight_property_), "weight", decimals_, molecule);
  }
  if (!split_property_.empty()) {
    check(split_property_);
    const std::string* value = record_.property(split_property_);
    if (value != nullptr) molecule.split = *value;
  }
  if (id_property_.empty()) {
    molecule.id = record_.title();
  } else if (const std::string* value = record_.property(id_property_)) {
    molecule.id = *value;
  }
  molecule.text = std::move(record_.mol_block);
  return true;
}

std::int64_t SdSource::skip(std::int64_t records) {
  const bool any_number = !target_names_.empty() || !names_beside_.empty() || !weight_property_.empty();
  if (!any_number) return reader_.skip(records);
  std::int64_t skipped = 0;
  for (RawMolecule none; skipped < records && next(none); ++skipped) {
  }
  return skipped;
}

void SdSource::go_to(const MoleculePlace& place) {
  reader_.go_to(place.row);
  decimals_.go_on_after(place.numbers);
}

std::string SdSource::absent_column() const {
  const auto absent = std::ranges::find(seen_beside_, 0);
  if (absent == seen_beside_.end()) return {};
  return fmt::format(
      "no record has the property '{}', which is to be read beside the molecule (--descriptors-columns); the "
      "properties are{}",
      names_beside_[static_cast<std::size_t>(absent - seen_beside_.begin())], list_of(known_names_));
}

}  // namespace plstm
