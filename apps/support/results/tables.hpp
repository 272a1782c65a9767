#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <plstm/data/files/output_file.hpp>
#include <plstm/learn/report/prediction_cells.hpp>
#include <plstm/train/loop/trainer.hpp>
#include <plstm/train/objectives/task.hpp>

namespace CLI {
class App;
}

namespace plstm::apps {

/// Whether what is written there goes to a file: an empty path and "-" are standard output.
bool goes_to_file(const std::filesystem::path& output);

/// How the cells of a table are written.
struct CellOptions {
  bool escape_formulas = false;  ///< put a ' before what a spreadsheet would take for a formula
};
void add_cell_flags(CLI::App& app, CellOptions& options);

/// Writes rows of a table whose texts come from users, and counts what a spreadsheet would take for a formula. To a
/// terminal it writes control characters escaped.
class TableWriter {
 public:
  /// `path` is "-" or empty for standard output. Throws FileError.
  TableWriter(const std::filesystem::path& path, const CellOptions& options);

  /// Throws FileError if the output has failed.
  void write(std::vector<std::string> fields);
  /// Throws FileError if not everything was written.
  void commit();
  /// A sentence on formulas for the user; empty if there are none.
  std::string note() const;

 private:
  OutputFile file_;
  CellOptions options_;
  bool terminal_;
  std::int64_t formulas_ = 0;
};

/// The epochs of each member of a run: metrics.csv, a line for each. The members come one after the other, so that the
/// file does not depend on which of them was faster. `unit` is what samples are called, as "molecules".
void write_metrics(const std::filesystem::path& path, Metric metric,
                   std::span<const std::vector<EpochReport>> members, const std::string& unit);

using plstm::class_cells;
using plstm::class_columns;
using plstm::distinct_names;
using plstm::format_prediction;

}  // namespace plstm::apps
