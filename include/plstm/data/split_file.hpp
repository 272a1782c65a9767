#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include <plstm/data/split.hpp>

namespace plstm {

/// Reads {"train": [...], "valid": [...], "test": [...]} or {"folds": [such objects]}. "validation" is read as
/// "valid". Validation and test may be missing. Other keys are ignored. Throws FileError naming file and key.
std::vector<Split> read_splits(const std::filesystem::path& path);

/// The same, for a file of one split.
Split read_split(const std::filesystem::path& path);

/// Writes a file for read_splits: an object for one split, otherwise a list of folds. Throws FileError.
void write_splits(const std::filesystem::path& path, std::span<const Split> splits);

}  // namespace plstm
