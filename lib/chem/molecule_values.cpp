#include "chem/molecule_values.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

#include <GraphMol/Descriptors/ConnectivityDescriptors.h>
#include <GraphMol/Descriptors/Crippen.h>
#include <GraphMol/Descriptors/Lipinski.h>
#include <GraphMol/Descriptors/MQN.h>
#include <GraphMol/Descriptors/MolDescriptors.h>
#include <GraphMol/Descriptors/MolSurf.h>
#include <GraphMol/GraphMol.h>

#include <plstm/chem/featurizer.hpp>

namespace plstm {

namespace {

namespace descriptors = RDKit::Descriptors;
using RDKit::ROMol;

struct NamedValue {
  std::string_view name;
  double (*compute)(const ROMol&);
};

constexpr std::array kNamedValues{
    NamedValue{"molecular_weight", [](const ROMol& m) { return descriptors::calcAMW(m); }},
    NamedValue{"heavy_atoms", [](const ROMol& m) { return double(m.getNumHeavyAtoms()); }},
    NamedValue{"heteroatoms", [](const ROMol& m) { return double(descriptors::calcNumHeteroatoms(m)); }},
    NamedValue{"crippen_logp", [](const ROMol& m) { return descriptors::calcClogP(m); }},
    NamedValue{"crippen_mr", [](const ROMol& m) { return descriptors::calcMR(m); }},
    NamedValue{"tpsa", [](const ROMol& m) { return descriptors::calcTPSA(m); }},
    NamedValue{"tpsa_with_s_and_p", [](const ROMol& m) { return descriptors::calcTPSA(m, true, true); }},
    NamedValue{"labute_asa", [](const ROMol& m) { return descriptors::calcLabuteASA(m); }},
    NamedValue{"lipinski_acceptors", [](const ROMol& m) { return double(descriptors::calcLipinskiHBA(m)); }},
    NamedValue{"lipinski_donors", [](const ROMol& m) { return double(descriptors::calcLipinskiHBD(m)); }},
    NamedValue{"acceptors", [](const ROMol& m) { return double(descriptors::calcNumHBA(m)); }},
    NamedValue{"donors", [](const ROMol& m) { return double(descriptors::calcNumHBD(m)); }},
    NamedValue{"rotatable_bonds",
               [](const ROMol& m) { return double(descriptors::calcNumRotatableBonds(m)); }},
    NamedValue{"amide_bonds", [](const ROMol& m) { return double(descriptors::calcNumAmideBonds(m)); }},
    NamedValue{"fraction_csp3", [](const ROMol& m) { return descriptors::calcFractionCSP3(m); }},
    NamedValue{"rings", [](const ROMol& m) { return double(descriptors::calcNumRings(m)); }},
    NamedValue{"aromatic_rings", [](const ROMol& m) { return double(descriptors::calcNumAromaticRings(m)); }},
    NamedValue{"aliphatic_rings",
               [](const ROMol& m) { return double(descriptors::calcNumAliphaticRings(m)); }},
    NamedValue{"saturated_rings",
               [](const ROMol& m) { return double(descriptors::calcNumSaturatedRings(m)); }},
    NamedValue{"heterocycles", [](const ROMol& m) { return double(descriptors::calcNumHeterocycles(m)); }},
    NamedValue{"aromatic_heterocycles",
               [](const ROMol& m) { return double(descriptors::calcNumAromaticHeterocycles(m)); }},
    NamedValue{"aromatic_carbocycles",
               [](const ROMol& m) { return double(descriptors::calcNumAromaticCarbocycles(m)); }},
    NamedValue{"saturated_heterocycles",
               [](const ROMol& m) { return double(descriptors::calcNumSaturatedHeterocycles(m)); }},
    NamedValue{"saturated_carbocycles",
               [](const ROMol& m) { return double(descriptors::calcNumSaturatedCarbocycles(m)); }},
    NamedValue{"spiro_atoms", [](const ROMol& m) { return double(descriptors::calcNumSpiroAtoms(m)); }},
    NamedValue{"bridgehead_atoms",
               [](const ROMol& m) { return double(descriptors::calcNumBridgeheadAtoms(m)); }},
    NamedValue{"chi0v", [](const ROMol& m) { return descriptors::calcChi0v(m); }},
    NamedValue{"chi1v", [](const ROMol& m) { return descriptors::calcChi1v(m); }},
    NamedValue{"chi2v", [](const ROMol& m) { return descriptors::calcChi2v(m); }},
    NamedValue{"chi3v", [](const ROMol& m) { return descriptors::calcChi3v(m); }},
    NamedValue{"chi4v", [](const ROMol& m) { return descriptors::calcChi4v(m); }},
    NamedValue{"chi0n", [](const ROMol& m) { return descriptors::calcChi0n(m); }},
    NamedValue{"chi1n", [](const ROMol& m) { return descriptors::calcChi1n(m); }},
    NamedValue{"chi2n", [](const ROMol& m) { return descriptors::calcChi2n(m); }},
    NamedValue{"chi3n", [](const ROMol& m) { return descriptors::calcChi3n(m); }},
    NamedValue{"chi4n", [](const ROMol& m) { return descriptors::calcChi4n(m); }},
    NamedValue{"hall_kier_alpha", [](const ROMol& m) { return descriptors::calcHallKierAlpha(m); }},
    NamedValue{"kappa1", [](const ROMol& m) { return descriptors::calcKappa1(m); }},
    NamedValue{"kappa2", [](const ROMol& m) { return descriptors::calcKappa2(m); }},
    NamedValue{"kappa3", [](const ROMol& m) { return descriptors::calcKappa3(m); }},
    NamedValue{"phi", [](const ROMol& m) { return descriptors::calcPhi(m); }},
};

constexpr std::size_t kSlogpBins = 12, kSmrBins = 10, kPeoeBins = 14, kMqns = 42;

// Rounded to a grid that is far coarser than rounding errors. Sums over atoms are computed in the order of the
// input, and the result must not depend on it.
float rounded(double value) {
  constexpr double kSteps = 1024;
  return static_cast<float>(std::round(value * kSteps) / kSteps);
}

}  // namespace

std::vector<float> molecule_values(const ROMol& mol) {
  const ROMol copy(mol);  // RDKit stores properties in the molecule
  std::vector<float> values;
  const auto add = [&](const auto& numbers) {
    for (const auto number : numbers) values.push_back(rounded(static_cast<double>(number)));
  };
  for (const NamedValue& value : kNamedValues) values.push_back(rounded(value.compute(copy)));
  add(descriptors::calcSlogP_VSA(copy));
  add(descriptors::calcSMR_VSA(copy));
  add(descriptors::calcPEOE_VSA(copy));
  add(descriptors::calcMQNs(copy));
  return values;
}

std::span<const std::string> molecule_value_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const NamedValue& value : kNamedValues) list.emplace_back(value.name);
    const auto add = [&](const char* name, std::size_t count) {
      for (std::size_t i = 1; i <= count; ++i) list.push_back(name + std::to_string(i));
    };
    add("slogp_vsa", kSlogpBins);
    add("smr_vsa", kSmrBins);
    add("peoe_vsa", kPeoeBins);
    add("mqn", kMqns);
    return list;
  }();
  return names;
}

}  // namespace plstm
