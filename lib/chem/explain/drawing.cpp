#include "plstm/chem/explain/drawing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <map>
#include <string_view>
#include <vector>

#include <GraphMol/Depictor/RDDepictor.h>
#include <GraphMol/MolDraw2D/MolDraw2DSVG.h>
#include <GraphMol/MolDraw2D/MolDraw2DUtils.h>
#include <GraphMol/RWMol.h>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/learn/plots/markup.hpp>

#include "chem/large/large_molecule.hpp"
#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

constexpr int kLeast = 40;  // pixels for the formula
constexpr int kMost = 20'000;
constexpr int kLineHeight = 16;  // of the legend and of the bar
constexpr int kMargin = 4;
constexpr int kFont = 12;
constexpr int kSmallestFont = 8;
constexpr int kBarSteps = 40;
constexpr double kBondLength = 32;       // at most, so that small molecules are not drawn huge
constexpr double kDiscRadius = 0.4;      // in bond lengths
constexpr double kPadding = 0.1;         // of width and height, so that discs are not cut
constexpr double kWidthOfLetter = 0.62;  // of the height of a font without serifs; few letters are wider

// The lower end, the middle and the upper end of the colours.
constexpr std::array<std::array<double, 3>, 3> kColours{{{0.26, 0.52, 0.85}, {1, 1, 1}, {0.90, 0.36, 0.30}}};

struct Contributions {
  std::span<const double> of_atoms;
  double scale;
};

// position: -1 .. 1.
RDKit::DrawColour colour_at(double position) {
  const auto& end = kColours[position < 0 ? 0 : 2];
  const double share = std::min(std::abs(position), 1.0);
  const auto mixed = [&](std::size_t i) { return kColours[1][i] + share * (end[i] - kColours[1][i]); };
  return {mixed(0), mixed(1), mixed(2)};
}

std::string hexadecimal(const RDKit::DrawColour& colour) {
  const auto byte = [](double value) { return static_cast<int>(value * 255); };  // as RDKit does it
  return fmt::format("#{:02X}{:02X}{:02X}", byte(colour.r), byte(colour.g), byte(colour.b));
}

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

std::string text_element(double x, double y, double size, std::string_view anchor, std::string_view text) {
  return fmt::format(
      "<text x='{:.1f}' y='{:.1f}' "
      "style='font-size:{:.1f}px;font-family:sans-serif;text-anchor:{};fill:#000000'>"
      "{}</text>\n",
      x, y, size, anchor, escape_markup(text));
}

