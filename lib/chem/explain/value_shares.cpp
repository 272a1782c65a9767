#include "chem/explain/value_shares.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <exception>
#include <memory>
#include <numeric>
#include <utility>

#include <GraphMol/Descriptors/ConnectivityDescriptors.h>
#include <GraphMol/Descriptors/Crippen.h>
#include <GraphMol/Descriptors/MolSurf.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/PartialCharges/GasteigerCharges.h>
#include <GraphMol/PeriodicTable.h>
#include <GraphMol/RingInfo.h>

#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

using RDKit::Atom;
using RDKit::Bond;
using RDKit::ROMol;
using Terms = std::vector<double>;  // [atoms]

// Upper ends of the ranges by which RDKit splits surfaces.
constexpr std::array kLogpRanges{-0.4, -0.2, 0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6};
constexpr std::array kRefractivityRanges{1.29, 1.82, 2.24, 2.45, 2.75, 3.05, 3.63, 3.8, 4.0};
constexpr std::array kChargeRanges{-0.3, -0.25, -0.2, -0.15, -0.1, -0.05, 0.0,
                                   0.05, 0.1,   0.15, 0.2,   0.25, 0.3};

constexpr int kLongestPath = 4;  // bonds, of the connectivity indices

// The terms of all values, in their order.
class TermsOfValues {
 public:
  explicit TermsOfValues(const ROMol& mol)
      : mol_(mol), rings_(*mol.getRingInfo()), atoms_(mol.getNumAtoms()) {}

  std::vector<Terms> all() && {
    add_sizes_and_contributions();
    add_groups_and_rings();
    add_connectivity();
    add_surfaces();
    add_quantum_numbers();
    return std::move(terms_);
  }

 private:
  Terms none() const { return Terms(atoms_, 0.0); }
  Terms equal() const { return Terms(atoms_, 1.0); }

  template <class F>
  Terms by_atom(const F& term) const {
    Terms terms = none();
    for (const Atom* atom : mol_.atoms()) terms[atom->getIdx()] = static_cast<double>(term(*atom));
    return terms;
  }
  template <class F>
  Terms by_bond(const F& term) const {
    Terms terms = none();
    for (const Bond* bond : mol_.bonds()) {
      const double half = static_cast<double>(term(*bond)) / 2;
      terms[bond->getBeginAtomIdx()] += half;
      terms[bond->getEndAtomIdx()] += half;
    }
    return terms;
  }
  template <class F>
  Terms by_ring(const F& counts) const {
    Terms terms = none();
    for (const std::vector<int>& ring : rings_.atomRings()) {
      if (!counts(ring)) continue;
      for (const int atom : ring)
        terms[static_cast<std::size_t>(atom)] += 1 / static_cast<double>(ring.size());
    }
    return terms;
  }
  void add(Terms terms) { terms_.push_back(std::move(terms)); }
  template <class F>
  void add_atoms(const F& term) {
    add(by_atom(term));
  }
  template <class F>
  void add_bonds(const F& term) {
    add(by_bond(term));
  }

  bool in_ring(const Atom& atom) const { return rings_.numAtomRings(atom.getIdx()) > 0; }
  bool in_ring(const Bond& bond) const { return rings_.numBondRings(bond.getIdx()) > 0; }
  bool is_aromatic(const std::vector<int>& ring) const {
    return std::ranges::all_of(ring, [&](int atom) { return atom_at(atom).getIsAromatic(); });
  }
  bool is_saturated(const std::vector<int>& ring) const {
    return std::ranges::none_of(ring,
                                [&](int atom) { return atom_at(atom).getIsAromatic() || has_double(atom); });
  }
  bool is_hetero(const std::vector<int>& ring) const {
    return std::ranges::any_of(ring, [&](int atom) { return atom_at(atom).getAtomicNum() != 6; });
  }
  const Atom& atom_at(int atom) const { return *mol_.getAtomWithIdx(static_cast<unsigned>(atom)); }
  template <class F>
  int count_ring_bonds(const Atom& atom, const F& counts) const {
    int count = 0;
    for (const Bond* bond : mol_.atomBonds(&atom)) count += in_ring(*bond) && counts(*bond) ? 1 : 0;
    return count;
  }
  bool has_double(int atom) const {
    return count_ring_bonds(atom_at(atom), [](const Bond& b) { return b.getBondType() != Bond::SINGLE; }) > 0;
  }
  bool is_rotatable(const Bond& bond) const {
    return bond.getBondType() == Bond::SINGLE && !in_ring(bond) && bond.getBeginAtom()->getDegree() > 1 &&
           bond.getEndAtom()->getDegree() > 1;
  }
  static bool is_n_or_o(const Atom& atom) { return atom.getAtomicNum() == 7 || atom.getAtomicNum() == 8; }
  static unsigned polar_hydrogens(const Atom& atom) { return is_n_or_o(atom) ? atom.getTotalNumHs() : 0; }

