#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mol/tables.hpp"
#include "part_scores.hpp"

namespace plstm::mol {

/// What the trainings said of their test rows, as test_predictions.csv of each has it.
struct TestedRows {
  std::vector<std::string> header;  ///< of test_predictions.csv
  struct Row {
    std::int64_t row = 0;  ///< of the data, from 1
    std::size_t part = 0;  ///< the training that tested it
    std::vector<std::string> fields;
  };
  std::vector<Row> rows;  ///< by replicate, then by row; rows that cannot be used come last, once
};

/// Reads the tables in the folders of the parts below `folder`. Throws FileError.
TestedRows read_tested_rows(const std::filesystem::path& folder, const std::vector<Part>& parts);

/// cv_predictions.csv: the same with the numbers of replicate and fold behind the row. Returns TableWriter::note().
[[nodiscard]] std::string write_tested_rows(const std::filesystem::path& path, const TestedRows& tested,
                                            const std::vector<Part>& parts, const CellOptions& cells);

}  // namespace plstm::mol