// One line in the middle, in a smaller font or cut where it would be too wide.
std::string centred_line(const DrawingOptions& options, double y, std::string_view line) {
  std::string text = printable(line);
  const double room = options.width - 2 * kMargin;
  const auto letters = static_cast<double>(std::ranges::count_if(text, starts_character));
  const double size =
      std::clamp(room / (kWidthOfLetter * std::max(letters, 1.0)), double{kSmallestFont}, double{kFont});
  const auto most = static_cast<std::ptrdiff_t>(room / (kWidthOfLetter * size));
  if (static_cast<std::ptrdiff_t>(letters) > most) {
    std::ptrdiff_t kept = 0;
    const auto end =
        std::ranges::find_if(text, [&](char c) { return starts_character(c) && ++kept >= most; });
    text.erase(end, text.end());
    text += "\u2026";
  }
  return text_element(options.width / 2.0, y, size, "middle", text);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// The colours from -scale to scale in a line whose upper end is at y.
std::string colour_bar(const DrawingOptions& options, double y, double scale) {
  const std::string label = fmt::format("{:.3g}", scale);
  const double room = kMargin + kWidthOfLetter * kFont * static_cast<double>(label.size() + 1) + kMargin;
  const double width = std::max(options.width - 2 * room, 0.0) / kBarSteps;
  std::string bar;
  for (int i = 0; i < kBarSteps; ++i) {
    // Each piece reaches below the next one, so that no seam is seen.
    bar +=
        fmt::format("<rect x='{:.2f}' y='{:.1f}' width='{:.2f}' height='8' style='fill:{};stroke:none'/>\n",
                    room + i * width, y + 4, i + 1 < kBarSteps ? 1.5 * width : width,
                    hexadecimal(colour_at((2 * i + 1.0) / kBarSteps - 1)));
  }
  const double baseline = y + kLineHeight - 4;
  return bar + text_element(room - kMargin, baseline, kFont, "end", "-" + label) +
         text_element(options.width - room + kMargin, baseline, kFont, "start", "+" + label);
}

std::string formula(const RDKit::ROMol& molecule, const DrawingOptions& options, int height,
                    const Contributions* contributions) {
  RDKit::RWMol mol(molecule);
  RDDepict::compute2DCoords(mol);
  RDKit::MolDraw2DUtils::prepareMolForDrawing(mol);
  const bool no_freetype = true;  // letters stay text, and no font file is needed
  RDKit::MolDraw2DSVG drawer(options.width, options.height, options.width, height, no_freetype);
  RDKit::MolDrawOptions& drawing = drawer.drawOptions();
  drawing.prepareMolsBeforeDrawing = false;
  drawing.fixedBondLength = kBondLength;
  drawing.padding = kPadding;
  std::vector<int> atoms;
  std::map<int, RDKit::DrawColour> colours;
  std::map<int, double> radii;
  if (contributions != nullptr) {
    RDKit::assignBWPalette(
        drawing.atomColourPalette);  // letters are not to be taken for colours of the scale
    drawing.atomHighlightsAreCircles = true;
    for (std::size_t i = 0; i < contributions->of_atoms.size(); ++i) {
      const int atom = static_cast<int>(i);
      atoms.push_back(atom);
      colours[atom] = colour_at(contributions->of_atoms[i] / contributions->scale);
      radii[atom] = kDiscRadius;
    }
  }
  drawer.drawMolecule(mol, "", &atoms, nullptr, &colours, nullptr, &radii);
  return drawer.getDrawingText();
}

// A picture without a formula.
std::string empty_picture(const DrawingOptions& options) {
  RDKit::MolDraw2DSVG drawer(options.width, options.height);
  drawer.clearDrawing();
  return drawer.getDrawingText();
}

std::string picture(const Molecule& molecule, const DrawingOptions& options,
                    const Contributions* contributions) {
  const std::vector<std::string_view> lines = lines_of(options.legend);
  const std::size_t num_lines = std::min(lines.size(), std::size_t{kMost});
  const int below = kLineHeight * (static_cast<int>(num_lines) + (contributions != nullptr ? 1 : 0));
  const int height = options.height - below;
  if (options.width < kLeast || height < kLeast || options.width > kMost || options.height > kMost) {
    throw ConfigError(fmt::format(
        "a picture of {} x {} pixels with {} lines of text leaves {} x {} for the molecule; "
        "expected {} .. {}",
        options.width, options.height, below / kLineHeight, options.width, height, kLeast, kMost));
  }
  std::string svg;
  double y = height;
  if (is_large(rdkit_mol(molecule))) {
    svg = empty_picture(options);
    svg += centred_line(options, y / 2, fmt::format("{} atoms", molecule.num_atoms()));
  } else {
    try {
      svg = formula(rdkit_mol(molecule), options, height, contributions);
    } catch (const std::exception& error) {
      throw MoleculeError(fmt::format("the molecule '{}' cannot be drawn: {}", canonical_smiles(molecule),
                                      printable(error.what())));
    }
  }
  svg.erase(0, svg.find("<svg"));
  if (contributions != nullptr) {
    svg += colour_bar(options, y, contributions->scale);
    y += kLineHeight;
  }
  for (const std::string_view line : lines) {
    svg += centred_line(options, y + kLineHeight - 4, line);
    y += kLineHeight;
  }
  return svg + "</svg>\n";
}

}  // namespace

std::string draw_molecule(const Molecule& molecule, const DrawingOptions& options) {
  return picture(molecule, options, nullptr);
}

std::string draw_contributions(const Molecule& molecule, std::span<const double> of_atoms, double scale,
                               const DrawingOptions& options) {
  check_size("draw_contributions", "of_atoms", std::ssize(of_atoms), molecule.num_atoms());
  if (!std::isfinite(scale) || scale <= 0) {
    throw ConfigError(fmt::format("draw_contributions: the scale is {}, expected a positive number", scale));
  }
  const auto bad = std::ranges::find_if(of_atoms, [](double value) { return !std::isfinite(value); });
  if (bad != of_atoms.end()) {
    throw ConfigError(
        fmt::format("draw_contributions: the contribution of atom {} is {}", bad - of_atoms.begin(), *bad));
  }
  const Contributions contributions{of_atoms, scale};
  return picture(molecule, options, &contributions);
}

}  // namespace plstm
