#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <plstm/data/image.hpp>

namespace plstm::arrow {

/// One picture of a sheet.
struct Tile {
  Image image;
  bool hit = false;     ///< a green frame, otherwise a red one
  std::string caption;  ///< short; with the letters and signs that draw_text has
};

/// Number of pictures on a sheet that still fits a screen.
constexpr std::size_t kSheetImages = 48;

/// Draws pictures in rows, in order, at about one size. Small pictures are enlarged. In a reduced picture each
/// pixel shows the darkest of the pixels that it replaces, so that thin lines remain. Throws ShapeError if there
/// is no picture.
Image draw_contact_sheet(std::span<const Tile> tiles);

}  // namespace plstm::arrow
