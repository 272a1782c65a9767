#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include <plstm/data/split.hpp>

namespace plstm {

/// Reads {"train": [...], "valid": [...], "test": [...]}, a list of such objects, or {"folds": [such objects]}.
/// "val", "validation" and "dev" may be written for "valid", and both validation and test may be missing. Rows are
/// numbers from 0 or texts of ranges with both ends, "0-99, 105". For an object may stand the lists of its parts,
/// [[train rows], [validation rows], [test rows]]. Other keys are ignored unless they look like a
/// misspelt part. Throws FileError naming file and key and showing the form.
std::vector<Split> read_splits(const std::filesystem::path& path);

/// The same, for a file of one split.
Split read_split(const std::filesystem::path& path);

/// Writes what read_splits reads: an object for one split, else a list of folds. Throws FileError.
void write_splits(const std::filesystem::path& path, std::span<const Split> splits);

}  // namespace plstm
