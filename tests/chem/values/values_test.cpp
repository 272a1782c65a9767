// The values that the library computes by itself must be those of RDKit's own functions.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <GraphMol/Descriptors/ConnectivityDescriptors.h>
#include <GraphMol/Descriptors/Crippen.h>
#include <GraphMol/Descriptors/Lipinski.h>
#include <GraphMol/Descriptors/MQN.h>
#include <GraphMol/Descriptors/MolDescriptors.h>
#include <GraphMol/Descriptors/MolSurf.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/PartialCharges/GasteigerCharges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/molecule.hpp>

#include "chem/molecule_impl.hpp"
#include "chem/molecule_values.hpp"
#include "chem/values/connectivity.hpp"
#include "chem/values/contributions.hpp"
#include "chem/values/crippen_type.hpp"
#include "chem/values/molecules.hpp"
#include "chem/values/patterns.hpp"
#include "chem/values/quantum_numbers.hpp"
#include "chem/values/ring_counts.hpp"
#include "chem/values/structure.hpp"

namespace plstm {
namespace {

namespace rd = RDKit::Descriptors;
using test::kMolecules;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::Pointwise;

const RDKit::ROMol& mol_of(const Molecule& molecule) {
  return rdkit_mol(molecule);
}

// NaN where RDKit has NaN, and otherwise equal but for rounding errors of sums in another order.
MATCHER_P(IsRdkits, value, "") {
  if (std::isnan(value)) return std::isnan(arg);
  return std::isinf(value) ? arg == value : std::abs(arg - value) <= 1e-11 * std::max(1.0, std::abs(value));
}
MATCHER(AreRdkits, "") {
  return ::testing::Value(std::get<0>(arg), IsRdkits(std::get<1>(arg)));
}

TEST(Values, ContributionsOfAtomsAreRdkits) {
  for (const std::string& smiles : kMolecules) {
    const Molecule molecule = parse_smiles(smiles);
    const RDKit::ROMol copy(mol_of(molecule));
    const AtomContributions ours{Structure(mol_of(molecule))};
    std::vector<double> logp(copy.getNumAtoms()), mr(logp), tpsa(logp), asa(logp), charges(logp);
    double hydrogen = 0, total_logp = 0, total_mr = 0;
    rd::getCrippenAtomContribs(copy, logp, mr, true);
    rd::calcCrippenDescriptors(copy, total_logp, total_mr);
    rd::getTPSAAtomContribs(copy, tpsa, true, true);
    rd::getLabuteAtomContribs(copy, asa, hydrogen, true, true);
    RDKit::computeGasteigerCharges(copy, charges);
    SCOPED_TRACE(smiles);
    EXPECT_EQ(ours.crippen.logp, logp);
    EXPECT_EQ(ours.crippen.mr, mr);
    EXPECT_THAT(ours.crippen.total_logp, IsRdkits(total_logp));
    EXPECT_THAT(ours.crippen.total_mr, IsRdkits(total_mr));
    EXPECT_EQ(ours.polar.atoms, tpsa);
    EXPECT_THAT(ours.polar.total, IsRdkits(rd::calcTPSA(copy, true, false)));
    EXPECT_THAT(ours.polar.total_with_s_and_p, IsRdkits(rd::calcTPSA(copy, true, true)));
    EXPECT_THAT(ours.approximate.atoms, Pointwise(AreRdkits(), asa));
    EXPECT_THAT(ours.approximate.total, IsRdkits(rd::calcLabuteASA(copy)));
    EXPECT_THAT(ours.charges, Pointwise(AreRdkits(), charges));
  }
}

// A rule that no molecule above meets would not be compared.
TEST(Values, EveryCrippenTypeIsCompared) {
  std::set<std::string_view> missing;
  for (int type = 1; type < static_cast<int>(CrippenType::kCount); ++type) {
    missing.insert(crippen_label(static_cast<CrippenType>(type)));
  }
  for (const std::string& smiles : kMolecules) {
    const Molecule molecule = parse_smiles(smiles);
    const Structure structure(mol_of(molecule));
    for (std::int32_t atom = 0; atom < structure.num_atoms(); ++atom) {
      missing.erase(crippen_label(crippen_type(structure, atom, true)));
      if (structure.atom(atom).implicit_hydrogens > 0) {
        missing.erase(crippen_label(crippen_hydrogen_type(structure, atom)));
      }
    }
  }
  EXPECT_THAT(missing, IsEmpty());
}

TEST(Values, ConnectivityIsRdkits) {
  for (const std::string& smiles : kMolecules) {
    const Molecule molecule = parse_smiles(smiles);
    const RDKit::ROMol m(mol_of(molecule));
    const Connectivity ours = connectivity(Structure(mol_of(molecule)));
    SCOPED_TRACE(smiles);
    EXPECT_THAT(ours.chi_v, Pointwise(AreRdkits(), {rd::calcChi0v(m), rd::calcChi1v(m), rd::calcChi2v(m),
                                                    rd::calcChi3v(m), rd::calcChi4v(m)}));
    EXPECT_THAT(ours.chi_n, Pointwise(AreRdkits(), {rd::calcChi0n(m), rd::calcChi1n(m), rd::calcChi2n(m),
                                                    rd::calcChi3n(m), rd::calcChi4n(m)}));
    EXPECT_THAT(ours.kappa,
                Pointwise(AreRdkits(), {rd::calcKappa1(m), rd::calcKappa2(m), rd::calcKappa3(m)}));
    EXPECT_THAT(ours.phi, IsRdkits(rd::calcPhi(m)));
    EXPECT_EQ(ours.alpha, rd::calcHallKierAlpha(m));
  }
}

TEST(Values, CountsAreRdkits) {
  for (const std::string& smiles : kMolecules) {
    const Molecule molecule = parse_smiles(smiles);
    const RDKit::ROMol m(mol_of(molecule));
    const Structure structure(mol_of(molecule));
    const PatternCounts patterns = pattern_counts(structure);
    const RingCounts rings = ring_counts(structure);
    SCOPED_TRACE(smiles);
    const std::vector<int> ours{patterns.acceptors,
                                patterns.donors,
                                patterns.rotatable_bonds,
                                patterns.amide_bonds,
                                rings.rings,
                                rings.aromatic,
                                rings.aliphatic,
                                rings.saturated,
                                rings.heterocycles,
                                rings.aromatic_heterocycles,
                                rings.aromatic_carbocycles,
                                rings.saturated_heterocycles,
                                rings.saturated_carbocycles};
    const std::vector<unsigned> rdkits{rd::calcNumHBA(m),
                                       rd::calcNumHBD(m),
                                       rd::calcNumRotatableBonds(m),
                                       rd::calcNumAmideBonds(m),
                                       rd::calcNumRings(m),
                                       rd::calcNumAromaticRings(m),
                                       rd::calcNumAliphaticRings(m),
                                       rd::calcNumSaturatedRings(m),
                                       rd::calcNumHeterocycles(m),
                                       rd::calcNumAromaticHeterocycles(m),
                                       rd::calcNumAromaticCarbocycles(m),
                                       rd::calcNumSaturatedHeterocycles(m),
                                       rd::calcNumSaturatedCarbocycles(m)};
    EXPECT_THAT(ours, ElementsAreArray(rdkits));
    EXPECT_THAT(quantum_numbers(structure, patterns.rotatable_bonds), ElementsAreArray(rd::calcMQNs(m)));
  }
}

// The values that are computed where they are put into the row.
TEST(Values, OfWholeMoleculesAreRdkits) {
  for (const std::string& smiles : kMolecules) {
    const Molecule molecule = parse_smiles(smiles);
    const RDKit::ROMol m(mol_of(molecule));
    const std::vector<float> values = featurize(molecule, {.molecule_values = true}).graph.graph_values;
    const auto value_of = [&](std::string_view name) {
      const auto names = molecule_value_names();
      return values[static_cast<std::size_t>(std::ranges::find(names, name) - names.begin())];
    };
    constexpr double kGrid = 1.0 / 1024;
    SCOPED_TRACE(smiles);
    EXPECT_NEAR(value_of("molecular_weight"), rd::calcAMW(m), kGrid);
    EXPECT_EQ(value_of("heteroatoms"), rd::calcNumHeteroatoms(m));
    EXPECT_EQ(value_of("lipinski_acceptors"), rd::calcLipinskiHBA(m));
    EXPECT_EQ(value_of("lipinski_donors"), rd::calcLipinskiHBD(m));
    EXPECT_NEAR(value_of("fraction_csp3"), rd::calcFractionCSP3(m), kGrid);
    EXPECT_EQ(value_of("spiro_atoms"), rd::calcNumSpiroAtoms(m));
    EXPECT_EQ(value_of("bridgehead_atoms"), rd::calcNumBridgeheadAtoms(m));
    const auto check_split = [&](const std::string& name, const std::vector<double>& parts) {
      for (std::size_t i = 0; i < parts.size(); ++i) {
        EXPECT_NEAR(value_of(name + std::to_string(i + 1)), parts[i], kGrid) << name << i + 1;
      }
    };
    check_split("slogp_vsa", rd::calcSlogP_VSA(m));
    check_split("smr_vsa", rd::calcSMR_VSA(m));
    check_split("peoe_vsa", rd::calcPEOE_VSA(m));
  }
}

// Paths are not compared pair by pair: a long chain takes no long time.
TEST(Values, OfALongChain) {
  const Molecule molecule = parse_smiles(std::string(2000, 'C'));
  const Connectivity shape = connectivity(Structure(mol_of(molecule)));
  EXPECT_NEAR(shape.chi_n[0], 1998 / std::sqrt(2.0) + 2, 1e-9);
  EXPECT_NEAR(shape.chi_n[4], 1994 * std::pow(2.0, -2.5) + 2 * std::pow(2.0, -2.0), 1e-9);
  EXPECT_NEAR(shape.kappa[2], 1997.0 * 1998 * 1998 / (1997.0 * 1997) + 0, 2);
}

}  // namespace
}  // namespace plstm
