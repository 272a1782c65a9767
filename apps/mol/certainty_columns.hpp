#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/molecule_predictor.hpp>

#include "support/molecules/molecule_dataset.hpp"
#include "tables.hpp"

namespace CLI {
class App;
}

namespace plstm::mol {

/// What a table says beside the predictions.
struct CertaintyOptions {
  double confidence = 0.9;
  bool no_intervals = false;
  bool no_domain = false;
  std::filesystem::path neighbours;  ///< a table of them to write
  std::int64_t num_neighbours = 5;
};

void add_confidence_flag(CLI::App& app, CertaintyOptions& options);
void add_certainty_flags(CLI::App& app, CertaintyOptions& options);

/// How sure a model is, as columns of a table: of a target of regression "<target>_low" and "<target>_high", of one of
/// classes "<target>_set" with the classes that cannot be ruled out; then "similarity" to the nearest training molecule
/// and "warning". Older model files know none of this, and several runs together have no intervals.
class CertaintyColumns {
 public:
  /// The predictor must outlive it.
  CertaintyColumns(const MoleculePredictor& predictor, const CertaintyOptions& options);

  /// Of the intervals and sets, then of the similarity and the warning.
  const std::vector<std::string>& names() const noexcept { return names_; }
  std::size_t num_interval_columns() const noexcept { return interval_columns_; }
  bool has_intervals() const noexcept { return level_.has_value(); }
  /// Whether records need their molecules.
  bool compares() const noexcept { return compares_; }

  /// What stands in the cells of one molecule.
  struct Cells {
    std::vector<std::vector<std::string>>
        intervals;  ///< of each of its predictions: one, or those of atoms or bonds
    std::vector<std::string> domain;
  };
  /// Of each good record, in order; `graphs` are those of all records, `predictions` those of the good ones. Writes to the
  /// table of neighbours, if one was asked for.
  std::vector<Cells> cells(std::span<const MoleculeRecord> records, std::span<const PreparedGraph> graphs,
                           const Predictions& predictions);
  /// Ends the table of neighbours.
  void commit();
  /// What the user should know of targets without intervals; empty if there is nothing.
  std::string note() const;

 private:
  std::vector<std::string> interval_cells(const Predictions& predictions, std::int64_t row) const;
  void write_neighbours(const MoleculeRecord& record, const MoleculeDomain& domain);

  const MoleculePredictor& predictor_;
  CertaintyOptions options_;
  std::optional<ConfidenceLevel> level_;
  std::vector<std::optional<LabelMap>> labels_;
  bool compares_ = false;
  std::vector<std::string> names_;
  std::size_t interval_columns_ = 0;
  std::optional<TableWriter> neighbours_;
};

}  // namespace plstm::mol
