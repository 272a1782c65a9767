#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace plstm {

/// Measured values to learn: one row per graph, one column per task. A task that was not measured for a graph
/// has present = 0 and value 0.
struct Targets {
  std::vector<std::string> names;     ///< [tasks]
  std::vector<double> values;         ///< [rows, tasks], with all digits of the file
  std::vector<std::uint8_t> present;  ///< [rows, tasks], 0 or 1

  std::size_t num_tasks() const noexcept { return names.size(); }
  /// 0 if there are no tasks.
  std::size_t num_rows() const noexcept { return names.empty() ? 0 : values.size() / names.size(); }

  bool operator==(const Targets&) const = default;
};

/// Throws ShapeError if an array does not hold whole rows or the arrays differ in size, and FileError for a
/// value that is present but not finite, naming row and task.
void check_targets(const Targets& targets);

/// Appends a row of field texts; a field that is_missing has no value. Throws ShapeError for a wrong number of
/// fields and FileError "<task>: ..." for another field that is not a finite number; then nothing was
/// appended.
void append_row(Targets& targets, std::span<const std::string> fields);

/// The rows of `rows`, in that order; an index may come twice. Throws ShapeError naming an index out of
/// range.
Targets select_rows(const Targets& targets, std::span<const std::int32_t> rows);

}  // namespace plstm
