#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <plstm/learn/cross_validation/training_series.hpp>

namespace plstm {

/// What the trainings of a series said of their test rows, as test_predictions.csv of each has it.
struct TestedRows {
  std::vector<std::string> header;  ///< of test_predictions.csv
  struct Row {
    std::int64_t number = 0;  ///< of the row in the data
    std::size_t part = 0;     ///< the training that tested it
    bool is_bad = false;      ///< no model can use it
    std::vector<std::string> fields;
  };
  std::vector<Row> rows;  ///< by replicate, then by number; rows that cannot be used come last, once
};

/// How the tables are to be read.
struct TestedTables {
  /// The number of the row with these fields, which is row `place` of the table of a part. Absent: it is the first field.
  std::function<std::int64_t(std::size_t part, std::size_t place)> number = {};
  bool has_errors = false;  ///< the last column says why a row cannot be used
};

/// Reads the tables in the folders of the parts below `folder`. All rows are in memory. Throws FileError.
TestedRows read_tested_rows(const std::filesystem::path& folder, const TrainingSeries& series,
                            const TestedTables& tables = {});

/// The columns of cv_predictions.csv: those of the tables with the numbers of replicate and fold behind the first.
std::vector<std::string> columns_of(const TestedRows& tested);
/// The fields of a row in these columns. A row that cannot be used is of no replicate and no fold.
std::vector<std::string> fields_of(const TestedRows::Row& row, const TrainingSeries& series);

}  // namespace plstm
