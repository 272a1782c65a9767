#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <plstm/learn/report/report_data.hpp>

namespace plstm {

/// Number of classes of a target with classes, two for yes/no.
std::size_t num_classes(const ReportTarget& target);

/// What the user calls a class of a target.
std::string class_text(const ReportTarget& target, std::size_t c);

/// A measured value in words: a number with its unit, the name of a class, or "not measured".
std::string measured_text(const ReportTarget& target, double value);

/// "logS [mol/L]"; the name alone where the unit is not known.
std::string with_unit(const std::string& text, const ReportTarget& target);

/// The judged rows that have a measured value of a target.
struct TargetRows {
  std::vector<std::size_t> rows;
  std::vector<double> measured;
  std::vector<double> predicted;  ///< values, or probabilities of class 1; empty for several classes
  std::vector<std::vector<double>> classes;    ///< [rows][classes] of several classes
  std::vector<double> uncertainty;             ///< empty: not known
  std::vector<double> low, high;               ///< intervals of numbers; empty: not known
  std::vector<std::vector<double>> baselines;  ///< [baselines][rows], as `predicted`
};
TargetRows rows_of_target(const ReportData& data, std::size_t target);

/// The class with the largest probability, the first at a tie.
std::size_t likeliest(const std::vector<double>& probabilities);

}  // namespace plstm
