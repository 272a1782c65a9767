#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <plstm/data/arrow.hpp>

namespace plstm::arrow {

/// A picture of a folder and what labels.csv says of it.
struct LabelledFile {
  std::string file;  ///< in the folder
  bool hit = false;
};

/// Writes images 0..count-1 of a seed as PNG files, then labels.csv: file, hit, and the scene in pixels, a
/// line for each. In parallel.
std::vector<LabelledFile> write_image_folder(const std::filesystem::path& folder, const ArrowOptions& options,
                                             std::uint64_t seed, std::int64_t count);

/// The lines of labels.csv in a folder: columns file and hit (0 or 1). Throws FileError naming file and row
/// for what breaks that, or if there is no line.
std::vector<LabelledFile> read_labels(const std::filesystem::path& folder);

/// A picture of a folder as the network reads it: grey, square, dark on white. Colours become grey. Throws
/// FileError naming the file if it is not square.
Image read_grey_square(const std::filesystem::path& path);

}  // namespace plstm::arrow
