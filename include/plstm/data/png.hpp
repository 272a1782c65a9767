#pragma once

#include <filesystem>

#include <plstm/data/image.hpp>

namespace plstm {

/// Reads a PNG file. Grey pictures have one channel, all others three. 16 bits become 8, entries of palettes
/// become colours, and transparent pixels are drawn on white. At most 64 Mi pixels.
///
/// Throws FileError naming the file and its fault: it is no PNG file, cut short, damaged or too large.
Image read_png(const std::filesystem::path& path);

/// Writes grey or coloured pixels without loss. The file is written beside the target and then renamed. Throws
/// ShapeError for an image without pixels, with other than 1 or 3 channels, or with memory that does not fit its
/// size, and FileError if the file cannot be written.
void write_png(const std::filesystem::path& path, const Image& image);

}  // namespace plstm
