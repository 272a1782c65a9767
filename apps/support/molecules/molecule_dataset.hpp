#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <plstm/chem/reader.hpp>
#include <plstm/chem/things/molecule_things.hpp>
#include <plstm/core/matrix.hpp>
#include <plstm/data/labels.hpp>
#include <plstm/learn/embedder.hpp>
#include <plstm/learn/predictor.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/nn/graphs/readout.hpp>
#include <plstm/train/loop/trainer.hpp>

namespace CLI {
class App;
}

namespace plstm::mol {

/// What the user says about an input file.
struct InputOptions {
  std::filesystem::path path;
  std::string kind;  ///< "csv", ...; empty: the name of the file says it
  std::vector<std::string>
      smiles_columns;  ///< of the molecules of a row; empty: the first, or those of the model
  std::string id_column;
  std::string weight_column;  ///< empty: rows weigh 1
  std::vector<std::string> target_columns;
  std::vector<std::string> atom_target_columns, bond_target_columns;
  Readout level = Readout::kGraph;  ///< what the targets belong to, after choose_level()
  bool no_header_row = false;
  bool strict = false;
  std::vector<std::string> descriptors;  ///< "NAME=NUMBER" beside SMILES that are given instead of a file
};

/// What the user says of standardising; absent: nothing.
struct StandardizeFlags {
  std::optional<std::vector<std::string>> steps;
  bool ignore_stereo = false;
  std::optional<bool> add_hydrogens;

  /// Puts it over what the options say. Throws ConfigError for an unknown step.
  void apply(FeaturizeOptions& options) const;
};

/// Flags for these, named as chemprop names them.
void add_input_options(CLI::App& app, InputOptions& options, bool with_targets);

/// --atom-target-columns and --bond-target-columns; `verb` says in the help what is done with them.
void add_thing_target_options(CLI::App& app, InputOptions& options, const std::string& verb);

/// Makes the atom or bond targets that the user names the targets, and sets the level. Throws ConfigError if there are
/// targets of several levels.
void choose_level(InputOptions& options);

/// --standardize, --ignore-stereo and --add-h.
void add_standardize_flags(CLI::App& app, StandardizeFlags& flags);

/// MoleculeTable with its targets as matrices.
struct Dataset {
  std::vector<std::string> target_names;
  std::vector<std::string> smiles, ids, errors;
  std::vector<std::string>
      standardized;                 ///< SMILES where standardising changed the molecule; empty without steps
  std::vector<std::int64_t> lines;  ///< of the file, from 1
  std::vector<std::optional<LabelMap>> labels;  ///< [tasks] of those that are labels; empty if none is
  std::vector<std::string> missing_words;       ///< MoleculeTable::missing_words
  std::vector<double> weights;                  ///< of the rows, if a column has them
  std::vector<std::string> column_names;        ///< FeaturizeOptions::columns
  Matrix<double> columns;                       ///< [rows, column_names], NaN where missing
  std::vector<std::string> splits;     ///< texts of the column with the parts of a split, if there is one
  std::size_t num_molecules = 1;       ///< of a row
  std::vector<std::string> molecules;  ///< MoleculeTable::molecules, if asked for
  std::vector<PreparedGraph> graphs;
  Readout level = Readout::kGraph;                 ///< what the targets belong to
  std::vector<MoleculeThings> things;              ///< MoleculeTable::things, with a level of atoms or bonds
  std::vector<std::vector<double>> thing_targets;  ///< MoleculeTable::thing_targets
  Matrix<double> targets;              ///< [rows, tasks]; all missing with a level of atoms or bonds
  Matrix<std::uint8_t> present;        ///< [rows, tasks], 0 for bounds, too
  Matrix<std::int8_t> bounds;          ///< [rows, tasks], MoleculeTable::bounds; empty: none
  std::vector<std::string> scaffolds;  ///< if asked for
  std::vector<std::vector<std::uint32_t>> fingerprints;  ///< Morgan, if asked for
  std::vector<std::vector<std::uint32_t>> maccs_keys;    ///< if asked for
  std::vector<std::array<float, 10>> bcut_values;        ///< if asked for

  /// The labels of a target; null for numbers.
  const LabelMap* labels_of(std::size_t task) const {
    return labels.empty() || !labels[task].has_value() ? nullptr : &*labels[task];
  }
  /// 1 or -1 for a target that is a bound ("> 30", "< 5"), else 0.
  int bound(std::int32_t row, Index task) const { return bounds.size() == 0 ? 0 : bounds(row, task); }
  std::int32_t num_rows() const { return static_cast<std::int32_t>(graphs.size()); }
  std::int32_t num_bad_rows() const;
  bool good(std::int32_t row) const { return errors[static_cast<std::size_t>(row)].empty(); }
};

struct DatasetOptions {
  InputOptions input;
  FeaturizeOptions featurize;
  std::vector<std::optional<LabelKind>> label_kinds;  ///< as MoleculeTableOptions has it
  std::vector<std::optional<LabelMap>> labels;        ///< as MoleculeTableOptions has it
  bool bounds = false;                                ///< MoleculeReaderOptions::bounds
  std::string splits_column;  ///< says which part of a split a row is for; empty: there is none
  bool molecules = false;
  bool scaffolds = false;
  bool fingerprints = false;
  bool keys_and_bcut = false;
};

/// "temperature 300, pressure 1": the columns beside the molecule of a row; empty if there are none.
std::string columns_text(const Dataset& data, std::int32_t row);

/// How many molecules standardising has changed.
std::string note_on_standardising(const Dataset& data);

/// read_molecule_table() for the flags of a program.
Dataset load_dataset(const DatasetOptions& options);

MoleculeReaderOptions reader_options(const InputOptions& input, const FeaturizeOptions& featurize);

/// Prepares the graphs of good records side by side; a record whose graph the model cannot take gets an
/// error.
std::vector<PreparedGraph> prepare_records(std::vector<MoleculeRecord>& records, const Predictor& predictor);
std::vector<PreparedGraph> prepare_records(std::vector<MoleculeRecord>& records, const Embedder& embedder);

}  // namespace plstm::mol
