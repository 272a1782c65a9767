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

/// The rows with what was predicted of them; `spread` is empty where it is not known.
ReportRows judged_rows(const Dataset& data, std::span<const std::int32_t> rows,
                       const Matrix<double>& predictions, std::vector<double> spread);

/// Standard deviation of what the networks and the companion of a model predict of the chosen graphs, [chosen, columns].
/// Empty if the model is one network alone.
std::vector<double> spread_of_members(const Predictor& predictor, std::span<const PreparedGraph> graphs,
                                      std::span<const std::int32_t> chosen);

/// Draws the molecules that the report shows. `rows` are the judged rows of the data.
std::vector<ReportPicture> draw_notable_rows(const ReportData& report, const Dataset& data,
                                             std::span<const std::int32_t> rows);

}  // namespace plstm::mol
