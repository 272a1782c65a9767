#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/data/dags/graph_record.hpp>
#include <plstm/learn/dags/record_labels.hpp>
#include <plstm/learn/report/report_data.hpp>

namespace plstm::dag {

// What the reports of a training, of an evaluation and of several trainings have in common.

/// "graphs", "nodes" or "edges".
std::string things_word(Readout level);

/// Measured values of some things [things, targets], NaN where there is none.
std::vector<double> measured_values(const RecordLabels& labels, std::span<const std::int32_t> things);

/// Names the rows that the report shows, after all else is filled in: each with its graph, the place of that in the file
/// and its size. `things` are the judged ones, numbered through all graphs.
void name_shown_rows(std::span<const GraphRecord> records, const RecordLabels& labels,
                     std::span<const std::int32_t> things, ReportData& report);

}  // namespace plstm::dag
