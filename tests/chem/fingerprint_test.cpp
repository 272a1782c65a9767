#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/fingerprint.hpp>
#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Le;
using ::testing::Lt;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

TEST(Fingerprint, BitsAscendAndStayInRange) {
  const auto bits = morgan_fingerprint(parse_smiles("CC(=O)Oc1ccccc1C(=O)O"), {2, 128});
  EXPECT_TRUE(std::is_sorted(bits.begin(), bits.end()));
  EXPECT_EQ(std::adjacent_find(bits.begin(), bits.end()), bits.end());
  EXPECT_THAT(bits, Each(Lt(128u)));
}

TEST(Fingerprint, CountsTheEnvironmentsOfEthanol) {
  // Radius 0: CH3, CH2, OH. Radius 1 adds the three neighbourhoods; larger ones repeat the whole molecule.
  EXPECT_THAT(morgan_fingerprint(parse_smiles("CCO"), {0, 2048}), SizeIs(3));
  EXPECT_THAT(morgan_fingerprint(parse_smiles("CCO")), SizeIs(6));
}

TEST(Fingerprint, DoesNotDependOnTheWriting) {
  EXPECT_EQ(morgan_fingerprint(parse_smiles("OCC")), morgan_fingerprint(parse_smiles("CCO")));
  EXPECT_NE(morgan_fingerprint(parse_smiles("CCN")), morgan_fingerprint(parse_smiles("CCO")));
}

TEST(Fingerprint, LargerRadiusAddsBits) {
  const Molecule molecule = parse_smiles("CCc1ccncc1");
  EXPECT_THAT(morgan_fingerprint(molecule, {2, 2048}), IsSupersetOf(morgan_fingerprint(molecule, {1, 2048})));
}

TEST(Fingerprint, NumberOfBits) {
  EXPECT_THAT(morgan_fingerprint(parse_smiles("CCO"), {2, 1}), ElementsAre(0u));
  EXPECT_THAT(
      [] {
        morgan_fingerprint(parse_smiles("C"), {2, 0});
      },
      ThrowsMessage<ConfigError>(HasSubstr("num_bits is 0")));
}

// Key 160: a methyl group; 139: OH; 165: a ring; 162: an aromatic atom.
TEST(Fingerprint, MaccsKeys) {
  EXPECT_THAT(maccs_keys(parse_smiles("CCO")), IsSupersetOf({139u, 160u}));
  EXPECT_THAT(maccs_keys(parse_smiles("CCO")), Not(Contains(165u)));
  EXPECT_THAT(maccs_keys(parse_smiles("c1ccccc1")), IsSupersetOf({162u, 165u}));
  EXPECT_THAT(maccs_keys(parse_smiles("c1ccccc1")), Not(Contains(160u)));
  EXPECT_EQ(maccs_keys(parse_smiles("OCC")), maccs_keys(parse_smiles("CCO")));
  const auto keys = maccs_keys(parse_smiles("CC(=O)Oc1ccccc1C(=O)O"));
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_THAT(keys, Each(AllOf(Gt(0u), Le(166u))));
}

}  // namespace
}  // namespace plstm
