#pragma once

#include <filesystem>

#include <plstm/data/image.hpp>

namespace plstm {

/// Reads a PNG file. Grey pictures get one channel, all others three; 16 bits become 8, palettes their
/// colours, and what is transparent lies on white. At most 64 Mi pixels.
///
/// Throws FileError naming the file and what is wrong with it: no PNG file, cut short, damaged, too large.
Image read_png(const std::filesystem::path& path);

/// Writes grey or coloured pixels without loss, beside the target and renamed. Throws ShapeError for an image
/// without pixels, with other than 1 or 3 channels or whose memory does not fit its size; FileError if the
/// file cannot be written.
void write_png(const std::filesystem::path& path, const Image& image);

}  // namespace plstm
