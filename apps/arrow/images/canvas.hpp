#pragma once

#include <cstdint>
#include <string_view>

#include <plstm/data/image.hpp>

namespace plstm::arrow {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
};

constexpr Colour kBlack{0, 0, 0}, kWhite{255, 255, 255}, kGrey{200, 200, 200};
constexpr Colour kGreen{30, 140, 60}, kRed{200, 50, 40}, kBlue{40, 90, 190};

// These functions draw on images of three channels. Parts outside the image are not drawn.

void fill_rectangle(Image& image, int row, int col, int rows, int cols, Colour colour);

/// A line of `thickness` pixels between the middles of two pixels.
void draw_line(Image& image, int row, int col, int to_row, int to_col, int thickness, Colour colour);

/// Copies an image of one or three channels.
void paste(Image& image, int row, int col, const Image& other);

/// Pixels of a dot that give legible text.
constexpr int kTextScale = 2;

/// Draws letters (capitals for both cases), digits and .,:%+-/=()<> of 3 x 5 dots, `scale` pixels a dot. Other
/// characters leave a gap.
void draw_text(Image& image, int row, int col, std::string_view text, int scale, Colour colour);

/// The size in pixels of a text that draw_text draws.
int text_width(std::string_view text, int scale);
inline int text_height(int scale) {
  return 5 * scale;
}

}  // namespace plstm::arrow
