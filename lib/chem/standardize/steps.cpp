#include "chem/standardize/steps.hpp"

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <GraphMol/Descriptors/MolDescriptors.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/MolStandardize/Charge.h>
#include <GraphMol/MolStandardize/Metal.h>
#include <GraphMol/MolStandardize/Normalize.h>
#include <GraphMol/MolStandardize/Tautomer.h>
#include <GraphMol/SmilesParse/SmilesParse.h>

#include <plstm/chem/molecule.hpp>

#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

using RDKit::ROMol;
using RDKit::RWMol;
using Owned = std::unique_ptr<RWMol>;

Owned own(const ROMol* mol) {
  const std::unique_ptr<const ROMol> result(mol);
  return std::make_unique<RWMol>(*result);
}

// RDKit's tools read patterns when they are made, which takes longer than to standardise a molecule. Their members do not
// change when they are used.
class Tools {
 public:
  Tools() {
    RDKit::MolStandardize::CleanupParameters parameters;
    normalizer_ = std::make_unique<RDKit::MolStandardize::Normalizer>(
        parameters.normalizations, static_cast<unsigned>(parameters.maxRestarts));
    tautomers_.setMaxTautomers(kMostTautomers);
    tautomers_.setMaxTransforms(kMostTautomers);
    tautomers_.setRemoveSp3Stereo(false);
    // RDKit fills tables at first use, and the thread sanitizer does not see the locks around them.
    Owned mol(RDKit::SmilesToMol("CC(=O)CC(=O)O[Na].C[N+](C)(C)CC(=O)[O-].CS(=O)(=O)O.Oc1ccccn1"));
    clean(mol);
    uncharge(mol);
    take_tautomer(mol);
  }

  void clean(Owned& mol) {
    RDKit::MolOps::removeHs(*mol);
    metals_.disconnect(*mol);
    mol = own(normalizer_->normalize(*mol));
    mol = own(reionizer_.reionize(*mol));
    assign_stereo(*mol);
  }
  void uncharge(Owned& mol) { mol = own(charges_.uncharge(*mol)); }
  void take_tautomer(Owned& mol) const { mol = own(tautomers_.canonicalize(*mol)); }

 private:
  static void assign_stereo(RWMol& mol) {
    const bool clean = true, force = true;
    RDKit::MolOps::assignStereochemistry(mol, clean, force);
  }

  RDKit::MolStandardize::MetalDisconnector metals_;
  std::unique_ptr<RDKit::MolStandardize::Normalizer> normalizer_;
  RDKit::MolStandardize::Reionizer reionizer_;
  RDKit::MolStandardize::Uncharger charges_{true};
  RDKit::MolStandardize::TautomerEnumerator tautomers_;
};

Tools& tools() {
  static Tools tools;
  return tools;
}

bool has_carbon(const ROMol& mol) {
  for (const RDKit::Atom* atom : mol.atoms()) {
    if (atom->getAtomicNum() == 6) return true;
  }
  return false;
}

std::string smiles_of(const ROMol& mol) {
  return canonical_smiles(
      Molecule(std::make_unique<const Molecule::Impl>(Molecule::Impl{std::make_unique<const ROMol>(mol)})));
}

void forget_isotopes(RWMol& mol) {
  for (RDKit::Atom* atom : mol.atoms()) atom->setIsotope(0);
  RDKit::MolOps::removeHs(mol);  // deuterium is an atom of its own, hydrogen is none
}

}  // namespace

Owned organic_fragment(const ROMol& mol) {
  const bool sanitize = false;
  const std::vector<boost::shared_ptr<ROMol>> fragments = RDKit::MolOps::getMolFrags(mol, sanitize);
  if (fragments.size() < 2) return nullptr;
  const ROMol* largest = nullptr;
  std::pair<unsigned, double> size;
  std::string smiles;
  for (const auto& fragment : fragments) {
    if (!has_carbon(*fragment)) continue;
    RDKit::MolOps::fastFindRings(*fragment);  // for the order of atoms of a large molecule
    const std::pair now{fragment->getNumHeavyAtoms(), RDKit::Descriptors::calcAMW(*fragment)};
    if (largest != nullptr && now < size) continue;
    std::string now_smiles = smiles_of(*fragment);
    if (largest != nullptr && now == size && now_smiles >= smiles) continue;
    std::tie(largest, size) = std::pair(fragment.get(), now);
    smiles = std::move(now_smiles);
  }
  return largest == nullptr ? nullptr : std::make_unique<RWMol>(*largest);
}

Owned after_steps(const ROMol& mol, const StandardizeOptions& steps) {
  auto result = std::make_unique<RWMol>(mol);
  if (steps.cleanup) tools().clean(result);
  if (steps.fragment) {
    if (Owned fragment = organic_fragment(*result)) result = std::move(fragment);
  }
  if (steps.charges) tools().uncharge(result);
  if (steps.isotopes) forget_isotopes(*result);
  if (steps.stereo) RDKit::MolOps::removeStereochemistry(*result);
  if (steps.tautomer) tools().take_tautomer(result);
  return result;
}

}  // namespace plstm
