#include <cmath>
#include <span>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/bcut.hpp>

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::Le;
using ::testing::Truly;

constexpr float kGrid = 1.0f / 1024;

// The matrix of two like atoms, a on the diagonal and the order of their bond beside it, has eigenvalues a +
// 1 and a - 1.
TEST(Bcut, Ethane) {
  const auto values = bcut_values(parse_smiles("CC"));
  EXPECT_NEAR(values[0], 12.011 + 1, kGrid);
  EXPECT_NEAR(values[1], 12.011 - 1, kGrid);
  EXPECT_NEAR(values[2], values[8] + 1, kGrid);
  EXPECT_NEAR(values[3], values[8] - 1, kGrid);
  EXPECT_EQ(values[8], values[9]) << "both carbons have the same charge";
  EXPECT_LT(values[8], 0);
}

TEST(Bcut, LargestComesBeforeSmallest) {
  const auto values = bcut_values(parse_smiles("CC(=O)Oc1ccccc1C(=O)O"));
  for (std::size_t i = 0; i < values.size(); i += 2) EXPECT_GT(values[i], values[i + 1]) << i;
  EXPECT_THAT(values[8], AllOf(Ge(0.2f), Le(0.5f))) << "a carbon of a carboxyl group";
  EXPECT_THAT(values[9], AllOf(Ge(-0.6f), Le(-0.3f))) << "an oxygen of one";
}

TEST(Bcut, AreFiniteForEveryElementAndForOneAtom) {
  for (const char* smiles :
       {"C", "[H][H]", "[Na+].[Cl-]", "[U]", "C[Hg]C", "c1cc[se]c1", "F[Xe]F", "[Fe+2]", "*C"}) {
    EXPECT_THAT(bcut_values(parse_smiles(smiles)),
                Each(Truly([](float value) { return std::abs(value) < 1e3f; })))
        << smiles;
  }
}

TEST(Bcut, DoNotDependOnTheWriting) {
  EXPECT_EQ(bcut_values(parse_smiles("OC(=O)c1ccccc1OC(C)=O")),
            bcut_values(parse_smiles("CC(=O)Oc1ccccc1C(=O)O")));
  EXPECT_NE(bcut_values(parse_smiles("CCO")), bcut_values(parse_smiles("COC")));
}

TEST(Bcut, LargeMoleculesHaveChargesOnly) {
  const auto values = bcut_values(parse_smiles(std::string(kMostBcutAtoms + 1, 'C')));
  EXPECT_THAT(std::span(values).first(8), Each(0.0f));
  EXPECT_LT(values[9], values[8]);
  EXPECT_GT(bcut_values(parse_smiles(std::string(30, 'C')))[0], 13);
}

}  // namespace
}  // namespace plstm