  void add_sizes_and_contributions();
  void add_groups_and_rings();
  void add_connectivity();
  void add_surfaces();
  void add_quantum_numbers();
  void add_paths(std::vector<unsigned>& path, double product, const Terms& factors,
                 std::vector<Terms>& terms) const;
  template <std::size_t N>
  void add_ranges(const std::array<double, N>& ranges, const Terms& by);

  const ROMol& mol_;
  const RDKit::RingInfo& rings_;
  std::size_t atoms_;
  Terms logp_, refractivity_, surface_;  // of the atoms without their hydrogens
  std::vector<Terms> terms_;
};

void TermsOfValues::add_sizes_and_contributions() {
  const RDKit::PeriodicTable& table = *RDKit::PeriodicTable::getTable();
  add_atoms([&](const Atom& a) { return a.getMass() + a.getTotalNumHs() * table.getAtomicWeight(1); });
  add_atoms([](const Atom& a) { return a.getAtomicNum() > 1; });
  add_atoms([](const Atom& a) { return a.getAtomicNum() != 6 && a.getAtomicNum() > 1; });
  logp_ = refractivity_ = surface_ = none();
  RDKit::Descriptors::getCrippenAtomContribs(mol_, logp_, refractivity_, true);
  const std::unique_ptr<const ROMol> full(RDKit::MolOps::addHs(mol_));
  Terms logp(full->getNumAtoms(), 0.0), refractivity = logp;
  RDKit::Descriptors::getCrippenAtomContribs(*full, logp, refractivity, true);
  for (std::size_t i = atoms_; i < logp.size(); ++i) {  // the hydrogens that were added stand behind
    const Atom* hydrogen = full->getAtomWithIdx(static_cast<unsigned>(i));
    const std::size_t heavy = (*full->atomBonds(hydrogen).begin())->getOtherAtomIdx(hydrogen->getIdx());
    logp[heavy] += logp[i];
    refractivity[heavy] += refractivity[i];
  }
  logp.resize(atoms_);
  refractivity.resize(atoms_);
  add(std::move(logp));
  add(std::move(refractivity));
  for (const bool with_s_and_p : {false, true}) {
    Terms terms = none();
    RDKit::Descriptors::getTPSAAtomContribs(mol_, terms, true, with_s_and_p);
    add(std::move(terms));
  }
  double of_hydrogens = 0;
  RDKit::Descriptors::getLabuteAtomContribs(mol_, surface_, of_hydrogens, true, true);
  Terms surface = surface_;
  const Terms hydrogens = by_atom([](const Atom& a) { return a.getTotalNumHs(); });
  const double all = std::accumulate(hydrogens.begin(), hydrogens.end(), 0.0);
  for (std::size_t i = 0; i < atoms_ && all > 0; ++i) surface[i] += of_hydrogens * hydrogens[i] / all;
  add(std::move(surface));
}

