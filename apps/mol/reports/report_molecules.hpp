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

/// Measured values of some rows [judged, targets], NaN where there is none (thing_rows.hpp).
std::vector<double> measured_values(const Dataset& data, std::span<const std::int32_t> rows);

/// The rows, or their atoms or bonds, with what was predicted of them. The predictions are in their order.
ReportRows judged_rows(const Dataset& data, std::span<const std::int32_t> rows,
                       const Predictions& predictions);

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
