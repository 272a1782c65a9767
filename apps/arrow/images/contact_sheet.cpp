#include "contact_sheet.hpp"

#include <algorithm>
#include <cmath>

#include <plstm/core/error.hpp>

#include "canvas.hpp"

namespace plstm::arrow {
namespace {

constexpr int kSide = 128;  // approximate side of a picture in pixels
constexpr int kFrame = 3, kGap = 8;

Image enlarged(const Image& image, int factor) {
  Image large = make_image(image.rows * factor, image.cols * factor, image.channels, 0);
  for (int row = 0; row < large.rows; ++row) {
    for (int col = 0; col < large.cols; ++col) {
      std::copy_n(image.at(row / factor, col / factor), image.channels, large.at(row, col));
    }
  }
  return large;
}

Image reduced(const Image& image, int factor) {
  Image small =
      make_image((image.rows + factor - 1) / factor, (image.cols + factor - 1) / factor, image.channels, 255);
  for (int row = 0; row < image.rows; ++row) {
    for (int col = 0; col < image.cols; ++col) {
      std::uint8_t* pixel = small.at(row / factor, col / factor);
      for (int c = 0; c < image.channels; ++c) pixel[c] = std::min(pixel[c], image.at(row, col)[c]);
    }
  }
  return small;
}

Image at_sheet_size(const Image& image) {
  const int side = std::max(image.rows, image.cols);
  if (2 * side <= kSide) return enlarged(image, kSide / std::max(side, 1));
  if (side >= 2 * kSide) return reduced(image, side / kSide);
  return image;
}

}  // namespace

Image draw_contact_sheet(std::span<const Tile> tiles) {
  if (tiles.empty()) throw ShapeError("contact sheet: there is no image to show");
  std::vector<Image> pictures;
  int rows = 0, cols = 0;
  for (const Tile& tile : tiles) {
    pictures.push_back(at_sheet_size(tile.image));
    rows = std::max(rows, pictures.back().rows);
    cols = std::max({cols, pictures.back().cols, text_width(tile.caption, kTextScale)});
  }
  const int across = static_cast<int>(std::ceil(std::sqrt(1.5 * static_cast<double>(tiles.size()))));
  const int down = (static_cast<int>(tiles.size()) + across - 1) / across;
  const int row_step = rows + 2 * kFrame + text_height(kTextScale) + 2 * kGap;
  const int col_step = cols + 2 * kFrame + kGap;
  Image sheet = make_image(kGap + down * row_step, kGap + across * col_step, 3, 255);
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const int row = kGap + static_cast<int>(i) / across * row_step;
    const int col = kGap + static_cast<int>(i) % across * col_step;
    const Image& picture = pictures[i];
    fill_rectangle(sheet, row, col, picture.rows + 2 * kFrame, picture.cols + 2 * kFrame,
                   tiles[i].hit ? kGreen : kRed);
    paste(sheet, row + kFrame, col + kFrame, picture);
    draw_text(sheet, row + picture.rows + 2 * kFrame + kGap / 2, col, tiles[i].caption, kTextScale, kBlack);
  }
  return sheet;
}

}  // namespace plstm::arrow
