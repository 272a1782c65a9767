#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/data/dags/graph_record.hpp>
#include <plstm/learn/dags/record_labels.hpp>

#include "support/results/tables.hpp"

namespace plstm::dag {

/// Names of the columns that say which thing a row is of: "graph"; "graph" and "node"; "graph", "tail" and "head".
std::vector<std::string> thing_columns(Readout level);
/// Their cells.
std::vector<std::string> thing_cells(const GraphRecord& record, Readout level, std::int64_t thing);

/// The label of a row as the data writes it: a number, the name of a class, or nothing.
std::string label_cell(const RecordLabels& labels, std::int64_t thing, std::size_t task);

/// Predictions of things, a row for each.
struct ThingPredictions {
  const std::vector<std::string>& names;  ///< of the columns
  const Matrix<double>& values;           ///< [things, columns]
};

/// Labels, predictions and chosen classes of the things, numbered through all graphs. Returns TableWriter::note().
[[nodiscard]] std::string write_test_predictions(
    const std::filesystem::path& path, std::span<const GraphRecord> records, const RecordLabels& labels,
    std::span<const std::int32_t> things, const ThingPredictions& said, const apps::CellOptions& cells);

}  // namespace plstm::dag
