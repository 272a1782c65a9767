#pragma once

#include <string>
#include <vector>

#include <plstm/core/folder_transaction.hpp>

#include "tracking_run.hpp"

namespace plstm::sequence {

struct TrackingRow {
  TrackingSettings settings;
  TrackingResult result;
};

/// Name of the normalisation, or "-" if there is none (JT = 1).
std::string norm_name(const TrackingSettings& settings);

/// The header and a line of the table that is printed while runs finish.
std::string table_line(const TrackingRow& row);
std::string table_header(const TrackingSettings& settings);

/// Writes results.csv (a line per run), results.json (machine, settings, runs) and results.md (the table)
/// among the files and commits them. Returns the
/// text of results.md.
std::string write_tracking_tables(FolderTransaction& files, const std::vector<TrackingRow>& rows);

}  // namespace plstm::sequence
