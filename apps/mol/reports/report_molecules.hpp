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

/// Measured values of some rows [judged, targets], NaN where there is none (thing_rows.hpp).
std::vector<double> measured_values(const Dataset& data, std::span<const std::int32_t> rows);

/// The rows, or their atoms or bonds, with what was predicted of them. The predictions are in their order.
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
  std::span<const std::int32_t> rows;     ///< [judged] rows of the data
  std::span<const PreparedGraph> graphs;  ///< of all graphs that `chosen` numbers
  std::span<const std::int32_t> chosen;   ///< [judged] their graphs
  bool learnt_from_data;  ///< the model learnt from rows of the same data, so that they can be drawn, too
};

/// Draws the molecules that the report shows, each with the nearest ones that the model learnt from.
std::vector<ReportPicture> draw_notable_rows(const ReportData& report, const Predictor& predictor,
                                             const NotableMolecules& molecules);

/// The same without neighbours, for rows that several models have judged.
std::vector<ReportPicture> draw_notable_rows(const ReportData& report, const Dataset& data,
                                             std::span<const std::int32_t> rows);

}  // namespace plstm::mol
