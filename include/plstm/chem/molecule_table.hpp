#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/reader.hpp>
#include <plstm/data/labels.hpp>
#include <plstm/data/split.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>

namespace plstm {

/// A file of molecules in memory, ready for training. Entry i of every array belongs to row i (from 0) of the file. A
/// row that cannot be used has an error, an empty graph and no targets. A const object may be shared between threads.
struct MoleculeTable {
  std::vector<std::string> target_names;
  std::vector<std::string> smiles, ids, errors;
  std::vector<std::string> standardized;  ///< MoleculeRecord::standardized; empty without steps
  std::vector<std::int64_t> lines;        ///< of the file, on which the rows begin, from 1
  std::vector<std::string> splits;        ///< texts of MoleculeReaderOptions::split_column, if there is one
  std::vector<PreparedGraph> graphs;
  std::vector<double> targets;        ///< [rows, tasks], 0 where missing
  std::vector<std::uint8_t> present;  ///< [rows, tasks], 0 where missing and for bounds
  /// [rows, tasks] BoundText::bound of targets that are bounds and not present; empty if there are none.
  std::vector<std::int8_t> bounds;
  /// [tasks] of targets that are labels, whose values are the classes 0, 1, ...; absent for numbers. Empty if all
  /// targets are numbers.
  std::vector<std::optional<LabelMap>> labels;
  /// [tasks] note_on_missing_words() of targets whose classes were inferred; empty if none were.
  std::vector<std::string> missing_words;
  /// With a level of atoms or bonds (MoleculeReaderOptions::level): those of each row, and their values [rows of
  /// things, tasks], NaN where missing. The targets above are all missing then. A row that cannot be used has none.
  std::vector<MoleculeThings> things;
  std::vector<std::vector<double>> thing_targets;
  std::vector<double> columns;         ///< [rows, FeaturizeOptions::columns], NaN where missing
  std::vector<double> weights;         ///< of the rows, from 0 on, if there is a column with them
  std::vector<std::string> molecules;  ///< canonical_row(), if asked for; equal for equal molecules
  std::vector<std::string>
      scaffolds;  ///< of Bemis and Murcko, if asked for; of several molecules that of the first
  std::vector<std::vector<std::uint32_t>>
      fingerprints;  ///< row_fingerprint(), if asked for: the places of their ones
  std::vector<std::vector<std::uint32_t>> maccs_keys;  ///< of the first molecule, if asked for
  std::vector<std::array<float, 10>> bcut_values;      ///< if asked for

  std::int32_t num_rows() const { return static_cast<std::int32_t>(graphs.size()); }
  std::int32_t num_bad_rows() const;
  bool good(std::int32_t row) const { return errors[static_cast<std::size_t>(row)].empty(); }
  std::vector<std::int32_t> good_rows() const;  ///< ascending
};

struct MoleculeTableOptions {
  MoleculeReaderOptions reading;  ///< keep_molecules and text_targets are chosen by what follows
  /// Targets that are labels, numbers or words, whose classes follow from all of a column (infer_labels); absent for
  /// numbers to learn. One entry for all targets or one for each; empty: all are numbers to learn.
  std::vector<std::optional<LabelKind>> label_kinds = {};
  /// Targets that are labels of these classes, one entry for each target, absent for numbers; a row with another label
  /// is bad. Excludes label_kinds.
  std::vector<std::optional<LabelMap>> labels = {};
  bool molecules = false;
  bool scaffolds = false;
  bool fingerprints = false;
  bool keys_and_bcut = false;
  /// Called now and then with the rows read so far and MoleculeReader::share_read(). May be empty.
  std::function<void(std::int64_t rows, std::optional<double> share)> on_rows = {};
};

/// Reads, parses, featurises and prepares all molecules of a file, in parallel. Throws what MoleculeReader and
/// infer_labels throw, FileError with the first row's error if no row can be used, and ConfigError if there are not as
/// many maps of labels as targets.
MoleculeTable read_molecule_table(const std::filesystem::path& path,
                                  const MoleculeTableOptions& options = {});

/// Prepares the graphs of the good records, in parallel. The graphs are moved out of the records.
std::vector<PreparedGraph> prepare_records(std::vector<MoleculeRecord>& records);

/// Positions in `rows` of the rows that have equal texts: scaffolds, or canonical SMILES. `texts` has an entry for each row
/// of the table. Groups stand in the order of their first rows. For ProtocolOptions::groups.
std::vector<std::vector<std::int32_t>> rows_of_equal_texts(std::span<const std::int32_t> rows,
                                                           std::span<const std::string> texts);

/// Split of the given rows that keeps molecules of one scaffold together (group_split); scaffolds[i] is that of row i.
/// Equal molecules have equal scaffolds, so they stay together too. Throws FileError naming the scaffold if one of them
/// has more molecules than the share of the training part.
Split scaffold_split(std::span<const std::int32_t> rows, std::span<const std::string> scaffolds,
                     const SplitFractions& fractions);

/// Random split of the given rows that keeps equal molecules together (random_group_split); molecules[i] is the
/// canonical SMILES of row i. Where no molecule has two rows, it is random_split of these rows.
Split random_molecule_split(std::span<const std::int32_t> rows, std::span<const std::string> molecules,
                            const SplitFractions& fractions, std::uint64_t seed);

}  // namespace plstm
