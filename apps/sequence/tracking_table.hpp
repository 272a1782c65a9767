#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <plstm/core/files/folder_transaction.hpp>

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

/// Writes results.csv (a line per run), results.json (machine, settings, runs) and results.md (the table) among the files
/// and commits them as a run of this identity, in which as many models are `planned` as there are rows, or more if it was
/// stopped.
void write_tracking_tables(FolderTransaction& files, const std::vector<TrackingRow>& rows,
                           const std::string& identity, std::size_t planned);

/// All settings of a run as text by name.
TrainingFingerprint all_settings(const TrackingSettings& settings);

}  // namespace plstm::sequence