void TermsOfValues::add_groups_and_rings() {
  const Terms acceptors = by_atom(is_n_or_o), donors = by_atom(polar_hydrogens);
  for (const Terms& terms : {acceptors, donors, acceptors}) add(terms);
  add_atoms([](const Atom& a) { return polar_hydrogens(a) > 0; });
  add_bonds([&](const Bond& b) { return is_rotatable(b); });
  add_bonds(
      [&](const Bond& b) { return b.getIsConjugated() && !in_ring(b) && b.getBondType() == Bond::SINGLE; });
  add_atoms([](const Atom& a) { return a.getAtomicNum() == 6 && a.getHybridization() == Atom::SP3; });
  using Ring = std::vector<int>;
  add(by_ring([](const Ring&) { return true; }));
  add(by_ring([&](const Ring& r) { return is_aromatic(r); }));
  add(by_ring([&](const Ring& r) { return !is_aromatic(r); }));
  add(by_ring([&](const Ring& r) { return is_saturated(r); }));
  add(by_ring([&](const Ring& r) { return is_hetero(r); }));
  add(by_ring([&](const Ring& r) { return is_aromatic(r) && is_hetero(r); }));
  add(by_ring([&](const Ring& r) { return is_aromatic(r) && !is_hetero(r); }));
  add(by_ring([&](const Ring& r) { return is_saturated(r) && is_hetero(r); }));
  add(by_ring([&](const Ring& r) { return is_saturated(r) && !is_hetero(r); }));
  const auto ring_bonds = [&](const Atom& atom) {
    return count_ring_bonds(atom, [](const Bond&) { return true; });
  };
  add_atoms([&](const Atom& a) { return ring_bonds(a) == 4; });                        // spiro atoms
  add_atoms([&](const Atom& a) { return ring_bonds(a) == 3 && !a.getIsAromatic(); });  // bridgeheads
}

// Every path from its first atom on; each is met in both directions, which scaling mends.
void TermsOfValues::add_paths(std::vector<unsigned>& path, double product, const Terms& factors,
                              std::vector<Terms>& terms) const {
  const std::size_t order = path.size() - 1;
  for (const unsigned atom : path) terms[order][atom] += product / static_cast<double>(path.size());
  if (order == kLongestPath) return;
  for (const Atom* next : mol_.atomNeighbors(mol_.getAtomWithIdx(path.back()))) {
    if (std::ranges::find(path, next->getIdx()) != path.end()) continue;
    path.push_back(next->getIdx());
    add_paths(path, product * factors[next->getIdx()], factors, terms);
    path.pop_back();
  }
}

void TermsOfValues::add_connectivity() {
  const RDKit::PeriodicTable& table = *RDKit::PeriodicTable::getTable();
  for (const bool by_period : {true, false}) {
    const Terms factors = by_atom([&](const Atom& a) {
      const int number = a.getAtomicNum(), outer = number == 0 ? 0 : table.getNouterElecs(number);
      double delta = outer - static_cast<int>(a.getTotalNumHs());
      if (by_period && number > 10) delta /= std::max(number - outer - 1, 1);
      return delta > 0 ? 1 / std::sqrt(delta) : 0.0;
    });
    std::vector<Terms> terms(kLongestPath + 1, none());
    for (unsigned atom = 0; atom < atoms_; ++atom) {
      std::vector<unsigned> path{atom};
      add_paths(path, factors[atom], factors, terms);
    }
    for (Terms& each : terms) add(std::move(each));
  }
  Terms alpha = none();
  RDKit::Descriptors::calcHallKierAlpha(mol_, &alpha);
  add(std::move(alpha));
  for (int i = 0; i < 4; ++i) add(equal());  // shape indices
}

template <std::size_t N>
void TermsOfValues::add_ranges(const std::array<double, N>& ranges, const Terms& by) {
  std::vector<Terms> terms(N + 1, none());
  for (std::size_t i = 0; i < atoms_; ++i) {
    const auto range = static_cast<std::size_t>(std::ranges::upper_bound(ranges, by[i]) - ranges.begin());
    terms[range][i] = surface_[i];
  }
  for (Terms& each : terms) add(std::move(each));
}

