#include "plstm/data/targets.hpp"

#include <cmath>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/data/missing.hpp>
#include <plstm/data/number.hpp>

namespace plstm {

void check_targets(const Targets& targets) {
  const std::size_t tasks = targets.num_tasks();
  check_size("check_targets", "present", static_cast<std::int64_t>(targets.present.size()),
             static_cast<std::int64_t>(targets.values.size()));
  if (tasks == 0 ? !targets.values.empty() : targets.values.size() % tasks != 0) {
    throw ShapeError("check_targets: " + std::to_string(targets.values.size()) +
                     " values are no whole rows of " + std::to_string(tasks) + " tasks");
  }
  if (tasks == 0) return;
  for (std::size_t i = 0; i < targets.values.size(); ++i) {
    if (targets.present[i] != 0 && !std::isfinite(targets.values[i])) {
      throw FileError("target '" + targets.names[i % tasks] + "' of row " + std::to_string(i / tasks) +
                      " (counted from 0) is not finite");
    }
  }
}

void append_row(Targets& targets, std::span<const std::string> fields) {
  check_size("append_row", "fields", static_cast<std::int64_t>(fields.size()),
             static_cast<std::int64_t>(targets.num_tasks()));
  std::vector<double> values(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (is_missing(fields[i])) continue;
    try {
      values[i] = parse_double(fields[i]);
    } catch (const FileError& error) {
      throw FileError(targets.names[i] + ": " + error.what());
    }
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    targets.values.push_back(values[i]);
    targets.present.push_back(is_missing(fields[i]) ? 0 : 1);
  }
}

Targets select_rows(const Targets& targets, std::span<const std::int32_t> rows) {
  const std::size_t tasks = targets.num_tasks();
  Targets selected{targets.names, {}, {}};
  for (const std::int32_t row : rows) {
    if (row < 0 || static_cast<std::size_t>(row) >= targets.num_rows()) {
      throw ShapeError("select_rows: row " + std::to_string(row) + " is not in 0.." +
                       std::to_string(static_cast<std::int64_t>(targets.num_rows()) - 1));
    }
    const auto begin = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row) * tasks);
    const auto end = begin + static_cast<std::ptrdiff_t>(tasks);
    selected.values.insert(selected.values.end(), targets.values.begin() + begin,
                           targets.values.begin() + end);
    selected.present.insert(selected.present.end(), targets.present.begin() + begin,
                            targets.present.begin() + end);
  }
  return selected;
}

}  // namespace plstm
