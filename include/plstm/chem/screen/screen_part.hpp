#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/chem/reader.hpp>
#include <plstm/chem/screen/prediction_rows.hpp>
#include <plstm/chem/screen/screen_plan.hpp>

namespace plstm {

/// Which rows are kept of a table of predictions.
struct BestOptions {
  std::int64_t keep = 0;
  std::string by;       ///< a column of numbers; rows without a number there are left out
  bool lowest = false;  ///< the lowest numbers are the best
};

/// The options with the columns "row" and that to judge by, if some are chosen.
PredictionRowOptions with_columns_of(const BestOptions& best, PredictionRowOptions options);

/// What each part of a screen is made with.
struct PartOptions {
  MoleculeReaderOptions reading;  ///< its level, targets and keep_molecules are set from the model
  PredictionRowOptions rows;
  std::optional<BestOptions> best;  ///< a part has its best rows only, the best first
  bool gzip = false;
  bool escape_formulas = false;  ///< put a ' before texts that spreadsheets would take for formulas
};

/// What was written of a part.
struct ScreenPartRecord {
  std::int64_t part = 0;
  std::string name;            ///< of its file
  std::int64_t first_row = 0;  ///< from 0
  std::int64_t rows = 0;       ///< that were read
  std::int64_t bad_rows = 0;   ///< of these, with an error
  std::int64_t changed = 0;    ///< of these, changed by standardising
  std::int64_t written =
      0;  ///< rows of the file: fewer than were read with BestOptions, more with a row for each atom
  std::int64_t unranked = 0;  ///< rows without an error and without a number to judge them by
  std::int64_t bytes = 0;
  std::string sha256;  ///< of the file

  bool operator==(const ScreenPartRecord&) const = default;
};

/// "part_00012.csv", with more digits if there are more parts.
std::string part_name(std::int64_t part, std::int64_t num_parts, bool gzip);

/// Predicts parts of a plan, any of them in any order, and writes each as a file of its own: a table with a header. The bytes
/// of a part follow from the inputs, the model and the options. They do not depend on the other parts, on the object that
/// predicts them or on the number of threads; so processes may share out the parts.
///
/// Parts in ascending order are reached fastest: in plain files any place is reached at once, and in compressed ones by
/// unpacking what lies before it. Memory does not grow with the rows. One thread at a time; predicting is parallel itself.
class PartPredictor {
 public:
  /// `predictor` must outlive it. Throws what MoleculeFiles and PredictionRows throw, and ConfigError for a column to judge by
  /// that there is not. The columns "row" and that to judge by are written even if they are not chosen.
  PartPredictor(const MoleculePredictor& predictor, ScreenPlan plan, const PartOptions& options);
  ~PartPredictor();
  PartPredictor(PartPredictor&&) noexcept;
  PartPredictor& operator=(PartPredictor&&) noexcept;

  /// Names of the columns of every part.
  const std::vector<std::string>& header() const;
  const PredictionRows& rows() const;

  /// Writes the part into `folder`; the file appears when it is complete. After each PredictionRows::block_rows() rows
  /// `after_block` gets the rows of the part that are done; it stops the work by an exception, after which nothing of the
  /// part is left. Throws ConfigError for a part that there is not, FileError if an input has fewer rows than in the plan,
  /// and what MoleculeFiles and OutputFile throw.
  ScreenPartRecord predict(std::int64_t part, const std::filesystem::path& folder,
                           const std::function<void(std::int64_t)>& after_block = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The reading options with what the model decides: its featurizing and level, and no targets.
MoleculeReaderOptions reading_for(const MoleculePredictor& predictor, MoleculeReaderOptions options);

}  // namespace plstm
