#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/chem/descriptors/descriptors.hpp>
#include <plstm/chem/featurizer.hpp>
#include <plstm/core/error.hpp>

namespace plstm {
namespace {

float value_of(const std::vector<float>& values, const std::string& name) {
  const auto names = descriptor_names();
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) throw ConfigError("no descriptor " + name);
  return values[static_cast<std::size_t>(found - names.begin())];
}

TEST(Descriptors, HaveNamesThatDiffer) {
  const std::set<std::string> names(descriptor_names().begin(), descriptor_names().end());
  EXPECT_EQ(names.size(), descriptor_names().size());
  const auto fragments =
      std::ranges::count_if(names, [](const std::string& n) { return n.starts_with("fr_"); });
  EXPECT_GE(fragments, 80);
  EXPECT_EQ(names.size(), molecule_value_names().size() + 166 + 10 + 192 + 11 + 315 + 512 + 256 + 128 +
                              static_cast<std::size_t>(fragments));
}

TEST(Descriptors, KnowEthanolAndAcid) {
  const std::vector<float> ethanol = descriptors(parse_smiles("CCO"));
  EXPECT_EQ(value_of(ethanol, "heavy_atoms"), 3);
  EXPECT_EQ(value_of(ethanol, "fr_Al_OH"), 1);
  EXPECT_EQ(value_of(ethanol, "fr_COO"), 0);
  const std::vector<float> benzoic = descriptors(parse_smiles("OC(=O)c1ccccc1"));
  EXPECT_EQ(value_of(benzoic, "fr_Al_OH"), 0);
  EXPECT_EQ(value_of(benzoic, "fr_COO"), 1);
  EXPECT_EQ(value_of(benzoic, "fr_benzene"), 1);
}

// Environments of one atom alone are one, whatever the radius.
TEST(Descriptors, CountAtomEnvironments) {
  const auto sum = [](const std::vector<float>& values, const std::string& prefix) {
    float total = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (descriptor_names()[i].starts_with(prefix)) total += values[i];
    }
    return total;
  };
  EXPECT_EQ(sum(descriptors(parse_smiles("C")), "morgan_"), 1);
  const std::vector<float> butane = descriptors(parse_smiles("CCCC"));
  EXPECT_EQ(sum(butane, "pairs_"), 6) << "of four atoms";
  EXPECT_EQ(sum(butane, "torsions_"), 1);
}

// Ethane's carbons have I = (4/4 * 1 + 1) / 1 = 2 each and no difference, so both surfaces fall into 1.807 .. 2.05.
TEST(Descriptors, DivideSurfacesByElectrotopologicalState) {
  const std::vector<float> ethane = descriptors(parse_smiles("CC"));
  EXPECT_GT(value_of(ethane, "estate_vsa_7"), 0);
  for (const char* other :
       {"estate_vsa_1", "estate_vsa_5", "estate_vsa_6", "estate_vsa_8", "estate_vsa_11"}) {
    EXPECT_EQ(value_of(ethane, other), 0) << other;
  }
}

TEST(Descriptors, DoNotDependOnTheWayOfWriting) {
  const std::vector<float> a = descriptors(parse_smiles("CC(=O)Oc1ccccc1C(=O)O"));
  const std::vector<float> b = descriptors(parse_smiles("OC(=O)c1c(OC(C)=O)cccc1"));
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i])) {
      EXPECT_TRUE(std::isnan(b[i])) << descriptor_names()[i];
    } else {
      EXPECT_NEAR(a[i], b[i], 2e-3 * std::max(1.0f, std::abs(a[i]))) << descriptor_names()[i];
    }
  }
}

TEST(Descriptors, OfOddMoleculesAreNumbersOrMissing) {
  for (const char* smiles :
       {"[H][H]", "[Na+].[Cl-]", "[He]", "[Pt](Cl)(Cl)(N)N", "C", "*CC", "[U]", "C1CC1.C1CC1"}) {
    const std::vector<float> values = descriptors(parse_smiles(smiles));
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_FALSE(std::isinf(values[i])) << smiles << " " << descriptor_names()[i];
    }
  }
}

TEST(Descriptors, RefuseVeryLargeMolecules) {
  EXPECT_THROW(descriptors(parse_smiles(std::string(400, 'C'))), MoleculeError);
}

}  // namespace
}  // namespace plstm
