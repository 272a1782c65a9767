#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <plstm/data/arrow.hpp>

namespace plstm::arrow {

/// A picture in a folder, with its label from labels.csv.
struct LabelledFile {
  std::string file;  ///< name in the folder
  bool hit = false;
};

/// Writes images 0..count-1 of a seed as PNG files, in parallel. Then writes labels.csv with a line for each image:
/// file, hit, and the scene in pixels.
std::vector<LabelledFile> write_image_folder(const std::filesystem::path& folder, const ArrowOptions& options,
                                             std::uint64_t seed, std::int64_t count);

/// The lines of labels.csv in a folder, with the columns file and hit (0 or 1). Throws FileError, naming file and
/// row, for a line that is not of this form, or if there is no line.
std::vector<LabelledFile> read_labels(const std::filesystem::path& folder);

/// Reads a picture of a folder in the form that the network reads: grey, square, dark on white. Colours become
/// grey. Throws FileError naming the file if it is not square.
Image read_grey_square(const std::filesystem::path& path);

}  // namespace plstm::arrow
