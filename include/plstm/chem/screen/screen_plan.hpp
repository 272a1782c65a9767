#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/reader.hpp>

namespace plstm {

/// A file of molecules, as it was when its rows were counted.
struct ScreenInput {
  std::filesystem::path path;
  std::int64_t bytes = 0;
  std::int64_t modified = 0;  ///< its time of change, in ticks of its clock; says nothing on another machine
  std::string sha256;         ///< of its bytes
  std::int64_t rows = 0;
  std::vector<MoleculePlace> places;  ///< of the rows 0, part_rows, 2 part_rows, ... of this file

  bool operator==(const ScreenInput&) const = default;
};

/// How the rows of some files of molecules are divided into parts, so that each part can be predicted without any other.
/// Part p has the rows p * part_rows to (p + 1) * part_rows - 1, counted from 0 through all files.
struct ScreenPlan {
  std::vector<ScreenInput> inputs;
  std::int64_t part_rows = 0;
  std::string reading;  ///< a digest of what decides where rows begin (MoleculeReaderOptions)

  std::int64_t num_rows() const;
  /// At least 1: without rows there is one part without rows.
  std::int64_t num_parts() const;
  std::int64_t first_row(std::int64_t part) const { return part * part_rows; }
  std::int64_t rows_of(std::int64_t part) const;

  bool operator==(const ScreenPlan&) const = default;
};

/// Counts the rows of the files and notes where parts begin, reading every file once. No molecule is parsed. Files are read
/// side by side; `progress` gets the number of those that are done, from any thread, one call at a time. Throws what
/// MoleculeFiles and MoleculeReader throw, and ConfigError for part_rows < 1 and for what is no file, such as a pipe: parts
/// need to be found again.
ScreenPlan plan_screen(std::span<const std::filesystem::path> files, const MoleculeReaderOptions& options,
                       std::int64_t part_rows, const std::function<void(std::int64_t)>& progress = {});

/// Whether the files seem to be those of the plan, divided as the plan is: by their names, sizes and times of change, with
/// nothing read.
bool seems_current(const ScreenPlan& plan, std::span<const std::filesystem::path> files,
                   const MoleculeReaderOptions& options, std::int64_t part_rows);

/// The plan as JSON.
std::string screen_plan_json(const ScreenPlan& plan);
/// Inverse of screen_plan_json. Throws FileError, beginning with `name`, for another text.
ScreenPlan parse_screen_plan(const std::string& json, const std::string& name);

}  // namespace plstm