void TermsOfValues::add_surfaces() {
  add_ranges(kLogpRanges, logp_);
  add_ranges(kRefractivityRanges, refractivity_);
  Terms charges = none();
  try {
    constexpr int kIterations = 12;
    RDKit::computeGasteigerCharges(mol_, charges, kIterations, false);
  } catch (const std::exception&) {  // an element without parameters
    charges = none();
  }
  for (double& charge : charges) charge = std::isfinite(charge) ? charge : 0;
  add_ranges(kChargeRanges, charges);
}

// The columns of Nguyen et al., ChemMedChem 2009.
void TermsOfValues::add_quantum_numbers() {
  for (const int element : {6, 9, 17, 35, 53, 16, 15})
    add_atoms([=](const Atom& a) { return a.getAtomicNum() == element; });
  for (const int element : {7, 8}) {
    for (const bool ring : {false, true})
      add_atoms([=, this](const Atom& a) { return a.getAtomicNum() == element && in_ring(a) == ring; });
  }
  add_atoms([](const Atom& a) { return a.getAtomicNum() > 1; });
  for (const bool ring : {false, true}) {
    for (const auto type : {Bond::SINGLE, Bond::DOUBLE, Bond::TRIPLE}) {
      add_bonds([=, this](const Bond& b) {
        const bool aromatic = b.getIsAromatic() && type != Bond::TRIPLE;
        return in_ring(b) == ring ? (aromatic ? 0.5 : b.getBondType() == type ? 1.0 : 0.0) : 0.0;
      });
    }
  }
  add_bonds([&](const Bond& b) { return is_rotatable(b); });
  for (int i = 0; i < 2; ++i) add_atoms(is_n_or_o);
  add_atoms(polar_hydrogens);
  add_atoms([](const Atom& a) { return polar_hydrogens(a) > 0; });
  add_atoms([](const Atom& a) { return std::max(-a.getFormalCharge(), 0); });
  add_atoms([](const Atom& a) { return std::max(a.getFormalCharge(), 0); });
  for (const unsigned degree : {1u, 2u, 3u, 4u})
    add_atoms([=, this](const Atom& a) { return !in_ring(a) && a.getDegree() == degree; });
  for (const unsigned degree : {2u, 3u, 4u})
    add_atoms([=, this](const Atom& a) { return in_ring(a) && a.getDegree() == degree; });
  for (const std::size_t size : {3u, 4u, 5u, 6u, 7u, 8u, 9u})
    add(by_ring([=](const std::vector<int>& ring) { return ring.size() == size; }));
  add(by_ring([](const std::vector<int>& ring) { return ring.size() > 9; }));
  add_atoms([&](const Atom& a) { return rings_.numAtomRings(a.getIdx()) > 1; });
  add_bonds([&](const Bond& b) { return rings_.numBondRings(b.getIdx()) > 1; });
}

// Terms of one sign are scaled to the value. Others get what is missing in equal parts, as a sum near 0 cannot be scaled.
void make_sum(Terms& terms, double value) {
  const double sum = std::accumulate(terms.begin(), terms.end(), 0.0);
  const bool positive = std::ranges::all_of(terms, [](double term) { return term >= 0; });
  if (positive && sum > 0) {
    for (double& term : terms) term *= value / sum;
  } else {
    for (double& term : terms) term += (value - sum) / static_cast<double>(terms.size());
  }
}

}  // namespace

std::vector<double> value_shares(const ROMol& mol, std::span<const float> values) {
  const ROMol copy(mol);  // RDKit stores properties in the molecule
  std::vector<Terms> terms = TermsOfValues(copy).all();
  check_size("value_shares", "values", std::ssize(values), std::ssize(terms));
  const std::size_t atoms = mol.getNumAtoms();
  std::vector<double> shares(atoms * values.size());
  for (std::size_t v = 0; v < values.size(); ++v) {
    make_sum(terms[v], values[v]);
    for (std::size_t a = 0; a < atoms; ++a) shares[a * values.size() + v] = terms[v][a];
  }
  return shares;
}

}  // namespace plstm
