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
#include "chem/values/patterns.hpp"
#include "chem/values/quantum_numbers.hpp"
#include "chem/values/ring_counts.hpp"
#include "chem/values/structure.hpp"

namespace plstm {
namespace {

namespace rd = RDKit::Descriptors;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::Pointwise;

// Every type of Crippen's, every row of the table of polar surfaces, and both sides of every rule about groups.
const std::vector<std::string> kMolecules{
    // drugs and natural compounds
    "CC(=O)Oc1ccccc1C(=O)O", "Cn1cnc2c1c(=O)n(C)c(=O)n2C", "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
    "CN1CCC23c4c5ccc(O)c4OC2C(O)C=CC3C1C5", "CC1(C)SC2C(NC(=O)Cc3ccccc3)C(=O)N2C1C(=O)O",
    "CN1C2CCC1CC(OC(=O)C(CO)c1ccccc1)C2", "O=C(O)CCCCC1SCC2NC(=O)NC21", "NC(N)=NCCCC(N)C(=O)O",
    "Clc1ccc(cc1)C(c1ccccc1)N1CCN(CC1)CCOCC(=O)O", "CC(=O)Nc1ccc(O)cc1", "NS(=O)(=O)c1cc2c(cc1Cl)NCNS2(=O)=O",
    "O=S(=O)(Nc1nccs1)c1ccc(N)cc1", "CN(C)CCCN1c2ccccc2Sc2ccc(Cl)cc21", "c1ccc2c(c1)[nH]c1ccccc12",
    "FC(F)(F)c1ccc(OCCNC)cc1", "OC(Cn1cncn1)(Cn1cncn1)c1ccc(F)cc1F",
    "CCOC(=O)C1=C(C)NC(C)=C(C1c1cccc([N+](=O)[O-])c1)C(=O)OC",
    "COc1cc(C=CC(=O)CC(=O)C=Cc2ccc(O)c(OC)c2)ccc1O", "CC12CCC3C(CCC4=CC(=O)CCC34C)C1CCC2O",
    "OCC1OC(O)C(O)C(O)C1O", "C[N+](C)(C)CCOP(=O)([O-])OCC(O)CO",
    "c1nc(N)c2ncn(C3OC(COP(=O)(O)OP(=O)(O)O)C(O)C3O)c2n1", "BrC(Br)(Br)CCCC(Cl)(Cl)Cl",
    "CC(C)(C)c1ccc(O)c(c1)C(C)(C)C", "C1CC2CCC1C2", "C1CCC2(CC1)CCCC2", "C1CC2CC1C2", "C12C3C4C1C5C2C3C45",
    "C1CC1CC1CCC1", "C1CC2CC12", "CC1CC1C1CN1", "C1OC1CN1CC1", "O=C1CCCCCCCCCCC1", "C1CCCCCCC1C1CCCCCCCCC1",
    // carbon
    "C", "CC", "CCC", "CC(C)C", "CC(C)(C)C", "CO", "CCO", "CC(O)C", "CC(C)(C)O", "C=C", "CC=C(C)C", "C=C=C",
    "C#C", "CC#N", "Cc1ccccc1", "Cn1cccc1", "CCc1ccccc1", "CC(C)c1ccccc1", "CC(C)(C)c1ccccc1",
    "OB(O)c1ccccc1", "C[Si](C)(C)c1ccccc1", "Fc1ccccc1", "Clc1ccccc1", "Brc1ccccc1", "Ic1ccccc1",
    "c1ccc2ccccc2c1", "c1ccc(cc1)-c1ccccc1", "Nc1ccccc1", "Sc1ccccc1", "O=c1cc[nH]cc1", "S=c1cc[nH]cc1",
    "C=C(C)c1ccccc1", "C=Cc1ccccc1", "C(=C)(c1ccccc1)c1ccccc1", "C=C(n1cccc1)c1ccccc1", "C=c1ccccc1=C",
    "C[Si](C)(C)C", "C[B](C)C", "[C-]#[O+]", "O=C=O", "S=C=S", "CN=C=O", "C[As](C)C", "C=[Se]", "CC=NO",
    "FC(Cl)Br", "C[Zn]C", "CC[Mg]Br", "c1ccpcc1", "C1=CC=CC=CC=C1", "[CH3]", "[CH2]", "[CH3-]", "[CH3+]",
    "[C-4]", "OC(O)(O)O", "N#CC#N",
    // hydrogen
    "[H][H]", "[2H]C", "[2H]O", "[2H]O[2H]", "[2H]OC(C)=O", "[2H]OC", "[2H]Oc1ccccc1", "[2H]ON", "[2H]OO",
    "[2H]OS", "[2H]OP", "[2H]N", "[2H]S", "[2H][Si]", "[H+]", "[H-]", "O", "OO", "NO", "SO", "OS(=O)(=O)O",
    "OP(O)(O)=O", "OB(O)O", "OCl", "OC=C", "OC=N", "OC(=S)C", "OC#C", "On1cccc1", "[OH3+]", "B1BB1",
    // nitrogen
    "CN", "CNC", "CNc1ccccc1", "CC=N", "CN=C", "CN(C)C", "CN(C)c1ccccc1", "CN(c1ccccc1)c1ccccc1",
    "c1ccc(cc1)N(c1ccccc1)c1ccccc1", "c1ccc(cc1)Nc1ccccc1", "C[NH3+]", "C[NH2+]C", "C[NH+](C)C",
    "C[N+](C)(C)C", "C=[NH2+]", "C=[NH+]C", "C[N+](C)=C", "c1cc[nH+]cc1", "C[n+]1ccccc1", "[n-]1cccc1",
    "[O-][n+]1ccccc1", "CN=[N+]=[N-]", "C=[N+]=[N-]", "C[N+]#[C-]", "C[N+]#N", "[NH2-]", "C[NH-]", "N#N",
    "CN(C)N=O", "C[N+](=O)[O-]", "O=[N+]([O-])c1ccccc1", "O=[N+]([O-])OC", "CN=NC", "NN", "C1CN1", "CN1CC1",
    "n1ccccc1", "c1cnc[nH]1", "c1cn2ccccc2n1", "c1cc[n+]2ccccc2c1", "[NH4+]", "O=n1ccccc1", "CN(=O)=O",
    "[N-]=[N+]=NC", "[N+](C)(C)(C)N", "N", "C=[N+]=C", "[NH]", "N=[NH+]C", "NC(=O)N", "CC(=O)NC", "O=C1CCCN1",
    "O=C1NC(=O)C=C1", "CC(=N)N", "CNS(C)(=O)=O", "NC=S",
    // oxygen
    "COC", "COc1ccccc1", "c1ccc(cc1)Oc1ccccc1", "c1ccoc1", "c1cc[o+]cc1", "C1OC1", "CC(=O)[O-]",
    "[O-]c1ccccc1", "C[O-]", "[OH-]", "[O-]N", "CC=O", "CC(C)=O", "C=O", "NC=O", "OC=O", "O=Cc1ccccc1",
    "O=C(C)c1ccccc1", "O=C(c1ccccc1)c1ccccc1", "O=C(O)c1ccccc1", "NC(=O)O", "O=C(Cl)Cl", "O=C(Br)C",
    "CS(C)=O", "CS(C)(=O)=O", "C[S+](C)[O-]", "CP(C)(C)=O", "[O-]S(=O)(=O)[O-]", "[O-]Cl(=O)(=O)=O",
    "[O-]P(=O)([O-])OC", "O=O", "COOC", "[O]", "[O-][Se]C", "[O-][N+](=O)C=C", "O=C1C=CC(=O)C=C1",
    "O=c1occc2ccccc12", "O=[Si]", "O=Cn1cccc1", "O=C(n1cccc1)c1ccccc1", "O=C(C)n1cccc1", "O=P(O)(O)O",
    "C[O+](C)C", "O=[Os](=O)(=O)=O", "[O-]C=C", "[O-][Si]",
    // the rest
    "F", "Cl", "Br", "I", "[F-]", "[Cl-]", "[Br-]", "[I-]", "[I+](c1ccccc1)c1ccccc1", "OI(=O)=O", "[Na+]",
    "[K+].[Cl-]", "[Li]C", "[Na]", "[Mg+2]", "P", "CP(C)C", "CP(C)(C)=C", "CPC", "CP=C", "O=[PH](C)C",
    "C[PH](C)C", "C1CP1", "CP(=O)(O)OC", "CS", "CSC", "CSSC", "c1ccsc1", "c1cc[s+]cc1", "[SH-]", "C[S-]",
    "C[S+](C)C", "CS(=N)C", "S=S", "S", "C=S", "O=s1cccc1", "CS(=O)C", "FS(F)(F)(F)(F)F", "C[SH](=O)=O",
    "[SH3+]", "O=S=O", "C[S+4]", "c1cc[se]c1", "[Fe+2]", "C[Hg]C", "[Pt](Cl)(Cl)(N)N", "[Cu+2]", "[Ag+]",
    "[U]", "[He]", "F[Xe]F", "*C", "*", "C->[Fe]", "C[Ge](C)C", "[Al+3]", "[BH4-]", "C[Sn](C)(C)C", "C[Te]C",
    "[Pb]", "[Bi+3]", "[W]", "O.[Na+].[Cl-]", "CC.CC.O", "[13CH4]", "[13C]C", "C[C@H](N)C(=O)O", "F/C=C/F"};

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
