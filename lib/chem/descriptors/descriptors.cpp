#include "plstm/chem/descriptors/descriptors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <exception>
#include <limits>
#include <memory>
#include <optional>

// clang-format off: AUTOCORR2D.h is empty unless this header comes first
#include <RDGeneral/RDConfig.h>
// clang-format on
#include <DataStructs/SparseIntVect.h>
#include <GraphMol/Descriptors/AUTOCORR2D.h>
#include <GraphMol/Descriptors/MolSurf.h>
#include <GraphMol/Fingerprints/AtomPairs.h>
#include <GraphMol/Fingerprints/MorganFingerprints.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/ReducedGraphs/ReducedGraphs.h>
#include <Numerics/Vector.h>
#include <fmt/format.h>

#include <plstm/chem/bcut.hpp>
#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/fingerprint.hpp>
#include <plstm/core/error.hpp>

#include "chem/descriptors/electrotopological_state.hpp"
#include "chem/descriptors/fragment_counts.hpp"
#include "chem/molecule_impl.hpp"
#include "chem/molecule_values.hpp"

namespace plstm {
namespace {

constexpr std::size_t kMaccsKeys = 166, kBcutValues = 10, kAutocorrelations = 192, kErgValues = 315;
constexpr std::uint32_t kMorganBits = 512, kPairBits = 256, kTorsionBits = 128;
// The ends of the ranges that RDKit's EState_VSA has.
constexpr std::array kStateBins{-0.39, 0.29, 0.717, 1.165, 1.54, 1.807, 2.05, 4.69, 9.17, 15.0};
constexpr const char* kStateProperty = "plstm_estate";

// The descriptors of one molecule, one group after the other.
class Row {
 public:
  explicit Row(const Molecule& molecule) : molecule_(molecule), mol_(rdkit_mol(molecule)) {}

  std::vector<float> values() {
    const Structure structure(mol_);
    values_ = molecule_values(structure, AtomContributions(structure));
    add_maccs();
    for (const float value : bcut_values(molecule_)) values_.push_back(value);
    add_autocorrelations();
    add_states();
    add_erg();
    for (const float count : fragment_counts(mol_)) values_.push_back(count);
    using Counts = std::unique_ptr<const RDKit::SparseIntVect<std::uint32_t>>;
    add_counts(*Counts(RDKit::MorganFingerprints::getHashedFingerprint(mol_, 2, kMorganBits)), kMorganBits);
    add_counts(*std::unique_ptr<const RDKit::SparseIntVect<std::int32_t>>(
                   RDKit::AtomPairs::getHashedAtomPairFingerprint(mol_, kPairBits)),
               kPairBits);
    add_counts(*std::unique_ptr<const RDKit::SparseIntVect<boost::int64_t>>(
                   RDKit::AtomPairs::getHashedTopologicalTorsionFingerprint(mol_, kTorsionBits)),
               kTorsionBits);
    return std::move(values_);
  }

 private:
  void add_maccs() {
    const std::size_t first = values_.size();
    values_.resize(first + kMaccsKeys);
    for (const std::uint32_t key : maccs_keys(molecule_)) values_[first + key - 1] = 1;
  }

  void add(double value) {
    constexpr double kLargest = 1e30;  // beyond it a value is no description
    values_.push_back(std::abs(value) < kLargest ? static_cast<float>(value)
                                                 : std::numeric_limits<float>::quiet_NaN());
  }

  void add_autocorrelations() {
    std::vector<double> values;
    RDKit::Descriptors::AUTOCORR2D(mol_, values);
    values.resize(kAutocorrelations, std::numeric_limits<double>::quiet_NaN());
    for (const double value : values) add(value);
  }

  void add_states() {
    const std::vector<double> states = electrotopological_states(mol_);
    for (RDKit::Atom* atom : mol_.atoms()) atom->setProp(kStateProperty, states[atom->getIdx()]);
    const std::vector<double> bins(kStateBins.begin(), kStateBins.end());
    for (const double value : RDKit::Descriptors::calcCustomProp_VSA(mol_, kStateProperty, bins)) add(value);
  }

  void add_erg() {
    const std::unique_ptr<const RDNumeric::DoubleVector> erg(RDKit::ReducedGraphs::getErGFingerprint(mol_));
    for (std::size_t i = 0; i < kErgValues; ++i) {
      add(i < erg->size() ? erg->getVal(static_cast<unsigned>(i)) : 0.0);
    }
  }

  template <class T>
  void add_counts(const RDKit::SparseIntVect<T>& counts, std::uint32_t size) {
    const std::size_t first = values_.size();
    values_.resize(first + size);
    for (const auto& [place, count] : counts.getNonzeroElements()) {
      values_[first + static_cast<std::size_t>(place)] = static_cast<float>(count);
    }
  }

  const Molecule& molecule_;
  RDKit::ROMol mol_;  // a copy: RDKit stores properties in it
  std::vector<float> values_;
};

std::vector<std::string> make_names() {
  const std::span<const std::string> values = molecule_value_names();
  std::vector<std::string> names(values.begin(), values.end());
  const auto add = [&](const char* prefix, std::size_t count) {
    for (std::size_t i = 1; i <= count; ++i) names.push_back(fmt::format("{}_{}", prefix, i));
  };
  add("maccs", kMaccsKeys);
  add("bcut", kBcutValues);
  add("autocorr2d", kAutocorrelations);
  add("estate_vsa", kStateBins.size() + 1);
  add("erg", kErgValues);
  for (const Fragment& fragment : fragments()) names.push_back(fragment.name);
  add("morgan", kMorganBits);
  add("pairs", kPairBits);
  add("torsions", kTorsionBits);
  return names;
}

}  // namespace

std::span<const std::string> descriptor_names() {
  static const std::vector<std::string> names = make_names();
  return names;
}

std::vector<float> descriptors(const Molecule& molecule) {
  const std::size_t count = descriptor_names().size();
  if (molecule.num_atoms() > kMostDescriptorAtoms) {
    throw MoleculeError(fmt::format("the molecule has {} heavy atoms, and descriptors are for at most {}",
                                    molecule.num_atoms(), kMostDescriptorAtoms));
  }
  std::vector<float> values;
  try {
    values = Row(molecule).values();
  } catch (const std::exception& error) {  // RDKit's exceptions derive from it
    throw MoleculeError(fmt::format("descriptors cannot be computed: {}", error.what()));
  }
  if (values.size() != count) {
    throw MoleculeError(fmt::format("RDKit gave {} descriptors, expected {}", values.size(), count));
  }
  return values;
}

}  // namespace plstm
