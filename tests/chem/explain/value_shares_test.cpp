#include "chem/explain/value_shares.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/chem/featurizer.hpp>
#include <plstm/core/error.hpp>

#include "chem/molecule_impl.hpp"
#include "chem/molecule_values.hpp"

namespace plstm {
namespace {

std::vector<float> values_of(const Molecule& molecule) {
  const Structure structure(rdkit_mol(molecule));
  return molecule_values(structure, AtomContributions(structure));
}

class Shares {
 public:
  explicit Shares(const std::string& smiles)
      : molecule_(parse_smiles(smiles)),
        values_(values_of(molecule_)),
        shares_(value_shares(rdkit_mol(molecule_), values_)) {}

  std::int32_t atoms() const { return molecule_.num_atoms(); }
  double value(std::size_t column) const { return values_[column]; }
  double of(std::int32_t atom, std::size_t column) const {
    return shares_[static_cast<std::size_t>(atom) * values_.size() + column];
  }
  double of(std::int32_t atom, const std::string& name) const {
    const std::span<const std::string> names = molecule_value_names();
    return of(atom, static_cast<std::size_t>(std::ranges::find(names, name) - names.begin()));
  }

 private:
  Molecule molecule_;
  std::vector<float> values_;
  std::vector<double> shares_;
};

TEST(ValueShares, AddUpToTheValues) {
  for (const std::string smiles :
       {"CC(=O)Oc1ccccc1C(=O)O", "C", "[H][H]", "[Na+].[Cl-]", "*CC", "OC12CC3CC(CC(C3)C1)C2",
        "C#CC[N+](C)(C)C", "FC(F)(F)c1nc2ccccc2s1", "C1CC11CC1", "[Fe+2].[CH-]1C=CC=C1.[CH-]1C=CC=C1"}) {
    const Shares shares(smiles);
    for (std::size_t v = 0; v < molecule_value_names().size(); ++v) {
      double sum = 0;
      for (std::int32_t atom = 0; atom < shares.atoms(); ++atom) sum += shares.of(atom, v);
      EXPECT_NEAR(sum, shares.value(v), 1e-9 * (1 + std::abs(shares.value(v))))
          << smiles << " " << molecule_value_names()[v];
    }
  }
}

TEST(ValueShares, OfEthanolByHand) {
  const Shares shares("CCO");
  EXPECT_NEAR(shares.of(0, "molecular_weight"), 15.035, 1e-3);
  EXPECT_NEAR(shares.of(2, "molecular_weight"), 17.007, 1e-3);
  for (const int atom : {0, 1, 2}) EXPECT_DOUBLE_EQ(shares.of(atom, "heavy_atoms"), 1);
  EXPECT_DOUBLE_EQ(shares.of(0, "heteroatoms"), 0);
  EXPECT_DOUBLE_EQ(shares.of(2, "heteroatoms"), 1);
  EXPECT_NEAR(shares.of(2, "tpsa"), 20.23, 1e-3);
  EXPECT_DOUBLE_EQ(shares.of(2, "donors"), 1);
  EXPECT_DOUBLE_EQ(shares.of(1, "donors"), 0);
  // Wildman & Crippen: CH3 (C1 0.1441) with three hydrogens (H1 0.1230); OH (O2 -0.2893) with its hydrogen (H2 -0.2677).
  EXPECT_NEAR(shares.of(0, "crippen_logp"), 0.1441 + 3 * 0.1230, 1e-3);
  EXPECT_NEAR(shares.of(2, "crippen_logp"), -0.2893 - 0.2677, 1e-3);
}

TEST(ValueShares, RingsAreDividedAmongTheirAtoms) {
  const Shares shares("Cc1ccccc1");
  EXPECT_DOUBLE_EQ(shares.of(0, "rings"), 0);
  EXPECT_DOUBLE_EQ(shares.of(1, "rings"), 1.0 / 6);
  EXPECT_DOUBLE_EQ(shares.of(3, "aromatic_rings"), 1.0 / 6);
}

TEST(ValueShares, BelongToAtomsInEveryWayOfWriting) {
  const Shares one("Nc1ccc(O)cc1"), other("Oc1ccc(N)cc1");
  for (std::size_t v = 0; v < molecule_value_names().size(); ++v) {
    EXPECT_NEAR(one.of(0, v), other.of(5, v), 1e-3) << molecule_value_names()[v];
    EXPECT_NEAR(one.of(5, v), other.of(0, v), 1e-3) << molecule_value_names()[v];
  }
}

TEST(ValueShares, RefusesOtherValues) {
  const Molecule molecule = parse_smiles("CC");
  EXPECT_THROW(value_shares(rdkit_mol(molecule), std::vector<float>(3)), ShapeError);
}

}  // namespace
}  // namespace plstm
