#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/objectives/task.hpp>

#include "support/molecules/molecule_dataset.hpp"
#include "support/results/tables.hpp"

namespace plstm::mol {

using apps::add_cell_flags;
using apps::CellOptions;
using apps::class_cells;
using apps::class_columns;
using apps::distinct_names;
using apps::format_prediction;
using apps::goes_to_file;
using apps::TableWriter;

/// What a table of predictions is made of.
struct PredictionTable {
  const std::vector<std::string>& names;  ///< of the columns of the predictions
  std::span<const Task> tasks;
  const Matrix<double>&
      predictions;  ///< a row for each good row of the table, in their order; or for its atoms or bonds
};

/// Rows with their targets, predictions, chosen classes and errors. `rows` index the data set. A bad row has empty
/// fields and its error. Labels are written as the data has them, values of atoms and bonds as lists. Returns
/// TableWriter::note().
[[nodiscard]] std::string write_predictions(const std::filesystem::path& path, const Dataset& data,
                                            std::span<const std::int32_t> rows, const PredictionTable& said,
                                            const CellOptions& cells = {});

}  // namespace plstm::mol
