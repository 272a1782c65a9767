#pragma once

#include <cstddef>
#include <vector>

#include <plstm/learn/report/report_data.hpp>

namespace plstm {

/// A judged row that a report shows, and for the sake of which target.
struct NotableRow {
  std::size_t row = 0, target = 0;
  double amount = 0;  ///< what the rows are ordered by, the largest first

  bool operator==(const NotableRow&) const = default;
};

/// The rows with the largest errors, at most `most`. Errors of numbers count in standard deviations of the measured
/// values, those of classes as 1 - the probability of the measured class. A row counts once, with its worst target.
std::vector<NotableRow> worst_rows(const ReportData& data, std::size_t most = 10);

/// The rows whose predictions are least certain, at most `most`: numbers with the largest uncertainty, in standard
/// deviations of the measured values; classes whose probability is farthest from 1. A row counts once. Empty for numbers
/// whose uncertainty is not known.
std::vector<NotableRow> least_certain_rows(const ReportData& data, std::size_t most = 10);

/// The rows that a report shows, ascending: those of worst_rows() and of least_certain_rows().
std::vector<std::size_t> shown_rows(const ReportData& data);

}  // namespace plstm
