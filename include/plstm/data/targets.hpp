#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace plstm {

/// Measured values to learn: one row per graph, one column per task. Where a task was not measured for a graph,
/// present and value are 0.
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

/// Appends a row given as texts. A text for which is_missing() is true has no value. Throws ShapeError for a wrong
/// number of fields and FileError "<task>: ..." for another text that is not a finite number. Nothing is appended in
/// these cases.
void append_row(Targets& targets, std::span<const std::string> fields);

/// The given rows in the given order. An index may occur twice. Throws ShapeError naming an index out of
/// range.
Targets select_rows(const Targets& targets, std::span<const std::int32_t> rows);

}  // namespace plstm
