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
  std::string caption;  ///< short: the letters and signs that draw_text knows
};

/// How many pictures fit a sheet that is looked at as a whole.
constexpr std::size_t kSheetImages = 48;

/// Pictures in rows, in order, at about one size: small ones are enlarged, of large ones each pixel shows the
/// darkest of those it stands for, so that thin lines stay. Throws ShapeError if there is none.
Image draw_contact_sheet(std::span<const Tile> tiles);

}  // namespace plstm::arrow
