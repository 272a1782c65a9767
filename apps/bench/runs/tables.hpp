#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <plstm/learn/run_record.hpp>

namespace plstm::bench {

/// Mean and standard deviation (divisor n - 1) of one metric over the runs of a cell.
struct Summary {
  std::size_t count = 0;
  double mean = 0;
  double deviation = 0;  ///< 0 for one run
};
Summary summarize(const std::vector<double>& values);

/// Writes results.csv (a line per run and metric), results.json (machine, cells with settings and summary,
/// runs) and results.md (a table, a line per cell) into the folder. Runs of one cell differ in fold and seed
/// only; other settings make another cell. Returns the text of results.md. The folder is to be that of a
/// transaction, whose commit puts the files on the disk.
std::string write_tables(const std::filesystem::path& folder, std::vector<RunRecord> runs);

}  // namespace plstm::bench
