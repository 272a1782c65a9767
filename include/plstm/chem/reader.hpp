#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/molecule.hpp>
#include <plstm/chem/things/molecule_things.hpp>
#include <plstm/data/decimal.hpp>
#include <plstm/data/files/row_place.hpp>
#include <plstm/graph/attributed_graph.hpp>
#include <plstm/nn/graphs/readout.hpp>

namespace plstm {

struct MoleculeReaderOptions {
  /// "csv", "tsv", "smi" or "sdf" where the name of the file does not say it. Empty: the ending of the name decides,
  /// without ".gz"; standard input is csv then.
  std::string kind;
  /// Column that holds the SMILES; empty means the first column. Not used for SD files.
  std::string smiles_column;
  /// Columns with the SMILES of the further molecules of a row, one for each of FeaturizeOptions::molecules but the first.
  /// SD files have one molecule a record.
  std::vector<std::string> further_smiles_columns = {};
  /// Columns (SD files: properties) with the values to learn. Absent means all columns with a name, except those of
  /// SMILES, id and split. For .smi and SD files absent means none, as their further columns are rarely numbers.
  std::optional<std::vector<std::string>> target_columns;
  /// Column (SD files: property) with the name of the molecule. Empty means the second column of a .smi file, the
  /// title line of an SD record, and no name in other files.
  std::string id_column;
  /// Whether the first row names the columns. If not, they are called "1", "2", ... Absent means no for .smi files
  /// and yes for all others.
  std::optional<bool> header;
  /// Which targets are returned as texts (labels such as "active", see data/labels.hpp) instead of being read as
  /// numbers: one entry for all of them or one for each, not 0 for texts. Empty: none.
  std::vector<std::uint8_t> text_targets = {};
  /// Numbers such as "> 30" and "<=0.1" are bounds of the values (data/bound.hpp). If not, rows with them have an error.
  bool bounds = false;
  /// What the targets belong to. Those of atoms or bonds are lists in the order of the input (MoleculeThings,
  /// values_of_rows). SD files may call the property "atom.dprop.<target>" (iprop, bprop or prop; bonds:
  /// "bond.dprop...."), as RDKit does. Such values are no bounds.
  Readout level = Readout::kGraph;
  /// Column (SD files: property) with the weight of each row; empty: there is none. It is no target unless it is named
  /// as one.
  std::string weight_column = {};
  /// Column (SD files: property) that says which part of a split a row is for (data/split_column.hpp); empty: there is
  /// none. It is no target unless it is named as one.
  std::string split_column = {};
  /// Throw at the first bad row instead of returning it with its error.
  bool strict = false;
  /// Return the fields of all columns but those of SMILES and id. SD files have none. Without id_column a column called
  /// "id" is the name then.
  bool keep_fields = false;
  /// Keep the parsed molecule in the record, for scaffolds, fingerprints and the like.
  bool keep_molecules = false;
  /// Molecules are standardised as it says before anything else sees them. Its columns (SD files: properties) are read,
  /// too; they are no targets unless they are named as such.
  FeaturizeOptions featurize;
};

/// One row (SD files: record). A row with an error has no graph and no molecule.
struct MoleculeRecord {
  std::int64_t row = 0;   ///< 1 for the first row of data; split files count from 0, so they name it row - 1
  std::int64_t line = 0;  ///< line of the file on which it begins, from 1
  std::string smiles;     ///< as in the file, of several molecules their row_text(); SD files: empty
  std::string standardized;  ///< StandardizedMolecule::smiles: empty if standardising has changed nothing
  std::string id;
  std::vector<double> targets;        ///< [tasks], with all digits of the file; 0 where missing
  std::vector<std::uint8_t> present;  ///< [tasks], 0 where the field is_missing or the property absent
  std::vector<std::int8_t> bounds;    ///< [tasks], BoundText::bound; a bound is in targets, and not present
  std::optional<MoleculeThings> things;  ///< with a level of atoms or bonds
  std::vector<double>
      thing_targets;  ///< [rows of things, tasks], NaN where missing; the targets above are missing then
  std::vector<std::string> thing_texts;  ///< the same as texts, if any target is one; empty where missing
  std::vector<std::string>
      target_texts;                 ///< [tasks], if any of them are texts; the targets of these are 0 then
  std::vector<double> columns;      ///< of FeaturizeOptions::columns, NaN where missing
  double weight = 1;                ///< of weight_column, from 0 to 1e30; 1 for a row with an error
  std::string split;                ///< the text of split_column
  std::vector<std::string> fields;  ///< with keep_fields: in the order of MoleculeReader::field_names()
  AttributedGraph graph;
  std::vector<Molecule> molecules;  ///< with keep_molecules; one, or those of FeaturizeOptions::molecules
  std::string error;                ///< why the row cannot be used; empty if it can
};

/// Where a record of a file begins; see MoleculeReader::go_to.
struct MoleculePlace {
  RowPlace row;
  DecimalReader::Seen numbers;  ///< how the numbers before it are written

