#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/explain/drawing.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

constexpr const char* kAspirin = "CC(=O)Oc1ccccc1C(=O)O";

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(DrawMolecule, IsOneElementForHtml) {
  const std::string svg = draw_molecule(parse_smiles(kAspirin), {.width = 300, .height = 120, .legend = {}});
  EXPECT_THAT(svg, AllOf(StartsWith("<svg"), EndsWith("</svg>\n"), HasSubstr("width='300px'"),
                         HasSubstr("height='120px'")));
  EXPECT_THAT(svg, AllOf(Not(HasSubstr("<?xml")), Not(HasSubstr(" id=")), Not(HasSubstr("<script"))));
  EXPECT_EQ(count(svg, "<svg"), 1u);
  EXPECT_EQ(count(svg, "</svg>"), 1u);
  EXPECT_THAT(svg,
              AllOf(HasSubstr("class='bond-0 "), HasSubstr("class='bond-12 "), Not(HasSubstr("bond-13"))));
}

TEST(DrawMolecule, LegendIsEscaped) {
  const std::string svg =
      draw_molecule(parse_smiles("CCO"), {.legend = std::string("<b>&'\"\x01\xff</b>\nsecond")});
  EXPECT_THAT(svg, AllOf(HasSubstr(">&lt;b&gt;&amp;&#39;&quot;\\x01\\xFF&lt;/b&gt;</text>"),
                         HasSubstr(">second</text>"), Not(HasSubstr("<b>"))));
}

TEST(DrawMolecule, LongLegendIsCutBetweenCharacters) {
  std::string legend;
  for (int i = 0; i < 100; ++i) legend += "\u00b5";
  const std::string svg = draw_molecule(parse_smiles("CCO"), {.width = 100, .legend = legend});
  const std::size_t kept = count(svg, "\u00b5");
  EXPECT_GT(kept, 10u);
  EXPECT_LT(kept * 8 * 0.5, 100) << "the line would be wider than the picture";
  EXPECT_THAT(svg, AllOf(HasSubstr("\u00b5\u2026</text>"), HasSubstr("font-size:8.0px")));
}

TEST(DrawMolecule, EveryMoleculeThatIsReadIsDrawn) {
  for (const char* smiles : {"[H][H]", "[Na+].[Cl-]", "*", "[2H]C", "C[C@H](N)C(=O)O", "F/C=C/F", "[CH3]",
                             "c1cc2ccc3cccc4ccc(c1)c2c34", "[BH3-][NH3+]",
                             "[Fe+2].[CH-]1C=CC=C1.[CH-]1C=CC=C1", "O=C1C=CC(=O)C=C1"}) {
    EXPECT_THAT(draw_molecule(parse_smiles(smiles)), EndsWith("</svg>\n")) << smiles;
  }
}

TEST(DrawMolecule, LargeMoleculeIsNamedBySize) {
  const std::string svg = draw_molecule(parse_smiles(std::string(301, 'C')));
  EXPECT_THAT(svg, AllOf(HasSubstr(">301 atoms</text>"), Not(HasSubstr("class='bond-"))));
  EXPECT_THAT(draw_molecule(parse_smiles(std::string(300, 'C'))), HasSubstr("class='bond-298"));
}

TEST(DrawMolecule, RefusesPicturesWithoutRoom) {
  const Molecule ethanol = parse_smiles("CCO");
  const auto draw = [&](int width, int height, std::string legend) {
    return [&ethanol, options = DrawingOptions{width, height, std::move(legend)}] {
      draw_molecule(ethanol, options);
    };
  };
  EXPECT_THAT(draw(0, 100, ""), ThrowsMessage<ConfigError>(HasSubstr("0 x 100 pixels")));
  EXPECT_THAT(draw(100, -5, ""), ThrowsMessage<ConfigError>(HasSubstr("100 x -5 pixels")));
  EXPECT_THAT(draw(100, 100'000, ""), ThrowsMessage<ConfigError>(HasSubstr("expected 40 .. 20000")));
  EXPECT_THAT(draw(100, 60, "a\nb"), ThrowsMessage<ConfigError>(HasSubstr("leaves 100 x 28")));
  EXPECT_NO_THROW(draw(100, 60, "a")());
}

TEST(DrawMolecule, ThreadsDrawTheSameAsOne) {
  const std::vector<std::string> smiles{kAspirin, "C[C@H](N)C(=O)O", "c1ccc2ccccc2c1", "OC1CCCCC1",
                                        "F/C=C/F"};
  std::vector<std::string> serial;
  for (const std::string& text : smiles) serial.push_back(draw_molecule(parse_smiles(text)));
  std::vector<std::string> parallel(200);
  const ThreadLimit limit(4);
  parallel_for(parallel.size(), 1,
               [&](std::size_t i) { parallel[i] = draw_molecule(parse_smiles(smiles[i % smiles.size()])); });
  for (std::size_t i = 0; i < parallel.size(); ++i) EXPECT_EQ(parallel[i], serial[i % smiles.size()]) << i;
}

TEST(DrawContributions, EveryAtomHasADiscOfItsColour) {
  const std::vector<double> values{-2, 0, 1};
  const std::string svg = draw_contributions(parse_smiles("CCO"), values, 1, {.legend = "logP"});
  EXPECT_EQ(count(svg, "<ellipse"), 3u);
  EXPECT_EQ(count(svg, "fill:#4284D8;fill-rule"), 1u) << "a value beyond the scale has the colour of its end";
  EXPECT_THAT(svg, AllOf(HasSubstr("fill:#E55B4C;"), HasSubstr(">-1</text>"), HasSubstr(">+1</text>"),
                         HasSubstr(">logP</text>")));
}

TEST(DrawContributions, ColoursGrowWithTheValue) {
  const auto colour = [](double value) {
    const std::string svg = draw_contributions(parse_smiles("C"), std::vector{value}, 1);
    const std::size_t at = svg.find("fill:#", svg.find("<ellipse"));
    return svg.substr(at + 6, 6);
  };
  EXPECT_EQ(colour(0), "FFFFFF");
  EXPECT_NE(colour(0.5), colour(1));
  EXPECT_NE(colour(-0.5), colour(0.5));
  EXPECT_EQ(colour(-7), colour(-1));
}

TEST(DrawContributions, RefusesWrongValues) {
  const Molecule ethanol = parse_smiles("CCO");
  const auto draw = [&](std::vector<double> values, double scale) {
    return [&ethanol, values, scale] { draw_contributions(ethanol, values, scale); };
  };
  EXPECT_THAT(draw({1, 2}, 1), ThrowsMessage<ShapeError>(HasSubstr("of_atoms has 2 entries, expected 3")));
  EXPECT_THAT(draw({1, 2, 3}, 0), ThrowsMessage<ConfigError>(HasSubstr("the scale is 0")));
  EXPECT_THAT(draw({1, 2, 3}, std::numeric_limits<double>::infinity()),
              ThrowsMessage<ConfigError>(HasSubstr("the scale is inf")));
  EXPECT_THAT(draw({1, std::nan(""), 3}, 1), ThrowsMessage<ConfigError>(HasSubstr("of atom 1 is nan")));
}

}  // namespace
}  // namespace plstm
