#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/certainty/molecule_domain.hpp>
#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/chem/reader.hpp>
#include <plstm/data/labels.hpp>
#include <plstm/train/certainty/calibration.hpp>

namespace plstm {

/// What the rows of a table of predictions hold.
struct PredictionRowOptions {
  /// How often intervals and sets of classes are to hold the measured value; absent: there are none.
  std::optional<double> confidence = 0.9;
  /// The similarity to the nearest training molecule, and warnings.
  bool domain = true;
  /// Nearest training molecules that are looked for beside it, for PredictedRows::nearest.
  std::int64_t neighbours = 0;
  /// A row for each atom or bond, instead of lists in the row of the molecule.
  bool each_thing = false;
  /// The columns to write, in this order; empty: all of them. What none of them needs is not computed.
  std::vector<std::string> columns = {};
};

/// The rows of some records.
struct PredictedRows {
  std::vector<std::vector<std::string>> cells;  ///< [rows of the table, PredictionRows::header()]
  std::vector<std::size_t> records;             ///< [rows of the table] the record of each, by its position
  std::int64_t good = 0;                        ///< records without an error
  std::int64_t changed = 0;                     ///< records that standardising has changed
  std::vector<std::vector<TrainingNeighbour>>
      nearest;  ///< of each record, with neighbours; empty of a bad one
};

/// What a model says of molecules, as rows of a table: row, smiles and id, the further columns of the input, then
/// predictions, "<target>_class" of targets of classes, "<target>_low" and "<target>_high" or "<target>_set",
/// "similarity", "warning", "standardized_smiles" if the model standardises, and error. A record with an error has a row,
/// too. A column of the input that is called like one of ours gets the ending "_input", and a prediction that is called
/// like a column before it "_predicted".
///
/// Const objects may be shared between threads. Each call runs in parallel itself, and its result has the same bits for
/// every number of threads.
class PredictionRows {
 public:
  /// `fields` are MoleculeReader::field_names(). The predictor must outlive the rows. Throws ConfigError for atoms or bonds
  /// of a model of molecules, for neighbours of a model that keeps none, and for a column that there is not, listing the
  /// columns.
  PredictionRows(const MoleculePredictor& predictor, std::span<const std::string> fields,
                 const PredictionRowOptions& options = {});

  /// Names of the columns that are written.
  const std::vector<std::string>& header() const noexcept { return header_; }
  /// Position of a column in header(). Throws ConfigError listing the columns if there is no such column, or two.
  std::size_t column(const std::string& name) const;

  /// Whether records need their molecules (MoleculeReaderOptions::keep_molecules).
  bool compares() const noexcept { return compares_; }
  /// How many records to give predict() at a time, so that they take little memory: fewer with their molecules.
  std::size_t block_rows() const noexcept { return compares_ ? 1024 : 2048; }
  /// Whether the model standardises.
  bool standardizes() const;
  /// The confidence of intervals that have no ends since too few molecules were held out in training; else absent.
  std::optional<double> unbounded_confidence() const;

  /// The rows of these records, in order. The records lose their graphs, and those that the model cannot take get an error.
  PredictedRows predict(std::vector<MoleculeRecord>& records) const;

 private:
  std::vector<std::string> interval_cells(const Predictions& predictions, std::int64_t row) const;
  std::vector<std::vector<std::string>> rows_of(const MoleculeRecord& record, const MoleculeDomain& domain,
                                                const Predictions& predictions, std::int64_t good) const;
  void choose(const std::vector<std::string>& all, const PredictionRowOptions& options);

  const MoleculePredictor& predictor_;
  std::vector<std::optional<LabelMap>> labels_;  // [tasks]
  std::optional<ConfidenceLevel> level_;
  bool compares_ = false, writes_domain_ = false, each_thing_;
  std::int64_t neighbours_;
  std::size_t num_fields_;                          // of the input
  std::size_t num_values_ = 0;                      // predictions, classes and intervals
  std::size_t num_intervals_ = 0, num_domain_ = 0;  // columns of these, written or not
  std::vector<std::size_t> chosen_;                 // [header] of all columns
  std::vector<std::string> header_;
};

}  // namespace plstm
