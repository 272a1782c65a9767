#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <plstm/learn/report/report_data.hpp>

namespace plstm {

/// How a target of numbers is distributed in the parts of the data: a histogram for each.
std::string number_distribution(const ReportData& data, std::size_t target);

/// The same for classes: a table of counts and shares.
std::string class_distribution(const ReportData& data, std::size_t target);

/// How often intervals or sets of classes held the measured value, beside their confidence; empty if that is not known.
std::string coverage_figure(const ReportData& data, std::size_t target);

/// Observed shares beside predicted probabilities, with the error of calibration.
std::string reliability_figure(const std::vector<double>& probabilities, const std::vector<double>& labels,
                               const std::string& axis);

}  // namespace plstm
