#pragma once

#include <string>

#include <plstm/learn/report/report_data.hpp>

namespace plstm {

/// A page for a browser that shows how good a model is, on what it learnt, and where it fails: scores with bootstrap
/// intervals and baselines, plots, learning curves, pictures of the worst and of the least certain rows, settings and the
/// command. The page is one file: it loads nothing and has no script. It follows the reader's choice of light or dark,
/// and it can be printed. Where there is nothing to show, a sentence says why.
///
/// The same data gives the same bytes, for every number of threads. Throws what check_report() throws.
std::string html_report(const ReportData& data);

}  // namespace plstm
