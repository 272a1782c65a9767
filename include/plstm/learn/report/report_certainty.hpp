#pragma once

#include <plstm/learn/predictor.hpp>
#include <plstm/learn/report/report_data.hpp>

namespace plstm {

/// Adds to the judged rows how certain the model was: expected errors, intervals and their coverage of a calibrated
/// model; otherwise the spread of the networks, if there are several. The predictions must be those of
/// Predictor::predict_with_errors() for the judged rows, whose measured values are there already. Throws ConfigError
/// unless 0 < confidence < 1, and ShapeError for other rows.
void add_certainty(const Predictor& predictor, const Predictions& predictions, double confidence,
                   ReportData& report);

}  // namespace plstm
