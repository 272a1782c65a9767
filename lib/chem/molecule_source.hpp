#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <plstm/chem/reader.hpp>
#include <plstm/data/decimal.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/sd_file.hpp>

namespace plstm {

/// A row of a file of molecules before any chemistry: texts only.
struct RawMolecule {
  std::int64_t row = 0;
  std::int64_t line = 0;
  std::string text;                  ///< SMILES or mol block
  std::vector<std::string> further;  ///< SMILES of further molecules
  std::string id;
  std::vector<std::string> targets;  ///< [tasks], numbers with a decimal point, or lists of atoms or bonds
  std::vector<std::string> columns;  ///< beside the molecule, as numbers with a decimal point
  std::string weight;                ///< of the row, as a number with a decimal point
  std::string split;                 ///< the part of a split that the row is for
  std::string problem;               ///< what is wrong with the form of the row
  std::vector<std::string> fields;   ///< of further columns, if they are to be kept
  bool is_molecule = false;          ///< the text was read as a molecule
  bool is_no_molecule = false;       ///< the text could not be read as one
};

/// Rows of a delimited file. The options choose the columns.
class TableSource {
 public:
  TableSource(std::istream& stream, const std::string& name, CsvFormat format,
              const MoleculeReaderOptions& options);

  static constexpr const char* kRow = "row";
  static constexpr bool kIsSmiles = true;
  static constexpr std::size_t kMostText = 1 << 19;  ///< bytes of SMILES in a piece: about as many atoms
  const std::vector<std::string>& target_names() const { return target_names_; }
  const std::vector<std::string>& field_names() const { return field_names_; }
  const std::vector<std::string>& known_names() const { return reader_.header(); }
  bool next(RawMolecule& molecule);
  double share_given() const { return reader_.share_given(); }
  const std::vector<std::string>& header() const { return reader_.header(); }
  std::int64_t skip(std::int64_t rows);
  MoleculePlace place() const { return {reader_.place(), decimals_.seen()}; }
  void go_to(const MoleculePlace& place);

  /// A hint for the user if no row has a SMILES; it begins with the column. Empty if no other column can have them, or
  /// if the user chose this one.
  std::string other_columns() const;
  /// What the user should know of a column beside the molecule that no row has; empty if there is none.
  std::string absent_column() const { return {}; }

 private:
  void choose_fields();
  void choose_columns(const MoleculeReaderOptions& options);
  void choose_targets(const MoleculeReaderOptions& options);
  void refuse_molecule_as_header(const MoleculeReaderOptions& options) const;
  const std::string& field(std::size_t column, RawMolecule& molecule) const;

  CsvReader reader_;
  CsvRow row_;
  DecimalReader decimals_;
  std::vector<std::uint8_t> text_targets_;  // [tasks]
  bool smiles_column_chosen_;
  bool ragged_;
  std::size_t smiles_column_;
  std::vector<std::size_t> further_columns_;  // of SMILES
  std::optional<std::size_t> id_column_, weight_column_, split_column_;
  bool id_is_rest_ = false;  // .smi: the name may hold blanks
  std::vector<std::size_t> target_columns_;
  std::vector<std::string> target_names_;
  std::vector<std::size_t> columns_beside_;
  std::vector<std::string> names_beside_;
  std::vector<std::size_t> field_columns_;
  std::vector<std::string> field_names_;
};

/// Records of an SD file. The options choose the properties.
class SdSource {
 public:
  SdSource(std::istream& stream, const std::string& name, const MoleculeReaderOptions& options);

  static constexpr const char* kRow = "record";
  static constexpr bool kIsSmiles = false;
  static constexpr std::size_t kMostText = 1 << 25;  ///< bytes of mol blocks in a piece: half a million atoms
  const std::vector<std::string>& target_names() const { return target_names_; }
  const std::vector<std::string>& field_names() const { return field_names_; }
  const std::vector<std::string>& known_names() const { return known_names_; }
  bool next(RawMolecule& molecule);
  double share_given() const { return reader_.share_given(); }
  const std::vector<std::string>& header() const { return field_names_; }
  std::int64_t skip(std::int64_t records);
  MoleculePlace place() const { return {reader_.place(), decimals_.seen()}; }
  void go_to(const MoleculePlace& place);
  std::string other_columns() const { return {}; }
  std::string absent_column() const;

 private:
  SdReader reader_;
  SdRecord record_;
  DecimalReader decimals_{'\n'};
  std::vector<std::uint8_t> text_targets_;  // [tasks]
  Readout level_;
  std::string id_property_, weight_property_, split_property_;
  std::vector<std::string> target_names_;
  std::vector<std::string> names_beside_;
  std::vector<std::uint8_t> seen_beside_;  // [names] whether a record had the property
  std::vector<std::string> field_names_;   // stays empty
  std::vector<std::string> known_names_;
};

}  // namespace plstm
