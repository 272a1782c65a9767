#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/learn/predictor.hpp>
#include <plstm/learn/report/report_data.hpp>

#include "support/molecules/molecule_dataset.hpp"

namespace plstm::mol {

/// What the report of a training and that of an evaluation have in common.

std::vector<ReportTarget> report_targets(const std::vector<std::string>& names,
                                         const std::vector<Task>& tasks);

/// Measured values of some rows [rows, targets], NaN where there is none.
std::vector<double> measured_values(const Dataset& data, std::span<const std::int32_t> rows);

/// The rows with what was predicted of them.
ReportRows judged_rows(const Dataset& data, std::span<const std::int32_t> rows,
                       const Predictions& predictions);

/// Adds to the judged rows how certain the model was: expected errors, intervals and their coverage of a calibrated
/// model; otherwise the spread of the networks, if there are several. The predictions must be those of
/// predict_with_errors().
void add_certainty(const Predictor& predictor, const Predictions& predictions, double confidence,
                   ReportData& report);

/// What the pictures need.
struct NotableMolecules {
  const Dataset& data;
  std::span<const std::int32_t> rows;     ///< of the data: the judged ones
  std::span<const PreparedGraph> graphs;  ///< of all graphs that `chosen` numbers
  std::span<const std::int32_t> chosen;   ///< graphs of the judged rows
  bool learnt_from_data;  ///< the model learnt from rows of the same data, so that they can be drawn, too
};

/// Draws the molecules that the report shows, each with the nearest ones that the model learnt from.
std::vector<ReportPicture> draw_notable_rows(const ReportData& report, const Predictor& predictor,
                                             const NotableMolecules& molecules);

/// The same without neighbours, for rows that several models have judged.
std::vector<ReportPicture> draw_notable_rows(const ReportData& report, const Dataset& data,
                                             std::span<const std::int32_t> rows);

}  // namespace plstm::mol
