#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <plstm/learn/report/report_data.hpp>

#include "learn/report/score_tables.hpp"

namespace plstm {

// Parts of the page, as HTML.

/// One sentence a table: how good the model is on all rows, beside the baselines.
std::string score_summary(const ReportData& data, const std::vector<ScoreTable>& tables);

/// Scores with intervals, a table for each type of target.
std::string score_section(const ReportData& data, const std::vector<ScoreTable>& tables);

/// Plots of one target of numbers: parity, residuals, uncertainty, coverage, distribution.
std::string number_figures(const ReportData& data, std::size_t target);

/// Plots of one yes/no target: ROC, precision and recall, reliability, probabilities, distribution.
std::string yes_no_figures(const ReportData& data, std::size_t target);

/// Of one target with several classes: confusion, reliability, probabilities, distribution.
std::string class_figures(const ReportData& data, std::size_t target);

/// Losses and scores of the members, epoch after epoch.
std::string training_figures(const ReportData& data);

/// The worst and the least certain rows with their pictures.
std::string worst_cards(const ReportData& data);
std::string least_certain_cards(const ReportData& data);

}  // namespace plstm
