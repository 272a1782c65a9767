#include "plstm/data/png.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <png.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/whole_file.hpp>

namespace plstm {

namespace {

constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 29;
constexpr std::size_t kMaxPixels = std::size_t{1} << 26;
constexpr std::string_view kSignature("\x89PNG\r\n\x1a\n", 8);

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& reason) {
  throw FileError(path.string() + ": " + reason);
}

// libpng's state of one picture. Through this interface libpng reports errors as values and never jumps.
struct PngImage {
  PngImage() { state.version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(&state); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;

  png_image state{};
};

// libpng stops once it has all pixels. This checks that the file continues to its last chunk.
void check_complete(const std::filesystem::path& path, std::string_view bytes) {
  if (bytes.empty()) fail(path, "is empty, not a PNG file");
  if (!bytes.starts_with(kSignature)) fail(path, "is not a PNG file");
  for (std::size_t at = kSignature.size();;) {
    if (bytes.size() - at < 12) fail(path, "is cut short: the PNG file has no end");
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length * 256 + static_cast<unsigned char>(bytes[at + i]);
    if (length > bytes.size() - at - 12)
      fail(path, "is cut short or damaged: a chunk of the PNG file has no end");
    if (bytes.substr(at + 4, 4) == "IEND") return;
    at += 12 + length;
  }
}

}  // namespace

Image read_png(const std::filesystem::path& path) {
  const std::string bytes = read_whole_file(path, kMostBytes);
  check_complete(path, bytes);
  PngImage png;
  if (png_image_begin_read_from_memory(&png.state, bytes.data(), bytes.size()) == 0) {
    fail(path, std::string("is a damaged PNG file: ") + png.state.message);
  }
  const std::size_t pixels = std::size_t{png.state.width} * png.state.height;
  if (pixels > kMaxPixels) {
    fail(path, "has " + std::to_string(png.state.width) + " x " + std::to_string(png.state.height) +
                   " pixels, more than this reads (" + std::to_string(kMaxPixels) + ")");
  }
  const bool colour = (png.state.format & PNG_FORMAT_FLAG_COLOR) != 0;
  png.state.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  Image image = make_image(static_cast<std::int32_t>(png.state.height),
                           static_cast<std::int32_t>(png.state.width), colour ? 3 : 1, 0);
  const png_color white{255, 255, 255};
  if (png_image_finish_read(&png.state, &white, image.pixels.data(), 0, nullptr) == 0) {
    fail(path, std::string("is a damaged PNG file: ") + png.state.message);
  }
  return image;
}

void write_png(const std::filesystem::path& path, const Image& image) {
  if (image.rows < 1 || image.cols < 1 || (image.channels != 1 && image.channels != 3)) {
    throw ShapeError("write_png: image has shape [" + std::to_string(image.rows) + ", " +
                     std::to_string(image.cols) + ", " + std::to_string(image.channels) +
                     "], expected pixels of 1 or 3 channels");
  }
  const std::size_t values = static_cast<std::size_t>(image.rows) * static_cast<std::size_t>(image.cols) *
                             static_cast<std::size_t>(image.channels);
  if (image.pixels.size() != values) {
    throw ShapeError("write_png: image.pixels has " + std::to_string(image.pixels.size()) +
                     " values, expected " + std::to_string(values));
  }
  PngImage png;
  png.state.width = static_cast<png_uint_32>(image.cols);
  png.state.height = static_cast<png_uint_32>(image.rows);
  png.state.format = image.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png.state);
  std::vector<char> bytes(size);
  if (png_image_write_to_memory(&png.state, bytes.data(), &size, 0, image.pixels.data(), 0, nullptr) == 0) {
    fail(path, std::string("cannot be written: ") + png.state.message);
  }
  // Folders have thousands of pictures, and one that a power failure damages is noticed by its checksums.
  AtomicFile file(path, {.synchronise = false});
  file.stream().write(bytes.data(), static_cast<std::streamsize>(size));
  file.commit();
}

}  // namespace plstm
