#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace plstm {

/// Picture with 8 bits a channel. 0 is dark. Row 0 is at the top.
struct Image {
  std::int32_t rows = 0;
  std::int32_t cols = 0;
  std::int32_t channels = 1;         ///< 1: grey, 3: red, green, blue
  std::vector<std::uint8_t> pixels;  ///< [rows, cols, channels]

  /// The channels of one pixel.
  std::uint8_t* at(std::int32_t row, std::int32_t col) { return pixels.data() + offset(row, col); }
  const std::uint8_t* at(std::int32_t row, std::int32_t col) const {
    return pixels.data() + offset(row, col);
  }

  friend bool operator==(const Image&, const Image&) = default;

 private:
  std::size_t offset(std::int32_t row, std::int32_t col) const {
    return (static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) + static_cast<std::size_t>(col)) *
           static_cast<std::size_t>(channels);
  }
};

/// An image of one value.
inline Image make_image(std::int32_t rows, std::int32_t cols, std::int32_t channels, std::uint8_t value) {
  const std::size_t pixels = static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
  return {rows, cols, channels,
          std::vector<std::uint8_t>(pixels * static_cast<std::size_t>(channels), value)};
}

}  // namespace plstm
