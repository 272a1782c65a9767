#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include <plstm/data/split.hpp>

namespace plstm {

/// Reads {"train": [...], "valid": [...], "test": [...]} or {"folds": [such objects]}, other keys ignored;
/// "validation" may be written for "valid", and both validation and test may be missing. Throws FileError
/// naming file and key.
std::vector<Split> read_splits(const std::filesystem::path& path);

/// The same, for a file of one split.
Split read_split(const std::filesystem::path& path);

/// Writes what read_splits reads: an object for one split, else a list of folds. Throws FileError.
void write_splits(const std::filesystem::path& path, std::span<const Split> splits);

}  // namespace plstm
