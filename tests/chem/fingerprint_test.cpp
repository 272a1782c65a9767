#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/fingerprint.hpp>
#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Lt;
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

}  // namespace
}  // namespace plstm