  bool operator==(const MoleculePlace&) const = default;
};

/// Reads a file of molecules and their targets piece by piece, so that memory does not grow with the file. The path "-"
/// is standard input; what is compressed by gzip is unpacked. Kinds of files are .csv (comma), .tsv (tab), .smi
/// (blanks; SMILES, then a name), .sdf and .sd. Tables may have another delimiter, and numbers a decimal comma: see
/// CsvReader and DecimalReader. The molecules of a piece are parsed and featurised in parallel.
class MoleculeReader {
 public:
  static constexpr std::int64_t kRowsWithoutSmiles = 1000;

  /// Throws FileError if the file cannot be opened, is of another kind, is empty, lacks a column, has two target
  /// columns of one name, has not as many columns of SMILES as FeaturizeOptions::molecules, names a column as a target
  /// and as one of FeaturizeOptions::columns, or if the first row should be the header and reads as a molecule with its
  /// values. Throws ConfigError if text_targets has several entries and not one for each target.
  explicit MoleculeReader(const std::filesystem::path& path, MoleculeReaderOptions options = {});
  ~MoleculeReader();
  MoleculeReader(MoleculeReader&&) noexcept;
  MoleculeReader& operator=(MoleculeReader&&) noexcept;

  /// Names of the targets, in the order of MoleculeRecord::targets.
  const std::vector<std::string>& target_names() const;
  /// Names of the columns of MoleculeRecord::fields; empty without keep_fields.
  const std::vector<std::string>& field_names() const;

  /// Names that target_columns could have: the columns of a table, or the properties of the records read so far (at most
  /// kNamesKept of them), in the order in which they came.
  const std::vector<std::string>& known_names() const;
  static constexpr std::size_t kNamesKept = 1000;

  /// The next records in file order, at most `max_records`, and fewer if their molecules are large, so that memory does
  /// not grow with them; empty at the end of the file. A row has an error if its
  /// SMILES is invalid or has no atoms, if it has too few or too many fields, or if a target or a column beside the
  /// molecule is not a number. With `strict` the first of these errors is thrown as MoleculeError "<file>: row r (line
  /// l): ...". Throws FileError if the file cannot be read further, or if a row without an error has a weight that is
  /// missing, negative or above 1e30. Also throws it at the end of a table (or after kRowsWithoutSmiles rows) if
  /// the options choose no column of SMILES and the first column holds none, or if no record of an SD file has one of
  /// FeaturizeOptions::columns. Throws ConfigError if max_records is 0.
  std::vector<MoleculeRecord> next_chunk(std::size_t max_records);

  /// Goes over the next records without parsing molecules, and returns how many: fewer than `records` at the end. Throws
  /// FileError if the file cannot be read further.
  std::int64_t skip(std::int64_t records);
  /// Where the record begins that next_chunk() returns next.
  MoleculePlace place() const;
  /// Goes on at a place() of a reader of the same file with the same options: records are then those that this reader
  /// would have returned there. Throws FileError if that is impossible: the file is a pipe, or compressed and the place
  /// lies behind. After skip() and go_to() nothing is thrown for columns without SMILES, and for absent properties.
  void go_to(const MoleculePlace& place);

  /// Changes MoleculeReaderOptions::keep_molecules for the records to come.
  void keep_molecules(bool keep);

  /// The columns of a table, in their order; "1", "2", ... without a header. Empty for SD files.
  const std::vector<std::string>& header() const;

  /// Rows returned so far, and the number of these with an error.
  std::int64_t num_rows() const;
  std::int64_t num_bad_rows() const;

  /// How much of the file was returned as records, about, from 0 to 1: to say how long the rest will take. Absent for
  /// a pipe, whose size is not known.
  std::optional<double> share_read() const;

  /// "row r (line l): ..." of the first row with an error; empty as long as there is none. Valid as long as the
  /// reader.
  const std::string& first_error() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plstm
