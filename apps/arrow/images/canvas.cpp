#include "canvas.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace plstm::arrow {
namespace {

constexpr int kGlyphCols = 3, kGlyphRows = 5, kAdvance = 4;

struct Glyph {
  char letter;
  const char* dots;  // row after row
};

constexpr Glyph kGlyphs[] = {
    {'0', "####.##.##.####"}, {'1', ".#.##..#..#.###"}, {'2', "###..#####..###"}, {'3', "###..####..####"},
    {'4', "#.##.####..#..#"}, {'5', "####..###..####"}, {'6', "####..####.####"}, {'7', "###..#.#..#..#."},
    {'8', "####.#####.####"}, {'9', "####.####..####"}, {'A', ".#.#.#####.##.#"}, {'B', "##.#.###.#.###."},
    {'C', ".###..#..#...##"}, {'D', "##.#.##.##.###."}, {'E', "####..##.#..###"}, {'F', "####..##.#..#.."},
    {'G', ".###..#.##.#.##"}, {'H', "#.##.#####.##.#"}, {'I', "###.#..#..#.###"}, {'J', "..#..#..##.#.#."},
    {'K', "#.##.###.#.##.#"}, {'L', "#..#..#..#..###"}, {'M', "#.#####.##.##.#"}, {'N', "##.#.##.##.##.#"},
    {'O', ".#.#.##.##.#.#."}, {'P', "##.#.###.#..#.."}, {'Q', ".#.#.##.###..##"}, {'R', "##.#.###.#.##.#"},
    {'S', ".###...#...###."}, {'T', "###.#..#..#..#."}, {'U', "#.##.##.##.####"}, {'V', "#.##.##.##.#.#."},
    {'W', "#.##.##.#####.#"}, {'X', "#.##.#.#.#.##.#"}, {'Y', "#.##.#.#..#..#."}, {'Z', "###..#.#.#..###"},
    {'.', ".............#."}, {',', "..........#.#.."}, {':', "....#.....#...."}, {'%', "#.#..#.#.#..#.#"},
    {'+', "....#.###.#...."}, {'-', "......###......"}, {'/', "..#..#.#.#..#.."}, {'=', "...###...###..."},
    {'(', ".#.#..#..#...#."}, {')', ".#...#..#..#.#."}, {'<', "..#.#.#...#...#"}, {'>', "#...#...#.#.#.."},
};

void set_pixel(Image& image, int row, int col, Colour colour) {
  if (row < 0 || row >= image.rows || col < 0 || col >= image.cols) return;
  std::uint8_t* pixel = image.at(row, col);
  pixel[0] = colour.red;
  pixel[1] = colour.green;
  pixel[2] = colour.blue;
}

}  // namespace

void fill_rectangle(Image& image, int row, int col, int rows, int cols, Colour colour) {
  for (int r = row; r < row + rows; ++r) {
    for (int c = col; c < col + cols; ++c) set_pixel(image, r, c, colour);
  }
}

void draw_line(Image& image, int row, int col, int to_row, int to_col, int thickness, Colour colour) {
  const int steps = std::max({std::abs(to_row - row), std::abs(to_col - col), 1});
  const auto along = [&](int from, int to, int step) {  // rounded to the nearest pixel
    return from + (2 * (to - from) * step + (to > from ? steps : -steps)) / (2 * steps);
  };
  for (int i = 0; i <= steps; ++i) {
    fill_rectangle(image, along(row, to_row, i) - thickness / 2, along(col, to_col, i) - thickness / 2,
                   thickness, thickness, colour);
  }
}

void paste(Image& image, int row, int col, const Image& other) {
  for (int r = 0; r < other.rows; ++r) {
    for (int c = 0; c < other.cols; ++c) {
      const std::uint8_t* pixel = other.at(r, c);
      const bool grey = other.channels == 1;
      set_pixel(image, row + r, col + c, {pixel[0], pixel[grey ? 0 : 1], pixel[grey ? 0 : 2]});
    }
  }
}

void draw_text(Image& image, int row, int col, std::string_view text, int scale, Colour colour) {
  for (const char character : text) {
    const char letter = static_cast<char>(std::toupper(static_cast<unsigned char>(character)));
    const auto* glyph = std::ranges::find(kGlyphs, letter, &Glyph::letter);
    if (glyph != std::end(kGlyphs)) {
      for (int dot = 0; dot < kGlyphRows * kGlyphCols; ++dot) {
        if (glyph->dots[dot] != '#') continue;
        fill_rectangle(image, row + dot / kGlyphCols * scale, col + dot % kGlyphCols * scale, scale, scale,
                       colour);
      }
    }
    col += kAdvance * scale;
  }
}

int text_width(std::string_view text, int scale) {
  return text.empty() ? 0 : (static_cast<int>(text.size()) * kAdvance - 1) * scale;
}

}  // namespace plstm::arrow
